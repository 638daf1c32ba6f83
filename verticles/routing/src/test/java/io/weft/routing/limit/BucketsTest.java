package io.weft.routing.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.routing.RoutingLimits;
import java.util.HashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BucketsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long ADA = 11;
  private static final long BOB = 12;

  private final Buckets buckets = buckets(10, 5);

  private static Buckets buckets(double perSecond, int burst) {
    return new Buckets(
        new EdgeLimit("clients", perSecond, burst, By.ADDRESS, Set.of(), Reach.SITE), 42);
  }

  private static int taken(Buckets from, long key, long now) {
    int taken = 0;
    while (from.take(key, now) > 0) {
      taken++;
    }
    return taken;
  }

  @Test
  void aBucketGivesItsBurstAtOnceAndThenItsRate() {
    assertEquals(5, taken(buckets, ADA, 0));
    assertEquals(0, taken(buckets, ADA, SECOND / 10 - 1));
    assertEquals(1, taken(buckets, ADA, SECOND / 10));
    assertEquals(2, taken(buckets, ADA, 3 * SECOND / 10));
    assertEquals(5, taken(buckets, ADA, 10 * SECOND), "no more than the burst is saved up");
  }

  @Test
  void aRefusalSaysWhenThereWillBeAToken() {
    taken(buckets, ADA, 0);
    assertEquals(-SECOND / 10, buckets.take(ADA, 0));
    assertTrue(buckets.take(ADA, SECOND / 10 - 1) < 0);
    assertTrue(buckets.take(ADA, SECOND / 10) > 0);
  }

  @Test
  void aTokenSaysHowManyAreLeft() {
    assertEquals(4, buckets.left(buckets.take(ADA, 0)));
    assertEquals(3, buckets.left(buckets.take(ADA, 0)));
  }

  @Test
  void aTokenSaysWhenThereWillBeOneMore() {
    assertEquals(SECOND / 10, buckets.untilNext(buckets.take(ADA, 0)));
    assertEquals(SECOND / 10, buckets.untilNext(buckets.take(ADA, 0)));
    assertEquals(SECOND / 10 - 7, buckets.untilNext(buckets.take(ADA, 7)));
    taken(buckets, BOB, 0);
    long missing = buckets.take(BOB, SECOND / 10);
    assertEquals(0, buckets.left(missing));
    assertEquals(SECOND / 10, buckets.untilNext(missing), "not when it is full again");
  }

  @Test
  void oneClientDoesNotUseUpTheTokensOfAnother() {
    taken(buckets, ADA, 0);
    assertEquals(5, taken(buckets, BOB, 0));
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    taken(buckets, ADA, 0);
    buckets.giveBack(ADA);
    assertEquals(1, taken(buckets, ADA, 0));
  }

  @Test
  void whoHasUsedUpTheirTokensIsNotForgottenForAMillionOthers() {
    taken(buckets, ADA, 0);
    for (long key = 1_000; key < 1_001_000; key++) {
      assertTrue(buckets.take(key, 0) > 0);
    }
    assertTrue(buckets.take(ADA, 0) < 0);
  }

  @Test
  void keyZeroIsNoClient() {
    assertThrows(IllegalArgumentException.class, () -> buckets.take(0, 0));
  }

  @Test
  void whatAnotherNodeHasGivenOutIsTakenOutOfTheBucket() {
    buckets.charge(ADA, 3, 0, 0);
    assertEquals(2, taken(buckets, ADA, 0));
    buckets.charge(ADA, 4, SECOND, 0);
    assertEquals(0, taken(buckets, ADA, 4 * SECOND / 10));
    assertEquals(1, taken(buckets, ADA, 5 * SECOND / 10));
  }

  @Test
  void noMoreIsBelievedThanANodeCanHaveGivenOut() {
    buckets.charge(ADA, Integer.MAX_VALUE, SECOND, 0); // Its burst of 5, and 10 within a second.
    assertTrue(buckets.take(ADA, 11 * SECOND / 10) < 0);
    assertTrue(buckets.take(ADA, 12 * SECOND / 10) > 0);
  }

  @Test
  void noBucketOwesForLongerThanItsBound() {
    for (int i = 0; i < 1_000; i++) {
      buckets.charge(ADA, Integer.MAX_VALUE, SECOND, 0);
    }
    long wait = -buckets.take(ADA, 0);
    assertEquals(RoutingLimits.RATE_DEBT_MAX.toNanos() + SECOND / 10, wait);
  }

  @Test
  void whatWasTakenIsToldOnceAndInPartsIfItIsMuch() {
    for (long key = 1; key <= 10; key++) {
      buckets.take(key, 0);
    }
    buckets.take(3, 0);
    var told = new HashMap<Long, Integer>();
    buckets.tell(6, (key, tokens) -> told.merge(key, tokens, Integer::sum));
    assertEquals(6, told.size());
    buckets.tell(6, (key, tokens) -> told.merge(key, tokens, Integer::sum));
    assertEquals(10, told.size());
    assertEquals(2, told.get(3L));
    buckets.tell(6, (key, tokens) -> told.merge(key, tokens, Integer::sum));
    assertEquals(2, told.get(3L));
  }
}
