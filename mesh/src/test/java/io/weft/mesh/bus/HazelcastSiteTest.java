package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.mesh.bus.MixedSite.Program;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.VirtualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether a member that has just joined has the records of those that were there before. */
@Timeout(90)
class HazelcastSiteTest {
  private final MixedSite members = new MixedSite();
  private final VirtualTime time = new VirtualTime(1);
  private Program older;
  private Program younger;

  @BeforeEach
  void start() throws Exception {
    members.node("seed");
    older = members.program();
    younger = members.program();
  }

  @AfterEach
  void stop() throws Exception {
    members.close();
  }

  private HazelcastSite site(Program program) {
    var site =
        new HazelcastSite(
            program.vertx(), program.hazelcast(), time.time().ticker(), Telemetry.NONE);
    eventually(() -> site.get("seed").isPresent());
    return site;
  }

  @Test
  void aMemberWaitsForTheRecordOfOneThatWasThereBefore() {
    var site = site(younger);
    var filled = site.filled(time.time());
    time.advance(HazelcastSite.FILL_INTERVAL);
    assertFalse(filled.isComplete());

    var records = older.hazelcast().getReplicatedMap("weft.nodes");
    var record =
        new JsonObject((String) records.get("seed"))
            .put("id", "older")
            .put(
                "member",
                older.hazelcast().getCluster().getLocalMember().getAttribute("__vertx.nodeId"));
    records.put("older", record.encode());
    eventually(() -> site.get("older").isPresent());
    assertFalse(filled.isComplete());

    time.advance(HazelcastSite.FILL_INTERVAL);
    assertTrue(filled.succeeded());
  }

  @Test
  void aMemberWaitsForNoneThatCameAfterIt() {
    assertTrue(site(older).filled(time.time()).succeeded());
  }

  @Test
  void aMemberGoesOnWhenARecordDoesNotCome() {
    var filled = site(younger).filled(time.time());
    time.advance(HazelcastSite.FILL_PATIENCE.minus(HazelcastSite.FILL_INTERVAL));
    assertFalse(filled.isComplete());

    time.advance(HazelcastSite.FILL_INTERVAL);
    assertTrue(filled.succeeded());
  }
}
