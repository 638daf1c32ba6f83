package io.weft.mesh.bus;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decision for each endpoint that one event loop leaves out or takes back. Probes are lines of
 * the log, at a finer level: an endpoint that stays ill gets one every few seconds.
 */
final class BreakerLog implements Transitions {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerLog.class);

  private final Decisions decisions;

  BreakerLog(Decisions decisions) {
    this.decisions = decisions;
  }

  @Override
  public void changed(
      Endpoint endpoint, CircuitBreakerState from, CircuitBreakerState to, String why) {
    if (to == CircuitBreakerState.CLOSED) {
      decisions.add(Kind.RETURN, name(endpoint), why);
    } else if (from == CircuitBreakerState.CLOSED) {
      decisions.add(Kind.EJECTION, name(endpoint), why);
    } else {
      LOG.debug("{} is {}: {}", name(endpoint), to, why);
    }
  }

  private static String name(Endpoint endpoint) {
    return endpoint.node() + "/" + endpoint.instance();
  }
}
