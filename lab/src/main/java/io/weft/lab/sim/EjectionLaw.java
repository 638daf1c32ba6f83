package io.weft.lab.sim;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.discovery.Endpoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No endpoint whose breaker is open is picked, but for a probe, while no more are ill than may be
 * left out: then a healthy one exists.
 *
 * <p>A probe turns the breaker half-open before it is sent. What is known of an endpoint is
 * forgotten with it, when it leaves the directory.
 */
final class EjectionLaw extends Law {
  static final String NAME = "ejected endpoint";

  private final World world;
  private final Map<Incarnation, Breakers> breakers = new HashMap<>();

  /** The breakers of one process that have ever opened. */
  private static final class Breakers {
    private final Map<String, CircuitBreakerState> states = new HashMap<>();

    /** The same, of those that have left since as well. */
    private final Map<String, CircuitBreakerState> ever = new HashMap<>();

    private long directory;
  }

  EjectionLaw(World world) {
    this.world = world;
  }

  @Override
  public void turned(Incarnation by, Endpoint endpoint, CircuitBreakerState state) {
    var seen = breakers.computeIfAbsent(by, b -> new Breakers());
    seen.ever.put(endpoint.id(), state);
    for (var present : by.registry().directory().of(World.SERVICE)) {
      if (present.id().equals(endpoint.id())) {
        seen.states.put(endpoint.id(), state);
      }
    }
  }

  @Override
  public void afterStep(@Nullable Incarnation touched) {
    var seen = touched == null ? null : breakers.get(touched);
    if (touched == null || seen == null) {
      return;
    }
    var directory = touched.registry().directory();
    if (directory.version() != seen.directory) {
      seen.directory = directory.version();
      var present = new HashSet<String>();
      directory.of(World.SERVICE).forEach(endpoint -> present.add(endpoint.id()));
      seen.states.keySet().retainAll(present);
    }
  }

  @Override
  public void attempted(Incarnation by, SimCall call, Endpoint endpoint) {
    var seen = breakers.get(by);
    if (seen == null || seen.states.get(endpoint.id()) != CircuitBreakerState.OPEN) {
      return;
    }
    var all = by.registry().directory().serving(World.OPERATIONS.get(0));
    long ill = all.stream().filter(each -> ill(seen.ever.get(each.id()))).count();
    double share = world.settings().policy().breaker().ejectedShareMax();
    if (ill <= Math.floor(all.size() * share)) {
      throw new Violation(
          NAME,
          by.member()
              + " picked "
              + endpoint.id()
              + ", whose breaker is open, though only "
              + ill
              + " of "
              + all.size()
              + " are ill");
    }
  }

  private static boolean ill(@Nullable CircuitBreakerState state) {
    return state != null && state != CircuitBreakerState.CLOSED;
  }
}
