package io.weft.routing.upstream;

import static io.weft.routing.upstream.UpstreamFixture.spec;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.Await;
import io.weft.routing.MovedTime;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which upstreams a node stands for, and which of their endpoints are in the mesh. */
class UpstreamsTest {
  /** As nothing else waits. */
  private static final Duration INTERVAL = Duration.ofMillis(490);

  private final MovedTime moved = new MovedTime();
  private final UpstreamFixture fixture = new UpstreamFixture(moved);

  @AfterEach
  void close() {
    moved.finish();
    fixture.close();
  }

  private static JsonObject checked(String path, String... endpoints) {
    return spec(path, endpoints)
        .put(
            "health",
            new JsonObject().put("path", "/health").put("intervalMillis", INTERVAL.toMillis()));
  }

  private void refused(int status, String code, Future<?> asked) {
    var failure = assertInstanceOf(ProblemException.class, Await.failure(asked));
    assertEquals(code, failure.problem().code());
    assertEquals(status, failure.problem().status());
  }

  @Test
  void anEndpointThatDiesIsOutAfterItsIntervalAndInAgainWhenItAnswers() {
    var one = fixture.server(request -> request.response().end());
    var other = fixture.server(request -> request.response().end());
    fixture.put("reports", checked("/reports", one.address(), other.address()));
    assertEquals(2, fixture.endpoints("reports"));
    other.kill();
    moved.advance(INTERVAL);
    fixture.until(() -> outOrCheckedAgain("reports"));
    assertEquals(200, fixture.gateway.get("/reports").status());
  }

  /** A socket that is just closing may let one check in, which then is one that failed. */
  private boolean outOrCheckedAgain(String service) {
    if (fixture.endpoints(service) == 1) {
      return true;
    }
    if (moved.waits(INTERVAL)) {
      moved.advance(INTERVAL);
    }
    return false;
  }

  @Test
  void anEndpointThatWasNeverWellIsNotInTheMesh() {
    var dead = fixture.server(request -> request.response().end());
    dead.kill();
    fixture.put("reports", checked("/reports", dead.address()));
    assertEquals(0, fixture.endpoints("reports"));
    assertEquals(503, fixture.gateway.get("/reports").status());
  }

  @Test
  void oneThatAnswersBadlyIsOutAfterSeveralChecksAndBackAfterOne() {
    var status = new AtomicInteger(200);
    var server = fixture.server(request -> request.response().setStatusCode(status.get()).end());
    var description = spec("/reports", server.address());
    description.put(
        "health", new JsonObject().put("path", "/deep").put("intervalMillis", INTERVAL.toMillis()));
    fixture.put("reports", description);
    status.set(500);
    for (int i = 1; i <= RoutingLimits.HEALTH_FAILURES; i++) {
      assertEquals(1, fixture.endpoints("reports"));
      int checks = i;
      moved.advance(INTERVAL);
      fixture.until(() -> server.asked().size() == 1 + checks);
      nextCheckIsPlanned();
    }
    fixture.until(() -> fixture.endpoints("reports") == 0);
    status.set(204);
    moved.advance(INTERVAL);
    fixture.until(() -> fixture.endpoints("reports") == 1);
  }

  /** What was answered has been judged when the next check has been planned, in the same turn. */
  private void nextCheckIsPlanned() {
    fixture.until(() -> moved.waits(INTERVAL));
  }

  @Test
  void oneThatTakesNoConnectionIsLookedIntoAtOnce() {
    var one = fixture.server(request -> request.response().end());
    var other = fixture.server(request -> request.response().end());
    fixture.put("reports", checked("/reports", one.address(), other.address()));
    other.kill();
    for (int i = 0; i < 20; i++) {
      assertEquals(200, fixture.gateway.send(HttpMethod.POST, "/reports", "x").status());
    }
    fixture.until(() -> fixture.endpoints("reports") == 1); // No check was due meanwhile.
  }

  @Test
  void anEndpointLivesAsLongAsItsHeartbeats() {
    var server = fixture.server(request -> request.response().end());
    fixture.put("reports", spec("/reports"));
    refused(404, "upstream.unknown", renew("others", server.address()));
    Await.result(renew("reports", server.address()));
    assertEquals(1, fixture.endpoints("reports"));
    moved.advance(Duration.ofMillis(900));
    Await.result(renew("reports", server.address()));
    moved.advance(Duration.ofMillis(900));
    assertEquals(200, fixture.gateway.get("/reports").status());
    moved.advance(Duration.ofMillis(100));
    fixture.until(() -> fixture.endpoints("reports") == 0);
    assertEquals(503, fixture.gateway.get("/reports").status());
    Await.result(renew("reports", server.address()));
    assertEquals(1, fixture.endpoints("reports"));
    Await.result(fixture.upstreams.withdraw("reports", server.address()));
    assertEquals(0, fixture.endpoints("reports"));
    refused(404, "endpoint.unknown", fixture.upstreams.withdraw("reports", server.address()));
  }

  private Future<JsonObject> renew(String name, String address) {
    return fixture.upstreams.renew(name, address, Duration.ofSeconds(1));
  }

  @Test
  void aSecondDescriptionTakesThePlaceOfTheFirst() {
    var before = fixture.server(request -> request.response().end());
    var after = fixture.server(request -> request.response().end());
    fixture.put("reports", spec("/reports", before.address()));
    fixture.put("reports", spec("/papers", after.address()));
    assertEquals(404, fixture.gateway.get("/reports").status());
    assertEquals(200, fixture.gateway.get("/papers").status());
    assertEquals(0, before.asked().size());
    assertEquals(1, fixture.endpoints("reports"));
  }

  @Test
  void oneOfTheSettingsIsNotChangedByTheAdminApi() {
    var server = fixture.server(request -> request.response().end());
    Await.result(
        fixture.upstreams.start(
            new JsonObject().put("reports", spec("/reports", server.address()))));
    assertEquals(200, fixture.gateway.get("/reports").status());
    refused(409, "upstream.fixed", fixture.upstreams.put("reports", spec("/reports")));
    refused(409, "upstream.fixed", fixture.upstreams.remove("reports"));
  }

  @Test
  void aRouteBelongsToOneUpstream() {
    fixture.put("reports", spec("/reports"));
    refused(409, "upstream.route_taken", fixture.upstreams.put("others", spec("/reports/")));
  }

  @Test
  void aServiceOfOurOwnIsNoUpstream() {
    refused(409, "upstream.name_taken", fixture.upstreams.put("users", spec("/reports")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "0.0.0.0", "[::1]", "127.0.0.7"})
  void aPortOfOurOwnIsNoEndpoint(String host) {
    var own = host + ":" + fixture.gateway.port;
    refused(400, "request.invalid", fixture.upstreams.put("reports", spec("/reports", own)));
    fixture.put("papers", spec("/papers"));
    refused(400, "request.invalid", renew("papers", own));
  }

  @Test
  void oneThatIsRemovedIsGone() {
    var server = fixture.server(request -> request.response().end());
    fixture.put("reports", spec("/reports", server.address()));
    Await.result(fixture.upstreams.remove("reports"));
    assertEquals(0, fixture.endpoints("reports"));
    assertEquals(404, fixture.gateway.get("/reports").status());
    refused(404, "upstream.unknown", fixture.upstreams.remove("reports"));
  }

  @Test
  void nodesOfAnotherZoneStandForNoneOfItsEndpoints() {
    var server = fixture.server(request -> request.response().end());
    fixture.put("reports", spec("/reports", server.address()).put("zone", "elsewhere"));
    assertEquals(0, fixture.endpoints("reports"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"endpoint\":[]}",
        "{\"endpoints\":[\"10.0.0.1\"]}",
        "{\"endpoints\":[\"10.0.0.1:0\"]}",
        "{\"endpoints\":[\"a b:80\"]}",
        "{\"routes\":[{}]}",
        "{\"routes\":[{\"path\":\"reports\"}]}",
        "{\"routes\":[{\"path\":\"/a/../b\"}]}",
        "{\"routes\":[{\"header\":\"no colon\"}]}",
        "{\"health\":{\"intervalMillis\":500}}",
        "{\"health\":{\"path\":\"/h\",\"intervalMillis\":1}}",
        "{\"health\":{\"path\":\"/h h\"}}",
        "{\"request\":{\"set\":[\"A: b\\r\\nX: y\"]}}",
        "{\"request\":{\"set\":[\"A b: c\"]}}",
        "{\"timeoutMillis\":0}",
        "{\"safe\":[\"get\"]}"
      })
  void aDescriptionIsReadWhole(String description) {
    refused(400, "request.invalid", fixture.upstreams.put("reports", new JsonObject(description)));
  }

  @Test
  void whatIsSetInHeadersIsToldToNobody() {
    var set = new JsonObject().put("set", new JsonArray().add("Authorization: Basic c2VjcmV0"));
    fixture.put("reports", spec("/reports").put("request", set));
    assertFalse(fixture.mesh.directory().toString().contains("c2VjcmV0"));
    assertFalse(Await.result(fixture.upstreams.list()).encode().contains("c2VjcmV0"));
  }

  @Test
  void whatIsKnownIsListed() {
    var server = fixture.server(request -> request.response().end());
    fixture.put("reports", checked("/reports", server.address()));
    var listed = Await.result(fixture.upstreams.list()).getJsonArray("upstreams");
    assertEquals(1, listed.size());
    var endpoints = listed.getJsonObject(0).getJsonArray("endpoints");
    assertEquals(
        new JsonArray().add(new JsonObject().put("address", server.address()).put("well", true)),
        endpoints);
    assertTrue(listed.getJsonObject(0).getString("from").equals("admin"));
  }
}
