package io.weft.routing.gateway;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.micrometer.backends.BackendRegistries;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the requests to one HTTP port: {@code weft_http_request_seconds}, by port,
 * operation and status.
 *
 * <p>Vert.x has such metrics too, but looks five of them up by their labels for each request, which
 * costs more than the rest of what the gateway does before it calls. Here each series is looked up
 * once and kept. For one event loop; the series behind are those of the whole node.
 */
final class HttpMeters {
  /** The operation of what goes by no contract. */
  static final String OTHER = "other";

  /** The status of what has one of too many. */
  private static final int OTHERS = 0;

  private final @Nullable MeterRegistry registry;
  private final String port;
  private final Map<String, Map<Integer, Timer>> timers = new HashMap<>();

  /** Creates the meters of a port, in the node's registry if it has one. */
  HttpMeters(String port) {
    this(port, BackendRegistries.getDefaultNow());
  }

  HttpMeters(String port, @Nullable MeterRegistry registry) {
    this.port = port;
    this.registry = registry;
    timers.put(OTHER, new HashMap<>());
  }

  /**
   * Takes note of a request that was answered, or whose client left before.
   *
   * @param operation one of the contract, the name of an upstream, or {@link #OTHER}
   */
  void record(String operation, int status, long nanos) {
    if (registry != null) {
      timer(registry, operation, status).record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  private Timer timer(MeterRegistry known, String operation, int status) {
    var byStatus = timers.get(operation);
    if (byStatus == null) {
      if (timers.size() > RoutingLimits.METERED_OPERATIONS_MAX) {
        return timer(known, OTHER, status);
      }
      byStatus = new HashMap<>();
      timers.put(operation, byStatus);
    }
    var timer = byStatus.get(status);
    if (timer == null) {
      int counted = byStatus.size() < RoutingLimits.METERED_STATUSES_MAX ? status : OTHERS;
      timer = byStatus.computeIfAbsent(counted, s -> registered(known, operation, s));
    }
    return timer;
  }

  private Timer registered(MeterRegistry known, String operation, int status) {
    return Timer.builder("weft.http.request")
        .description("Requests over HTTP, until they were answered")
        .tag("port", port)
        .tag("operation", operation)
        .tag("status", status == OTHERS ? OTHER : Integer.toString(status))
        .serviceLevelObjectives(RoutingLimits.METERED_BOUNDS.toArray(Duration[]::new))
        .register(known);
  }
}
