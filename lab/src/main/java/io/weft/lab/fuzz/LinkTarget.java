package io.weft.lab.fuzz;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.link.BatchReader;
import io.weft.mesh.link.BatchWriter;
import io.weft.mesh.link.Greeting;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.KeyRenewal;
import io.weft.mesh.link.LinkException;
import io.weft.mesh.link.LinkReason;
import io.weft.mesh.link.Packed;
import io.weft.mesh.link.Packer;
import io.weft.mesh.link.SitePublicKey;
import io.weft.sites.reach.EventPageCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.UUID;

/**
 * What another site's bytes meet before anything believes them: greetings, batches with their
 * compressed messages, codes of invitations, keys, and pages of events. Each is read, or refused in
 * its one way; what was read can be written and read again.
 *
 * <p>The first byte of an input chooses what the others are.
 */
public final class LinkTarget {
  static final byte GREETING = 0;
  static final byte BATCH = 1;
  static final byte CODE = 2;
  static final byte KEY = 3;
  static final byte PAGE = 4;
  private static final int KINDS = 5;
  private static final int KEY_BYTES = 32;
  private static final int CHECK_BYTES = 4;
  private static final UUID SESSION = new UUID(1, 2);
  private static final Packer PACKER = new Packer();

  private LinkTarget() {}

  /** Takes one input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    var bytes = Buffer.buffer(input).slice(1, input.length);
    switch ((input[0] & 0xFF) % KINDS) {
      case GREETING -> greeting(bytes);
      case BATCH -> batch(bytes);
      case CODE -> {
        code(bytes.toString(StandardCharsets.ISO_8859_1));
        code(checked(bytes));
      }
      case KEY -> key(bytes);
      default -> page(bytes);
    }
  }

  private static void greeting(Buffer bytes) {
    Greeting read;
    try {
      read = Greeting.read(bytes);
    } catch (LinkException refused) {
      return;
    }
    // Texts are made fit to be read by people the first time.
    var once = Greeting.read(read.bytes());
    var again = Greeting.read(once.bytes());
    if (!again.equals(once)) {
      throw new AssertionError(once + " comes back as " + again);
    }
  }

  private static void batch(Buffer bytes) {
    var copy = new Copying();
    try {
      var reader = new BatchReader(bytes);
      copy.batch = new BatchWriter(reader.acknowledged());
      reader.read(copy);
    } catch (LinkException refused) {
      return;
    }
    // Texts are made fit to be read by people the first time.
    var once = copied(copy.batch.bytes());
    if (!copied(once).equals(once)) {
      throw new AssertionError("a batch does not come back as it was");
    }
  }

  private static Buffer copied(Buffer bytes) {
    var copy = new Copying();
    var reader = new BatchReader(bytes);
    copy.batch = new BatchWriter(reader.acknowledged());
    reader.read(copy);
    return copy.batch.bytes();
  }

  /** Writes what it is told, and unpacks what is packed. */
  private static final class Copying implements BatchReader.Entries {
    private BatchWriter batch = new BatchWriter(0);
    private long unpacked;

    @Override
    public void message(long number, Packed packed) {
      batch.message(number, packed);
      Buffer message;
      try {
        message = PACKER.unpack(packed);
      } catch (LinkException refused) {
        return;
      }
      unpacked += message.length();
      if (unpacked > MeshLimits.LINK_BATCH_INFLATED_MAX_BYTES) {
        throw new AssertionError("a batch swells to " + unpacked + " bytes");
      }
      if (!PACKER.unpack(PACKER.pack(message)).equals(message)) {
        throw new AssertionError("a message does not come back as it was");
      }
    }

    @Override
    public void ping(long token) {
      batch.ping(token);
    }

    @Override
    public void pong(long token) {
      batch.pong(token);
    }

    @Override
    public void goodbye(LinkReason reason, String message) {
      batch.goodbye(reason, message);
    }
  }

  private static void code(String text) {
    Invitation.Code read;
    try {
      read = Invitation.Code.of(text);
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (!read.text().equals(text.strip())) {
      throw new AssertionError("another code is read: " + read);
    }
  }

  /** Returns bytes as a code has them, with the right end: it keeps nobody out but typists. */
  private static String checked(Buffer bytes) {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes.getBytes());
      var all = bytes.copy().appendBytes(digest, 0, CHECK_BYTES).getBytes();
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  private static void key(Buffer bytes) {
    if (bytes.length() < KEY_BYTES) {
      return;
    }
    SitePublicKey key;
    try {
      key = SitePublicKey.of(bytes.getBytes(0, KEY_BYTES));
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (!SitePublicKey.of(key.text()).equals(key)) {
      throw new AssertionError(key + " does not come back as it was");
    }
    KeyRenewal.proves(key, SESSION, bytes.slice(KEY_BYTES, bytes.length()));
  }

  private static void page(Buffer bytes) {
    var codec = EventPageCodec.INSTANCE;
    try {
      var read = codec.decode(bytes);
      if (!codec.decode(codec.encode(read)).equals(read)) {
        throw new AssertionError(read + " does not come back as it was");
      }
    } catch (MeshFailure.Application refused) {
      return;
    }
  }
}
