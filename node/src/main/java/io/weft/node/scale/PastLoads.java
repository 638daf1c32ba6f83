package io.weft.node.scale;

import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeLoad.Past;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How one service did on this node at different loads of the last hour: of each load the latest
 * minute. How much an instance can serve at a time shows only where something waits, so one busy
 * minute says more than an hour of the same.
 *
 * <p>For one event loop.
 */
final class PastLoads {
  /** Loads that differ by less than this factor are the same. */
  private static final double STEP = 1.25;

  private final TreeMap<Integer, Minute> minutes = new TreeMap<>();
  private int instances;

  private record Minute(long atNanos, Past load) {}

  /** Takes note of the minute that ends now, if it says anything. */
  void add(ServiceLoad load, long nowNanos) {
    boolean steady = load.instances() == instances;
    instances = load.instances();
    // Where instances came or went, nobody can say how many served these calls.
    if (steady && instances > 0 && enough(load)) {
      int step = (int) Math.round(Math.log(load.perSecond() / instances) / Math.log(STEP));
      minutes.put(
          step,
          new Minute(
              nowNanos,
              new Past(
                  instances,
                  load.perSecond(),
                  load.meanMicros(),
                  load.p99Micros(),
                  load.atATimeMax())));
      if (minutes.size() > NodeLimits.LOAD_PAST_MAX) {
        minutes.pollFirstEntry(); // The least load says least.
      }
    }
  }

  /** Returns whether so many calls were served that their 99th percentile means something. */
  static boolean enough(ServiceLoad load) {
    return load.perSecond() * NodeLimits.LOAD_SECONDS >= NodeLimits.LOAD_CALLS_MIN;
  }

  /** Returns the minutes of the last hour, the least load first. */
  List<Past> since(long nowNanos) {
    var loads = new ArrayList<Past>();
    minutes
        .values()
        .removeIf(each -> nowNanos - each.atNanos() > NodeLimits.LOAD_PAST_KEPT.toNanos());
    minutes.values().forEach(each -> loads.add(each.load()));
    return loads;
  }
}
