package io.weft.mesh.bus;

import static io.vertx.circuitbreaker.CircuitBreakerState.CLOSED;
import static io.vertx.circuitbreaker.CircuitBreakerState.HALF_OPEN;
import static io.vertx.circuitbreaker.CircuitBreakerState.OPEN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node with two event loops tells of the endpoints that they leave out. */
class BreakerLogTest {
  private static final Endpoint USERS = endpoint("users-1");

  private final Decisions decisions = new Decisions("n1", new VirtualTime(1));
  private final BreakerLog log = new BreakerLog(decisions);
  private final Transitions one = log.loop();
  private final Transitions other = log.loop();

  @Test
  void anEndpointIsLeftOutAndTakenBackOnceForAllEventLoops() {
    one.changed(USERS, CLOSED, OPEN, "5 failures");
    other.changed(USERS, CLOSED, OPEN, "5 failures, later");
    one.changed(USERS, OPEN, HALF_OPEN, "a probe");
    assertEquals(List.of("ejection 5 failures"), told());

    one.changed(USERS, HALF_OPEN, CLOSED, "good probes");
    assertEquals(List.of("ejection 5 failures"), told());
    other.changed(USERS, HALF_OPEN, CLOSED, "good probes, later");
    assertEquals(List.of("ejection 5 failures", "return good probes, later"), told());
  }

  @Test
  void anEndpointThatWasGoneMeanwhileIsToldOfAnew() {
    one.changed(USERS, CLOSED, OPEN, "first");
    other.changed(USERS, CLOSED, OPEN, "first, later");
    // Both have forgotten it, and know it again with breakers that are closed.
    one.changed(USERS, CLOSED, OPEN, "second");
    one.changed(USERS, OPEN, CLOSED, "well");
    assertEquals(List.of("ejection first", "ejection second", "return well"), told());
  }

  @Test
  void whatIsKnownOfEndpointsThatWentIsBounded() {
    one.changed(USERS, CLOSED, OPEN, "first");
    for (int i = 0; i < MeshLimits.EJECTIONS_KNOWN_MAX; i++) {
      one.changed(endpoint("gone-" + i), CLOSED, OPEN, "gone");
    }
    other.changed(USERS, CLOSED, OPEN, "forgotten, so told again");
    assertEquals("forgotten, so told again", decisions.latest(1).get(0).why());
  }

  private List<String> told() {
    var all = new ArrayList<String>();
    decisions.latest(10).forEach(each -> all.add(0, each.kind().word() + " " + each.why()));
    return all;
  }

  private static Endpoint endpoint(String instance) {
    return new Endpoint(
        Endpoint.id("n2", "1", instance),
        "n2",
        "1",
        instance,
        "users",
        "site",
        "zone",
        0,
        "1",
        1,
        List.of("users.get"));
  }
}
