package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemTrustOptions;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with mutual TLS on the bus, and a third that does not belong. */
@Timeout(90)
class MutualTlsTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);

  @TempDir static Path folder;
  private static DevelopmentAuthority ours;
  private static DevelopmentAuthority strangers;

  private final String cluster = "test-" + UUID.randomUUID();
  private final List<ClusterNode> started = new ArrayList<>();

  @BeforeAll
  static void makeCertificates() throws IOException {
    ours = DevelopmentAuthority.in(folder.resolve("ours"));
    ours.issue("one", List.of());
    ours.issue("two", List.of("10.1.2.3", "two.example"));
    ours.issue("late", List.of(), Duration.ofDays(3), Duration.ofDays(1));
    strangers = DevelopmentAuthority.in(folder.resolve("strangers"));
    strangers.issue("three", List.of());
  }

  @AfterEach
  void stopAll() throws Exception {
    Crash.of(started);
  }

  @Test
  void callsCrossBetweenNodesOfOneAuthorityAndNoOtherNodeIsLetIn() throws Exception {
    int port = freePort();
    var one = start("one", port, List.of(), shown(ours, "one", ours));
    var seed = List.of("127.0.0.1:" + port);
    var two = start("two", freePort(), seed, shown(ours, "two", ours));
    serve(two);
    eventually(() -> serving(one) == 1);
    assertEquals("hello", await(one.mesh().call(ECHO, new Word("hello"))).text());

    var bare = failureOf(starting("three", freePort(), seed, null));
    assertTurnedAway(bare, "its bus takes only nodes with a certificate");
    // It believes us, so that it is our nodes that refuse.
    var foreign =
        failureOf(starting("three", freePort(), seed, shown(strangers, "three", ours, strangers)));
    assertTurnedAway(foreign, "one: ");
    var late = failureOf(starting("three", freePort(), seed, shown(ours, "late", ours)));
    assertTrue(late.getMessage().contains("late.pem expired on "), late.getMessage());

    assertEquals(
        Set.of("one", "two"), Set.copyOf(one.mesh().nodes().stream().map(NodeRecord::id).toList()));
  }

  @Test
  void aBusTurnsAwayEveryConnectionWithoutAValidCertificateOfItsAuthority() throws Exception {
    var one = start("one", freePort(), List.of(), shown(ours, "one", ours));
    var own = one.mesh().nodes().iterator().next().addresses().get(BusMesh.BUS_ADDRESS);

    assertTrue(taken(one, own, shown(ours, "two", ours).asking()));
    assertTrue(!taken(one, own, shown(strangers, "three", ours, strangers).asking()));
    assertTrue(!taken(one, own, shown(ours, "late", ours).asking()));
    var without =
        new NetClientOptions()
            .setSsl(true)
            .setHostnameVerificationAlgorithm("")
            .setTrustOptions(new PemTrustOptions().addCertPath(ours.certificate().toString()));
    without.setEnabledSecureTransportProtocols(Set.of("TLSv1.2"));
    assertTrue(!taken(one, own, without));
  }

  @Test
  void aNodeWithoutTlsIsNotMetByOneThatWantsIt() throws Exception {
    int port = freePort();
    start("one", port, List.of(), null);

    var failure =
        failureOf(
            starting("two", freePort(), List.of("127.0.0.1:" + port), shown(ours, "two", ours)));

    assertTurnedAway(failure, "one: its bus speaks no TLS");
  }

  @Test
  void whatIsWrongWithItsOwnCertificateIsSaidBeforeANodeStarts() {
    var now = Instant.now();
    shown(ours, "one", ours).check(now);

    assertTrue(fault(shown(ours, "one", ours), now.minus(Duration.ofDays(9))).contains("clock"));
    assertTrue(fault(shown(ours, "late", ours), now).contains("expired on"));
    assertTrue(fault(shown(strangers, "three", ours), now).contains("expected: an authority of"));
    assertTrue(
        fault(new BusSecurity(ours.key("one"), ours.key("one"), ours.certificate()), now)
            .contains("one.key"));
    assertTrue(
        fault(new BusSecurity(ours.certificate("none"), ours.key("one"), ours.certificate()), now)
            .contains("none.pem cannot be read"));
    assertTrue(
        fault(new BusSecurity(ours.certificate("one"), ours.key("none"), ours.certificate()), now)
            .contains("none.key cannot be read"));
  }

  @Test
  void anAuthorityWritesNothingOverAndKeepsKeysToItsOwner() throws IOException {
    var failure = assertThrows(IOException.class, () -> ours.issue("one", List.of()));

    assertTrue(failure.getMessage().contains("is there already"), failure.getMessage());
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ours.key("one"))));
    assertThrows(IOException.class, () -> ours.issue("../one", List.of()));
    assertThrows(IOException.class, () -> ours.issue("authority", List.of()));
    assertThrows(IOException.class, () -> ours.issue("four", List.of("a,ca:true")));
    try (var files = Files.list(folder.resolve("ours"))) {
      assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith(".making")));
    }
  }

  private static String fault(BusSecurity security, Instant now) {
    return String.valueOf(
        assertThrows(ClusterException.class, () -> security.check(now)).getMessage());
  }

  private static void assertTurnedAway(Throwable failure, String why) {
    assertInstanceOf(ClusterException.class, failure);
    assertTrue(failure.getMessage().startsWith("turned away by the nodes"), failure.toString());
    assertTrue(failure.getMessage().contains(why), failure.toString());
  }

  private static boolean taken(ClusterNode node, String address, NetClientOptions options)
      throws Exception {
    var client = node.vertx().createNetClient(options);
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return await(
        client
            .connect(port, "127.0.0.1")
            .compose(NetSocket::close)
            .map(true)
            .otherwise(false)
            .eventually(client::close));
  }

  /** Files as the settings of a node name them; of several authorities, all are believed. */
  private static BusSecurity shown(
      DevelopmentAuthority by, String name, DevelopmentAuthority... believed) {
    try {
      var all = Files.createTempFile(folder, "believed", ".pem");
      for (var each : believed) {
        Files.writeString(all, Files.readString(each.certificate()), StandardOpenOption.APPEND);
      }
      return new BusSecurity(by.certificate(name), by.key(name), all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ClusterNode start(String name, int port, List<String> join, BusSecurity security)
      throws Exception {
    var node = await(starting(name, port, join, security));
    started.add(node);
    await(node.ready());
    return node;
  }

  private Future<ClusterNode> starting(
      String name, int port, List<String> join, BusSecurity security) {
    var settings =
        new ClusterNode.Settings(
            name,
            "test",
            "test",
            "1",
            cluster,
            "127.0.0.1",
            port,
            0,
            join,
            Path.of(System.getProperty("weft.root"), "cluster.xml"),
            List.of());
    return ClusterNode.start(
        security == null ? settings : settings.secured(security),
        new VertxOptions(),
        Telemetry.NONE);
  }

  private static void serve(ClusterNode node) throws Exception {
    await(
        node.vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return node.mesh().serve(ECHO, Future::succeededFuture);
                  }
                }));
  }

  private static int serving(ClusterNode node) {
    return node.mesh().nodes().stream().mapToInt(record -> record.serving("words")).sum();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
