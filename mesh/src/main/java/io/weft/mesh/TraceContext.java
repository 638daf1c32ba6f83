package io.weft.mesh;

import io.weft.mesh.time.Rng;
import java.util.HexFormat;
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

  /** Returns a context that begins a new trace. */
  public static TraceContext begin(Rng rng) {
    return new TraceContext(id(rng), id(rng), id(rng), SAMPLED);
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
