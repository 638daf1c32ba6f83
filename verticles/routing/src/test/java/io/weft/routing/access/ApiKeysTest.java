package io.weft.routing.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Rejected.Reason;
import io.weft.mesh.security.Role;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that comes with an API key: asked for once, kept a while, dead when it is revoked. */
class ApiKeysTest {
  private static final String KEY = GatewayFixture.API_KEY;
  private static final Future<Buffer> INVALID = GatewayFixture.noSuchKey();

  private final MovedTime moved = new MovedTime();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private GatewayFixture gateway;
  private volatile Future<Buffer> answer = INVALID;

  @BeforeEach
  void start() {
    gateway = new GatewayFixture(Vertx.vertx(), 1, moved.time());
    gateway.serve(
        "users.api-key",
        request -> {
          asked.add(request.getString("key"));
          return answer;
        });
  }

  @AfterEach
  void stop() {
    moved.finish();
    gateway.close();
  }

  @Test
  void aKeyIsAskedForOnceAndTellsWhoAsks() {
    answer = holder();
    assertEquals(200, get(KEY));
    assertEquals(200, get(KEY));
    assertEquals(List.of(KEY), asked);
    var who = gateway.calls.get(0).call().principal();
    assertEquals(GatewayFixture.ID, who.subject());
    assertEquals(Role.DEVICE.principal(GatewayFixture.ID), who);
  }

  @Test
  void aKeyThatIsRevokedIsDeadWithinTenSeconds() {
    answer = holder();
    assertEquals(200, get(KEY));
    answer = INVALID;
    moved.advance(RoutingLimits.API_KEY_KEPT.minusMillis(1));
    assertEquals(200, get(KEY));
    moved.advance(Duration.ofMillis(1));
    assertEquals(401, get(KEY));
    assertEquals(Duration.ofSeconds(10), RoutingLimits.API_KEY_KEPT);
  }

  @Test
  void aKeyThatIsNotGoodIsRefusedAndOneThatIsTooLongNotEvenAskedFor() {
    assertEquals(401, get(KEY));
    assertEquals(401, get("wk_" + "x".repeat(4_000)));
    assertEquals(List.of(KEY), asked);
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void usersThatAreAwayAreSaidToBeAndNotRemembered() {
    answer = Future.failedFuture(new Rejected(Reason.UNAVAILABLE, "away", Duration.ofSeconds(1)));
    assertEquals(503, get(KEY));
    answer = holder();
    assertEquals(200, get(KEY));
  }

  private static Future<Buffer> holder() {
    return GatewayFixture.holderOfKey(Role.DEVICE.principal(GatewayFixture.ID));
  }

  private int get(String key) {
    return gateway.get("/v1/users/" + GatewayFixture.ID, "Authorization", "Bearer " + key).status();
  }
}
