package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.LatencyHistogram;
import io.weft.routing.admin.api.NodeStat;
import io.weft.routing.admin.api.NodeStat.Instance;
import io.weft.routing.admin.api.NodeStat.Machine;
import io.weft.routing.admin.api.NodeStat.Part;
import io.weft.routing.admin.api.NodeStat.Suspect;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What several nodes tell of the last seconds, added up. */
class SiteStatTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final long MILLI = 1_000_000;

  private static NodeRecord record(String id, Map<String, String> addresses, String... services) {
    var instances =
        Arrays.stream(services)
            .map(s -> new InstanceRecord(s + "-1", s, "1.0.0", 0, 1, State.SERVING, List.of()))
            .toList();
    return new NodeRecord(
        id,
        "inc",
        1,
        id,
        "local",
        "a",
        "1",
        State.SERVING,
        1,
        List.of(services),
        addresses,
        instances);
  }

  /** Returns latencies: a count and how long each took, in turn. */
  private static List<Long> latencies(long... countsAndNanos) {
    var histogram = new LatencyHistogram();
    for (int i = 0; i < countsAndNanos.length; i += 2) {
      for (long n = 0; n < countsAndNanos[i]; n++) {
        histogram.record(countsAndNanos[i + 1]);
      }
    }
    return histogram.snapshot().distribution().encoded();
  }

  private static Part calls(String operation, String outcome, long... countsAndNanos) {
    return new Part(operation, "", "", "", outcome, latencies(countsAndNanos));
  }

  private static NodeStat stat(
      String node,
      List<Part> calls,
      List<Part> servings,
      List<Part> edges,
      List<Instance> instances,
      List<Suspect> suspects) {
    var machine = new Machine(5_000, 10, 100, 20, 0.5, latencies(1, MILLI, 1, 3 * MILLI), 7, false);
    return new NodeStat(node, 10, machine, calls, servings, edges, instances, suspects);
  }

  private static JsonObject sum(List<NodeRecord> records, NodeStat... stats) {
    return SiteStat.of(NOW, 10, records, List.of(stats), List.of());
  }

  private static JsonObject only(JsonArray array) {
    assertEquals(1, array.size(), array.encode());
    return array.getJsonObject(0);
  }

  @Test
  void percentilesAreThoseOfAllCallsTogetherAndNotTheMeanOfEachNodes() {
    // The mean of the two nodes' p50 would be half a second.
    var first =
        stat(
            "n1",
            List.of(calls("users.get", "ok", 99, MILLI)),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    var second =
        stat(
            "n2",
            List.of(calls("users.get", "ok", 1, 1_000 * MILLI)),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    var service =
        only(sum(List.of(record("n1", Map.of(), "users")), first, second).getJsonArray("services"));

    assertEquals(10.0, service.getDouble("perSecond"), 1e-9);
    assertEquals(1_000, service.getLong("p50Micros"), 40);
    assertEquals(1_000, service.getLong("p99Micros"), 40);
    var operation = only(service.getJsonArray("operations"));
    assertEquals(100, operation.getJsonObject("outcomes").getLong("ok"));
  }

  @Test
  void whatAHandlerAnsweredWithACodeIsASuccessAndWhatWasNotAnsweredIsNone() {
    var calls =
        List.of(
            calls("users.get", "ok", 6, MILLI),
            calls("users.get", "Application", 2, MILLI),
            calls("users.get", "Rejected", 1, MILLI),
            calls("users.get", "Unknown", 1, MILLI));
    var service =
        only(
            sum(List.of(), stat("n1", calls, List.of(), List.of(), List.of(), List.of()))
                .getJsonArray("services"));
    assertEquals(0.8, service.getDouble("success"), 1e-9);
    assertEquals(0, service.getInteger("instances"));
  }

  @Test
  void howMuchRunsAtATimeFollowsFromRateAndDuration() {
    // 100 calls of a second each within ten seconds: ten at a time.
    var stat =
        stat(
            "n1",
            List.of(calls("users.get", "ok", 100, 1_000 * MILLI)),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    var service = only(sum(List.of(), stat).getJsonArray("services"));
    assertEquals(10, only(service.getJsonArray("operations")).getInteger("inFlight"));
  }

  @Test
  void anInstanceIsToldWithItsGaugesAndTheWorstThatACallerSeesOfIt() {
    var serving = new Part("users.get", "users-1", "", "", "ok", latencies(50, 2 * MILLI));
    var first =
        stat(
            "n1",
            List.of(),
            List.of(serving),
            List.of(),
            List.of(new Instance("users-1", 3, 64, 2)),
            List.of(new Suspect("n1", "users-1", "HALF_OPEN")));
    var second =
        stat(
            "n2",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(new Suspect("n1", "users-1", "OPEN")));
    var told = sum(List.of(record("n1", Map.of(), "users"), record("n2", Map.of())), first, second);
    var instance = only(only(told.getJsonArray("services")).getJsonArray("instanceStats"));
    assertEquals("n1", instance.getString("node"));
    assertEquals(5.0, instance.getDouble("perSecond"), 1e-9);
    assertEquals(3, instance.getInteger("inFlight"));
    assertEquals(64, instance.getInteger("limit"));
    assertEquals(2, instance.getInteger("queued"));
    assertEquals("OPEN", instance.getString("breaker"));
  }

  @Test
  void anInstanceThatStandsForAnotherSiteIsToldAsSuchAndNotCounted() {
    var here = record("n1", Map.of(), "users");
    var standIn =
        new InstanceRecord("users-9", "users", "1", 0, 1, State.SERVING, List.of(), "hub");
    var own = here.instances().get(0);
    var node = here.next(State.SERVING, Map.of(), List.of(own, standIn), List.of());
    var service = only(sum(List.of(node)).getJsonArray("services"));
    assertEquals(1, service.getInteger("instances"));
    var instances = service.getJsonArray("instanceStats");
    assertFalse(instances.getJsonObject(0).containsKey("site"));
    assertEquals("hub", instances.getJsonObject(1).getString("site"));
  }

  @Test
  void anEdgeIsSecuredWhenBothItsEndsShowCertificates() {
    var tls = Map.of("bus-tls", "127.0.0.1:1");
    var records = List.of(record("n1", tls), record("n2", tls, "users"), record("n3", Map.of()));
    var edges =
        List.of(
            new Part("users.get", "", "orders", "n1", "ok", latencies(10, MILLI)),
            new Part("users.list", "", "orders", "n1", "Unknown", latencies(10, MILLI)),
            new Part("users.get", "", "orders", "n3", "ok", latencies(10, MILLI)),
            new Part("users.get", "", "orders", "n2", "ok", latencies(10, MILLI)),
            new Part("node.stat", "", "n1", "n1", "ok", latencies(10, MILLI)));
    var told =
        sum(records, stat("n2", List.of(), List.of(), edges, List.of(), List.of()))
            .getJsonArray("edges");
    assertEquals(3, told.size(), told.encode());
    var first = told.getJsonObject(0);
    assertEquals(
        List.of("orders", "users", "n1", "n2"),
        List.of(
            first.getString("from"),
            first.getString("to"),
            first.getString("fromNode"),
            first.getString("toNode")));
    assertEquals(2.0, first.getDouble("perSecond"), 1e-9);
    assertEquals(0.5, first.getDouble("success"), 1e-9);
    assertTrue(first.getBoolean("secured"));
    assertFalse(told.getJsonObject(1).getBoolean("secured"), "n3 shows no certificate");
    assertFalse(told.getJsonObject(2).getBoolean("secured"), "nothing leaves the node");
  }

  @Test
  void aNodeThatHasNotAnsweredIsToldAsDiscoveryKnowsIt() {
    var told =
        SiteStat.of(
            NOW,
            10,
            List.of(record("n2", Map.of()), record("n1", Map.of("http", "h:1"))),
            List.of(stat("n1", List.of(), List.of(), List.of(), List.of(), List.of())),
            List.of("n2"));
    assertEquals(List.of("n2"), told.getJsonArray("missing").getList());
    var known = told.getJsonArray("nodes").getJsonObject(0);
    assertEquals("h:1", known.getString("http"));
    assertEquals(7, known.getLong("epoch"));
    assertEquals(2.0, known.getDouble("loopDelayMillis"), 0.1);
    assertEquals(3.0, known.getDouble("loopDelayMaxMillis"), 0.1);
    var missing = told.getJsonArray("nodes").getJsonObject(1);
    assertEquals("SERVING", missing.getString("state"));
    assertFalse(missing.containsKey("heapUsedBytes"));
  }

  @Test
  void aServiceThatNobodyCallsIsThereAndWell() {
    var service =
        only(
            sum(
                    List.of(record("n1", Map.of(), "users", "node")),
                    stat("n1", List.of(), List.of(), List.of(), List.of(), List.of()))
                .getJsonArray("services"));
    assertEquals("users", service.getString("service"));
    assertEquals(1, service.getInteger("instances"));
    assertEquals(1.0, service.getDouble("success"));
    assertEquals(0, service.getLong("p99Micros"));
  }
}
