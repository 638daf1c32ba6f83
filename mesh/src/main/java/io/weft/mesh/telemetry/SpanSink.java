package io.weft.mesh.telemetry;

import io.weft.mesh.TraceContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go when what they tell of has ended.
 *
 * <p>Nothing is made of a span before it is known that somebody wants it, which is only decided at
 * its end: so those that nobody wants cost a comparison. From any thread; never blocks.
 */
public interface SpanSink {
  /** Wants none. */
  SpanSink NONE =
      new SpanSink() {
        @Override
        public boolean wants(TraceContext trace, Outcome outcome, long nanos) {
          return false;
        }

        @Override
        public void add(
            TraceContext trace,
            long span,
            long parent,
            Span.Kind kind,
            String name,
            String service,
            Outcome outcome,
            @Nullable String failure,
            long nanos,
            Map<String, String> attributes) {}
      };

  /**
   * Returns whether a trace that begins here is one of those that are kept whatever becomes of
   * them. Whoever begins it marks it, so that all who continue it keep it too.
   */
  default boolean samples(TraceContext trace) {
    return false;
  }

  /**
   * Returns whether a span is to be told of; if so, there is room for it, and it is to be added.
   *
   * @param trace the trace that it belongs to
   * @param nanos how long it took
   */
  boolean wants(TraceContext trace, Outcome outcome, long nanos);

  /**
   * Takes a span that ends now.
   *
   * @param trace the trace that it belongs to; its own span does not count
   * @param span the id of the span
   * @param parent the id of the span that it was done for; 0 for none
   * @param name what was done
   * @param service the service that did it
   * @param failure why it failed, or null
   * @param nanos how long it took
   */
  void add(
      TraceContext trace,
      long span,
      long parent,
      Span.Kind kind,
      String name,
      String service,
      Outcome outcome,
      @Nullable String failure,
      long nanos,
      Map<String, String> attributes);
}
