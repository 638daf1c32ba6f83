package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.AutoscalePolicy;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.scale.Autoscaler.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Automatic scaling in virtual time: steps of load, noise, deaths and bounds. */
class AutoscalerTest {
  private static final AutoscalePolicy POLICY =
      new AutoscalePolicy(4, 2, 10, Duration.ofSeconds(10), Duration.ofSeconds(60));

  private final VirtualTime time = new VirtualTime(1);
  private final Autoscaler autoscaler = new Autoscaler();
  private final List<String> decisions = new ArrayList<>();
  private AutoscalePolicy policy = POLICY;
  private boolean whole = true;
  private int desired = 2;
  private int possible = 64;

  private void pass(int seconds, double inFlight) {
    for (int i = 0; i < seconds; i++) {
      time.advance(Duration.ofSeconds(1));
      autoscaler
          .decide("users", policy, new Seen(inFlight, whole, desired, possible), time.nanos())
          .ifPresent(
              decision -> {
                assertEquals(desired, decision.from());
                desired = decision.to();
                decisions.add(decision.why());
              });
    }
  }

  @Test
  void aStepUpIsFollowedOnceItHasLastedAndAtMostDoublesAtATime() {
    pass(120, 8);
    assertEquals(List.of(), decisions);
    pass(9, 30);
    assertEquals(2, desired);
    pass(3, 30);
    assertEquals(4, desired);
    pass(12, 30);
    assertEquals(8, desired);
    assertEquals(
        List.of(
            "2 -> 4: 30.0 calls in flight, target 4 on each instance, for 10 s",
            "4 -> 8: 30.0 calls in flight, target 4 on each instance, for 10 s"),
        decisions);
    pass(300, 30);
    assertEquals(8, desired);
    assertEquals(2, decisions.size());
  }

  @Test
  void aStepDownIsFollowedOnceItHasLastedLonger() {
    desired = 8;
    pass(100, 32);
    pass(59, 9);
    assertEquals(8, desired);
    pass(3, 9);
    assertEquals(3, desired);
    assertEquals(
        List.of("8 -> 3: 9.0 calls in flight, target 4 on each instance, for 60 s"), decisions);
    pass(300, 0);
    assertEquals(2, desired);
    assertTrue(decisions.get(1).endsWith("; the floor is 2"), decisions.toString());
  }

  @Test
  void aLoadThatGoesUpAndDownWithinTheCoolDownsMovesNothing() {
    desired = 5;
    for (int round = 0; round < 50; round++) {
      pass(8, 40);
      pass(12, 4);
    }
    assertEquals(List.of(), decisions);
  }

  @Test
  void aLoadThatIsAboutOnTargetMovesNothingHoweverItIsShaken() {
    desired = 5;
    var rng = Rng.seeded(3);
    for (int round = 0; round < 2_000; round++) {
      pass(1, 20 * (0.92 + 0.16 * rng.nextDouble()));
    }
    assertEquals(List.of(), decisions);
  }

  @Test
  void noLoadAtAllMakesItFlap() {
    // Whatever the load does, two decisions of different directions are a long cool-down apart.
    for (int seed = 0; seed < 100; seed++) {
      var rng = Rng.seeded(seed);
      var fresh = new Autoscaler();
      int now = 4;
      long lastUp = -1_000;
      double load = 16;
      for (int second = 0; second < 1_500; second++) {
        if (rng.nextInt(20) == 0) {
          load = rng.nextInt(45);
        }
        double seen = load * (0.7 + 0.6 * rng.nextDouble());
        var decision =
            fresh.decide("users", POLICY, new Seen(seen, true, now, 64), second * 1_000_000_000L);
        if (decision.isPresent()) {
          int to = decision.get().to();
          assertTrue(to >= 2 && to <= 10, "seed " + seed);
          if (to > now) {
            lastUp = second;
          } else {
            assertTrue(second - lastUp >= 60, "seed " + seed + " at " + second);
          }
          now = to;
        }
      }
    }
  }

  @Test
  void aNodeThatDiesCallsForNothing() {
    desired = 5;
    pass(100, 20);
    // The calls of the dead node's instances wait at the others; how many there are stays the same.
    pass(30, 21);
    assertEquals(List.of(), decisions);
    // While one does not tell what it has to do, it looks like less.
    whole = false;
    pass(300, 8);
    assertEquals(List.of(), decisions);
  }

  @Test
  void itNeverAsksForMoreThanTheNodesHoldOrTheCeilingAllows() {
    possible = 3;
    pass(60, 100);
    assertEquals(3, desired);
    assertTrue(decisions.get(0).endsWith("; the nodes hold no more"), decisions.toString());
    possible = 64;
    pass(60, 100);
    assertEquals(10, desired);
    assertTrue(
        decisions.get(decisions.size() - 1).endsWith("; the ceiling is 10"), decisions.toString());
  }

  @Test
  void fewerNodesTakeNothingBackThatIsDesired() {
    desired = 8;
    pass(100, 32);
    possible = 2;
    pass(100, 32);
    assertEquals(8, desired);
  }

  @Test
  void whoBeginsWaitsUntilItKnowsEnough() {
    pass(9, 40);
    assertEquals(List.of(), decisions);
    desired = 9;
    pass(50, 0);
    assertEquals(9, desired);
  }

  @Test
  void boundsThatAnOperatorChangesCountAtOnce() {
    pass(1, 8);
    policy = new AutoscalePolicy(4, 5, 10, POLICY.coolDownUp(), POLICY.coolDownDown());
    pass(1, 8);
    assertEquals(5, desired);
    policy = new AutoscalePolicy(4, 1, 3, POLICY.coolDownUp(), POLICY.coolDownDown());
    pass(1, 8);
    assertEquals(3, desired);
    assertEquals(List.of("2 -> 5; the floor is 5", "5 -> 3; the ceiling is 3"), decisions);
  }
}
