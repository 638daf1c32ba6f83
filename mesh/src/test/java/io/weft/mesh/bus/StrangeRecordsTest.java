package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.wire.JsonCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What another program writes into the registry, or says to it: ignored, and counted. */
@Timeout(90)
class StrangeRecordsTest {
  private final MixedSite site = new MixedSite();
  private final Ignored ignored = new Ignored();

  /** Counts what a node ignored. */
  private static final class Ignored implements Telemetry {
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

    int of(String what) {
      return counts.getOrDefault(what, new AtomicInteger()).get();
    }

    @Override
    public void ignored(String what) {
      counts.computeIfAbsent(what, name -> new AtomicInteger()).incrementAndGet();
    }

    @Override
    public Recorder calls(String operation) {
      return Recorder.NONE;
    }

    @Override
    public Recorder attempts(String operation, String node) {
      return Recorder.NONE;
    }

    @Override
    public Recorder servings(String instance, String operation, String caller, String node) {
      return Recorder.NONE;
    }
  }

  @AfterEach
  void stop() throws Exception {
    site.close();
  }

  @Test
  void recordsThatNoNodeOfOursWroteAreIgnoredAndCountedOnce() throws Exception {
    var one = site.node("one", ignored);
    var stranger = site.program();
    var records = stranger.hazelcast().getReplicatedMap("weft.nodes");
    var own = (String) records.get("one");
    var half = new JsonObject(own);
    half.remove("instances");
    half.put("id", "two");

    records.put("garbage", "{\"id\"");
    records.put("number", 17);
    records.put(42, own);
    records.put("three", own); // Somebody else's record under another name.
    records.put("two", half.encode());
    records.put("lanes", new JsonObject(own).put("id", "lanes").put("lanes", -1).encode());
    eventually(() -> ignored.of("record") == 6);

    site.leave(stranger); // A change of membership lets a node look at all records again.
    assertEquals(List.of("one"), one.mesh().nodes().stream().map(NodeRecord::id).toList());
    assertEquals(6, ignored.of("record"));
  }

  @Test
  void aRecordOfANewerNodeIsReadWithoutWhatIsNotKnown() throws Exception {
    var one = site.node("one", ignored);
    var stranger = site.program();
    var records = stranger.hazelcast().getReplicatedMap("weft.nodes");
    var newer = new JsonObject((String) records.get("one")).put("id", "newer").put("state", "WARM");
    newer.put("colour", new JsonObject().put("of", "paint"));
    newer.getJsonArray("instances").forEach(each -> ((JsonObject) each).put("shards", 7));

    records.put("newer", newer.encode());

    eventually(() -> one.mesh().nodes().size() == 2);
    assertEquals(
        NodeRecord.State.DRAINING,
        one.mesh().nodes().stream()
            .filter(record -> record.id().equals("newer"))
            .findFirst()
            .orElseThrow()
            .state());
    assertEquals(0, ignored.of("record"));
  }

  @Test
  void announcementsThatNoNodeOfOursMadeAreIgnoredAndCounted() throws Exception {
    var one = site.node("one", ignored);
    var stranger = site.program();
    var bus = stranger.vertx().eventBus();

    bus.publish("weft.announcements", "hello");
    bus.publish("weft.announcements", 7);
    bus.publish("weft.announcements", Buffer.buffer("{}"));
    bus.publish("weft.announcements", JsonCodec.encode(Map.of("node", "x")));

    eventually(() -> ignored.of("announcement") == 4);
    assertEquals(List.of("one"), one.mesh().nodes().stream().map(NodeRecord::id).toList());
  }
}
