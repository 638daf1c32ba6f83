package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.gateway.HttpEdge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over a bare connection, as no client of ours would send these headers. */
class PagesTest {
  private static final int SOON_MILLIS = 10_000;
  private static final String PASSED = "204";

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    Await.result(vertx.close());
  }

  @Test
  void theConsolesOwnPageMayAskAndChange() throws IOException {
    int port = port(true);
    for (var host : List.of("127.0.0.1:9080", "localhost:9080", "[::1]:9080", "LOCALHOST:1")) {
      var own = List.of("Host: " + host, "Origin: http://" + host, "Sec-Fetch-Site: same-origin");
      assertEquals(PASSED, answer(port, "POST", own), host);
    }
  }

  @Test
  void programsThatAreNoBrowserSendWhatTheyLike() throws IOException {
    int port = port(true);
    assertEquals(PASSED, answer(port, "POST", List.of("Host: 127.0.0.1:9080")));
    assertEquals(PASSED, answer(port, "POST", List.of("Host: localhost")));
    assertEquals(PASSED, answer(port, "GET", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "http://localhost:3000",
        "http://localhost",
        "http://127.0.0.1:9080",
        "http://localhost:9080.evil.example",
        "http://evil.example/localhost:9080",
        "ftp://localhost:9080",
        "localhost:9080",
        "null",
        "",
      })
  void aPageFromElsewhereIsRefused(String origin) throws IOException {
    var headers = List.of("Host: localhost:9080", "Origin: " + origin);
    for (var loopback : List.of(true, false)) {
      assertEquals("403 origin.refused", answer(port(loopback), "POST", headers));
    }
  }

  @Test
  void anOriginWithoutAHostOrWithASecondOriginIsRefused() throws IOException {
    int port = port(true);
    assertEquals("403 origin.refused", answer(port, "POST", List.of("Origin: http://localhost")));
    assertEquals(
        "403 origin.refused",
        answer(
            port,
            "POST",
            List.of("Host: localhost", "Origin: http://localhost", "Origin: http://evil")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example:9080",
        "evil.example",
        "localhost.evil.example:9080",
        "127.0.0.1.evil.example:9080",
        "127.0.0.1@evil.example",
        "0.0.0.0:9080",
        "[::1",
        "[::2]:9080",
        "",
      })
  void aNameThatWasMadeToLeadToLoopbackIsRefusedThere(String host) throws IOException {
    int port = port(true);
    // Even with an origin that equals it, and for whatever only reads.
    var headers = List.of("Host: " + host, "Origin: http://" + host);
    assertEquals("403 host.refused", answer(port, "POST", headers));
    assertEquals("403 host.refused", answer(port, "GET", List.of("Host: " + host)));
  }

  @Test
  void aSecondHostIsRefused() throws IOException {
    var both = List.of("Host: localhost", "Host: evil.example");
    var got = answer(port(true), "GET", both);
    assertTrue(got.startsWith("400") || got.equals("403 host.refused"), got);
  }

  @Test
  void awayFromLoopbackAnyNameWillDoAsATokenIsWantedThere() throws IOException {
    int port = port(false);
    var headers = List.of("Host: ops.example", "Origin: https://ops.example");
    assertEquals(PASSED, answer(port, "POST", headers));
    assertEquals(PASSED, answer(port, "GET", List.of("Host: ops.example")));
  }

  @Test
  void whatAnotherSiteFetchesOrEmbedsIsRefusedAndALinkFollowed() throws IOException {
    int port = port(true);
    for (var site : List.of("cross-site", "same-site", "nonsense")) {
      var fetched =
          List.of("Host: localhost", "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: no-cors");
      assertEquals("403 site.refused", answer(port, "GET", fetched), site);
    }
    var link = List.of("Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate");
    assertEquals(PASSED, answer(port, "GET", link));
    assertEquals(PASSED, answer(port, "GET", List.of("Host: localhost", "Sec-Fetch-Site: none")));
  }

  /** Returns the port of a server that answers whatever is let in with 204. */
  private int port(boolean onLoopback) {
    Router router = HttpEdge.router(vertx, Time.of(vertx), "admin", SpanSink.NONE);
    router.route().handler(new Pages(onLoopback)::admit);
    router.route().handler(context -> context.response().setStatusCode(204).end());
    var server = vertx.createHttpServer(HttpEdge.options()).requestHandler(router);
    return Await.result(server.listen(0, "127.0.0.1")).actualPort();
  }

  /** Returns the status of an answer, and the code of the problem when it is one. */
  private static String answer(int port, String method, List<String> headers) throws IOException {
    // HTTP/1.0 lets a request have no host, and closes the connection after its answer.
    var request = new StringBuilder(method + " /v1/scale HTTP/1.0\r\n");
    headers.forEach(line -> request.append(line).append("\r\n"));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(SOON_MILLIS);
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      var status = text.split(" ", 3)[1];
      int code = text.indexOf("\"code\":\"");
      return code < 0 ? status : status + " " + text.substring(code + 8).split("\"", 2)[0];
    }
  }
}
