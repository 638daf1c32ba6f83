package io.weft.mesh.wire;

import static io.weft.mesh.wire.FrameFormat.INT;
import static io.weft.mesh.wire.FrameFormat.LONG;
import static io.weft.mesh.wire.FrameFormat.SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One frame that arrived: its header first, then its entries in their order.
 *
 * <p>It is read where it lies; bodies are views of it. Every length is checked against what is
 * there before it is used, and every name and text against its limit before it is kept. Entries and
 * fields that this version does not know are skipped. For one thread.
 */
public final class FrameReader {
  /** The number of an item, or of all items, whose writer does not say it. */
  public static final long UNNUMBERED = -1;

  /** Most frames have three names: of an instance, an operation and a caller. */
  private static final int NAMES_AT_FIRST = 8;

  private final Ticker ticker;
  private final Principals principals;
  private final ByteBuf buffer;
  private final byte[] bytes;
  private final int base;
  private final int limit;
  private final String node;
  private final String incarnation;
  private final int lane;
  private final String target;
  private String[] names = new String[NAMES_AT_FIRST];
  private int nameCount;
  private int entryCount;
  private int position;
  private int end;

  // The fields of the entry that is being read.
  private String key = "";
  private String contentType = JsonCodec.CONTENT_TYPE;
  private String message = "";
  private String code = "";
  private String reason = "";
  private @Nullable String pointer;
  private long retryAfterMillis;
  private Priority priority = Priority.NORMAL;
  private Map<String, String> attributes = Map.of();
  private int credit;
  private int spent;
  private boolean explain;
  private long number = UNNUMBERED;
  private Principal principal = Principal.ANONYMOUS;

  /** What is told of the entries. */
  public interface Entries {
    /** A request, with a cancellation of its own. */
    void request(long id, String instance, Request request);

    /**
     * A reply.
     *
     * @param stream whether it opens a stream, whose items have the same id
     */
    void reply(long id, Reply reply, boolean stream);

    /**
     * A failure.
     *
     * @param spent how many further attempts were made on behalf of the request that failed
     */
    void failure(long id, MeshFailure failure, int spent);

    /** The answer to a request is of no use any more. */
    void cancel(long id);

    /**
     * An item of a stream.
     *
     * @param number how many items of the stream went before it; {@link #UNNUMBERED} if its writer
     *     does not say
     */
    void item(long id, long number, Payload item);

    /**
     * A stream has no more items.
     *
     * @param number how many there were; {@link #UNNUMBERED} if its writer does not say
     */
    void ended(long id, long number);

    /** Some more items of a stream may be sent. */
    void credit(long id, int items);

    /**
     * A piece of a larger frame.
     *
     * @param piece a view of this frame
     */
    void piece(int transfer, int total, int offset, Buffer piece);

    /** Earlier answers of the sender may have been lost. */
    void reset();

    /**
     * How much an instance of the sender has to do.
     *
     * @param load 0 for nothing, 1 for as much as it does at a time, at most 65.535
     */
    void load(String instance, double load);
  }

  /**
   * Reads a frame's header.
   *
   * @param ticker the clock that the deadlines of requests are kept on
   * @param maxBytes how large a frame may be
   * @throws FrameException if it is not a frame of a version that is understood
   */
  public FrameReader(Buffer frame, Ticker ticker, int maxBytes) {
    this(frame, ticker, maxBytes, new Principals());
  }

  /**
   * Reads a frame's header.
   *
   * @param ticker the clock that the deadlines of requests are kept on
   * @param maxBytes how large a frame may be
   * @param principals remembers who asked in the frames before
   * @throws FrameException if it is not a frame of a version that is understood
   */
  public FrameReader(Buffer frame, Ticker ticker, int maxBytes, Principals principals) {
    this.ticker = ticker;
    this.principals = principals;
    if (frame.length() > maxBytes) {
      throw new FrameException("frame of " + frame.length() + " bytes (limit: " + maxBytes + ")");
    }
    var content = ((BufferInternal) frame).getByteBuf();
    buffer = content.hasArray() ? content : Unpooled.wrappedBuffer(ByteBufUtil.getBytes(content));
    bytes = buffer.array();
    base = buffer.arrayOffset() + buffer.readerIndex();
    limit = base + buffer.readableBytes();
    position = base;
    end = limit;
    int magic = get8();
    int version = get8();
    if (magic != FrameFormat.MAGIC || version != FrameFormat.VERSION) {
      throw new FrameException(
          "bytes " + magic + ", " + version + " (expected: a frame of version 1)");
    }
    end = position + Short.BYTES + peek16();
    if (end > limit) {
      throw new FrameException("a header that ends after " + (end - base) + " bytes" + room());
    }
    position += Short.BYTES;
    node = name(get16());
    incarnation = name(get16());
    lane = get16();
    target = name(get16());
    position = end;
  }

  /** Returns the sender's node. */
  public String node() {
    return node;
  }

  /** Returns the sender's incarnation. */
  public String incarnation() {
    return incarnation;
  }

  /** Returns the sender's lane. */
  public int lane() {
    return lane;
  }

  /** Returns the incarnation that the frame is for. */
  public String target() {
    return target;
  }

  /**
   * Reads all entries.
   *
   * @throws FrameException at the first that cannot be read; those before it have been told of
   */
  public void read(Entries entries) {
    while (position < limit) {
      if (++entryCount > MeshLimits.FRAME_ENTRIES_READ_MAX) {
        throw new FrameException(
            "an entry too many (limit: " + MeshLimits.FRAME_ENTRIES_READ_MAX + ")");
      }
      end = limit;
      byte type = (byte) get8();
      int length = get32();
      if (length < 0 || length > limit - position) {
        throw new FrameException(
            "an entry of " + Integer.toUnsignedString(length) + " bytes" + room());
      }
      end = position + length;
      entry(type, entries);
      position = end;
    }
  }

  private void entry(byte type, Entries entries) {
    switch (type) {
      case FrameFormat.NAME -> name();
      case FrameFormat.REQUEST -> request(entries);
      case FrameFormat.REPLY -> reply(entries);
      case FrameFormat.FAILURE -> failure(entries);
      case FrameFormat.CANCEL -> entries.cancel(get64());
      case FrameFormat.ITEM -> item(entries);
      case FrameFormat.END -> ended(entries);
      case FrameFormat.CREDIT -> credit(entries);
      case FrameFormat.PIECE -> entries.piece(get32(), get32(), get32(), rest());
      case FrameFormat.RESET -> entries.reset();
      case FrameFormat.LOAD -> entries.load(named(), get16() / 1_000.0);
      default -> {
        // Of a later version, and optional, or it would have another version of the frame.
      }
    }
  }

  private void name() {
    if (nameCount == MeshLimits.FRAME_NAMES_MAX) {
      throw new FrameException("a name too many (limit: " + MeshLimits.FRAME_NAMES_MAX + ")");
    }
    if (nameCount == names.length) {
      names = Arrays.copyOf(names, MeshLimits.FRAME_NAMES_MAX);
    }
    names[nameCount++] = name(end - position);
  }

  private void request(Entries entries) {
    long id = get64();
    long micros = get32() & FrameFormat.MICROS_MAX;
    var kind = kind(get8());
    var instance = named();
    var operation = named();
    var caller = named();
    var trace = new TraceContext(get64(), get64(), get64(), (byte) get8());
    fields();
    if (operation.indexOf('.') < 1) {
      throw new FrameException("operation \"" + operation + "\" (expected: service.verb)");
    }
    long dueNanos = ticker.nanos() + TimeUnit.MICROSECONDS.toNanos(micros);
    entries.request(
        id,
        instance,
        new Request(
            operation,
            kind,
            payload(),
            new Deadline(ticker, dueNanos),
            key,
            new Origin(
                trace,
                caller,
                priority,
                Map.copyOf(attributes),
                new RetryCredit(credit),
                explain,
                principal),
            null,
            new Cancellation(),
            Policy.DEFAULT,
            node,
            0));
  }

  private void reply(Entries entries) {
    long id = get64();
    int flags = get8();
    fields();
    entries.reply(
        id,
        new Reply(payload(), (flags & FrameFormat.REPLY_REPLAYED) != 0),
        (flags & FrameFormat.REPLY_STREAM) != 0);
  }

  private void item(Entries entries) {
    long id = get64();
    fields();
    entries.item(id, number, payload());
  }

  private void ended(Entries entries) {
    long id = get64();
    number = UNNUMBERED;
    if (position < end) { // A node of an earlier version says no more.
      fields();
    }
    entries.ended(id, number);
  }

  private void credit(Entries entries) {
    long id = get64();
    int items = get32();
    if (items < 1 || items > MeshLimits.STREAM_WINDOW_ITEMS) {
      throw new FrameException(
          "a credit of "
              + items
              + " items (expected: 1 to "
              + MeshLimits.STREAM_WINDOW_ITEMS
              + ")");
    }
    entries.credit(id, items);
  }

  private void failure(Entries entries) {
    long id = get64();
    int kind = get8();
    fields();
    entries.failure(
        id,
        switch (kind) {
          case FrameFormat.FAILURE_NOT_SENT -> new NotSent(message);
          case FrameFormat.FAILURE_EXPIRED -> new Expired(message);
          case FrameFormat.FAILURE_APPLICATION ->
              new Application(code, message, pointer, retryAfter());
          case FrameFormat.FAILURE_REJECTED ->
              new Rejected(reason(), message, Duration.ofMillis(retryAfterMillis));
          // Unknown, and whatever a later version may add: nothing is known of the effect.
          default -> new Unknown(message);
        },
        spent);
  }

  private @Nullable Duration retryAfter() {
    return retryAfterMillis == 0 ? null : Duration.ofMillis(retryAfterMillis);
  }

  /** A reason that a later version has added is at least a refusal. */
  private Rejected.Reason reason() {
    for (var known : Rejected.Reason.values()) {
      if (known.name().equals(reason)) {
        return known;
      }
    }
    return Rejected.Reason.UNAVAILABLE;
  }

  private void fields() {
    key = "";
    contentType = JsonCodec.CONTENT_TYPE;
    message = "";
    code = "";
    reason = "";
    pointer = null;
    retryAfterMillis = 0;
    priority = Priority.NORMAL;
    attributes = Map.of();
    credit = RetryCredit.DEFAULT;
    spent = 0;
    explain = false;
    principal = Principal.ANONYMOUS;
    number = UNNUMBERED;
    for (int left = get8(); left > 0; left--) {
      int tag = get8();
      int length = get16();
      need(length);
      int next = position + length;
      switch (tag) {
        case FrameFormat.FIELD_KEY -> key = key(length);
        case FrameFormat.FIELD_CONTENT_TYPE -> contentType = text(bounded(length));
        case FrameFormat.FIELD_MESSAGE -> message = text(bounded(length));
        case FrameFormat.FIELD_CODE -> code = text(bounded(length));
        case FrameFormat.FIELD_POINTER -> pointer = text(bounded(length));
        case FrameFormat.FIELD_REASON -> reason = text(bounded(length));
        case FrameFormat.FIELD_RETRY_AFTER_MILLIS ->
            retryAfterMillis = Math.max(0, Math.min(get64(), FrameFormat.MICROS_MAX));
        case FrameFormat.FIELD_PRIORITY -> priority = priority(get64());
        case FrameFormat.FIELD_ATTRIBUTE -> attribute(length);
        case FrameFormat.FIELD_RETRY_CREDIT -> credit = attempts(get64());
        case FrameFormat.FIELD_SPENT -> spent = attempts(get64());
        case FrameFormat.FIELD_EXPLAIN -> explain = true;
        case FrameFormat.FIELD_NUMBER -> number = number(get64());
        case FrameFormat.FIELD_PRINCIPAL -> principal = principals.of(text(bounded(length)));
        default -> {
          // Of a later version, and optional.
        }
      }
      if (position > next) {
        throw new FrameException("field " + tag + " of " + length + " bytes (expected: more)");
      }
      position = next;
    }
  }

  private static Priority priority(long number) {
    if (number == FrameFormat.PRIORITY_CRITICAL) {
      return Priority.CRITICAL;
    } else if (number == FrameFormat.PRIORITY_NORMAL) {
      return Priority.NORMAL;
    } else if (number == FrameFormat.PRIORITY_SHEDDABLE) {
      return Priority.SHEDDABLE;
    }
    throw new FrameException("priority " + Long.toUnsignedString(number) + " (expected: 0 to 2)");
  }

  private static long number(long number) {
    if (number < 0) {
      throw new FrameException(
          "item " + Long.toUnsignedString(number) + " (expected: of a stream)");
    }
    return number;
  }

  private static int attempts(long number) {
    if (number < 0 || number > MeshLimits.RETRY_CREDIT_MAX) {
      throw new FrameException(
          Long.toUnsignedString(number)
              + " further attempts (limit: "
              + MeshLimits.RETRY_CREDIT_MAX
              + ")");
    }
    return (int) number;
  }

  private void attribute(int length) {
    if (attributes.isEmpty()) {
      attributes = new HashMap<>();
    } else if (attributes.size() == MeshLimits.ATTRIBUTES_MAX) {
      throw new FrameException("an attribute too many (limit: " + MeshLimits.ATTRIBUTES_MAX + ")");
    }
    int next = position + length;
    int nameLength = get16();
    if (nameLength > next - position) {
      throw new FrameException(
          "an attribute's name of " + nameLength + " bytes in a field of " + length);
    }
    var name = attributeText(nameLength);
    if (attributes.put(name, attributeText(next - position)) != null) {
      throw new FrameException("attribute \"" + name + "\" twice (expected: once)");
    }
  }

  private String attributeText(int length) {
    var text = text(length);
    if (text.length() > MeshLimits.ATTRIBUTE_MAX_CHARS) {
      throw new FrameException(
          "attribute of "
              + text.length()
              + " characters (limit: "
              + MeshLimits.ATTRIBUTE_MAX_CHARS
              + ")");
    }
    return text;
  }

  private Payload payload() {
    var body = rest();
    if (body.length() > MeshLimits.BODY_MAX_BYTES) {
      throw new FrameException(
          "body of " + body.length() + " bytes (limit: " + MeshLimits.BODY_MAX_BYTES + ")");
    }
    return Payload.of(body, contentType);
  }

  private Buffer rest() {
    int at = position - buffer.arrayOffset();
    int length = end - position;
    position = end;
    return BufferInternal.buffer(buffer.slice(at, length));
  }

  private String named() {
    int index = get16();
    if (index >= nameCount) {
      throw new FrameException("name " + index + " (expected: one of " + nameCount + ")");
    }
    return names[index];
  }

  private static Kind kind(int kind) {
    return switch (kind) {
      case FrameFormat.KIND_QUERY -> Kind.QUERY;
      case FrameFormat.KIND_COMMAND -> Kind.COMMAND;
      case FrameFormat.KIND_STREAM -> Kind.STREAM;
      default -> throw new FrameException("kind " + kind + " (expected: 0 to 2)");
    };
  }

  private String name(int length) {
    if (length > MeshLimits.NAME_MAX_BYTES) {
      throw new FrameException(
          "name of " + length + " bytes (limit: " + MeshLimits.NAME_MAX_BYTES + ")");
    }
    need(length);
    // It goes into logs and addresses as it is.
    for (int i = position; i < position + length; i++) {
      if ((bytes[i] >= 0 && bytes[i] < ' ') || bytes[i] == FrameFormat.DELETE) {
        throw new FrameException(
            "name with byte " + bytes[i] + " (expected: no control character)");
      }
    }
    return text(length);
  }

  private String key(int length) {
    var text = text(length);
    if (text.length() > MeshLimits.KEY_MAX_CHARS) {
      throw new FrameException(
          "key of " + text.length() + " characters (limit: " + MeshLimits.KEY_MAX_CHARS + ")");
    }
    return text;
  }

  private static int bounded(int length) {
    if (length > FrameFormat.TEXT_MAX_BYTES) {
      throw new FrameException(
          "text of " + length + " bytes (limit: " + FrameFormat.TEXT_MAX_BYTES + ")");
    }
    return length;
  }

  private String text(int length) {
    need(length);
    var text = new String(bytes, position, length, UTF_8);
    position += length;
    return text;
  }

  private int get8() {
    need(1);
    return bytes[position++] & 0xFF;
  }

  private int peek16() {
    need(Short.BYTES);
    return (short) SHORT.get(bytes, position) & 0xFFFF;
  }

  private int get16() {
    int value = peek16();
    position += Short.BYTES;
    return value;
  }

  private int get32() {
    need(Integer.BYTES);
    int value = (int) INT.get(bytes, position);
    position += Integer.BYTES;
    return value;
  }

  private long get64() {
    need(Long.BYTES);
    long value = (long) LONG.get(bytes, position);
    position += Long.BYTES;
    return value;
  }

  private void need(int length) {
    if (length > end - position) {
      throw new FrameException(length + " bytes" + room());
    }
  }

  private String room() {
    return " at byte " + (position - base) + " of " + (limit - base) + " (expected: more bytes)";
  }
}
