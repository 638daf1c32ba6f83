package io.weft.mesh.telemetry;

import io.weft.mesh.telemetry.LatencyHistogram.Snapshot;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The telemetry of one node, kept in histograms until somebody reads it.
 *
 * <p>Operations come from contracts and nodes from the registry, so there are few; past {@link
 * #SERIES_MAX} further ones are not told apart. Recording neither locks nor allocates, except for
 * the first record of a series, an outcome or a thread.
 */
public final class CallHistograms implements Telemetry {
  /** Pairs of operation and node that are told apart, for each of calls, attempts and servings. */
  public static final int SERIES_MAX = 1_024;

  /** What quantiles look back on, at least, as long as they are read more often than that. */
  public static final Duration RECENT = Duration.ofMinutes(1);

  /** What further operations and nodes are called. */
  private static final Pair OTHER = new Pair("other", "other");

  private final Ticker ticker;
  private final Map<Pair, Series> calls = new ConcurrentHashMap<>();
  private final Map<Pair, Series> attempts = new ConcurrentHashMap<>();
  private final Map<Pair, Series> served = new ConcurrentHashMap<>();

  private record Pair(String operation, String node) {}

  /**
   * What is known of one operation, node and outcome.
   *
   * @param operation the operation's name
   * @param node the endpoint's node; empty unless attempts are told of
   * @param outcome what became of them
   * @param count how many there were since the start
   * @param sumNanos how long they took together
   * @param recent those of the last one to two minutes, or, when nobody has read for longer, since
   *     the last reading but one
   */
  public record Reading(
      String operation, String node, Outcome outcome, long count, long sumNanos, Snapshot recent) {}

  /** Creates the telemetry of a node on which nothing was called yet. */
  public CallHistograms(Ticker ticker) {
    this.ticker = ticker;
  }

  @Override
  public Recorder calls(String operation) {
    return series(calls, operation, "");
  }

  @Override
  public Recorder attempts(String operation, String node) {
    return series(attempts, operation, node);
  }

  @Override
  public Recorder servings(String operation) {
    return series(served, operation, "");
  }

  /** Returns what is known of calls, as their callers felt them. */
  public List<Reading> readCalls() {
    return read(calls);
  }

  /** Returns what is known of attempts, by node. */
  public List<Reading> readAttempts() {
    return read(attempts);
  }

  /** Returns what is known of the runs of this node's handlers. */
  public List<Reading> readServings() {
    return read(served);
  }

  private static Series series(Map<Pair, Series> known, String operation, String node) {
    var pair = new Pair(operation, node);
    var found = known.get(pair);
    if (found != null) {
      return found;
    }
    return known.computeIfAbsent(known.size() < SERIES_MAX ? pair : OTHER, Series::new);
  }

  private List<Reading> read(Map<Pair, Series> known) {
    var readings = new ArrayList<Reading>();
    long now = ticker.nanos();
    known.values().forEach(series -> series.read(now, readings));
    return readings;
  }

  private static final class Series implements Recorder {
    private final Pair name;
    private final EnumMap<Outcome, Windowed> byOutcome = new EnumMap<>(Outcome.class);

    Series(Pair name) {
      this.name = name;
      for (var outcome : Outcome.values()) {
        byOutcome.put(outcome, new Windowed());
      }
    }

    @Override
    public void record(Outcome outcome, long nanos) {
      var windowed = byOutcome.get(outcome);
      if (windowed != null) {
        windowed.histogram.record(nanos);
      }
    }

    void read(long nowNanos, List<Reading> readings) {
      byOutcome.forEach(
          (outcome, windowed) -> {
            if (!windowed.histogram.untouched()) {
              readings.add(windowed.read(nowNanos, name, outcome));
            }
          });
    }
  }

  /**
   * A histogram and what it held at two earlier readings, so that quantiles tell of the present and
   * not of all time, without a timer that forgets.
   */
  private static final class Windowed {
    final LatencyHistogram histogram = new LatencyHistogram();
    private Snapshot older = Snapshot.EMPTY;
    private @Nullable Snapshot newer;
    private long newerNanos;

    synchronized Reading read(long nowNanos, Pair name, Outcome outcome) {
      var now = histogram.snapshot();
      var recent = now.since(older);
      if (newer == null) {
        newer = now;
        newerNanos = nowNanos;
      } else if (nowNanos - newerNanos >= RECENT.toNanos()) {
        older = newer;
        newer = now;
        newerNanos = nowNanos;
      }
      return new Reading(
          name.operation(), name.node(), outcome, now.count(), now.sumNanos(), recent);
    }
  }
}
