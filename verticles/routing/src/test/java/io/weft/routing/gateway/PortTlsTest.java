package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.telemetry.Measure;
import io.weft.routing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A port with TLS whose files change while it is open. */
class PortTlsTest {
  @TempDir static Path folder;
  private static DevelopmentAuthority authority;
  private static Vertx vertx;

  private final Path certificate = folder.resolve("shown.pem");
  private final Path key = folder.resolve("shown.key");
  private PortTls tls;
  private HttpServer server;

  @BeforeAll
  static void make() throws IOException {
    authority = DevelopmentAuthority.in(folder.resolve("authority"));
    authority.issue("first", List.of());
    authority.issue("second", List.of());
    authority.issue("shorter", List.of(), Duration.ofDays(1), Duration.ofDays(3));
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    Await.result(vertx.close());
  }

  @BeforeEach
  void listen() throws IOException {
    show("first");
    tls = PortTls.of(vertx, section(certificate, key), "http");
    server =
        Await.result(
            tls.applyTo(HttpEdge.options())
                .compose(
                    options ->
                        vertx
                            .createHttpServer(options)
                            .requestHandler(request -> request.response().end())
                            .listen(0, "127.0.0.1")));
  }

  @Test
  void http2IsSpokenByAlpnAndHttp11WithClientsThatAskForThat() {
    assertEquals("CN=first HTTP_2", seen(HttpVersion.HTTP_2));
    assertEquals("CN=first HTTP_1_1", seen(HttpVersion.HTTP_1_1));
  }

  @Test
  void newFilesAreShownToNewConnectionsWithoutARestart() throws IOException {
    show("second");

    Await.result(tls.look(server::updateSSLOptions));

    assertEquals("CN=second HTTP_2", seen(HttpVersion.HTTP_2));
  }

  @Test
  void aPortThatSpeaksNoHttpShowsNewFilesToo() throws IOException {
    var port = PortTls.of(vertx, section(certificate, key), "http");
    var tcp =
        Await.result(
            port.applyTo(new NetServerOptions())
                .compose(
                    options ->
                        vertx
                            .createNetServer(options)
                            .connectHandler(socket -> socket.handler(socket::write))
                            .listen(0, "127.0.0.1")));
    assertEquals("CN=first", seen(tcp));
    show("second");

    Await.result(port.look(tcp::updateSSLOptions));

    assertEquals("CN=second", seen(tcp));
  }

  @Test
  void filesThatAreNoGoodOrNotOfOneAnotherChangeNothingUntilTheyAreMended() throws IOException {
    Files.copy(authority.certificate("second"), certificate, StandardCopyOption.REPLACE_EXISTING);
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals("CN=first HTTP_2", seen(HttpVersion.HTTP_2));

    Files.writeString(certificate, "nonsense");
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals("CN=first HTTP_2", seen(HttpVersion.HTTP_2));

    Files.delete(certificate);
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals("CN=first HTTP_2", seen(HttpVersion.HTTP_2));

    show("second");
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals("CN=second HTTP_2", seen(HttpVersion.HTTP_2));
  }

  @Test
  void untilWhenItIsGoodIsSaidOfWhatIsShownNotOfWhatTheFilesHold() throws Exception {
    assertEquals(List.of(until("first")), tls.measure("http"));
    assertEquals(List.of(), PortTls.of(vertx, section(certificate, key), "http").measure("http"));

    Files.writeString(certificate, "nonsense");
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals(List.of(until("first")), tls.measure("http"));

    show("shorter");
    Await.result(tls.look(server::updateSSLOptions));
    assertEquals(List.of(until("shorter")), tls.measure("http"));
    assertNotEquals(until("first"), until("shorter"));
  }

  private static Measure until(String name) throws Exception {
    try (var in = Files.newInputStream(authority.certificate(name))) {
      return Expiry.measure(
          "http", Expiry.of(CertificateFactory.getInstance("X.509").generateCertificates(in)));
    }
  }

  @Test
  void aPortDoesNotStartWithFilesThatAreNoGood() throws IOException {
    assertTrue(
        fault(authority.certificate("first"), authority.key("second")).contains("not the key of"));
    assertTrue(fault(folder.resolve("none.pem"), key).contains("none.pem cannot be read"));
    assertTrue(fault(certificate, certificate).contains("no private key (expected: PKCS#8"));
    assertNull(PortTls.of(vertx, new JsonObject(), "http"));
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> PortTls.of(vertx, new JsonObject().put("key", "x"), "http"));
    assertEquals(
        "http.certificate: nothing (expected: certificate and key, or neither)",
        failure.getMessage());
  }

  private static String fault(Path certificate, Path key) {
    var other = PortTls.of(vertx, section(certificate, key), "http");
    return String.valueOf(Await.failure(other.applyTo(HttpEdge.options())).getMessage());
  }

  private static JsonObject section(Path certificate, Path key) {
    return new JsonObject().put("certificate", certificate.toString()).put("key", key.toString());
  }

  private void show(String name) throws IOException {
    Files.copy(authority.certificate(name), certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.copy(authority.key(name), key, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns whose certificate a new connection gets, and what is spoken on it. */
  private String seen(HttpVersion version) {
    var client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setProtocolVersion(version)
                .setTrustOptions(
                    new PemTrustOptions().addCertPath(authority.certificate().toString())));
    return Await.result(
        client
            .request(HttpMethod.GET, server.actualPort(), "localhost", "/")
            .compose(
                request ->
                    request
                        .send()
                        .map(response -> shown(request.connection()) + " " + response.version()))
            .eventually(client::close));
  }

  private String seen(NetServer tcp) {
    var client =
        vertx.createNetClient(
            new NetClientOptions()
                .setSsl(true)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setTrustOptions(
                    new PemTrustOptions().addCertPath(authority.certificate().toString())));
    return Await.result(
        client
            .connect(tcp.actualPort(), "localhost")
            .map(PortTlsTest::shown)
            .eventually(client::close));
  }

  private static String shown(HttpConnection connection) {
    try {
      return name(connection.peerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      throw new AssertionError(e);
    }
  }

  private static String shown(NetSocket socket) {
    try {
      return name(socket.peerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      throw new AssertionError(e);
    }
  }

  private static String name(List<Certificate> chain) {
    return ((X509Certificate) chain.get(0)).getSubjectX500Principal().getName();
  }
}
