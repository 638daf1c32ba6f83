package io.weft.mesh.breaker;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.discovery.Endpoint;

/** Who is told when the breaker of an endpoint changes its state. */
@FunctionalInterface
public interface Transitions {
  /** Tells nobody. */
  Transitions NOBODY = (endpoint, from, to, why) -> {};

  /**
   * Takes note of a change. Called on the event loop of the breaker, after the change; it must
   * neither block nor throw.
   *
   * @param endpoint whose breaker it is
   * @param from the state before, another than {@code to}
   * @param to the state now
   * @param why what led to it, for people
   */
  void changed(Endpoint endpoint, CircuitBreakerState from, CircuitBreakerState to, String why);
}
