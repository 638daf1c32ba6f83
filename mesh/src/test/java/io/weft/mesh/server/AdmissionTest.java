package io.weft.mesh.server;

import static io.weft.mesh.server.Admitting.room;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.AdmissionPolicy.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an instance does with requests that it cannot run at once, or may not take on at all. */
class AdmissionTest {
  private static final Duration LONG = Duration.ofSeconds(2);

  @Test
  void whatIsOneTooManyWaitsAndRunsWhenItsTurnComes() {
    var instance = new Admitting(room(2, 2));
    instance.take();
    instance.take();
    var third = instance.take();
    assertEquals(2, instance.running.size());

    instance.answer(0);

    assertEquals(3, instance.running.size());
    instance.answer(2);
    assertTrue(third.succeeded());
  }

  @Test
  void whatIsOneTooManyToWaitIsRefusedWithValueAndLimit() {
    var instance = new Admitting(room(1, 2));
    instance.take();
    instance.take();
    instance.take();

    assertOverloaded("2 calls wait (limit: 2)", instance.take());
  }

  @Test
  void thoseThatMatterMoreGoFirstAndEqualsInTheOrderInWhichTheyCame() {
    var instance = new Admitting(room(1, 8));
    instance.take();
    var report = instance.take(Priority.SHEDDABLE, LONG);
    var first = instance.take(Priority.NORMAL, LONG);
    var second = instance.take(Priority.NORMAL, LONG);
    var check = instance.take(Priority.CRITICAL, LONG);

    instance.answer(0);
    int begun = 1;
    for (var next : List.of(check, first, second, report)) {
      assertFalse(next.isComplete());
      instance.answer(begun++);
      assertTrue(next.succeeded());
    }
  }

  @Test
  void oneThatMattersMoreTakesThePlaceOfTheLastThatMattersLeast() {
    var instance = new Admitting(room(1, 2));
    instance.take();
    var earlier = instance.take(Priority.SHEDDABLE, LONG);
    var later = instance.take(Priority.SHEDDABLE, LONG);

    var normal = instance.take(Priority.NORMAL, LONG);

    assertOverloaded("a call that matters more took the place where this one waited", later);
    assertFalse(normal.isComplete());
    assertFalse(earlier.isComplete());
    assertEquals(2, instance.admission.waiting());
  }

  @Test
  void oneThatMattersAsMuchTakesNobodysPlace() {
    var instance = new Admitting(room(1, 1));
    instance.take();
    var waiting = instance.take();

    assertOverloaded("1 calls wait (limit: 1)", instance.take());
    assertFalse(waiting.isComplete());
  }

  @Test
  void someRoomIsKeptForCriticalCalls() {
    var instance = new Admitting(room(16, 8));
    for (int i = 0; i < 16; i++) {
      instance.take();
    }
    assertEquals(14, instance.running.size());

    instance.take(Priority.CRITICAL, LONG);
    instance.take(Priority.CRITICAL, LONG);
    assertEquals(16, instance.running.size());

    instance.take(Priority.CRITICAL, LONG);
    assertEquals(16, instance.running.size());
  }

  @Test
  void whatWouldWaitTooLongIsRefusedAtOnce() {
    var instance = new Admitting(room(1, 100));
    learnThatCallsTake(instance, Duration.ofMillis(10), 64);
    for (int i = 0; i < 20; i++) {
      instance.take();
    }

    var hasty = instance.take(Priority.NORMAL, Duration.ofMillis(100));

    assertInstanceOf(Rejected.class, hasty.cause());
    assertTrue(hasty.cause().getMessage().contains("with 19 calls that wait"), hasty::toString);
    assertFalse(instance.take(Priority.NORMAL, Duration.ofMillis(500)).isComplete());
    assertFalse(instance.take(Priority.CRITICAL, Duration.ofMillis(100)).isComplete());
  }

  @Test
  void whatHasExpiredWhenItsTurnComesIsNotRun() {
    var instance = new Admitting(room(1, 8));
    instance.take();
    var late = instance.take(Priority.NORMAL, Duration.ofMillis(50));
    var next = instance.take();
    instance.time.advance(Duration.ofMillis(60));

    instance.answer(0);

    assertInstanceOf(Expired.class, late.cause());
    assertEquals(2, instance.running.size());
    instance.answer(1);
    assertTrue(next.succeeded());
  }

  @Test
  void whatNobodyWaitsForWhenItsTurnComesIsNotRun() {
    var instance = new Admitting(room(1, 8));
    instance.take();
    var cancellation = new Cancellation();
    var given = instance.take(instance.request(Priority.NORMAL, LONG, Map.of(), cancellation));
    cancellation.cancel();

    instance.answer(0);

    assertInstanceOf(Expired.class, given.cause());
    assertEquals(1, instance.running.size());
  }

  @Test
  void itsTurnGoesToOneThatCanStillBeAnsweredInTime() {
    var instance = new Admitting(room(1, 8));
    learnThatCallsTake(instance, Duration.ofMillis(10), 64);
    instance.take();
    var hasty = instance.take(Priority.NORMAL, Duration.ofMillis(50));
    var next = instance.take();
    instance.time.advance(Duration.ofMillis(40));

    int begun = instance.running.size();
    instance.answer(begun - 1);

    assertInstanceOf(Rejected.class, hasty.cause());
    assertTrue(hasty.cause().getMessage().startsWith("its turn came too late"), hasty::toString);
    instance.answer(begun);
    assertTrue(next.succeeded());
  }

  @Test
  void theLastOfTheLineMayTryWhatHasLittleChance() {
    var instance = new Admitting(room(1, 8));
    learnThatCallsTake(instance, Duration.ofMillis(10), 64);
    instance.take();
    var hasty = instance.take(Priority.NORMAL, Duration.ofMillis(50));
    instance.time.advance(Duration.ofMillis(40));

    int begun = instance.running.size();
    instance.answer(begun - 1);
    instance.answer(begun);

    assertTrue(hasty.succeeded());
  }

  @Test
  void aFullLineMakesRoomByWhatHasExpired() {
    var instance = new Admitting(room(1, 1));
    instance.take();
    var late = instance.take(Priority.NORMAL, Duration.ofMillis(50));
    instance.time.advance(Duration.ofMillis(60));

    var next = instance.take();

    assertInstanceOf(Expired.class, late.cause());
    assertFalse(next.isComplete());
  }

  @Test
  void aHandlerThatNeverAnswersGivesItsPlaceBackInTheEnd() {
    var instance = new Admitting(room(1, 8));
    var hung = instance.take();
    instance.time.advance(LONG.plus(MeshLimits.OVERDUE).plusMillis(1));

    var next = instance.take();

    assertInstanceOf(Unknown.class, hung.cause());
    instance.answer(1);
    assertTrue(next.succeeded());
    instance.answer(0); // Nobody hears of it any more, and no place is given back twice.
    assertEquals(0, instance.admission.running());
  }

  @Test
  void aDrainingInstanceHandsBackWhatHasNotBegunAndFinishesWhatRuns() {
    var instance = new Admitting(room(1, 8));
    var runs = instance.take();
    var waits = instance.take();

    var drained = instance.admission.drain();

    assertInstanceOf(NotSent.class, waits.cause());
    assertFalse(drained.isComplete());
    var refused = assertInstanceOf(Rejected.class, instance.take().cause());
    assertEquals(Rejected.Reason.DRAINING, refused.reason());
    instance.answer(0);
    assertTrue(runs.succeeded());
    assertTrue(drained.succeeded());
    assertEquals(1, instance.running.size());
  }

  @Test
  void whatStillRunsWhenPatienceEndsIsToldSo() {
    var instance = new Admitting(room(2, 8));
    var hung = instance.take();
    var drained = instance.admission.drain();

    instance.admission.abandon();

    assertInstanceOf(Unknown.class, hung.cause());
    assertEquals("users.get was still running when its instance stopped", message(hung));
    assertTrue(drained.succeeded());
  }

  @Test
  void theLoadCountsWhatRunsAndWhatWaits() {
    var instance = new Admitting(room(4, 8));
    assertEquals(0, instance.admission.load());
    instance.take();
    assertEquals(0.25, instance.admission.load());
    for (int i = 0; i < 5; i++) {
      instance.take();
    }
    assertEquals(1.5, instance.admission.load());
  }

  @Test
  void aRateTakesABurstAndThenAsMuchAsComesBack() {
    var instance = new Admitting(rate(10, 3, null));
    for (int i = 0; i < 3; i++) {
      assertFalse(instance.take().isComplete());
    }

    var refused = assertInstanceOf(Rejected.class, instance.take().cause());

    assertEquals("too many calls of users.get (limit: 10.0 per second)", refused.getMessage());
    assertEquals(Rejected.Reason.OVERLOADED, refused.reason());
    assertEquals(Duration.ofMillis(100), refused.retryAfter());
    instance.time.advance(refused.retryAfter());
    assertFalse(instance.take().isComplete());
    assertTrue(instance.take().failed());
  }

  @Test
  void aRateByAnAttributeKeepsOneCallerFromTakingAnothersShare() {
    var instance = new Admitting(rate(1, 1, "tenant"));
    assertFalse(ask(instance, "a").isComplete());
    assertTrue(ask(instance, "a").failed());
    assertFalse(ask(instance, "b").isComplete());
  }

  @Test
  void valuesWithoutNumberShareOneBucketWhenAllAreInUse() {
    var instance = new Admitting(rate(0.001, 1, "tenant"));
    for (int i = 0; i < MeshLimits.RATE_BUCKETS_MAX; i++) {
      assertRated(false, ask(instance, "tenant-" + i));
    }
    assertRated(false, ask(instance, "one more"));
    assertRated(true, ask(instance, "and another"));

    instance.time.advance(Duration.ofSeconds(1_001));
    assertRated(false, ask(instance, "and another"));
    assertRated(false, ask(instance, "yet another"));
  }

  @Test
  void policiesChangeWhileTheInstanceRuns() {
    var instance = new Admitting(room(1, 0));
    instance.take();
    assertOverloaded("1 calls are running (limit: 1)", instance.take());

    instance.policies = Admitting.policies(2, room(2, 0));

    assertFalse(instance.take().isComplete());
    assertOverloaded("2 calls are running (limit: 2)", instance.take());
  }

  private static void learnThatCallsTake(Admitting instance, Duration took, int calls) {
    instance.take();
    for (int i = 0; i < calls; i++) {
      instance.take();
      instance.time.advance(took);
      instance.answer(instance.running.size() - 1);
    }
    instance.time.advance(took);
    instance.answer(instance.running.size() - 1);
    assertEquals(0, instance.admission.running());
  }

  private static AdmissionPolicy rate(double perSecond, int burst, String by) {
    return new AdmissionPolicy(
        MeshLimits.INSTANCE_RUNNING_MAX,
        MeshLimits.INSTANCE_QUEUE_MAX,
        Priority.NORMAL,
        new RateLimit(perSecond, burst, by));
  }

  private static Future<Reply> ask(Admitting instance, String tenant) {
    return instance.take(
        instance.request(Priority.NORMAL, LONG, Map.of("tenant", tenant), new Cancellation()));
  }

  private static void assertRated(boolean refused, Future<Reply> answer) {
    assertEquals(refused, answer.failed() && message(answer).startsWith("too many calls"));
  }

  private static void assertOverloaded(String message, Future<Reply> answer) {
    var refused = assertInstanceOf(Rejected.class, answer.cause());
    assertEquals(Rejected.Reason.OVERLOADED, refused.reason());
    assertEquals(message, refused.getMessage());
  }

  private static String message(Future<Reply> answer) {
    return answer.cause().getMessage();
  }
}
