package io.weft.mesh.wire;

import io.weft.mesh.MeshLimits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The numbers that writer and reader of frames agree on; docs/PROTOCOL.md describes them byte by
 * byte. Integers are unsigned and big-endian.
 */
final class FrameFormat {
  static final byte MAGIC = 0x57;
  static final byte VERSION = 1;

  /** Bytes from the start of a frame to its header's first field. */
  static final int PREFIX_BYTES = 4;

  /** Bytes of an entry's type and length. */
  static final int ENTRY_PREFIX_BYTES = 5;

  static final byte NAME = 1;
  static final byte REQUEST = 2;
  static final byte REPLY = 3;
  static final byte FAILURE = 4;
  static final byte CANCEL = 5;
  static final byte ITEM = 6;
  static final byte END = 7;
  static final byte CREDIT = 8;
  static final byte PIECE = 9;
  static final byte RESET = 10;
  static final byte LOAD = 11;

  static final byte FIELD_KEY = 1;
  static final byte FIELD_CONTENT_TYPE = 2;
  static final byte FIELD_MESSAGE = 3;
  static final byte FIELD_CODE = 4;
  static final byte FIELD_POINTER = 5;
  static final byte FIELD_REASON = 6;
  static final byte FIELD_RETRY_AFTER_MILLIS = 7;
  static final byte FIELD_PRIORITY = 8;
  static final byte FIELD_ATTRIBUTE = 9;
  static final byte FIELD_RETRY_CREDIT = 10;
  static final byte FIELD_SPENT = 11;
  static final byte FIELD_EXPLAIN = 12;
  static final byte FIELD_PRINCIPAL = 13;
  static final byte FIELD_NUMBER = 14;

  /** Between the subject, the roles and the scopes of a principal; a blank is between two names. */
  static final char PRINCIPAL_PARTS = '\n';

  static final byte KIND_QUERY = 0;
  static final byte KIND_COMMAND = 1;
  static final byte KIND_STREAM = 2;

  static final byte PRIORITY_CRITICAL = 0;
  static final byte PRIORITY_NORMAL = 1;
  static final byte PRIORITY_SHEDDABLE = 2;

  static final int REPLY_REPLAYED = 1;
  static final int REPLY_STREAM = 2;

  static final byte FAILURE_UNKNOWN = 0;
  static final byte FAILURE_NOT_SENT = 1;
  static final byte FAILURE_REJECTED = 2;
  static final byte FAILURE_EXPIRED = 3;
  static final byte FAILURE_APPLICATION = 4;

  static final int LOAD_MAX_PERMILLE = 0xFFFF;

  static final long MICROS_MAX = 0xFFFF_FFFFL;

  /** Bytes of a text that was cut to its limit: UTF-8 takes up to three for each character. */
  static final int TEXT_MAX_BYTES = 3 * MeshLimits.TEXT_MAX_CHARS;

  /** The control character that does not stand below the blank. */
  static final byte DELETE = 0x7F;

  static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private FrameFormat() {}
}
