package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.policy.AutoscalePolicy;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.scale.Autoscaler.Seen;
import io.weft.node.scale.DesiredCounts.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A site in virtual time that scales itself: load comes and goes, waits where there are too few
 * instances, and nodes die, while the autoscaler decides how many there are to be and the nodes
 * keep that up.
 */
class AutoscalingSimTest {
  /** Calls that an instance runs at a time. */
  private static final double SERVERS = 8;

  private static final AutoscalePolicy POLICY =
      new AutoscalePolicy(4, 2, 12, Duration.ofSeconds(10), Duration.ofSeconds(60));

  private final VirtualTime time = new VirtualTime(1);
  private final Rng rng = Rng.seeded(7);
  private final Decisions decisions = new Decisions("test", time);
  private final Autoscaler autoscaler = new Autoscaler();
  private final Map<String, Integer> instances = new TreeMap<>();
  private final Map<String, Upkeep> nodes = new TreeMap<>();
  private final List<Integer> desired = new ArrayList<>();
  private DesiredCounts counts = DesiredCounts.NONE.with("users", 3, "");
  private long epoch = 1;
  private double waiting;

  AutoscalingSimTest() {
    for (var node : List.of("n1", "n2", "n3")) {
      instances.put(node, 1);
      nodes.put(
          node,
          new Upkeep(
              node,
              this::records,
              (service, count) -> {
                instances.put(node, count);
                return Future.succeededFuture();
              },
              decisions,
              time));
    }
    desired.add(3);
  }

  private List<NodeRecord> records() {
    var records = new ArrayList<NodeRecord>();
    instances.forEach((node, count) -> records.add(Records.node(node, node, count)));
    return records;
  }

  private int total() {
    return instances.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void die(String node) {
    instances.remove(node);
    nodes.remove(node);
  }

  /** Lets time pass with a load, in servers that it keeps busy; a tenth more or less by chance. */
  private void pass(int seconds, double erlangs) {
    for (int second = 0; second < seconds; second++) {
      time.advance(Duration.ofSeconds(1));
      double load = erlangs * (0.9 + 0.2 * rng.nextDouble());
      double able = SERVERS * total();
      waiting = Math.max(0, waiting + load - able);
      var seen = new Seen(Math.min(load, able) + waiting, true, now(), 64 * instances.size());
      autoscaler
          .decide("users", POLICY, seen, time.nanos())
          .ifPresent(
              decision -> {
                desired.add(decision.to());
                counts = counts.with("users", decision.to(), decision.why());
                epoch++;
                scale();
              });
      nodes.values().forEach(upkeep -> upkeep.look(epoch, counts));
    }
  }

  private int now() {
    return desired.get(desired.size() - 1);
  }

  /** As the scaler does at once. */
  private void scale() {
    var count = counts.services().getOrDefault("users", Count.of(0));
    ScalePlan.of("users", count, records()).forEach(step -> instances.put(step.node(), step.to()));
  }

  @Test
  void stepsOfLoadAreFollowedOnceEachAndADeathInBetweenIsNone() {
    pass(300, 12);
    assertEquals(List.of(3), desired);

    pass(300, 30); // Seven and a half instances of four calls each.
    assertEquals(0, waiting);
    assertTrue(now() >= 7 && now() <= 9, desired.toString());
    assertTrue(increasing(desired), desired.toString());
    int settled = now();
    int decided = desired.size();

    die("n2");
    assertTrue(total() < settled);
    pass(300, 30);
    assertEquals(settled, total());
    assertEquals(decided, desired.size(), desired.toString());
    assertEquals(0, waiting);

    pass(600, 9);
    assertTrue(now() == 2 || now() == 3, desired.toString());
    assertEquals(now(), total());
    pass(600, 9);
    assertTrue(desired.size() <= decided + 2, desired.toString());
  }

  @Test
  void aFloodEndsAtTheCeilingAndItsLineIsServedBeforeAnythingIsTakenAway() {
    pass(60, 12);
    pass(120, 90); // A little less than what twelve instances can do.
    assertEquals(12, now());
    assertEquals(12, total());
    assertTrue(increasing(desired), desired.toString());
    pass(600, 12);
    assertEquals(0, waiting);
    assertTrue(now() == 3 || now() == 4, desired.toString());
  }

  @Test
  void aLoadThatComesInWavesShorterThanTheCoolDownsMovesNothing() {
    pass(120, 12);
    for (int wave = 0; wave < 60; wave++) {
      pass(6, 20);
      pass(6, 8);
    }
    assertEquals(List.of(3), desired);
  }

  private static boolean increasing(List<Integer> numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) <= numbers.get(i - 1)) {
        return false;
      }
    }
    return true;
  }
}
