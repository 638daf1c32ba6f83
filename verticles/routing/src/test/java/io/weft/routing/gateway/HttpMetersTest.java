package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weft.routing.RoutingLimits;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HttpMetersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final HttpMeters meters = new HttpMeters("http", registry);

  @Test
  void requestsAreCountedByOperationAndStatusWithTheirTime() {
    meters.record("users.get", 200, TimeUnit.MILLISECONDS.toNanos(3));
    meters.record("users.get", 200, TimeUnit.MILLISECONDS.toNanos(5));
    meters.record("users.get", 404, 1);
    var answered = timer("users.get", "200");
    assertEquals(2, answered.count());
    assertEquals(8, answered.totalTime(TimeUnit.MILLISECONDS));
    assertEquals(1, timer("users.get", "404").count());
  }

  @Test
  void operationsPastTheBoundAreCountedTogether() {
    for (int i = 0; i < 2 * RoutingLimits.METERED_OPERATIONS_MAX; i++) {
      meters.record("service-" + i, 200, 1);
    }
    assertEquals(
        RoutingLimits.METERED_OPERATIONS_MAX + 1,
        registry.find("weft.http.request").timers().size());
    assertEquals(RoutingLimits.METERED_OPERATIONS_MAX, timer(HttpMeters.OTHER, "200").count());
  }

  @Test
  void statusesPastTheBoundAreCountedTogether() {
    for (int status = 200; status < 600; status++) {
      meters.record("users.get", status, 1);
      meters.record("users.get", status, 1);
    }
    assertEquals(
        RoutingLimits.METERED_STATUSES_MAX + 1, registry.find("weft.http.request").timers().size());
    int together = 400 - RoutingLimits.METERED_STATUSES_MAX;
    assertEquals(2L * together, timer("users.get", HttpMeters.OTHER).count());
  }

  @Test
  void aPortWithoutARegistryCountsNothing() {
    new HttpMeters("http", null).record("users.get", 200, 1);
    assertTrue(registry.getMeters().isEmpty());
  }

  private Timer timer(String operation, String status) {
    return registry
        .get("weft.http.request")
        .tag("port", "http")
        .tag("operation", operation)
        .tag("status", status)
        .timer();
  }
}
