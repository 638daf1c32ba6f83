package io.weft.mesh.bus;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.Map;

/**
 * What one reader has been told of the loads of this node's instances: it is told again when one
 * has changed by a notable step, and now and then as long as there is any load to tell of.
 *
 * <p>For one event loop.
 */
final class ToldLoads {
  private final Map<String, Told> told = new HashMap<>();

  private static final class Told {
    private double load;
    private long atNanos;
  }

  /** Returns whether the reader is to be told of a load; it counts as told then. */
  boolean isNews(String instance, double load, Ticker ticker) {
    var before = told.get(instance);
    if (before == null) {
      if (load < MeshLimits.LOAD_STEP) {
        return false; // Who has heard nothing takes it for idle.
      }
      before = remember(instance);
    } else if (Math.abs(load - before.load) < MeshLimits.LOAD_STEP
        && (load < MeshLimits.LOAD_STEP
            || ticker.nanos() - before.atNanos < MeshLimits.LOAD_TELL_INTERVAL.toNanos())) {
      return false;
    }
    before.load = load;
    before.atNanos = ticker.nanos();
    return true;
  }

  private Told remember(String instance) {
    if (told.size() >= MeshLimits.LOADS_TOLD_MAX) {
      told.clear(); // Of instances that are gone, mostly; the others are told of again.
    }
    var added = new Told();
    told.put(instance, added);
    return added;
  }
}
