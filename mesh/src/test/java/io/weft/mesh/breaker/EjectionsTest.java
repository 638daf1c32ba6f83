package io.weft.mesh.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.BreakerPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Who of many is left out. */
class EjectionsTest {
  private static final BreakerPolicy POLICY = BreakerPolicy.DEFAULT;

  private Ejections ejections = new Ejections();
  private final List<Breaker> breakers = new ArrayList<>();
  private long nowNanos;

  @Test
  void halfOfThemAtMostAreLeftOutAndThoseThatFellIllFirst() {
    endpoints(5);
    fall(4);
    fall(1);
    fall(0);

    assertEquals(List.of(4, 1), ejected());
    recover(4);
    assertEquals(List.of(1, 0), ejected(), "the next one takes its place");
  }

  @Test
  void theLastOneIsNeverLeftOut() {
    endpoints(1);
    fall(0);
    assertEquals(List.of(), ejected());

    endpoints(2);
    assertEquals(List.of(0), ejected(), "now there is another");
    endpoints(1);
    assertEquals(List.of(), ejected());
  }

  @Test
  void whenAllAreIllNoneIsLeftOut() {
    endpoints(4);
    fall(0);
    fall(1);
    fall(2);
    assertEquals(2, ejected().size());
    fall(3);
    assertEquals(List.of(), ejected());
    recover(2);
    assertEquals(List.of(0, 1), ejected(), "one is well, so it is them");
  }

  @Test
  void whoIsGoneNoLongerCounts() {
    endpoints(4);
    fall(0);
    fall(1);
    fall(2);
    ejections.forget(breakers.get(0));

    assertEquals(List.of(1, 2), ejected());
    assertFalse(breakers.get(0).ejected());
  }

  @Test
  void whoFallsIllAfterItHasGoneTakesNoPlaceFromThoseThatAreThere() {
    endpoints(3);
    breakers.get(0).present(false);
    ejections.endpoints(2);
    fall(0); // Its last calls end after the picture of the site has changed.
    fall(1);

    assertEquals(List.of(1), ejected());
  }

  @Test
  void whoReturnsIllIsLeftOutAgain() {
    endpoints(2);
    fall(0);
    breakers.get(0).present(false);
    ejections.endpoints(1);
    assertEquals(List.of(), ejected());

    breakers.get(0).present(true);
    ejections.endpoints(2);

    assertEquals(List.of(0), ejected());
  }

  @Test
  void theRevisionTellsOfEachChange() {
    endpoints(3);
    int before = ejections.revision();
    fall(0);
    assertNotEquals(before, ejections.revision());
    before = ejections.revision();
    fall(1);
    assertEquals(before, ejections.revision(), "it is not left out, so nothing changed");
    recover(0);
    assertNotEquals(before, ejections.revision());
  }

  /** Whatever happens, in whatever order. */
  @Property(tries = 200, seed = "21")
  void neverMoreThanTheShareNeverTheLastAndNoneWhenAllAreIll(
      @ForAll @IntRange(min = 1, max = 30) int size, @ForAll @IntRange(max = 1_000) int seed) {
    ejections = new Ejections();
    breakers.clear();
    endpoints(size);
    var random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      int number = random.nextInt(size);
      if (breakers.get(number).state() == CircuitBreakerState.CLOSED) {
        fall(number);
      } else {
        recover(number);
      }
      long ill = breakers.stream().filter(b -> b.state() != CircuitBreakerState.CLOSED).count();
      int out = ejected().size();
      int most = (int) (size * POLICY.ejectedShareMax());
      assertEquals(ill == size ? 0 : Math.min(ill, most), out, ill + " of " + size + " are ill");
      assertTrue(out < size);
    }
  }

  private void endpoints(int number) {
    while (breakers.size() < number) {
      breakers.add(
          new Breaker(BreakerTest.endpoint(breakers.size()), ejections, Transitions.NOBODY, 0));
    }
    ejections.endpoints(number);
  }

  private void fall(int number) {
    for (int i = 0; i < POLICY.consecutiveFailures(); i++) {
      nowNanos++;
      breakers.get(number).failed(POLICY, nowNanos - 1, nowNanos, "broken");
    }
  }

  private void recover(int number) {
    nowNanos += MeshLimits.EJECTION_MAX.plus(Duration.ofSeconds(1)).toNanos();
    breakers.get(number).answered(POLICY, nowNanos - 1, nowNanos);
    assertEquals(CircuitBreakerState.CLOSED, breakers.get(number).state());
  }

  /** Returns the numbers of those that are left out, in the order in which they fell ill. */
  private List<Integer> ejected() {
    return ejections.open().stream().filter(Breaker::ejected).map(breakers::indexOf).toList();
  }
}
