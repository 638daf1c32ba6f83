package io.weft.node.observe;

import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.TraceSummary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node tells of the traces that it keeps. It has no part of what other nodes keep. */
public interface NodeTraces {
  /** Tells of the traces of one node; to be asked with {@code CallOptions.withNode}. */
  Operation<Asked, Told> TRACES = Operation.query("node.traces", Asked.class, Told.class);

  /**
   * Which traces are asked for; what is absent does not matter.
   *
   * @param trace the id of the one whose spans are asked for: 32 hex digits. Without it a list is
   * @param limit how many at most, 1 to 512; 50 if absent
   * @param slowerThanMillis only those with a span that took longer
   * @param operation only those with a span of that name
   * @param failed only those with a span that failed
   */
  record Asked(
      @Nullable String trace,
      @Nullable Integer limit,
      @Nullable Long slowerThanMillis,
      @Nullable String operation,
      @Nullable Boolean failed) {}

  /**
   * The answer.
   *
   * @param traces those that were asked for, the latest first; none when one was asked for by id
   * @param spans the spans of the one that was asked for by id, by their beginning
   * @param leftOut how many more spans of it there were
   */
  record Told(List<TraceSummary> traces, List<Line> spans, int leftOut) {}

  /**
   * A span.
   *
   * @param span its id: 16 hex digits
   * @param parent the id of the span that it was done for; empty when there is none
   * @param kind {@code SERVER}, {@code CLIENT} or {@code INTERNAL}
   * @param outcome {@code ok}, or the kind of its failure
   * @param failure why it failed, for people
   */
  record Line(
      String span,
      String parent,
      String name,
      String kind,
      String node,
      String service,
      Instant at,
      long micros,
      String outcome,
      @Nullable String failure,
      Map<String, String> attributes) {
    private static final long MICRO_NANOS = 1_000;

    static Line of(Span span) {
      return new Line(
          span.id(),
          span.parentId(),
          span.name(),
          span.kind().name(),
          span.node(),
          span.service(),
          span.at(),
          span.nanos() / MICRO_NANOS,
          span.outcome().label(),
          span.failure(),
          span.attributes());
    }
  }
}
