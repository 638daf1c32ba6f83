package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.upstream.Upstreams;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the admin API does for HTTP services that join the mesh. */
class UpstreamRoutesTest {
  private final GatewayFixture gateway = new GatewayFixture();
  private int port;
  private String endpoint = "";

  @BeforeEach
  void start() {
    var mesh = (BusMesh) gateway.mesh;
    var server =
        new AdminServer(
            gateway.vertx,
            mesh,
            Time.of(gateway.vertx),
            () -> gateway.readiness,
            new JsonObject(),
            new StubScaling(),
            () -> GatewayFixture.tokens(Time.of(gateway.vertx)));
    server.upstreams(
        new Upstreams(gateway.host, mesh, "local", () -> List.of("127.0.0.1:" + gateway.port)));
    port = Await.result(server.start("127.0.0.1", 0));
    var service =
        gateway.vertx.createHttpServer().requestHandler(request -> request.response().end("well"));
    endpoint = "127.0.0.1:" + Await.result(service.listen(0, "127.0.0.1")).actualPort();
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private GatewayFixture.Got send(HttpMethod method, String path, String body) {
    var options =
        new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI(path);
    if (!body.isEmpty()) {
      options.putHeader("Content-Type", "application/json");
    }
    var client = gateway.keep(gateway.vertx.createHttpClient());
    return Await.result(
        gateway.onLoop(
            () ->
                client
                    .request(options)
                    .compose(request -> request.send(Buffer.buffer(body)))
                    .compose(GatewayFixture::got)));
  }

  @Test
  void aServiceJoinsAndLeavesByHeartbeats() {
    var joined =
        send(HttpMethod.PUT, "/v1/upstreams/reports", "{\"routes\":[{\"path\":\"/reports\"}]}");
    assertEquals(200, joined.status(), joined.body()::toString);
    var at = "/v1/upstreams/reports/endpoints/" + endpoint;
    assertEquals(200, send(HttpMethod.PUT, at, "{\"ttlSeconds\":5}").status());
    assertEquals("well", gateway.get("/reports").body().toString());
    var listed = send(HttpMethod.GET, "/v1/upstreams", "").json().getJsonArray("upstreams");
    assertEquals("reports", listed.getJsonObject(0).getString("name"));
    assertEquals(204, send(HttpMethod.DELETE, at, "").status());
    assertEquals(503, gateway.get("/reports").status());
    assertEquals(204, send(HttpMethod.DELETE, "/v1/upstreams/reports", "").status());
    assertEquals(404, gateway.get("/reports").status());
  }

  @Test
  void whatIsWrongIsSaid() {
    var one = "/v1/upstreams/reports";
    assertEquals("request.invalid", send(HttpMethod.PUT, one, "{").code());
    assertEquals("request.invalid", send(HttpMethod.PUT, one, "[]").code());
    assertEquals("request.invalid", send(HttpMethod.PUT, one, "{\"route\":1}").code());
    var large = "{\"version\":\"" + "1".repeat(RoutingLimits.UPSTREAM_SPEC_MAX_BYTES) + "\"}";
    assertEquals("body.too_large", send(HttpMethod.PUT, one, large).code());
    assertEquals("request.invalid", send(HttpMethod.PUT, "/v1/upstreams/Bad%2F", "{}").code());
    assertEquals("upstream.unknown", send(HttpMethod.DELETE, one, "").code());
    var at = one + "/endpoints/" + endpoint;
    assertEquals("upstream.unknown", send(HttpMethod.PUT, at, "{\"ttlSeconds\":5}").code());
    assertEquals("request.invalid", send(HttpMethod.PUT, at, "{\"ttlSeconds\":0}").code());
    assertEquals("method.not_allowed", send(HttpMethod.POST, one, "{}").code());
    assertEquals(
        "request.invalid",
        send(HttpMethod.PUT, one, "{\"endpoints\":[\"127.0.0.1:%d\"]}".formatted(gateway.port))
            .code());
  }
}
