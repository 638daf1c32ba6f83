package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.servicediscovery.types.HttpLocation;
import io.weft.mesh.Operation;
import io.weft.mesh.vertx.MeshServiceType;
import io.weft.mesh.vertx.ServiceClient;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  private final MixedSite site = new MixedSite();
  private ClusterNode one;

  @BeforeEach
  void start() throws Exception {
    one = site.node("one");
  }

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  @Test
  void aForeignProgramListsTheLiveInstancesAndCallsThroughTheMesh() throws Exception {
    serve(one);
    serve(site.node("two"));
    var program = site.program();

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
    serve(one);
    var program = site.program();
    eventually(() -> program.nodesOf("words").equals(Set.of("one")));
    var mesh = one.mesh();

    eventually(() -> mesh.directory().nodes().size() == 2);

    assertEquals(List.of("one"), mesh.nodes().stream().map(r -> r.id()).toList());
  }

  @Test
  void aKilledNodesRecordsAreGoneForEveryConsumer() throws Exception {
    serve(one);
    var two = site.node("two");
    serve(two);
    var program = site.program();
    var another = site.program();
    for (var each : List.of(program, another)) {
      eventually(() -> each.nodesOf("words").equals(Set.of("one", "two")));
    }

    long since = System.nanoTime();
    site.crash(two);

    for (var each : List.of(program, another)) {
      eventually(() -> each.nodesOf("words").equals(Set.of("one")));
    }
    long tookMillis = (System.nanoTime() - since) / 1_000_000;
    assertTrue(tookMillis < 2_500, "gone after " + tookMillis + " ms");
  }

  @Test
  void whatAProgramPublishesIsSeenByAllAndGoneWhenItDies() throws Exception {
    var program = site.program();
    var another = site.program();
    var own = ServiceDiscovery.create(one.vertx());
    var published = await(program.discovery().publish(endpoint("billing", 8080)));
    var filter = new JsonObject().put("name", "billing");

    eventually(() -> another.records(filter).equals(List.of(published)));
    eventually(() -> sees(own, filter, 1));
    assertTrue(
        failureOf(another.discovery().unpublish(published.getRegistration()))
            .getMessage()
            .contains("belongs to node guest:"));

    site.tear(program);

    eventually(() -> another.records(filter).isEmpty());
    eventually(() -> sees(own, filter, 0));
  }

  @Test
  void aPublishedRecordIsUpdatedAndTakenBackByItsOwner() throws Exception {
    var program = site.program();
    var another = site.program();
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
    var program = site.program();
    var another = site.program();
    await(program.discovery().publish(endpoint("billing", 8080)));
    var filter = new JsonObject().put("name", "billing");
    eventually(() -> another.records(filter).size() == 1);

    site.leave(program);

    eventually(() -> another.records(filter).isEmpty());
  }

  @Test
  void onANodeTheDiscoverySeesWithTheNodesOwnEyes() throws Exception {
    serve(one);
    var vertx = one.vertx();
    var discovery = ServiceDiscovery.create(vertx);

    assertEquals(1, await(discovery.getRecords(WEFT)).size());
    assertSame(one.mesh(), await(Guest.meshOf(vertx)));
  }

  @Test
  void anInstanceCannotBePublishedChangedOrTakenBackByHand() throws Exception {
    serve(one);
    var discovery = ServiceDiscovery.create(one.vertx());
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
}
