package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.weft.routing.GatewayFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What browsers expect of the gateway; one origin is let in by its settings. */
class BrowsersTest {
  private static final String SHOP = "https://shop.example";
  private static final String USER = "/v1/users/" + GatewayFixture.ID;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void aPageOfAnOriginThatIsLetInMayReadAnswersAndSendNoCookies() {
    var got = gateway.get(USER, "Origin", SHOP);

    assertEquals(SHOP, got.header("Access-Control-Allow-Origin"));
    assertTrue(got.header("Access-Control-Expose-Headers").contains("ETag"));
    assertTrue(got.header("Vary").toLowerCase(Locale.ROOT).contains("origin"));
    assertNull(got.header("Access-Control-Allow-Credentials"));
  }

  @Test
  void aBrowserThatAsksBeforeIsToldWhatThePageMaySend() {
    var got =
        gateway.send(
            HttpMethod.OPTIONS,
            "/v1/orders",
            "",
            "Origin",
            SHOP,
            "Access-Control-Request-Method",
            "POST",
            "Access-Control-Request-Headers",
            "authorization");

    assertEquals(204, got.status());
    assertEquals(SHOP, got.header("Access-Control-Allow-Origin"));
    assertTrue(got.header("Access-Control-Allow-Headers").contains("Authorization"));
    assertTrue(got.header("Access-Control-Allow-Methods").contains("POST"));
    assertEquals("600", got.header("Access-Control-Max-Age"));
  }

  @Test
  void anyOtherOriginIsToldNothingHoweverLikeItLooks() {
    for (var origin :
        new String[] {
          "https://evil.example",
          "http://shop.example",
          "https://shop.example.evil.example",
          "https://shop.example:8443",
          "null",
          "*"
        }) {
      var got =
          gateway.send(
              HttpMethod.OPTIONS,
              "/v1/orders",
              "",
              "Origin",
              origin,
              "Access-Control-Request-Method",
              "POST");
      assertNull(got.header("Access-Control-Allow-Origin"), origin);
      assertNull(got.header("Access-Control-Allow-Methods"), origin);
      assertEquals("origin", got.header("Vary").toLowerCase(Locale.ROOT), origin);
    }
  }

  @Test
  void largerAnswersAreCompressedForClientsThatTakeGzip() throws IOException {
    var text = "{\"items\":[\"" + "a".repeat(4_000) + "\"]}";
    gateway.answer("users.list", text);

    var got = gateway.get("/v1/users", "Accept-Encoding", "br, gzip;q=0.5");

    assertEquals("gzip", got.header("Content-Encoding"));
    assertTrue(got.body().length() < 400, "bytes: " + got.body().length());
    assertEquals(text, unzipped(got.body()));
    assertEquals(text, gateway.get("/v1/users").body().toString());
    assertEquals(
        text, gateway.get("/v1/users", "Accept-Encoding", "gzip;q=0, br").body().toString());
  }

  @Test
  void smallAnswersAndThoseWithAnEntityTagStayAsTheyAre() {
    gateway.answer("users.list", "{\"items\":[]}");
    assertNull(gateway.get("/v1/users", "Accept-Encoding", "gzip").header("Content-Encoding"));

    gateway.answer("users.get", "{\"version\":3,\"name\":\"" + "a".repeat(4_000) + "\"}");
    var got = gateway.get(USER, "Accept-Encoding", "gzip");
    assertEquals("\"3\"", got.header("ETag"));
    assertNull(got.header("Content-Encoding"));
  }

  @Test
  void filesOfThePageAreCompressedUnderAnEntityTagOfTheirOwn() throws IOException {
    var plain = gateway.get("/docs/swagger-ui.css");
    var zipped = gateway.get("/docs/swagger-ui.css", "Accept-Encoding", "gzip");

    assertEquals(plain.body().toString(), unzipped(zipped.body()));
    assertNotEquals(plain.header("ETag"), zipped.header("ETag"));
    assertEquals(
        304,
        gateway
            .get(
                "/docs/swagger-ui.css",
                "Accept-Encoding",
                "gzip",
                "If-None-Match",
                zipped.header("ETag"))
            .status());
    assertTrue(plain.header("Content-Security-Policy").contains("default-src 'none'"));
  }

  @Test
  void aPortInClearTextTellsNobodyToComeBackOverTls() {
    assertFalse(gateway.get(USER).headers().containsKey("strict-transport-security"));
  }

  private static String unzipped(Buffer bytes) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes.getBytes()))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
