package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.servicediscovery.types.HttpLocation;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.vertx.MeshServiceType;
import io.weft.mesh.vertx.ServiceClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a Vert.x program that is no node sees of the mesh through vertx-service-discovery, on a real
 * cluster on loopback.
 */
@Timeout(120)
class GuestTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final Operation<Word, Word> OTHER = Operation.query("other.get", Word.class, Word.class);

  private static final JsonObject WEFT = new JsonObject().put("type", MeshServiceType.NAME);

  private final String cluster = "guest-" + UUID.randomUUID();
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final List<Program> programs = new ArrayList<>();
  private int seed;

  /** A Vert.x program that has only put our library on its class path. */
  record Program(Vertx vertx, HazelcastInstance hazelcast, ServiceDiscovery discovery) {
    Set<String> nodesOf(String service) {
      return records(new JsonObject().put("name", service)).stream()
          .map(record -> record.getMetadata().getString("node"))
          .collect(Collectors.toCollection(TreeSet::new));
    }

    List<Record> records(JsonObject filter) {
      try {
        return await(discovery.getRecords(filter));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @BeforeEach
  void startSeed() throws Exception {
    seed = WiredSite.freePort();
    node("one");
  }

  @AfterEach
  void stop() throws Exception {
    for (var program : programs) {
      await(program.vertx().close());
    }
    for (var node : nodes) {
      await(node.stop());
    }
  }

  @Test
  void aForeignProgramListsTheLiveInstancesAndCallsThroughTheMesh() throws Exception {
    serve(nodes.get(0));
    serve(node("two"));
    var program = program();

    eventually(() -> program.nodesOf("words").equals(Set.of("one", "two")));

    var record = await(program.discovery().getRecord(r -> r.getName().equals("words")));
    assertEquals(MeshServiceType.NAME, record.getType());
    assertEquals("test", record.getMetadata().getString("zone"));
    assertEquals("test", record.getMetadata().getString("site"));
    assertEquals("1", record.getMetadata().getString("version"));
    assertEquals(
        new JsonArray(List.of("words.echo")), record.getMetadata().getJsonArray("operations"));
    assertSame(record, await(program.discovery().getRecord(record.getRegistration())));
    assertEquals(1, program.records(new JsonObject().put("node", "two")).size());

    ServiceClient words = program.discovery().getReference(record).get();
    var answers = new TreeSet<String>();
    eventually(
        () -> {
          answers.add(text(words.call(ECHO, new Word("hello"))));
          return answers.equals(Set.of("hello from one", "hello from two"));
        });
    assertTrue(failureOf(words.call(OTHER, new Word("x"))).getMessage().contains("of service"));
  }

  @Test
  void aGuestIsNoNodeOfTheMesh() throws Exception {
    serve(nodes.get(0));
    var program = program();
    eventually(() -> program.nodesOf("words").equals(Set.of("one")));
    var one = nodes.get(0).mesh();

    eventually(() -> one.directory().nodes().size() == 2);

    assertEquals(List.of("one"), one.nodes().stream().map(r -> r.id()).toList());
  }

  @Test
  void aKilledNodesRecordsAreGoneForEveryConsumer() throws Exception {
    serve(nodes.get(0));
    var two = node("two");
    serve(two);
    var program = program();
    var another = program();
    for (var each : List.of(program, another)) {
      eventually(() -> each.nodesOf("words").equals(Set.of("one", "two")));
    }

    long since = System.nanoTime();
    crash(two);

    for (var each : List.of(program, another)) {
      eventually(() -> each.nodesOf("words").equals(Set.of("one")));
    }
    long tookMillis = (System.nanoTime() - since) / 1_000_000;
    assertTrue(tookMillis < 2_500, "gone after " + tookMillis + " ms");
  }

  @Test
  void whatAProgramPublishesIsSeenByAllAndGoneWhenItDies() throws Exception {
    var program = program();
    var another = program();
    var own = ServiceDiscovery.create(nodes.get(0).vertx());
    var published = await(program.discovery().publish(endpoint("billing", 8080)));
    var filter = new JsonObject().put("name", "billing");

    eventually(() -> another.records(filter).equals(List.of(published)));
    eventually(() -> sees(own, filter, 1));
    assertTrue(
        failureOf(another.discovery().unpublish(published.getRegistration()))
            .getMessage()
            .contains("belongs to node guest:"));

    programs.remove(program);
    program.hazelcast().getLifecycleService().terminate();

    eventually(() -> another.records(filter).isEmpty());
    eventually(() -> sees(own, filter, 0));
    await(program.vertx().close());
  }

  @Test
  void aPublishedRecordIsUpdatedAndTakenBackByItsOwner() throws Exception {
    var program = program();
    var another = program();
    var published = await(program.discovery().publish(endpoint("billing", 8080)));

    published.getMetadata().put("colour", "blue");
    await(program.discovery().update(published));
    eventually(() -> another.records(new JsonObject().put("colour", "blue")).size() == 1);

    await(program.discovery().unpublish(published.getRegistration()));
    eventually(() -> another.records(new JsonObject().put("name", "billing")).isEmpty());
    assertNull(await(program.discovery().getRecord(published.getRegistration())));
    assertTrue(
        failureOf(program.discovery().unpublish(published.getRegistration()))
            .getMessage()
            .contains("not found"));
  }

  @Test
  void aProgramThatClosesInOrderTakesWhatItPublishedWithItAtOnce() throws Exception {
    var program = program();
    var another = program();
    await(program.discovery().publish(endpoint("billing", 8080)));
    var filter = new JsonObject().put("name", "billing");
    eventually(() -> another.records(filter).size() == 1);

    programs.remove(program);
    await(program.vertx().close());

    eventually(() -> another.records(filter).isEmpty());
  }

  @Test
  void onANodeTheDiscoverySeesWithTheNodesOwnEyes() throws Exception {
    serve(nodes.get(0));
    var vertx = nodes.get(0).vertx();
    var discovery = ServiceDiscovery.create(vertx);

    assertEquals(1, await(discovery.getRecords(WEFT)).size());
    assertSame(nodes.get(0).mesh(), await(Guest.meshOf(vertx)));
  }

  @Test
  void anInstanceCannotBePublishedChangedOrTakenBackByHand() throws Exception {
    serve(nodes.get(0));
    var discovery = ServiceDiscovery.create(nodes.get(0).vertx());
    var record = await(discovery.getRecord(WEFT));
    assertNotNull(record);

    assertTrue(
        failureOf(discovery.unpublish(record.getRegistration()))
            .getMessage()
            .contains("belongs to node one"));
    assertTrue(failureOf(discovery.update(record)).getMessage().contains("listed by themselves"));
    assertEquals(1, await(discovery.getRecords(WEFT)).size());
  }

  private static boolean sees(ServiceDiscovery discovery, JsonObject filter, int count) {
    try {
      return await(discovery.getRecords(filter)).size() == count;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String text(Future<Word> answer) {
    try {
      return await(answer).text();
    } catch (Exception e) {
      return e.toString();
    }
  }

  private static Record endpoint(String name, int port) {
    return new Record()
        .setName(name)
        .setType("http-endpoint")
        .setLocation(new HttpLocation().setHost("10.0.0.1").setPort(port).toJson());
  }

  private ClusterNode node(String name) throws Exception {
    var node =
        await(
            ClusterNode.start(
                settings(name, nodes.isEmpty() ? seed : WiredSite.freePort()),
                new VertxOptions(),
                Telemetry.NONE));
    nodes.add(node);
    await(node.ready());
    return node;
  }

  private Program program() throws Exception {
    var manager =
        new HazelcastClusterManager(ClusterNode.config(settings("-", WiredSite.freePort())));
    var options = new VertxOptions().setEventLoopPoolSize(2);
    options.getEventBusOptions().setHost("127.0.0.1");
    var vertx = await(Vertx.builder().with(options).withClusterManager(manager).buildClustered());
    var program =
        new Program(vertx, manager.getHazelcastInstance(), ServiceDiscovery.create(vertx));
    programs.add(program);
    return program;
  }

  private ClusterNode.Settings settings(String name, int port) {
    return new ClusterNode.Settings(
        name,
        "test",
        "test",
        "1",
        cluster,
        "127.0.0.1",
        port,
        0,
        port == seed ? List.of() : List.of("127.0.0.1:" + seed),
        Path.of(System.getProperty("weft.root"), "cluster.xml"),
        List.of());
  }

  private static void serve(ClusterNode node) throws Exception {
    var name = node.mesh().node();
    await(
        node.vertx()
            .deployVerticle(
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return node.mesh()
                        .serve(
                            ECHO,
                            word ->
                                Future.succeededFuture(new Word(word.text() + " from " + name)));
                  }
                }));
  }

  private void crash(ClusterNode node) throws Exception {
    nodes.remove(node);
    node.terminate();
    await(node.vertx().close());
  }
}
