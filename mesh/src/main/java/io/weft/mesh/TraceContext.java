package io.weft.mesh;

import io.weft.mesh.time.Rng;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a call stands in a trace, after the W3C recommendation "Trace Context".
 *
 * @param high the upper half of the trace's id
 * @param low the lower half of the trace's id
 * @param span the id of the span that calls; zero only in {@link #NONE}
 * @param flags the lowest bit says that the trace is sampled
 */
public record TraceContext(long high, long low, long span, byte flags) {
  /** No trace. */
  public static final TraceContext NONE = new TraceContext(0, 0, 0, (byte) 0);

  private static final Pattern FORM =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final byte SAMPLED = 1;

  /** What sets the span of an attempt apart from that of its call. */
  private static final long ATTEMPTED = 0x9E3779B97F4A7C15L;

  /** What sets the span of a handler's run apart from that of the call that it answers. */
  private static final long SERVED = 0xD1B54A32D192ED03L;

  /** Returns a context that begins a new trace, which nobody has asked to be kept. */
  public static TraceContext begin(Rng rng) {
    return new TraceContext(id(rng), id(rng), id(rng), (byte) 0);
  }

  /**
   * Returns a context in the trace of a thing's life, which has the thing's id. Things outlive the
   * call that made them: what is done for them later, by whatever node, is found there.
   *
   * @param sampled whether it is to be kept, and not only if it is one in so many, slow or failed
   */
  public static TraceContext of(UUID thing, boolean sampled, Rng rng) {
    return new TraceContext(
        thing.getMostSignificantBits(),
        thing.getLeastSignificantBits(),
        id(rng),
        sampled ? SAMPLED : 0);
  }

  /**
   * Reads a {@code traceparent}: {@code 00-<32 hex digits>-<16 hex digits>-<2 hex digits>}.
   *
   * @return the context, or null if the text is not one of a version that is understood
   */
  public static @Nullable TraceContext parse(String traceparent) {
    if (!FORM.matcher(traceparent).matches()) {
      return null;
    }
    return new TraceContext(
        HexFormat.fromHexDigitsToLong(traceparent, 3, 19),
        HexFormat.fromHexDigitsToLong(traceparent, 19, 35),
        HexFormat.fromHexDigitsToLong(traceparent, 36, 52),
        (byte) HexFormat.fromHexDigits(traceparent, 53, 55));
  }

  /** Returns the context of a new span in the same trace, or a new trace if this is none. */
  public TraceContext child(Rng rng) {
    return present() ? new TraceContext(high, low, id(rng), flags) : begin(rng);
  }

  /** Returns whether this is a trace at all. */
  public boolean present() {
    return span != 0;
  }

  /** Returns whether somebody has asked for the trace to be kept. */
  public boolean sampled() {
    return (flags & SAMPLED) != 0;
  }

  /**
   * Returns the id of the span of an attempt that carries this context. Both sides of a call derive
   * it and {@link #servedSpan} by themselves, so that neither travels and neither is drawn for the
   * many calls whose spans nobody keeps.
   */
  public long attemptSpan() {
    return mixed(span + ATTEMPTED);
  }

  /** Returns the id of the span of a handler's run that answers an attempt with this context. */
  public long servedSpan() {
    return mixed(span + SERVED);
  }

  /** Returns where the run of a handler stands that answers an attempt with this context. */
  public TraceContext served() {
    return present() ? new TraceContext(high, low, servedSpan(), flags) : this;
  }

  /** Returns this context with the wish that the trace be kept. */
  public TraceContext asSampled() {
    return new TraceContext(high, low, span, (byte) (flags | SAMPLED));
  }

  /** One number for another, no two the same: the last steps of SplitMix64, G. Steele et al. */
  private static long mixed(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    return mixed == 0 ? 1 : mixed;
  }

  /** Returns the trace's id: 32 hex digits. */
  public String traceId() {
    var hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }

  /** Returns the span's id: 16 hex digits. */
  public String spanId() {
    return HexFormat.of().toHexDigits(span);
  }

  /** Returns the {@code traceparent} of this context. */
  public String traceparent() {
    var hex = HexFormat.of();
    return "00-" + traceId() + "-" + hex.toHexDigits(span) + "-" + hex.toHexDigits(flags);
  }

  private static long id(Rng rng) {
    long id = rng.nextLong();
    return id == 0 ? 1 : id; // W3C reserves all zeros for "none".
  }
}
