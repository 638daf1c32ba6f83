package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.Archive;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeLoad.Load;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import io.weft.routing.StubMesh;
import io.weft.routing.admin.Scaling.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Changes of scale over nodes that do what they are told, or die, or lie. */
class ScalerTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Nodes nodes = new Nodes();
  private final CountsDesk counts =
      new CountsDesk(
          (archive, reader, taken) ->
              new Epochs<>(
                  "n1",
                  "desired counts",
                  new MemoryBoard(),
                  archive,
                  reader,
                  taken,
                  time.time(),
                  Runnable::run),
          Archive.NONE);
  private final Scaler scaler = new Scaler(nodes, counts, time.time());

  /** Three nodes, as the one that is asked sees them. */
  private static final class Nodes extends StubMesh {
    final TreeMap<String, Integer> users = new TreeMap<>(Map.of("n1", 1, "n2", 1, "n3", 1));
    final Set<String> dying = new HashSet<>();
    final Set<String> silent = new HashSet<>();
    final Set<String> mute = new HashSet<>();
    final Set<String> linking = new HashSet<>();
    long failed = 5;

    @Override
    public List<NodeRecord> nodes() {
      var records = new ArrayList<NodeRecord>();
      users.forEach(
          (node, count) -> {
            int standIns = linking.contains(node) && count > 1 ? 1 : 0;
            records.add(Records.node(node, node, State.SERVING, count, standIns));
          });
      return records;
    }

    @Override
    public Directory directory() {
      var endpoints = new ArrayList<Endpoint>();
      for (var node : nodes()) {
        node.instances().forEach(instance -> endpoints.add(Endpoint.of(node, instance)));
      }
      return new Directory(1, nodes(), Map.of("users", endpoints));
    }

    @Override
    public Future<Void> present(Endpoint endpoint) {
      return mute.contains(endpoint.node())
          ? Future.failedFuture(new MeshFailure.Unknown("no answer of " + endpoint.node()))
          : Future.succeededFuture();
    }

    @Override
    @SuppressWarnings("unchecked") // Each operation is answered with its own reply.
    public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
      var node = Objects.requireNonNull(options.node());
      return request instanceof NodeScale.Request wanted
          ? (Future<R>) scale(node, wanted)
          : (Future<R>) load(node);
    }

    private Future<NodeScale.Done> scale(String node, NodeScale.Request wanted) {
      if (dying.contains(node)) {
        users.remove(node);
        return Future.failedFuture(new MeshFailure.Unknown("node " + node + " left the cluster"));
      }
      failed++; // Somebody's call fails meanwhile.
      var before = users.put(node, wanted.instances());
      return Future.succeededFuture(
          new NodeScale.Done(node, before == null ? 0 : before, wanted.instances()));
    }

    private Future<Load> load(String node) {
      return silent.contains(node)
          ? Future.failedFuture(new MeshFailure.Unknown("silent"))
          : Future.succeededFuture(
              new Load(
                  node,
                  2,
                  0.1,
                  List.of(
                      new ServiceLoad(
                          "users",
                          1,
                          0,
                          0,
                          0,
                          0,
                          0,
                          0,
                          9,
                          node.equals("n1") ? failed : 0,
                          List.of()))));
    }
  }

  private JsonObject scale(int users) {
    return scale(new Wanted(Map.of("users", users), null, false, null));
  }

  private JsonObject scale(Wanted wanted) {
    var done = scaler.scale(wanted);
    for (int i = 0; i < NodeLimits.SCALE_ROUNDS && !done.isComplete(); i++) {
      time.advance(NodeLimits.SCALE_REPLAN_DELAY.plus(NodeLimits.SCALE_VISIBLE_TIMEOUT));
    }
    assertTrue(done.succeeded(), String.valueOf(done.cause()));
    return done.result();
  }

  private static Map<String, String> steps(JsonObject answer) {
    var steps = new HashMap<String, String>();
    for (var item : answer.getJsonArray("services").getJsonObject(0).getJsonArray("steps")) {
      var step = (JsonObject) item;
      steps.merge(
          step.getString("node"),
          step.getInteger("from")
              + " -> "
              + step.getInteger("to")
              + (step.containsKey("error") ? " " + step.getString("error") : ""),
          (a, b) -> a + ", then " + b);
    }
    return steps;
  }

  @Test
  void whatWasDoneIsToldWithWhatFailedMeanwhile() {
    var answer = scale(6);
    assertEquals(Map.of("n1", "1 -> 2", "n2", "1 -> 2", "n3", "1 -> 2"), steps(answer));
    assertEquals(3, answer.getLong("errors"));
    assertTrue(answer.getBoolean("visible"), answer.encode());
    assertEquals(1, answer.getLong("epoch"));
    assertEquals(new JsonArray(), answer.getJsonArray("missing"));
    assertEquals(3, answer.getJsonArray("placements").size());
    var service = answer.getJsonArray("services").getJsonObject(0);
    assertEquals(3, service.getInteger("before"));
    assertEquals(6, service.getInteger("after"));
    assertEquals(6, service.getInteger("desired"));
    assertEquals(1, service.getJsonArray("steps").getJsonObject(0).getInteger("served"));
  }

  @Test
  void aNodeThatDiesInTheMiddleIsToldOfAndTheOthersTakeItsPart() {
    nodes.dying.add("n2");
    var answer = scale(6);
    assertEquals(Map.of("n1", 3, "n3", 3), nodes.users);
    assertEquals("1 -> 2 node n2 left the cluster", steps(answer).get("n2"));
    assertEquals("1 -> 2, then 2 -> 3", steps(answer).get("n1"));
    assertEquals(6, answer.getJsonArray("services").getJsonObject(0).getInteger("after"));
  }

  @Test
  void nodesThatDieOneAfterTheOtherLeaveAnAnswerThatSaysWhatIsMissing() {
    nodes.dying.addAll(List.of("n1", "n2", "n3"));
    var answer = scale(6);
    var service = answer.getJsonArray("services").getJsonObject(0);
    assertEquals(0, service.getInteger("after"));
    assertEquals(6, service.getInteger("desired"));
    assertEquals(3, steps(answer).size());
    // It stays desired, for whoever comes.
    assertEquals(6, counts.standing().counts().services().get("users").total());
  }

  @Test
  void anInstanceThatIsRegisteredAndDoesNotAnswerIsToldOf() {
    nodes.mute.add("n3");
    var answer = scale(6);
    assertTrue(steps(answer).get("n3").contains("no answer of n3"), answer.encode());
    assertFalse(steps(answer).get("n1").contains("no answer"), answer.encode());
  }

  @Test
  void whatComesToStandForAnotherSiteMeanwhileIsNoInstanceThatWasStarted() {
    nodes.linking.add("n1"); // It takes the site's link while instances are started.
    var step = scale(6).getJsonArray("services").getJsonObject(0).getJsonArray("steps");
    assertEquals("n1", step.getJsonObject(0).getString("node"));
    assertEquals(1, step.getJsonObject(0).getInteger("served"));
  }

  @Test
  void aNodeThatDoesNotSayWhatFailedIsNamed() {
    nodes.silent.add("n2");
    assertEquals(new JsonArray().add("n2"), scale(6).getJsonArray("missing"));
  }

  @Test
  void aTrialOnlySaysWhatWouldBeDone() {
    var answer = scale(new Wanted(Map.of("users", 6), null, true, null));
    assertEquals(Map.of("n1", "1 -> 2", "n2", "1 -> 2", "n3", "1 -> 2"), steps(answer));
    assertEquals(Map.of("n1", 1, "n2", 1, "n3", 1), nodes.users);
    assertEquals(0, counts.standing().epoch());
  }

  @Test
  void aZoneIsScaledByItselfAndTheRestOfTheSiteStays() {
    assertEquals(6, scale(6).getJsonArray("placements").size() * 2);
    var answer = scale(new Wanted(Map.of("users", 5), "n2", false, null));
    assertEquals(Map.of("n2", "2 -> 5"), steps(answer));
    assertEquals(Map.of("n1", 2, "n2", 5, "n3", 2), nodes.users);
    assertEquals(9, counts.standing().counts().services().get("users").total());
  }

  @Test
  void moreThanTheNodesHoldChangesNothing() {
    var failed = scaler.scale(new Wanted(Map.of("users", 193), null, false, null));
    var why = assertInstanceOf(MeshFailure.Application.class, failed.cause());
    assertEquals("users: 193 instances (expected: 0 to 192 on 3 nodes)", why.getMessage());
    assertEquals(0, counts.standing().epoch());
    assertEquals(Map.of("n1", 1, "n2", 1, "n3", 1), nodes.users);
  }
}
