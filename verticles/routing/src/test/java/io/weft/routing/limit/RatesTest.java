package io.weft.routing.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.VirtualTime;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes of a site that keep one limit, in virtual time. */
class RatesTest {
  private static final long CLIENT = 7;
  private static final double RATE = 100;
  private static final int BURST = 50;
  private static final int NODES = 3;
  private static final Duration STEP = Duration.ofMillis(1);

  private final VirtualTime time = new VirtualTime(1);
  private final List<Rates> nodes = new ArrayList<>();
  private Policies policies = policies(limit("clients", RATE, Reach.SITE));

  /** Whether what one node says is heard by another. */
  private BiPredicate<Integer, Integer> hears = (from, to) -> true;

  private int elapsedMillis;

  private static EdgeLimit limit(String name, double rate, Reach reach) {
    return new EdgeLimit(name, rate, BURST, By.ADDRESS, Set.of(), reach);
  }

  private static Policies policies(EdgeLimit... limits) {
    return new Policies(1, Policy.DEFAULT, Map.of(), Map.of(), Map.of(), List.of(limits));
  }

  @BeforeEach
  void start() {
    for (int i = 0; i < NODES; i++) {
      nodes.add(new Rates(time, i, () -> policies));
    }
  }

  private static boolean take(Rates node) {
    return node.tables().tables().get(0).buckets().take(CLIENT, node.nanos()) > 0;
  }

  private static int flood(Rates node) {
    int taken = 0;
    while (take(node)) {
      taken++;
    }
    return taken;
  }

  /** Asks as often as it goes at some of the nodes; returns how often it went at each. */
  private int[] run(Duration duration, int... at) {
    var taken = new int[NODES];
    for (long millis = 0; millis < duration.toMillis(); millis++) {
      for (int node : at) {
        taken[node] += flood(nodes.get(node));
      }
      time.advance(STEP);
      if (++elapsedMillis % RoutingLimits.SETTLE_EVERY.toMillis() == 0) {
        settle();
      }
    }
    return taken;
  }

  private void settle() {
    for (int from = 0; from < NODES; from++) {
      var message = nodes.get(from).settlement("node-" + from);
      for (int to = 0; to < NODES; to++) {
        if (message != null && to != from && hears.test(from, to)) {
          nodes.get(to).settle(message);
        }
      }
    }
  }

  private static int sum(int[] taken) {
    int sum = 0;
    for (int each : taken) {
      sum += each;
    }
    return sum;
  }

  @Test
  void aClientThatAsksAtOneNodeGetsTheWholeRateThere() {
    assertEquals(BURST + 10 * RATE, sum(run(Duration.ofSeconds(10), 1)), 1);
  }

  @Test
  void aClientThatAsksAtAllNodesGetsTheRateOnceAndAnExcessThatIsBounded() {
    int taken = sum(run(Duration.ofSeconds(60), 0, 1, 2));
    double between = RATE * RoutingLimits.SETTLE_EVERY.toMillis() / 1_000;
    assertTrue(taken <= BURST + 60 * RATE + (NODES - 1) * (BURST + between) + NODES, "" + taken);
    assertTrue(taken >= 60 * RATE - NODES * between, "" + taken);
  }

  @Test
  void whatWasExceededIsPaidBack() {
    run(Duration.ofSeconds(5), 0, 1, 2);
    int first = sum(run(Duration.ofSeconds(10), 0, 1, 2));
    assertEquals(10 * RATE, first, NODES * RATE * 0.2 + NODES);
  }

  @Test
  void nodesThatDoNotHearEachOtherGiveTheRateEachAndNoMore() {
    hears = (from, to) -> false;
    var taken = run(Duration.ofSeconds(10), 0, 1, 2);
    for (int each : taken) {
      assertEquals(BURST + 10 * RATE, each, 1);
    }
  }

  @Test
  void aPartitionThatEndsShutsNobodyOutForLongerThanTheDebtThatIsAllowed() {
    hears = (from, to) -> false;
    run(Duration.ofSeconds(60), 0, 1, 2);
    hears = (from, to) -> true;
    run(RoutingLimits.RATE_DEBT_MAX.plusSeconds(1));
    assertTrue(take(nodes.get(0)));
  }

  @Test
  void aNodeThatDiesLeavesTheRateToTheOthers() {
    run(Duration.ofSeconds(10), 0, 1, 2);
    assertEquals(10 * RATE, sum(run(Duration.ofSeconds(10), 0, 1)), NODES * RATE * 0.2 + NODES);
  }

  @Test
  void aMessageThatComesTwiceCountsOnce() {
    for (int i = 0; i < 10; i++) {
      take(nodes.get(0));
    }
    var message = nodes.get(0).settlement("a");
    assertNotNull(message);
    nodes.get(1).settle(message);
    nodes.get(1).settle(message);
    assertEquals(BURST - 10, flood(nodes.get(1)));
  }

  @Test
  void aNodeThatHasGivenOutNothingSaysNothing() {
    assertNull(nodes.get(0).settlement("a"));
    time.advance(RoutingLimits.SETTLE_EVERY);
    assertNull(nodes.get(0).settlement("a"));
  }

  @Test
  void ofTwoInstancesOfANodeOneTells() {
    take(nodes.get(0));
    assertNotNull(nodes.get(0).settlement("a"));
    take(nodes.get(0));
    assertNull(nodes.get(0).settlement("a"));
  }

  @Test
  void aLimitOfEachNodeIsNobodyElsesMatter() {
    policies = policies(limit("clients", RATE, Reach.NODE));
    take(nodes.get(0));
    assertNull(nodes.get(0).settlement("a"));
  }

  @Test
  void aLimitThatANodeDoesNotHaveYetIsPassedOver() {
    take(nodes.get(0));
    var message = nodes.get(0).settlement("a");
    policies = policies(limit("other", RATE, Reach.SITE));
    assertNotNull(message);
    nodes.get(1).settle(message);
    assertEquals(BURST, flood(nodes.get(1)));
  }

  @Test
  void aMessageThatIsCutOffIsRefused() {
    take(nodes.get(0));
    var message = nodes.get(0).settlement("a");
    assertNotNull(message);
    for (int length = 0; length < message.length(); length++) {
      var part = message.getBuffer(0, length);
      if (length != 1 + 1 + Long.BYTES) { // Whole, with nothing told.
        var other = new Rates(time, 1, () -> policies);
        assertThrows(IllegalArgumentException.class, () -> other.settle(part));
      }
    }
    assertThrows(IllegalArgumentException.class, () -> nodes.get(1).settle(Buffer.buffer()));
  }

  @Test
  void aChangeOfPoliciesIsNoGiftToWhoHasUsedUpTheirTokens() {
    flood(nodes.get(0));
    var before = nodes.get(0).tables();
    assertSame(before, nodes.get(0).tables());
    policies = policies(limit("clients", RATE, Reach.SITE), limit("other", 1, Reach.NODE));
    assertNotSame(before, nodes.get(0).tables());
    assertEquals(0, flood(nodes.get(0)));
    policies = policies(limit("clients", 2 * RATE, Reach.SITE));
    assertEquals(BURST, flood(nodes.get(0)));
  }
}
