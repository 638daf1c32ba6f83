package io.weft.node.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.time.Rng;
import io.weft.node.NodeLimits;
import io.weft.node.plan.Placement.Need;
import io.weft.node.plan.Placement.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Plans of capacity: numbers, places, and what cannot be done. */
class CapacityPlanTest {
  private static final ErlangC BUSY = new ErlangC(300, 0.02, 8);

  @Test
  void aTargetIsHeldWithAsFewInstancesAsCanBeAndTheyFit() {
    var hosts = List.of(host("n1", "a", 4, 1), host("n2", "b", 4, 1), host("n3", "c", 4, 0));
    var plan = CapacityPlan.of(List.of(orders(300, 0.002)), hosts, "orders", 0.1, 1.5);
    assertEquals(List.of(), plan.problems());
    var service = plan.services().get(0);
    assertEquals(450, service.perSecond(), 1e-9);
    assertEquals(2, service.present());
    assertTrue(service.instances() >= 3, plan.toString()); // 450/s take 9 servers, 4 each.
    assertTrue(service.p99Seconds() <= 0.1, plan.toString());
    assertEquals(service.instances(), plan.places().stream().mapToInt(Place::instances).sum());
    // 450 calls/s of 2 ms on 12 cores.
    assertEquals(0.9, plan.use().values().stream().mapToDouble(use -> use * 4).sum(), 1e-6);
    assertEquals(0, service.checks().get(0).error(), 0.1);
    assertTrue(plan.json().getBoolean("feasible"));
    assertEquals(service.instances(), at(plan.json().getJsonArray("services").getJsonObject(0)));
  }

  private static int at(io.vertx.core.json.JsonObject service) {
    return service.getInteger("instances");
  }

  @Test
  void onlyTheServiceThatIsAskedForGetsAnotherNumber() {
    var users = new Demand("users", 300, 0, orders(300, 0).present(), List.of());
    var hosts = List.of(new Host("n1", "a", 4, Map.of("orders", 2, "users", 7)));
    var plan = CapacityPlan.of(List.of(orders(300, 0), users), hosts, "orders", 0.1, 2);
    assertEquals(7, plan.services().get(1).instances());
    assertEquals(300, plan.services().get(1).perSecond());
    assertTrue(plan.services().get(0).instances() > 2);
  }

  @Test
  void whatWasNotMeasuredStaysAsItIsWithoutAPrediction() {
    var plan =
        CapacityPlan.of(
            List.of(new Demand("orders", 0, 0, List.of(), List.of())),
            List.of(host("n1", "a", 4, 2)),
            null,
            0.1,
            1);
    assertEquals(List.of(), plan.problems());
    assertEquals(2, plan.services().get(0).instances());
    assertEquals(null, plan.services().get(0).p99Seconds());
    assertFalse(
        plan.json().getJsonArray("services").getJsonObject(0).containsKey("predictedP99Millis"));
  }

  @Test
  void aTargetThatNoNumberHoldsIsSaidWithTheReason() {
    var hosts = List.of(host("n1", "a", 4, 1));
    var tooShort = CapacityPlan.of(List.of(orders(300, 0)), hosts, null, 0.01, 1);
    assertEquals(1, tooShort.problems().size());
    assertTrue(tooShort.problems().get(0).contains("even when none waits"), tooShort.toString());
    assertEquals(List.of(), tooShort.places());
    var tooMany = CapacityPlan.of(List.of(orders(300, 0)), hosts, null, 0.1, 1_000);
    assertTrue(tooMany.problems().get(0).contains("cannot serve so many"), tooMany.toString());
    assertFalse(tooMany.json().getBoolean("feasible"));
  }

  @Test
  void moreThanTheCoresCanDoIsSaidInCores() {
    var hosts = List.of(host("n1", "a", 1, 1), host("n2", "b", 1, 1));
    var plan = CapacityPlan.of(List.of(orders(300, 0.01)), hosts, null, 0.1, 1);
    assertEquals(1, plan.problems().size());
    assertTrue(
        plan.problems().get(0).startsWith("orders take 3.0 cores in all (expected: at most 1.4"),
        plan.problems().get(0));
  }

  @Test
  void instancesGoWhereTheyMayAreSpreadOverZonesAndStayWhereTheyAre() {
    var hosts =
        List.of(
            host("n1", "a", 4, 2),
            host("n2", "a", 4, 0),
            host("n3", "b", 4, 0),
            new Host("n4", "c", 4, Map.of("users", 0)));
    var placed = Placement.of(List.of(new Need("orders", 4, 0)), hosts);
    assertEquals(List.of(), placed.problems());
    var at = new HashMap<String, Integer>();
    placed.places().forEach(place -> at.put(place.node(), place.instances()));
    assertEquals(null, at.get("n4"));
    assertEquals(2, at.get("n3"));
    assertEquals(2, at.getOrDefault("n1", 0) + at.getOrDefault("n2", 0));
  }

  @Test
  void aServiceThatNobodyHostsCannotBePlaced() {
    var placed = Placement.of(List.of(new Need("bills", 1, 0)), List.of(host("n1", "a", 4, 1)));
    assertEquals(
        List.of("bills: 1 instances (expected: at most 0 on the 0 nodes that may host it)"),
        placed.problems());
  }

  @Test
  void anInstanceThatFitsOnNoSingleNodeIsSaid() {
    var hosts = List.of(host("n1", "a", 1, 0), host("n2", "b", 1, 0));
    var placed = Placement.of(List.of(new Need("orders", 1, 1.0)), hosts);
    assertEquals(1, placed.problems().size(), placed.toString());
    assertTrue(placed.problems().get(0).contains("fit on no single node"), placed.toString());
    assertEquals(List.of(), placed.places());
  }

  @Test
  void anyPlacementHoldsWhatIsNeededOnNodesThatMayAndCan() {
    var rng = Rng.seeded(5);
    int fitted = 0;
    for (int round = 0; round < 60; round++) {
      var hosts = new ArrayList<Host>();
      for (int i = 0; i < 2 + rng.nextInt(8); i++) {
        var present = new HashMap<String, Integer>();
        for (var service : List.of("a", "b", "c")) {
          if (rng.nextInt(4) > 0) {
            present.put(service, rng.nextInt(5));
          }
        }
        hosts.add(new Host("n" + i, "z" + rng.nextInt(3), 1 + rng.nextInt(8), present));
      }
      var needs =
          List.of(
              new Need("a", rng.nextInt(20), rng.nextDouble() / 2),
              new Need("b", rng.nextInt(20), rng.nextDouble() / 4),
              new Need("c", rng.nextInt(20), 0));
      var placed = Placement.of(needs, hosts);
      if (placed.problems().isEmpty()) {
        fitted++;
        check(needs, hosts, placed);
      }
    }
    assertTrue(fitted > 20, fitted + " of 60 fitted");
  }

  private static void check(List<Need> needs, List<Host> hosts, Placement.Result placed) {
    for (var need : needs) {
      int sum =
          placed.places().stream()
              .filter(place -> place.service().equals(need.service()))
              .mapToInt(Place::instances)
              .sum();
      assertEquals(need.instances(), sum);
    }
    for (var place : placed.places()) {
      var host =
          hosts.stream().filter(h -> h.node().equals(place.node())).findFirst().orElseThrow();
      assertTrue(place.instances() == 0 || host.hosts(place.service()), place.toString());
    }
    placed
        .use()
        .values()
        .forEach(use -> assertTrue(use <= NodeLimits.CORES_USED_MAX + 1e-5, placed.toString()));
  }

  private static Host host(String node, String zone, double cores, int orders) {
    return new Host(node, zone, cores, Map.of("orders", orders));
  }

  /** As two instances of four servers each would be measured. */
  private static Demand orders(double perSecond, double coreSecondsPerCall) {
    return new Demand(
        "orders",
        perSecond,
        coreSecondsPerCall,
        List.of(
            new Measured("n1", 2, 300, BUSY.meanResponseSeconds(), BUSY.responseSeconds(0.99), 0)),
        List.of());
  }
}
