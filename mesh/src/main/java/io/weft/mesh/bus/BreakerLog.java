package io.weft.mesh.bus;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Endpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line in the log for each endpoint that one event loop leaves out or takes back. Probes are told
 * at a finer level: an endpoint that stays ill gets one every few seconds.
 */
final class BreakerLog implements Transitions {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerLog.class);

  @Override
  public void changed(
      Endpoint endpoint, CircuitBreakerState from, CircuitBreakerState to, String why) {
    if (to == CircuitBreakerState.CLOSED) {
      LOG.info("{} of node {} is well again: {}", endpoint.instance(), endpoint.node(), why);
    } else if (from == CircuitBreakerState.CLOSED) {
      LOG.info("{} of node {} is ill: {}", endpoint.instance(), endpoint.node(), why);
    } else {
      LOG.debug("{} of node {} is {}: {}", endpoint.instance(), endpoint.node(), to, why);
    }
  }
}
