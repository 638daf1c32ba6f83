package io.weft.lab.sim;

import io.weft.mesh.discovery.Endpoint;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Within five seconds of healing every live endpoint is picked again, and everybody knows exactly
 * the endpoints that live.
 */
final class HealingLaw extends Law {
  static final String PICKED = "picked after healing";
  static final String KNOWN = "known after healing";

  private final World world;
  private final Set<String> live = new TreeSet<>();
  private final Set<String> unpicked = new TreeSet<>();
  private long dueNanos = Long.MAX_VALUE;
  private long healedNanos;
  private long pickedNanos;

  HealingLaw(World world) {
    this.world = world;
  }

  @Override
  public void healed() {
    for (var process : world.processes()) {
      process.endpoints().forEach(endpoint -> live.add(endpoint.id()));
    }
    unpicked.addAll(live);
    healedNanos = world.nanos();
    dueNanos = healedNanos + SimLimits.HEALED_WITHIN.toNanos();
  }

  @Override
  public void attempted(Incarnation by, SimCall call, Endpoint endpoint) {
    if (unpicked.remove(endpoint.id()) && unpicked.isEmpty()) {
      pickedNanos = world.nanos();
    }
  }

  @Override
  public void afterStep(@Nullable Incarnation touched) {
    if (world.nanos() < dueNanos) {
      return;
    }
    dueNanos = Long.MAX_VALUE;
    if (!unpicked.isEmpty()) {
      throw new Violation(PICKED, "nobody has picked " + unpicked);
    }
    for (var process : world.processes()) {
      var known = new TreeSet<String>();
      var directory = world.parts().directories(process).get();
      directory.of(World.SERVICE).forEach(endpoint -> known.add(endpoint.id()));
      if (!known.equals(live)) {
        throw new Violation(
            KNOWN, process.member() + " knows " + known + " (expected: " + live + ")");
      }
    }
  }

  /** Returns how long after healing the last endpoint was picked again. */
  long tookNanos() {
    return Math.max(0, pickedNanos - healedNanos);
  }
}
