package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.time.Rng;
import io.weft.node.NodeLimits;
import io.weft.node.scale.ScalePlan.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The laws of a plan of instances. */
class ScalePlanTest {
  @Test
  void instancesAreAddedWhereThereAreFewest() {
    var nodes = List.of(node("n1", "a", 2), node("n2", "a", 0), node("n3", "a", 1));
    assertEquals(
        List.of(new Step("n2", 0, 2), new Step("n3", 1, 2)), ScalePlan.of("users", 6, nodes));
  }

  @Test
  void instancesAreRemovedWhereThereAreMost() {
    var nodes = List.of(node("n1", "a", 4), node("n2", "a", 1), node("n3", "a", 2));
    assertEquals(
        List.of(new Step("n1", 4, 1), new Step("n3", 2, 1)), ScalePlan.of("users", 3, nodes));
  }

  @Test
  void amongEqualNodesTheEmptierZoneIsFilledFirst() {
    var nodes = List.of(node("n1", "a", 1), node("n2", "a", 0), node("n3", "b", 0));
    assertEquals(List.of(new Step("n3", 0, 1)), ScalePlan.of("users", 2, nodes));
  }

  @Test
  void amongEqualNodesTheFullerZoneIsEmptiedFirst() {
    var nodes = List.of(node("n1", "a", 1), node("n2", "a", 1), node("n3", "b", 1));
    assertEquals(List.of(new Step("n2", 1, 0)), ScalePlan.of("users", 2, nodes));
  }

  @Test
  void amongEqualNodesTheOneThatDoesLessElseIsFilledFirst() {
    var busy =
        with(
            node("n1", "a", 0),
            State.SERVING,
            List.of("users"),
            List.of(instance("orders", State.SERVING)));
    assertEquals(
        List.of(new Step("n2", 0, 1)), ScalePlan.of("users", 1, List.of(busy, node("n2", "a", 0))));
  }

  /** Neither as an instance of the service nor as something else that the node has to do. */
  @Test
  void whatStandsForAnotherSiteCountsForNothing() {
    var linked = Records.node("n1", "a", State.SERVING, 1, 2);
    var other = node("n2", "a", 0);
    assertEquals(List.of(new Step("n2", 0, 1)), ScalePlan.of("users", 2, List.of(linked, other)));
    assertEquals(List.of(new Step("n1", 1, 0)), ScalePlan.of("users", 0, List.of(linked, other)));
    var standIn = new InstanceRecord("o", "orders", "1", 0, 1, State.SERVING, List.of(), "hub");
    var holder = with(node("n1", "a", 0), State.SERVING, List.of("users"), List.of(standIn));
    assertEquals(List.of(new Step("n1", 0, 1)), ScalePlan.of("users", 1, List.of(holder, other)));
  }

  @Test
  void aPlanForWhatIsThereIsEmpty() {
    assertEquals(
        List.of(), ScalePlan.of("users", 5, List.of(node("n1", "a", 4), node("n2", "b", 1))));
  }

  @Test
  void zeroInstancesEmptyEveryNode() {
    assertEquals(
        List.of(new Step("n1", 2, 0), new Step("n2", 1, 0)),
        ScalePlan.of("users", 0, List.of(node("n1", "a", 2), node("n2", "b", 1))));
  }

  @Test
  void nodesThatDoNotHostTheServiceOrDoNotServeAreLeftAlone() {
    var other = with(node("n1", "a", 0), State.SERVING, List.of("orders"), List.of());
    var draining = with(node("n2", "a", 1), State.DRAINING, List.of("users"), List.of());
    var starting = with(node("n4", "a", 0), State.STARTING, List.of("users"), List.of());
    var nodes = List.of(other, draining, starting, node("n3", "a", 1));
    assertEquals(List.of(new Step("n3", 1, 3)), ScalePlan.of("users", 3, nodes));
  }

  @Test
  void drainingInstancesDoNotCount() {
    var node =
        with(
            node("n1", "a", 0),
            State.SERVING,
            List.of("users"),
            List.of(instance("users", State.DRAINING), instance("users", State.SERVING)));
    assertEquals(List.of(new Step("n1", 1, 2)), ScalePlan.of("users", 2, List.of(node)));
  }

  @Test
  void aServiceThatNobodyHostsCannotBePlanned() {
    var failure =
        assertThrows(
            MeshFailure.Application.class,
            () -> ScalePlan.of("bills", 1, List.of(node("n1", "a", 1))));
    assertEquals(NodeScale.NOT_HOSTED, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains("\"bills\""), failure.getMessage());
  }

  @Test
  void moreThanTheNodesCanHoldCannotBePlanned() {
    var nodes = List.of(node("n1", "a", 1), node("n2", "a", 1));
    for (int count : new int[] {-1, 2 * NodeLimits.INSTANCES_MAX + 1}) {
      var failure =
          assertThrows(MeshFailure.Application.class, () -> ScalePlan.of("users", count, nodes));
      assertEquals(NodeScale.OUT_OF_RANGE, failure.code());
    }
    assertEquals(2, ScalePlan.of("users", 2 * NodeLimits.INSTANCES_MAX, nodes).size());
  }

  @Test
  void anyPlanSumsUpMovesOneWayOnlyAndEndsInBalance() {
    var rng = Rng.seeded(2);
    for (int round = 0; round < 2_000; round++) {
      var nodes = new ArrayList<NodeRecord>();
      int total = 0;
      for (int i = 0; i <= rng.nextInt(6); i++) {
        int count = rng.nextInt(9);
        total += count;
        nodes.add(node("n" + i, "z" + rng.nextInt(3), count));
      }
      check(nodes, total, rng.nextInt(40));
    }
  }

  private static void check(List<NodeRecord> nodes, int total, int desired) {
    if (desired > nodes.size() * NodeLimits.INSTANCES_MAX) {
      return;
    }
    var after = new HashMap<String, Integer>();
    nodes.forEach(node -> after.put(node.id(), node.serving("users")));
    var steps = ScalePlan.of("users", desired, nodes);
    steps.forEach(step -> after.put(step.node(), step.to()));
    assertEquals(desired, after.values().stream().mapToInt(Integer::intValue).sum());
    boolean up = desired >= total;
    steps.forEach(step -> assertEquals(up, step.to() > step.from(), nodes + " " + desired));
    // Whoever was touched is level with the rest: nobody untouched could have been a better choice.
    var changed = steps.stream().map(Step::node).toList();
    for (var touched : changed) {
      for (var other : after.keySet()) {
        int difference = after.getOrDefault(touched, 0) - after.getOrDefault(other, 0);
        assertTrue(up ? difference <= 1 : difference >= -1, nodes + " -> " + after);
      }
    }
  }

  @Test
  void aNumberForAZoneIsPlacedThereAndTheRestElsewhere() {
    var nodes = List.of(node("n1", "a", 1), node("n2", "b", 2), node("n3", "c", 0));
    var count = new DesiredCounts.Count(2, Map.of("a", 3));
    assertEquals(List.of(new Step("n1", 1, 3)), ScalePlan.of("users", count, nodes));
  }

  @Test
  void aZoneInWhichNobodyIsOrNobodyHostsTheServiceIsSaid() {
    var other = with(node("n2", "b", 0), State.SERVING, List.of("orders"), List.of());
    var nodes = List.of(node("n1", "a", 1), other);
    var nowhere =
        assertThrows(
            MeshFailure.Application.class,
            () -> ScalePlan.of("users", new DesiredCounts.Count(null, Map.of("x", 1)), nodes));
    assertEquals(NodeScale.UNKNOWN_ZONE, nowhere.code());
    assertEquals("zone \"x\" has no live node (expected: one of a, b)", nowhere.getMessage());
    var nobody =
        assertThrows(
            MeshFailure.Application.class,
            () -> ScalePlan.of("users", new DesiredCounts.Count(null, Map.of("b", 1)), nodes));
    assertEquals(NodeScale.NOT_HOSTED, nobody.code());
    var tooMany =
        assertThrows(
            MeshFailure.Application.class,
            () -> ScalePlan.of("users", new DesiredCounts.Count(null, Map.of("a", 65)), nodes));
    assertEquals(
        "users: 65 instances (expected: 0 to 64 on 1 nodes in zone a)", tooMany.getMessage());
  }

  @Test
  void anEvenPlanLevelsWhatHasTwoMoreThanAnother() {
    var group = new ScalePlan.Group(null, 5, List.of(node("n1", "a", 4), node("n2", "b", 1)));
    assertEquals(
        List.of(new Step("n1", 4, 3), new Step("n2", 1, 2)), ScalePlan.even("users", group));
    // What comes is there before what is too many goes.
    assertEquals(OptionalInt.empty(), ScalePlan.part("users", group, "n1"));
    assertEquals(OptionalInt.of(2), ScalePlan.part("users", group, "n2"));
  }

  private static NodeRecord node(String id, String zone, int users) {
    var instances = new ArrayList<InstanceRecord>();
    for (int i = 0; i < users; i++) {
      instances.add(instance("users", State.SERVING));
    }
    return new NodeRecord(
        id,
        "i",
        1,
        "m",
        "local",
        zone,
        "1",
        State.SERVING,
        1,
        List.of("users"),
        Map.of(),
        instances);
  }

  private static InstanceRecord instance(String service, State state) {
    return new InstanceRecord("x", service, "1", 0, 1, state, List.of());
  }

  private static NodeRecord with(
      NodeRecord node, State state, List<String> hosts, List<InstanceRecord> instances) {
    return new NodeRecord(
        node.id(),
        node.incarnation(),
        1,
        node.member(),
        node.site(),
        node.zone(),
        node.version(),
        state,
        1,
        hosts,
        Map.of(),
        instances);
  }
}
