package io.weft.mesh;

import io.weft.mesh.time.Rng;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** W3C trace contexts as text: {@code 00-<32 hex digits>-<16 hex digits>-<2 hex digits>}. */
public final class Traces {
  private static final Pattern FORM =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final int TRACE_START = 3;
  private static final int TRACE_END = 35;

  private Traces() {}

  /** Returns whether a text is a trace context of a version that is understood. */
  public static boolean valid(String traceparent) {
    return FORM.matcher(traceparent).matches();
  }

  /** Returns a trace context that begins a new trace. */
  public static String begin(Rng rng) {
    return "00-" + hex(rng) + hex(rng) + "-" + hex(rng) + "-01";
  }

  /** Returns the trace context of a new span in the same trace. */
  public static String child(String traceparent, Rng rng) {
    return traceparent.substring(0, TRACE_END + 1)
        + hex(rng)
        + traceparent.substring(traceparent.length() - 3);
  }

  /** Returns the trace id within a trace context: 32 hex digits. */
  public static String traceId(String traceparent) {
    return traceparent.substring(TRACE_START, TRACE_END);
  }

  private static String hex(Rng rng) {
    // Never all zero, which W3C reserves for "none".
    long high = 1L + rng.nextInt(Integer.MAX_VALUE);
    long low = rng.nextInt(Integer.MAX_VALUE);
    return HexFormat.of().toHexDigits((high << 32) | low);
  }
}
