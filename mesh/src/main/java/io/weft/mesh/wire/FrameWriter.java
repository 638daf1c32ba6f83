package io.weft.mesh.wire;

import static io.weft.mesh.wire.FrameFormat.INT;
import static io.weft.mesh.wire.FrameFormat.LONG;
import static io.weft.mesh.wire.FrameFormat.SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One frame while it is written: entries for one lane, one after the other.
 *
 * <p>It grows as needed; whoever writes looks at {@link #full} and begins another frame. For one
 * thread.
 */
public final class FrameWriter {
  private static final int INITIAL_BYTES = 1_024;
  private static final int FIELD_PREFIX_BYTES = 3;
  private static final int REQUEST_FIXED_BYTES = 8 + 4 + 1 + 3 * 2 + 3 * 8 + 1;

  private final String[] names = new String[MeshLimits.FRAME_NAMES_MAX];
  private final byte[] header;
  private byte[] bytes;
  private int size;
  private int nameCount;
  private int entries;

  /**
   * Begins a frame.
   *
   * @param header what {@link #header} returned
   */
  public FrameWriter(byte[] header) {
    this.header = header;
    bytes = new byte[INITIAL_BYTES + header.length];
    clear();
  }

  /**
   * Returns the header of all frames from one lane to one peer.
   *
   * @param node the sender's node
   * @param incarnation the sender's incarnation
   * @param lane the sender's lane, which answers come back to
   * @param target the incarnation that the frame is for
   * @throws IllegalArgumentException if a name is longer than a frame takes
   */
  public static byte[] header(String node, String incarnation, int lane, String target) {
    var out = new FrameWriter(new byte[0]);
    out.put8(FrameFormat.MAGIC);
    out.put8(FrameFormat.VERSION);
    out.put16(0);
    out.text16(node);
    out.text16(incarnation);
    out.ensure(Short.BYTES);
    out.put16(lane);
    out.text16(target);
    SHORT.set(out.bytes, 2, (short) (out.size - FrameFormat.PREFIX_BYTES));
    return Arrays.copyOf(out.bytes, out.size);
  }

  /** Begins anew, with the same header and no entries; the bytes of before may be overwritten. */
  public void clear() {
    System.arraycopy(header, 0, bytes, 0, header.length);
    size = header.length;
    Arrays.fill(names, 0, nameCount, null);
    nameCount = 0;
    entries = 0;
  }

  /** Returns the frame's bytes, of which the first {@link #size} count. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns how many bytes the frame has. */
  public int size() {
    return size;
  }

  /** Returns how many entries the frame has, names aside. */
  public int entries() {
    return entries;
  }

  /** Returns whether the next entry belongs into another frame. */
  public boolean full() {
    return entries >= MeshLimits.FRAME_ENTRIES_MAX
        || size >= MeshLimits.FRAME_FULL_BYTES
        || nameCount > MeshLimits.FRAME_NAMES_MAX - 3; // A request needs up to three.
  }

  /**
   * Writes a request.
   *
   * @param id what the answer will be matched by
   * @param instance the instance that is to answer
   */
  public void request(long id, String instance, Request request, Buffer body) {
    int instanceName = name(instance);
    int operationName = name(request.operation());
    int callerName = name(request.caller());
    int start = begin(FrameFormat.REQUEST, REQUEST_FIXED_BYTES);
    put64(id);
    put32((int) micros(request.deadline().remainingNanos()));
    put8(kind(request.kind()));
    put16(instanceName);
    put16(operationName);
    put16(callerName);
    put64(request.trace().high());
    put64(request.trace().low());
    put64(request.trace().span());
    put8(request.trace().flags());
    int count = beginFields();
    if (!request.key().isEmpty()) {
      field(count, FrameFormat.FIELD_KEY, request.key());
    }
    contentType(count, request.payload().contentType());
    origin(count, request.origin());
    body(body);
    end(start);
  }

  /** Writes of where a call comes from what is not as in most calls. */
  private void origin(int count, Origin origin) {
    if (origin.priority() != Priority.NORMAL) {
      field(count, FrameFormat.FIELD_PRIORITY, priority(origin.priority()));
    }
    if (!origin.attributes().isEmpty()) {
      origin.attributes().forEach((name, value) -> attribute(count, name, value));
    }
    int credit = origin.credit().left();
    if (credit != RetryCredit.DEFAULT) {
      field(count, FrameFormat.FIELD_RETRY_CREDIT, credit);
    }
    if (origin.explain()) {
      field(count, FrameFormat.FIELD_EXPLAIN, "");
    }
    if (!origin.principal().anonymous()) {
      principal(count, origin.principal());
    }
  }

  /** Writes who asked, straight into the frame: every call on behalf of somebody has it. */
  private void principal(int count, Principal principal) {
    ensure(FIELD_PREFIX_BYTES);
    put8(FrameFormat.FIELD_PRINCIPAL);
    put16(0);
    int start = size;
    ascii(principal.subject(), FrameFormat.PRINCIPAL_PARTS);
    ascii(principal.roles());
    ensure(1);
    put8((byte) FrameFormat.PRINCIPAL_PARTS);
    ascii(principal.scopes());
    SHORT.set(bytes, start - Short.BYTES, (short) (size - start));
    bytes[count]++;
  }

  private void ascii(Set<String> names) {
    for (var name : names) {
      ascii(name, ' ');
    }
  }

  private void ascii(String text, char after) {
    ensure(text.length() + 1);
    for (int i = 0; i < text.length(); i++) {
      put8((byte) text.charAt(i));
    }
    put8((byte) after);
  }

  /** Writes a reply. */
  public void reply(long id, Reply reply, Buffer body) {
    int start = begin(FrameFormat.REPLY, 8 + 1);
    put64(id);
    int replayed = reply.replayed() ? FrameFormat.REPLY_REPLAYED : 0;
    put8((byte) (replayed | (reply.items() == null ? 0 : FrameFormat.REPLY_STREAM)));
    contentType(beginFields(), reply.payload().contentType());
    body(body);
    end(start);
  }

  /** Writes a failure on whose behalf no further attempts were made. */
  public void failure(long id, MeshFailure failure) {
    failure(id, failure, 0);
  }

  /**
   * Writes a failure.
   *
   * @param spent how many further attempts were made on behalf of the request that failed
   */
  public void failure(long id, MeshFailure failure, int spent) {
    int start = begin(FrameFormat.FAILURE, 8 + 1);
    put64(id);
    put8(kind(failure));
    int count = beginFields();
    field(count, FrameFormat.FIELD_MESSAGE, bounded(String.valueOf(failure.getMessage())));
    if (failure instanceof Application application) {
      field(count, FrameFormat.FIELD_CODE, bounded(application.code()));
      var pointer = application.pointer();
      if (pointer != null) {
        field(count, FrameFormat.FIELD_POINTER, bounded(pointer));
      }
      var retryAfter = application.retryAfter();
      if (retryAfter != null) {
        field(count, FrameFormat.FIELD_RETRY_AFTER_MILLIS, millis(retryAfter));
      }
    } else if (failure instanceof Rejected rejected) {
      field(count, FrameFormat.FIELD_REASON, rejected.reason().name());
      field(count, FrameFormat.FIELD_RETRY_AFTER_MILLIS, millis(rejected.retryAfter()));
    }
    if (spent > 0) {
      field(count, FrameFormat.FIELD_SPENT, spent);
    }
    end(start);
  }

  /** Writes that the answer to a request is of no use any more. */
  public void cancel(long id) {
    int start = begin(FrameFormat.CANCEL, 8);
    put64(id);
    end(start);
  }

  /**
   * Writes an item of a stream.
   *
   * @param number how many items of the stream went before it
   */
  public void item(long id, long number, Payload item, Buffer body) {
    int start = begin(FrameFormat.ITEM, 8);
    put64(id);
    int count = beginFields();
    contentType(count, item.contentType());
    field(count, FrameFormat.FIELD_NUMBER, number);
    body(body);
    end(start);
  }

  /**
   * Writes that a stream has no more items.
   *
   * @param number how many there were
   */
  public void ended(long id, long number) {
    int start = begin(FrameFormat.END, 8);
    put64(id);
    field(beginFields(), FrameFormat.FIELD_NUMBER, number);
    end(start);
  }

  /** Writes that some more items of a stream may come. */
  public void credit(long id, int items) {
    int start = begin(FrameFormat.CREDIT, 8 + 4);
    put64(id);
    put32(items);
    end(start);
  }

  /**
   * Writes a piece of a frame that is too large to go in one.
   *
   * @param transfer tells the pieces of one frame from those of another
   * @param total the length of the whole frame
   * @param offset where in it the piece belongs
   */
  public void piece(int transfer, int total, int offset, byte[] source, int length) {
    int start = begin(FrameFormat.PIECE, 3 * 4);
    put32(transfer);
    put32(total);
    put32(offset);
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    end(start);
  }

  /** Writes that answers which the sender wrote earlier may have been lost on their way. */
  public void reset() {
    end(begin(FrameFormat.RESET, 0));
  }

  /**
   * Writes how much an instance of the sender has to do.
   *
   * @param load 0 for nothing, 1 for as much as it does at a time; at most 65.535 is told
   */
  public void load(String instance, double load) {
    int instanceName = name(instance);
    int start = begin(FrameFormat.LOAD, 2 * 2);
    put16(instanceName);
    put16((int) Math.max(0, Math.min(FrameFormat.LOAD_MAX_PERMILLE, Math.round(load * 1_000))));
    end(start);
  }

  private int name(String name) {
    for (int i = 0; i < nameCount; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    int start = begin(FrameFormat.NAME, 0);
    var text = name.getBytes(UTF_8);
    ensure(text.length);
    put(text);
    INT.set(bytes, start - 4, size - start);
    names[nameCount] = name;
    return nameCount++;
  }

  private int begin(byte type, int fixedBytes) {
    ensure(FrameFormat.ENTRY_PREFIX_BYTES + fixedBytes + 1); // And the count of fields.
    put8(type);
    put32(0);
    return size;
  }

  private void end(int start) {
    INT.set(bytes, start - 4, size - start);
    entries++;
  }

  private int beginFields() {
    put8((byte) 0);
    return size - 1;
  }

  private void field(int count, byte tag, String text) {
    var value = text.getBytes(UTF_8);
    ensure(FIELD_PREFIX_BYTES + value.length);
    put8(tag);
    put16(value.length);
    put(value);
    bytes[count]++;
  }

  private void field(int count, byte tag, long number) {
    ensure(FIELD_PREFIX_BYTES + Long.BYTES);
    put8(tag);
    put16(Long.BYTES);
    put64(number);
    bytes[count]++;
  }

  private void attribute(int count, String name, String value) {
    var nameBytes = name.getBytes(UTF_8);
    var valueBytes = value.getBytes(UTF_8);
    int length = Short.BYTES + nameBytes.length + valueBytes.length;
    ensure(FIELD_PREFIX_BYTES + length);
    put8(FrameFormat.FIELD_ATTRIBUTE);
    put16(length);
    put16(nameBytes.length);
    put(nameBytes);
    put(valueBytes);
    bytes[count]++;
  }

  private void contentType(int count, String contentType) {
    if (!contentType.equals(JsonCodec.CONTENT_TYPE)) {
      field(count, FrameFormat.FIELD_CONTENT_TYPE, bounded(contentType));
    }
  }

  private void body(Buffer body) {
    int length = body.length();
    ensure(length);
    body.getBytes(bytes, size);
    size += length;
  }

  private static String bounded(String text) {
    return text.length() <= MeshLimits.TEXT_MAX_CHARS
        ? text
        : text.substring(0, MeshLimits.TEXT_MAX_CHARS);
  }

  private static long micros(long nanos) {
    return Math.max(0, Math.min(FrameFormat.MICROS_MAX, TimeUnit.NANOSECONDS.toMicros(nanos)));
  }

  private static long millis(Duration duration) {
    // Not toMillis(), which throws at what does not fit.
    return Math.max(0, TimeUnit.MILLISECONDS.convert(duration));
  }

  private static byte kind(Kind kind) {
    return switch (kind) {
      case QUERY -> FrameFormat.KIND_QUERY;
      case COMMAND -> FrameFormat.KIND_COMMAND;
      case STREAM -> FrameFormat.KIND_STREAM;
    };
  }

  private static byte priority(Priority priority) {
    return switch (priority) {
      case CRITICAL -> FrameFormat.PRIORITY_CRITICAL;
      case NORMAL -> FrameFormat.PRIORITY_NORMAL;
      case SHEDDABLE -> FrameFormat.PRIORITY_SHEDDABLE;
    };
  }

  private static byte kind(MeshFailure failure) {
    if (failure instanceof NotSent) {
      return FrameFormat.FAILURE_NOT_SENT;
    } else if (failure instanceof Rejected) {
      return FrameFormat.FAILURE_REJECTED;
    } else if (failure instanceof Expired) {
      return FrameFormat.FAILURE_EXPIRED;
    } else if (failure instanceof Application) {
      return FrameFormat.FAILURE_APPLICATION;
    }
    return FrameFormat.FAILURE_UNKNOWN;
  }

  private void text16(String text) {
    var value = text.getBytes(UTF_8);
    if (value.length > MeshLimits.NAME_MAX_BYTES) {
      throw new IllegalArgumentException(
          "name of " + value.length + " bytes (limit: " + MeshLimits.NAME_MAX_BYTES + ")");
    }
    ensure(Short.BYTES + value.length);
    put16(value.length);
    put(value);
  }

  private void put8(byte value) {
    bytes[size++] = value;
  }

  private void put16(int value) {
    SHORT.set(bytes, size, (short) value);
    size += Short.BYTES;
  }

  private void put32(int value) {
    INT.set(bytes, size, value);
    size += Integer.BYTES;
  }

  private void put64(long value) {
    LONG.set(bytes, size, value);
    size += Long.BYTES;
  }

  private void put(byte[] value) {
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
