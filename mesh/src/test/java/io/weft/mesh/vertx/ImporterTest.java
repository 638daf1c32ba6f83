package io.weft.mesh.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What importers publish, as every consumer of vertx-service-discovery sees it. */
@Timeout(60)
class ImporterTest {
  /** What an importer wants to do later. */
  record Later(Duration delay, Runnable task) {}

  private final BlockingQueue<Later> later = new LinkedBlockingQueue<>();
  private final Time time =
      new Time(
          Ticker.system(),
          (delay, task) -> {
            later.add(new Later(delay, task));
            return () -> {};
          },
          Rng.system(),
          WallClock.system());
  private final Vertx vertx = Vertx.vertx();
  private final ServiceDiscovery discovery = ServiceDiscovery.create(vertx);

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void listedAddressesAreRecordsUntilTheImporterCloses() throws Exception {
    var services =
        new JsonObject()
            .put("billing", new JsonArray().add("10.0.0.5:8080").add("10.0.0.6:8080"))
            .put("mail", new JsonArray().add("mail.example.com:25"));
    var importer = new AddressImporter();

    await(discovery.registerServiceImporter(importer, of(services)));

    assertEquals(Set.of("10.0.0.5:8080", "10.0.0.6:8080"), addresses("billing"));
    assertEquals(Set.of("mail.example.com:25"), addresses("mail"));
    var record = await(discovery.getRecord(new JsonObject().put("name", "mail")));
    assertEquals("http-endpoint", record.getType());

    var closed = new LinkedBlockingQueue<String>();
    importer.close(done -> closed.add("closed"));
    assertNotNull(closed.poll(10, TimeUnit.SECONDS));
    assertEquals(Set.of(), addresses("billing"));
    assertEquals(Set.of(), addresses("mail"));
  }

  @Test
  void settingsThatCannotBeReadAreRefusedWhole() {
    refused("services: null", new JsonObject());
    refused("services.a: 7 (expected: [host:port, …])", of(new JsonObject().put("a", 7)));
    refused(
        "address nonsense (expected: host:port)",
        of(new JsonObject().put("a", new JsonArray().add("h:1").add("nonsense"))));
    refused(
        "port of h: 70000 (expected: 1 to 65535)",
        of(new JsonObject().put("a", new JsonArray().add("h:70000"))));
  }

  @Test
  void aNameIsAskedForAgainWhenItsRecordsHaveLivedAndItsAddressesFollow() throws Exception {
    try (var server = new NameServer()) {
      server.answer(
          DnsResponseCode.NOERROR, 30, new Address("a.test", 80), new Address("b.test", 81));
      watch(server);
      assertEquals(Set.of("a.test:80", "b.test:81"), addresses("billing"));

      server.answer(DnsResponseCode.NOERROR, 30, new Address("b.test", 81));
      assertEquals(Duration.ofSeconds(30), nextLook());
      assertEquals(Set.of("b.test:81"), addresses("billing"));
    }
  }

  @Test
  void whileDnsFailsTheLastKnownAddressesStayAndWhenItSaysNoneTheyGo() throws Exception {
    try (var server = new NameServer()) {
      server.answer(DnsResponseCode.NOERROR, 30, new Address("a.test", 80));
      watch(server);

      server.answer(DnsResponseCode.SERVFAIL, 0);
      nextLook();
      assertEquals(Set.of("a.test:80"), addresses("billing"));

      server.answer(DnsResponseCode.NXDOMAIN, 0);
      assertEquals(MeshLimits.DNS_INTERVAL_MIN, nextLook());
      assertEquals(Set.of(), addresses("billing"));
    }
  }

  @Test
  void recordsThatLiveTooShortAreNotAskedForAllTheTime() throws Exception {
    try (var server = new NameServer()) {
      server.answer(DnsResponseCode.NOERROR, 0, new Address("a.test", 80));
      watch(server);

      assertEquals(MeshLimits.DNS_INTERVAL_MIN, nextLook());
    }
  }

  @Test
  void aNameServerThatIsDownKeepsNobodyFromStarting() throws Exception {
    NameServer down;
    try (var server = new NameServer()) {
      down = server;
      server.answer(DnsResponseCode.REFUSED, 0);
      watch(server);
    }
    assertNotNull(down);
    assertEquals(Set.of(), addresses("billing"));
    assertEquals(MeshLimits.DNS_INTERVAL_MIN, later.take().delay());
  }

  private void watch(NameServer server) throws Exception {
    var configuration =
        of(new JsonObject().put("billing", "_http._tcp.billing.test"))
            .put("server", server.address());
    await(discovery.registerServiceImporter(new DnsImporter(time), configuration));
  }

  /** Lets the importer look again now; returns how long it would have waited. */
  private Duration nextLook() throws InterruptedException {
    var next = later.take();
    next.task().run();
    later.add(later.take()); // The one after it is wanted only when this one is done.
    return next.delay();
  }

  private void refused(String message, JsonObject configuration) {
    var failure =
        assertThrows(
            ExecutionException.class,
            () -> await(discovery.registerServiceImporter(new AddressImporter(), configuration)));
    assertTrue(failure.getMessage().contains(message), failure.getMessage());
  }

  private static JsonObject of(JsonObject services) {
    return new JsonObject().put("services", services);
  }

  private Set<String> addresses(String service) throws Exception {
    return await(discovery.getRecords(new JsonObject().put("name", service))).stream()
        .map(r -> r.getLocation().getString("host") + ":" + r.getLocation().getInteger("port"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
