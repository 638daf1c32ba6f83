package io.weft.mesh.telemetry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/**
 * A trace in short, as one node knows it or as all nodes together do.
 *
 * @param trace the trace's id: 32 hex digits
 * @param at when its first span began
 * @param root the name of that span
 * @param micros how long its longest span took
 * @param spans how many spans there are of it
 * @param failed whether one of them failed
 * @param services whose spans they are, by name
 */
public record TraceSummary(
    String trace,
    Instant at,
    String root,
    long micros,
    int spans,
    boolean failed,
    List<String> services) {
  private static final long MICRO_NANOS = 1_000;

  /** Returns spans of one trace in short. */
  static TraceSummary of(List<Span> spans, int leftOut) {
    var first = spans.get(0);
    long nanos = 0;
    boolean failed = false;
    var services = new TreeSet<String>();
    for (var span : spans) {
      first = before(span, first) ? span : first;
      nanos = Math.max(nanos, span.nanos());
      failed |= span.failed();
      services.add(span.service());
    }
    return new TraceSummary(
        first.trace(),
        first.at(),
        first.name(),
        nanos / MICRO_NANOS,
        spans.size() + leftOut,
        failed,
        List.copyOf(services));
  }

  /** A span without a parent comes first, whatever the clocks say. */
  private static boolean before(Span one, Span other) {
    boolean root = one.parent() == 0;
    return root == (other.parent() == 0) ? one.at().isBefore(other.at()) : root;
  }

  /**
   * Returns what several nodes know of traces as what they know together, the latest first.
   *
   * @param limit how many at most
   */
  public static List<TraceSummary> merged(Collection<TraceSummary> told, int limit) {
    var byTrace = new LinkedHashMap<String, TraceSummary>();
    for (var each : told) {
      byTrace.merge(each.trace(), each, TraceSummary::plus);
    }
    var all = new ArrayList<>(byTrace.values());
    all.sort(Comparator.comparing(TraceSummary::at).reversed());
    return List.copyOf(all.subList(0, Math.min(all.size(), limit)));
  }

  /** What took longest holds the rest, so it names the whole. */
  private TraceSummary plus(TraceSummary other) {
    var longer = other.micros > micros ? other : this;
    var all = new TreeSet<>(services);
    all.addAll(other.services);
    return new TraceSummary(
        trace,
        longer.at,
        longer.root,
        longer.micros,
        spans + other.spans,
        failed || other.failed,
        List.copyOf(all));
  }
}
