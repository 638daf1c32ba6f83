package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.routing.GatewayFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that no decent client sends, over a bare connection. */
class BadBytesTest {
  private static final int MUTANTS = 2_000;
  private static final int SOON_MILLIS = 10_000;
  private static final String ORDER =
      "{\"userId\":\""
          + GatewayFixture.ID
          + "\",\"currency\":\"EUR\",\"lines\":[{\"sku\":\"A\",\"quantity\":2,\"unitPrice\":150}]}";
  private static final String REQUEST =
      "POST /v1/orders?x=1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
          + "Idempotency-Key: k-1\r\nAccept: */*\r\nConnection: close\r\nAuthorization: "
          + GatewayFixture.OPERATOR
          + "\r\nContent-Length: "
          + ORDER.length()
          + "\r\n\r\n"
          + ORDER;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** Sends bytes and returns all that comes until the gateway closes the connection. */
  private static String answer(String request, boolean halfClose) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port)) {
      socket.setSoTimeout(SOON_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      if (halfClose) {
        socket.shutdownOutput();
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "closed: " + e.getMessage();
    }
  }

  private static void alive() {
    assertEquals(200, gateway.get("/health/live").status());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET / HTTP/1.1~Connection: close~~|400",
        "GET /v1/users/%zz HTTP/1.1~Host: a~Connection: close~~|400",
        "GET /v1/users?limit=%zz HTTP/1.1~Host: a~Connection: close~~|400",
        "NONSENSE~~|400",
        "GET /v1/users HTTP/1.1~Host: a~Bad Header: x~~|400",
        "POST /v1/orders HTTP/1.1~Host: a~Content-Length: -1~~|400",
        "POST /v1/orders HTTP/1.1~Host: a~Content-Length: x~~|400",
        "POST /v1/orders HTTP/1.1~Host: a~Content-Length: 1~Content-Length: 2~~x|400",
        "GET * HTTP/1.1~Host: a~Connection: close~~|404",
        "GET /../../etc/passwd HTTP/1.1~Host: a~Connection: close~~|404",
        "GET /docs/%2e%2e/%2e%2e/etc/passwd HTTP/1.1~Host: a~Connection: close~~|404",
      })
  void whatIsHardlyHttpGetsAProblemDocument(String request, int status) throws IOException {
    var known =
        request.replace("~Host: a~", "~Host: a~Authorization: " + GatewayFixture.OPERATOR + "~");
    var answer = answer(known.replace("~", "\r\n"), false);
    assertTrue(answer.matches("(?s)HTTP/1\\.[01] " + status + " .*"), answer);
    assertTrue(answer.contains("application/problem+json"), answer);
    alive();
  }

  @Test
  void aRequestThatCouldBeTwoIsNeverTakenForTwo() throws IOException {
    gateway.calls.clear();
    var both =
        "POST /v1/orders HTTP/1.1~Host: a~Content-Type: application/json~Idempotency-Key: k~"
            + "Content-Length: 6~Transfer-Encoding: chunked~~0~~GET /v1/users HTTP/1.1~Host: a~"
            + "Authorization: "
            + GatewayFixture.OPERATOR
            + "~~";
    answer(both.replace("~", "\r\n"), true);
    assertTrue(
        gateway.calls.stream().noneMatch(c -> c.operation().equals("users.list")),
        gateway.calls.toString());
    alive();
  }

  @Test
  void aBodyThatIsCutOffNeverReachesAService() throws IOException {
    gateway.calls.clear();
    answer(REQUEST.replace("?x=1", "").substring(0, REQUEST.length() - 20), true);
    assertEquals(List.of(), gateway.calls);
    alive();
  }

  /** Mutants of a request and of its body get an answer or a closed connection, never a 5xx. */
  @Test
  void mutatedRequestsDoNoHarm() throws IOException {
    var random = new SplittableRandom(20_260_102);
    for (int i = 0; i < MUTANTS; i++) {
      var answer = answer(mutant(random), true);
      assertFalse(answer.startsWith("HTTP/1.1 5"), answer);
    }
    alive();
  }

  private static String mutant(SplittableRandom random) {
    var source = random.nextBoolean() ? REQUEST : REQUEST.replace("?x=1", "");
    var bytes = source.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 1 + random.nextInt(8); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }
}
