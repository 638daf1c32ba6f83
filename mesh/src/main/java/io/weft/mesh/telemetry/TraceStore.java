package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The spans that a node keeps, by their trace: of failed traces, of slow ones and of the others up
 * to {@link MeshLimits#TRACES_KEPT} each, so that neither many failures nor many good ones push out
 * what is rare; and of all together up to {@link MeshLimits#SPANS_KEPT_MAX} spans. The oldest makes
 * room.
 *
 * <p>Safe for use by many threads.
 */
public final class TraceStore {
  private final Map<Worth, Map<Id, Kept>> kept = new EnumMap<>(Worth.class);
  private int spansKept;

  private record Id(long high, long low) {}

  /** What a trace is kept for: the first that holds. */
  private enum Worth {
    FAILED,
    SLOW,
    OTHER
  }

  /** Who makes room for spans first. */
  private static final List<Worth> LEAST_FIRST = List.of(Worth.OTHER, Worth.SLOW, Worth.FAILED);

  private static final class Kept {
    private final List<Span> spans = new ArrayList<>(4);
    private Worth as = Worth.OTHER;
    private int leftOut;
  }

  /**
   * The spans of a trace that one node has.
   *
   * @param spans by their beginning
   * @param leftOut how many more there were
   */
  public record Trace(List<Span> spans, int leftOut) {}

  /** Creates a store without any. */
  public TraceStore() {
    for (var each : Worth.values()) {
      kept.put(each, new LinkedHashMap<>());
    }
  }

  /** Keeps a span. */
  synchronized void add(Span span, boolean slow) {
    var id = new Id(span.high(), span.low());
    var found = find(id);
    var trace = found == null ? new Kept() : found;
    if (trace.spans.size() < MeshLimits.TRACE_SPANS_MAX) {
      trace.spans.add(span);
      spansKept++;
    } else {
      trace.leftOut++;
    }
    var as = span.failed() ? Worth.FAILED : slow ? Worth.SLOW : Worth.OTHER;
    if (found == null) {
      trace.as = as;
      put(id, trace);
    } else if (as.compareTo(trace.as) < 0) {
      of(trace.as).remove(id);
      trace.as = as;
      put(id, trace);
    }
    makeRoom(trace);
  }

  private void put(Id id, Kept trace) {
    var same = of(trace.as);
    if (same.size() == MeshLimits.TRACES_KEPT) {
      var oldest = same.values().iterator();
      spansKept -= oldest.next().spans.size();
      oldest.remove();
    }
    same.put(id, trace);
  }

  /** A trace is kept as a whole or not at all, but for what is left out from the beginning. */
  @SuppressWarnings("ReferenceEquality") // It is that very one that must stay.
  private void makeRoom(Kept present) {
    for (var worth : LEAST_FIRST) {
      var oldest = of(worth).values().iterator();
      while (spansKept > MeshLimits.SPANS_KEPT_MAX && oldest.hasNext()) {
        var trace = oldest.next();
        if (trace != present) {
          oldest.remove();
          spansKept -= trace.spans.size();
        }
      }
    }
  }

  private @Nullable Kept find(Id id) {
    for (var each : Worth.values()) {
      var found = of(each).get(id);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private Map<Id, Kept> of(Worth as) {
    return kept.computeIfAbsent(as, none -> new LinkedHashMap<>());
  }

  /** Returns how many traces are kept. */
  public synchronized int size() {
    return kept.values().stream().mapToInt(Map::size).sum();
  }

  /**
   * Returns what is kept of one trace; no spans when nothing is.
   *
   * @param high the upper half of the trace's id
   * @param low the lower half of the trace's id
   */
  public synchronized Trace trace(long high, long low) {
    var found = find(new Id(high, low));
    if (found == null) {
      return new Trace(List.of(), 0);
    }
    var spans = new ArrayList<>(found.spans);
    spans.sort(Comparator.comparing(Span::at));
    return new Trace(List.copyOf(spans), found.leftOut);
  }

  /**
   * Returns the latest traces that a question is about, in short, the latest first.
   *
   * @param question which
   */
  public synchronized List<TraceSummary> list(TraceQuestion question) {
    var found = new ArrayList<TraceSummary>();
    for (var same : kept.values()) {
      for (var trace : same.values()) {
        if (question.concerns(trace.spans)) {
          found.add(TraceSummary.of(trace.spans, trace.leftOut));
        }
      }
    }
    found.sort(Comparator.comparing(TraceSummary::at).reversed());
    return List.copyOf(found.subList(0, Math.min(found.size(), question.limit())));
  }
}
