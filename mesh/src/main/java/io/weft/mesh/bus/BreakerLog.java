package io.weft.mesh.bus;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decision for each endpoint that a node leaves out or takes back: when the first of its event
 * loops leaves it out, and when the last takes it back. What other loops do and probes are lines of
 * the log, at a finer level: an endpoint that stays ill gets a probe every few seconds.
 *
 * <p>Safe for use by many threads.
 */
final class BreakerLog {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerLog.class);

  private final Decisions decisions;

  /** Which event loops leave an endpoint out, by its id; guarded by this. */
  private final Map<String, Set<Object>> leftOut =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<Object>> eldest) {
          // Of endpoints that are gone nobody says that they are taken back.
          return size() > MeshLimits.EJECTIONS_KNOWN_MAX;
        }
      };

  BreakerLog(Decisions decisions) {
    this.decisions = decisions;
  }

  /** Returns what is told by one more event loop. */
  Transitions loop() {
    var loop = new Object();
    return (endpoint, from, to, why) -> changed(loop, endpoint, from, to, why);
  }

  private void changed(
      Object loop,
      Endpoint endpoint,
      CircuitBreakerState from,
      CircuitBreakerState to,
      String why) {
    var name = endpoint.node() + "/" + endpoint.instance();
    if (to == CircuitBreakerState.CLOSED && takesBack(loop, endpoint.id())) {
      decisions.add(Kind.RETURN, name, why);
    } else if (from == CircuitBreakerState.CLOSED && leavesOut(loop, endpoint.id())) {
      decisions.add(Kind.EJECTION, name, why);
    } else {
      LOG.debug("{} is {}: {}", name, to, why);
    }
  }

  /** Returns whether no other loop leaves it out. */
  private synchronized boolean leavesOut(Object loop, String endpoint) {
    var loops = leftOut.computeIfAbsent(endpoint, id -> new HashSet<>());
    if (loops.contains(loop)) {
      loops.clear(); // The endpoint was gone meanwhile: all have other breakers for it by now.
    }
    loops.add(loop);
    return loops.size() == 1;
  }

  /** Returns whether no loop leaves it out any more. */
  private synchronized boolean takesBack(Object loop, String endpoint) {
    var loops = leftOut.get(endpoint);
    if (loops == null) {
      return true;
    }
    loops.remove(loop);
    if (!loops.isEmpty()) {
      return false;
    }
    leftOut.remove(endpoint);
    return true;
  }
}
