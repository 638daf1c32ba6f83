package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.servicediscovery.ServiceDiscoveryOptions;
import io.vertx.servicediscovery.impl.DefaultServiceDiscoveryBackend;
import io.weft.mesh.Operation;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * "Records of crashed nodes stay in service discovery forever" (vertx-service-discovery #32), and
 * "after several kills registrations are stale" (vertx-hazelcast #109, #196; vert.x #4394): what
 * the platform does by itself, and what it does with the mesh.
 */
@Timeout(120)
class StaleRecordsTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);

  private static final JsonObject BILLING = new JsonObject().put("name", "billing");

  private final MixedSite site = new MixedSite();

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  @Test
  void aCrashedProgramsRecordStaysInThePlatformsRegistryAndNotInOurs() throws Exception {
    site.node("one");
    var witness = site.program();
    var victim = site.program();
    var bare = bare(witness.vertx());
    await(bare(victim.vertx()).publish(billing()));
    await(victim.discovery().publish(billing()));
    eventually(() -> witness.records(BILLING).size() == 1);
    assertEquals(1, await(bare.getRecords(BILLING)).size());

    site.tear(victim);

    eventually(() -> witness.records(BILLING).isEmpty());
    assertEquals(1, await(bare.getRecords(BILLING)).size(), "the platform keeps the dead");
  }

  @Test
  void whenTwoOfThreeNodesAreKilledAtOnceTheirInstancesAreGoneAtOnce() throws Exception {
    var one = site.node("one");
    var two = site.node("two");
    var three = site.node("three");
    for (var node : Set.of(one, two, three)) {
      serve(node);
    }
    var witness = site.program();
    eventually(() -> witness.nodesOf("words").equals(Set.of("one", "two", "three")));

    long since = System.nanoTime();
    site.crash(two, three);
    eventually(() -> witness.nodesOf("words").equals(Set.of("one")));
    eventually(() -> one.mesh().directory().of("words").size() == 1);

    long tookMillis = (System.nanoTime() - since) / 1_000_000;
    assertTrue(tookMillis < 5_000, "stale for " + tookMillis + " ms");
  }

  private static ServiceDiscovery bare(Vertx vertx) {
    return ServiceDiscovery.create(
        vertx,
        new ServiceDiscoveryOptions()
            .setBackendConfiguration(
                new JsonObject()
                    .put("backend-name", DefaultServiceDiscoveryBackend.class.getName())));
  }

  private static Record billing() {
    return new Record()
        .setName("billing")
        .setType("http-endpoint")
        .setLocation(new JsonObject().put("endpoint", "http://10.0.0.1/"));
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
}
