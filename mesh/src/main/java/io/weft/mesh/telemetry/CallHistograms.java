package io.weft.mesh.telemetry;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The telemetry of one node, kept in histograms until somebody reads it: all of it since the start,
 * and what came in the last seconds.
 *
 * <p>Operations come from contracts and nodes from the registry, so there are few; callers may call
 * themselves as they like. Past {@link #SERIES_MAX}, for what is served {@link #EDGES_MAX}, further
 * ones are not told apart. Recording neither locks nor allocates, except for the first record of a
 * series, an outcome or a thread.
 *
 * <p>With {@link #tick} once a second it remembers the last minute second by second: of each series
 * that was recorded into only the buckets that changed, so quiet ones cost nothing.
 */
public final class CallHistograms implements Telemetry {
  /** Pairs of operation and node that are told apart, for calls and for attempts. */
  public static final int SERIES_MAX = 1_024;

  /** Who calls what of which instance: so many are told apart. */
  public static final int EDGES_MAX = 2_048;

  /** What further operations, callers and nodes are called. */
  public static final String OTHER = "other";

  /** How often {@link #tick} is to be called. */
  public static final Duration TICK = Duration.ofSeconds(1);

  private static final Name OTHERS = new Name(OTHER, "", "", OTHER);
  private static final int TICKS_KEPT = MeshLimits.WINDOW_MAX_SECONDS;

  private final Ticker ticker;
  private final Map<Name, Series> calls = new ConcurrentHashMap<>();
  private final Map<Name, Series> attempts = new ConcurrentHashMap<>();
  private final Map<Name, Series> served = new ConcurrentHashMap<>();
  private final Map<Integer, Windowed> loops = new ConcurrentHashMap<>();

  /** What instances served that are gone, under no instance's name. */
  private final Map<Name, Map<Outcome, Distribution>> gone = new HashMap<>();

  /** When the last ticks were, by their number. */
  private final long[] tickNanos = new long[TICKS_KEPT + 1];

  private long ticks;

  private record Name(String operation, String instance, String caller, String node) {}

  private record Slice(long tick, Distribution fresh) {}

  /** Creates the telemetry of a node on which nothing was called yet. */
  public CallHistograms(Ticker ticker) {
    this.ticker = ticker;
    tickNanos[0] = ticker.nanos();
  }

  @Override
  public Recorder calls(String operation) {
    return series(calls, new Name(operation, "", "", ""), SERIES_MAX, OTHERS);
  }

  @Override
  public Recorder attempts(String operation, String node) {
    return series(attempts, new Name(operation, "", "", node), SERIES_MAX, OTHERS);
  }

  @Override
  public Recorder servings(String instance, String operation, String caller, String node) {
    // Instances and what they serve are this node's own, so those are few in any case.
    return series(
        served,
        new Name(operation, instance, caller, node),
        EDGES_MAX,
        new Name(operation, instance, OTHER, OTHER));
  }

  private static Series series(Map<Name, Series> known, Name name, int most, Name beyond) {
    var found = known.get(name);
    if (found != null) {
      return found;
    }
    return known.computeIfAbsent(known.size() < most ? name : beyond, Series::new);
  }

  @Override
  public void loopDelayed(int loop, long nanos) {
    var known = loops.get(loop);
    if (known == null) {
      known = loops.computeIfAbsent(loop, number -> new Windowed());
    }
    known.histogram.record(nanos);
  }

  /** What the instance served still counts, but it takes no room any more once a minute is over. */
  @Override
  public synchronized void retired(String instance) {
    for (var series : served.values()) {
      if (series.name.instance().equals(instance)) {
        series.retiredTick = ticks;
      }
    }
  }

  /** Returns all calls since the start, as their callers felt them, by operation. */
  public List<Measured> readCalls() {
    return read(calls);
  }

  /** Returns all attempts since the start, by operation and node. */
  public List<Measured> readAttempts() {
    return read(attempts);
  }

  /** Returns all runs of this node's handlers since the start, by everything. */
  public synchronized List<Measured> readServings() {
    var readings = read(served);
    gone.forEach(
        (name, outcomes) ->
            outcomes.forEach((outcome, total) -> readings.add(measured(name, outcome, total))));
    return Measured.sum(readings, measured -> measured);
  }

  /** Returns, for each event loop, how late it was with what was due, since the start. */
  public Map<Integer, Distribution> readLoops() {
    var delays = new HashMap<Integer, Distribution>();
    loops.forEach(
        (loop, windowed) -> delays.put(loop, windowed.histogram.snapshot().distribution()));
    return delays;
  }

  private static List<Measured> read(Map<Name, Series> known) {
    var readings = new ArrayList<Measured>();
    known.values().forEach(series -> series.read(readings));
    return readings;
  }

  /** Remembers what came in the second that ends now. To be called by one timer of the node. */
  public synchronized void tick() {
    ticks++;
    tickNanos[place(ticks)] = ticker.nanos();
    calls.values().forEach(series -> series.tick(ticks));
    attempts.values().forEach(series -> series.tick(ticks));
    served.values().forEach(series -> series.tick(ticks));
    loops.values().forEach(windowed -> windowed.tick(ticks));
    forgetTheGone();
  }

  private void forgetTheGone() {
    for (var series : List.copyOf(served.values())) {
      if (series.retiredTick >= 0 && ticks - series.retiredTick > TICKS_KEPT) {
        served.remove(series.name);
        var name = series.name;
        var rest = new Name(name.operation(), "", name.caller(), name.node());
        var readings = new ArrayList<Measured>();
        series.read(readings);
        var totals = gone.computeIfAbsent(rest, fresh -> new EnumMap<>(Outcome.class));
        readings.forEach(
            each -> totals.merge(each.outcome(), each.latencies(), Distribution::plus));
      }
    }
  }

  /**
   * Returns what came in the last seconds, up to the last {@link #tick}.
   *
   * @param seconds how many, 1 to {@link MeshLimits#WINDOW_MAX_SECONDS}
   */
  public synchronized Window last(int seconds) {
    if (seconds < 1 || seconds > MeshLimits.WINDOW_MAX_SECONDS) {
      throw new IllegalArgumentException(
          "a window of "
              + seconds
              + " seconds (expected: 1 to "
              + MeshLimits.WINDOW_MAX_SECONDS
              + ")");
    }
    long since = Math.max(0, ticks - seconds);
    var servings = since(served, since);
    var delays = new ArrayList<Distribution>();
    loops.values().forEach(windowed -> windowed.since(since, delays::add));
    return new Window(
        Duration.ofNanos(tickNanos[place(ticks)] - tickNanos[place(since)]),
        since(calls, since),
        since(attempts, since),
        Measured.sum(servings, Measured::ofAnyCaller),
        Measured.sum(servings, Measured::ofAnyInstance),
        Distribution.sum(delays));
  }

  private static List<Measured> since(Map<Name, Series> known, long tick) {
    var readings = new ArrayList<Measured>();
    known.values().forEach(series -> series.since(tick, readings));
    return readings;
  }

  private static int place(long tick) {
    return (int) (tick % (TICKS_KEPT + 1));
  }

  private static Measured measured(Name name, Outcome outcome, Distribution latencies) {
    return new Measured(
        name.operation(), name.instance(), name.caller(), name.node(), outcome, latencies);
  }

  private static final class Series implements Recorder {
    private final Name name;
    private final EnumMap<Outcome, Windowed> byOutcome = new EnumMap<>(Outcome.class);

    /** The tick at which its instance was gone; negative while it is there. */
    private long retiredTick = -1;

    Series(Name name) {
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

    void read(List<Measured> readings) {
      byOutcome.forEach(
          (outcome, windowed) -> {
            if (!windowed.histogram.untouched()) {
              var total = windowed.histogram.snapshot().distribution();
              readings.add(measured(name, outcome, total));
            }
          });
    }

    void tick(long tick) {
      byOutcome.values().forEach(windowed -> windowed.tick(tick));
    }

    void since(long tick, List<Measured> readings) {
      byOutcome.forEach(
          (outcome, windowed) ->
              windowed.since(tick, fresh -> readings.add(measured(name, outcome, fresh))));
    }
  }

  /** A histogram, and what came into it in each of the last seconds. */
  private static final class Windowed {
    private static final long[] NOTHING = new long[0];

    private final LatencyHistogram histogram = new LatencyHistogram();
    private final Deque<Slice> slices = new ArrayDeque<>(0);
    private long[] seen = NOTHING;
    private long mark;

    void tick(long tick) {
      while (!slices.isEmpty() && slices.getFirst().tick() <= tick - TICKS_KEPT) {
        slices.removeFirst();
      }
      long present = histogram.mark();
      if (present == mark) {
        return;
      }
      mark = present;
      if (seen.length == 0) {
        seen = LatencyHistogram.nothingSeen();
      }
      slices.addLast(new Slice(tick, histogram.since(seen)));
    }

    /** Tells of what came after a tick, if anything did. */
    void since(long tick, Consumer<Distribution> told) {
      var parts = new ArrayList<Distribution>();
      for (var slice : slices) {
        if (slice.tick() > tick) {
          parts.add(slice.fresh());
        }
      }
      if (!parts.isEmpty()) {
        told.accept(Distribution.sum(parts));
      }
    }
  }
}
