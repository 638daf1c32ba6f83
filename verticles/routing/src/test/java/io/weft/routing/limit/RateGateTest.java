package io.weft.routing.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Decision;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits at a gateway over real HTTP; rates so low that no token comes while a test runs. */
class RateGateTest {
  private static final String USER = "/v1/users/" + GatewayFixture.ID;
  private static final double ONE_PER_HOUR = 1 / 3_600.0;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture(Vertx.vertx(), 1, new JsonObject().put("requestsMax", 2));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void forget() {
    gateway.calls.clear();
    gateway.answers.clear();
    limits();
  }

  private static void limits(EdgeLimit... limits) {
    ((BusMesh) gateway.mesh)
        .use(new Policies(1, Policy.DEFAULT, Map.of(), Map.of(), Map.of(), List.of(limits)));
  }

  private static EdgeLimit limit(String name, int burst, By by, String... of) {
    return new EdgeLimit(name, ONE_PER_HOUR, burst, by, Set.of(of), Reach.NODE);
  }

  @Test
  void whoAsksTooOftenIsToldWhenToComeAgain() {
    limits(limit("clients", 2, By.ADDRESS));
    assertEquals(200, gateway.get(USER).status());
    assertEquals(200, gateway.get(USER).status());
    var refused = gateway.get(USER);
    assertEquals(429, refused.status());
    assertEquals("rate.exceeded", refused.code());
    assertEquals("3600", refused.header("Retry-After"));
    assertEquals("\"clients\";q=2;w=7200", refused.header("RateLimit-Policy"));
    assertEquals("\"clients\";r=0;t=3600", refused.header("RateLimit"));
    assertEquals(2, gateway.calls.size());
    assertDecided("more requests than");
  }

  /** The first of its kind is told at once, in whichever test it comes. */
  private static void assertDecided(String why) {
    var decided = ((BusMesh) gateway.mesh).decisions().latest(Integer.MAX_VALUE);
    assertTrue(
        decided.stream()
            .anyMatch(
                each ->
                    each.kind() == Decision.Kind.SHED
                        && each.subject().equals("gateway")
                        && each.why().contains(why)),
        decided.toString());
  }

  @Test
  void anAnswerTellsWhatIsLeft() {
    limits(limit("clients", 3, By.ADDRESS), limit("all", 9, By.EVERYBODY));
    var got = gateway.get(USER);
    assertEquals("\"clients\";q=3;w=10800, \"all\";q=9;w=32400", got.header("RateLimit-Policy"));
    assertEquals("\"clients\";r=2;t=3600, \"all\";r=8;t=3600", got.header("RateLimit"));
  }

  @Test
  void theLastTokenTellsWhenTheNextOneComesAndSoDoesTheRefusalAfterIt() {
    limits(limit("clients", 2, By.ADDRESS));
    gateway.get(USER);
    assertEquals("\"clients\";r=0;t=3600", gateway.get(USER).header("RateLimit"));
    assertEquals("\"clients\";r=0;t=3600", gateway.get(USER).header("RateLimit"));
  }

  @Test
  void whatIsToldIsAListOfStringsWithWholeNumbersAsRfc9651WantsIt() {
    limits(limit("clients", 3, By.ADDRESS), limit("all", 9, By.EVERYBODY));
    var got = gateway.get(USER);
    var item = "\"[ !#-\\[\\]-~]+\"(;[a-z*][a-z0-9_.*-]*=-?[0-9]{1,15})+";
    for (var name : List.of("RateLimit", "RateLimit-Policy")) {
      var value = got.header(name);
      assertTrue(value.matches(item + "(, " + item + ")*"), value);
    }
  }

  @Test
  void nothingIsToldWhereThereAreNoLimits() {
    assertNull(gateway.get(USER).header("RateLimit"));
    assertNull(gateway.get(USER).header("RateLimit-Policy"));
  }

  @Test
  void aLimitOfAnOperationLeavesTheOthersAlone() {
    limits(limit("reads", 1, By.ADDRESS, "users.get"), limit("orders", 1, By.ADDRESS, "orders"));
    assertEquals(200, gateway.get(USER).status());
    assertEquals(429, gateway.get(USER).status());
    assertEquals(200, gateway.get("/v1/users").status());
    assertEquals(200, gateway.get("/v1/orders/" + GatewayFixture.ID).status());
    assertEquals(429, gateway.get("/v1/orders/" + GatewayFixture.ID).status());
  }

  @Test
  void whoAsksWithoutATokenIsKnownByTheAddress() {
    limits(limit("principals", 1, By.PRINCIPAL));
    assertEquals(200, gateway.get(USER).status());
    assertEquals(429, gateway.get(USER).status());
    assertEquals(429, gateway.get(USER).status());
  }

  @Test
  void whatOneLimitRefusesCostsNoTokenOfAnother() {
    limits(limit("wide", 3, By.ADDRESS), limit("narrow", 1, By.ADDRESS, "users.get"));
    assertEquals(200, gateway.get(USER).status());
    assertEquals(429, gateway.get(USER).status());
    assertEquals(429, gateway.get(USER).status());
    assertEquals("\"wide\";r=1;t=3600", gateway.get("/v1/users").header("RateLimit"));
  }

  @Test
  void aProbeHasNoLimit() {
    limits(limit("clients", 1, By.ADDRESS));
    for (int i = 0; i < 5; i++) {
      assertEquals(200, gateway.get("/health/live").status());
    }
  }

  @Test
  void aRequestBeyondThoseThatMayRunIsRefusedButNotAProbe() {
    Promise<Buffer> answer = Promise.promise();
    Promise<Void> running = Promise.promise();
    gateway.answers.put(
        "users.get",
        (called, call) -> {
          if (gateway.calls.size() == 2) {
            running.complete();
          }
          return answer.future();
        });
    var got = new ArrayList<Future<GatewayFixture.Got>>();
    got.add(gateway.start(HttpMethod.GET, USER, ""));
    got.add(gateway.start(HttpMethod.GET, USER, ""));
    Await.result(running.future());
    var refused = gateway.get(USER);
    assertEquals(503, refused.status());
    assertEquals("gateway.overloaded", refused.code());
    assertDecided("requests are running here");
    assertEquals("1", refused.header("Retry-After"));
    assertEquals(200, gateway.get("/health/live").status());
    assertEquals(200, gateway.get("/health/ready").status());
    answer.complete(new JsonObject().put("version", 1).toBuffer());
    got.forEach(each -> assertEquals(200, Await.result(each).status()));
    assertTrue(gateway.get(USER).status() == 200);
  }
}
