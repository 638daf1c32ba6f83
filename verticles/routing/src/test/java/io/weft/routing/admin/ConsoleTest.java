package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.gateway.HttpEdge;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
  private static final Pattern LINKED = Pattern.compile("(?:src|href)=\"([^\"#]+)[\"#]");
  private static final Pattern IMPORTED = Pattern.compile("from '(\\.[^']+)'");

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private int port;

  @BeforeEach
  void start() {
    Router router = HttpEdge.router(vertx, Time.of(vertx), "admin", SpanSink.NONE);
    new Console().mount(router);
    var server = vertx.createHttpServer(HttpEdge.options()).requestHandler(router);
    port = Await.result(server.listen(0, "127.0.0.1")).actualPort();
  }

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  private GatewayFixture.Got send(HttpMethod method, String path, String... headers) {
    Promise<GatewayFixture.Got> done = Promise.promise();
    vertx.runOnContext(
        turn ->
            client
                .request(method, port, "127.0.0.1", path)
                .compose(
                    request -> {
                      for (int i = 0; i < headers.length; i += 2) {
                        request.putHeader(headers[i], headers[i + 1]);
                      }
                      return request.send();
                    })
                .compose(GatewayFixture::got)
                .onComplete(done));
    return Await.result(done.future());
  }

  private GatewayFixture.Got get(String path, String... headers) {
    return send(HttpMethod.GET, path, headers);
  }

  @Test
  void theWayThereLeadsFromTheRoot() {
    for (var path : List.of("/", "/console")) {
      var got = get(path);
      assertEquals(302, got.status(), path);
      assertEquals("/console/", got.header("Location"));
    }
    assertEquals(200, get("/console/").status());
  }

  @Test
  void allThatAPageOrAModuleNamesIsThereAndComesFromHere() {
    var seen = new TreeSet<String>();
    var next = new ArrayDeque<>(List.of("/console/"));
    while (!next.isEmpty()) {
      var path = next.remove();
      if (!seen.add(path)) {
        continue;
      }
      var got = get(path);
      assertEquals(200, got.status(), path);
      assertTrue(got.body().length() > 0, path);
      var names = (path.endsWith(".js") ? IMPORTED : LINKED).matcher(got.body().toString());
      while (names.find()) {
        next.add(URI.create(path).resolve(names.group(1)).toString());
      }
    }
    assertTrue(seen.stream().allMatch(path -> path.startsWith("/console/")), seen.toString());
    assertTrue(seen.contains("/console/app.js"), seen.toString());
    assertTrue(seen.size() > 20, seen.toString());
  }

  @Test
  void thePageHasNeitherScriptsNorStylesInItself() {
    var got = get("/console/");
    var html = got.body().toString();
    assertFalse(Pattern.compile("<script(?![^>]* src=)").matcher(html).find(), html);
    assertFalse(Pattern.compile("<style|\\sstyle=|\\son[a-z]+=").matcher(html).find(), html);
    var policy = got.header("Content-Security-Policy");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; "), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", got.header("X-Content-Type-Options"));
    assertEquals("same-origin", got.header("Cross-Origin-Opener-Policy"));
  }

  @Test
  void aBrowserThatHasAFileIsToldSo() {
    var got = get("/console/app.js");
    assertEquals("text/javascript; charset=utf-8", got.header("Content-Type"));
    assertEquals("no-cache", got.header("Cache-Control"));
    var again = get("/console/app.js", "If-None-Match", got.header("ETag"));
    assertEquals(304, again.status());
    assertEquals(0, again.body().length());
    assertEquals(200, get("/console/app.js", "If-None-Match", "\"other\"").status());
    assertEquals(200, send(HttpMethod.HEAD, "/console/app.js").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/../admin/Console.class",
        "/console/..%2fadmin%2fConsole.class",
        "/console/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/console/..\\admin\\Console.class",
        "/console//etc/passwd",
        "/console/views",
        "/console/views/",
        "/console/app.js/",
        "/console/app.js%00",
        "/console/nothing.js",
      })
  void noPathLeadsAnywhereElse(String path) {
    var got = get(path);
    assertTrue(got.status() == 404 || got.status() == 400, path + ": " + got.status());
    assertFalse(got.body().toString().contains("root:"), path);
  }

  @Test
  void nothingCanBeWrittenThere() {
    var got = send(HttpMethod.PUT, "/console/app.js");
    assertEquals(405, got.status());
    assertEquals("GET, HEAD, OPTIONS", got.header("Allow"));
  }
}
