package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.Step;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** When and how often a call is tried again, in virtual time. */
class RetriesTest {
  private static final Reply OK = Reply.of(Buffer.buffer("{}"));
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Rejected full =
      new Rejected(Rejected.Reason.OVERLOADED, "full", Duration.ofSeconds(1));
  private final VirtualTime time = new VirtualTime(1);
  private final CallHistory.Book histories = new CallHistory.Book(time);
  private final List<Long> attemptsNanos = new ArrayList<>();
  private boolean elsewhere = true;
  private Function<Request, Future<Reply>> below = request -> Future.succeededFuture(OK);
  private final Step retries =
      new Retries(
          time.time(),
          histories,
          request -> elsewhere,
          request -> {
            attemptsNanos.add(time.nanos());
            return below.apply(request);
          });

  @Test
  void thePolicySaysHowManyAttemptsThereAre() {
    below = failing(new NotSent("gone"));
    for (int most : new int[] {1, 2, 3}) {
      attemptsNanos.clear();
      call("users.get", policy(most, Duration.ofMillis(10)), LONG);
      assertEquals(most, attemptsNanos.size());
    }
  }

  @Test
  void theWaitsAreDrawnUpToABackoffThatDoubles() {
    below = failing(new NotSent("gone"));
    long[] longest = new long[3];
    var backoff = Duration.ofMillis(40);
    for (int i = 0; i < 200; i++) {
      attemptsNanos.clear();
      call("users.get", policy(4, backoff), LONG);
      time.advance(Duration.ofSeconds(1));
      for (int wait = 0; wait < 3; wait++) {
        longest[wait] =
            Math.max(longest[wait], attemptsNanos.get(wait + 1) - attemptsNanos.get(wait));
      }
    }
    for (int wait = 0; wait < 3; wait++) {
      long cap = backoff.toNanos() << wait;
      assertTrue(longest[wait] < cap && longest[wait] > 0.9 * cap, longest[wait] + " of " + cap);
    }
  }

  @Test
  void everyServiceHasABudgetOfItsOwn() {
    below = failing(new NotSent("gone"));
    assertEquals(10, spend("users.get", 50));
    assertEquals(0, spend("users.list", 50));
    assertEquals(10, spend("orders.get", 50));
  }

  @Test
  void servicesBeyondThoseThatAreKnownShareABudget() {
    below = failing(new NotSent("gone"));
    for (int i = 0; i < MeshLimits.OPERATIONS_KNOWN_MAX; i++) {
      spend("service" + i + ".get", 1);
    }
    assertEquals(10, spend("invented.get", 50));
    assertEquals(0, spend("concocted.get", 50));
  }

  @Test
  void aChangeOfThePolicyCountsFromTheNextCallOn() {
    below = failing(new NotSent("gone"));
    var none = policy(new RetryPolicy(4, Duration.ofMillis(1), 0, 0));
    call("users.get", none, LONG);
    assertEquals(1, attemptsNanos.size());
    call("users.get", Policy.DEFAULT, LONG);
    assertEquals(5, attemptsNanos.size());
  }

  @Test
  void noAttemptBeginsThatUsuallyTakesLongerThanTheTimeThatIsLeft() {
    below = request -> after(Duration.ofMillis(100), OK);
    for (int i = 0; i < 8 * Latencies.REFRESH; i++) {
      call("users.get", Policy.DEFAULT, LONG);
    }
    below = failing(new NotSent("gone"));
    attemptsNanos.clear();
    call("users.get", Policy.DEFAULT, Duration.ofMillis(99));
    assertEquals(1, attemptsNanos.size());

    attemptsNanos.clear();
    call("users.get", Policy.DEFAULT, Duration.ofMillis(500));
    assertEquals(MeshLimits.ATTEMPTS_MAX, attemptsNanos.size());
  }

  @Test
  void aServerThatSaysWhenIsNotTriedAgainSoonerUnlessThereIsAnother() {
    below = failing(full);
    call("users.get", policy(2, Duration.ofMillis(1)), LONG);
    assertTrue(wait(1) < Duration.ofMillis(1).toNanos());

    elsewhere = false;
    attemptsNanos.clear();
    call("users.get", policy(2, Duration.ofMillis(1)), LONG);
    assertTrue(wait(1) >= full.retryAfter().toNanos());
    assertTrue(wait(1) < full.retryAfter().plusMillis(1).toNanos());
  }

  @Test
  void aServerThatMayBeTriedTooLateOrNeverFailsTheCallAtOnce() {
    elsewhere = false;
    below = failing(full);
    assertEquals(full, call("users.get", Policy.DEFAULT, Duration.ofMillis(900)).cause());
    below =
        failing(new Rejected(Rejected.Reason.DRAINING, "bye", ChronoUnit.FOREVER.getDuration()));
    assertInstanceOf(Rejected.class, call("users.get", Policy.DEFAULT, LONG).cause());
    assertEquals(2, attemptsNanos.size());
    assertEquals(0, time.pending());
  }

  @Test
  void theCreditOfTheChainBoundsTheAttemptsOfAllCallsMadeOnItsBehalf() {
    below = failing(new Unknown("lost"));
    var credit = new RetryCredit(3);
    call("users.get", Policy.DEFAULT, LONG, credit);
    call("orders.get", Policy.DEFAULT, LONG, credit);
    assertEquals(5, attemptsNanos.size());
    assertEquals(3, credit.spent());
  }

  @Test
  void whatWasSpentBelowIsNotSpentAgainHere() {
    var credit = new RetryCredit(3);
    below =
        request -> {
          request.origin().credit().spent(2); // As an arriving failure says.
          return Future.failedFuture(new Unknown("lost"));
        };
    call("users.get", Policy.DEFAULT, LONG, credit);
    assertEquals(2, attemptsNanos.size());
    assertEquals(3, credit.spent());
  }

  @Test
  void aCallThatSucceedsDoesNotTouchTheCredit() {
    var credit = new RetryCredit(3);
    call("users.get", Policy.DEFAULT, LONG, credit);
    assertEquals(3, credit.left());
    assertEquals(0, credit.spent());
  }

  @Test
  void aCallThatNobodyWaitsForIsNotTriedAgain() {
    below = failing(new NotSent("gone"));
    var cancellation = new Cancellation();
    cancellation.cancel();
    retries.take(request("users.get", Policy.DEFAULT, LONG, new RetryCredit(), cancellation));
    assertEquals(1, attemptsNanos.size());
  }

  @Test
  void aCallThatWaitsToBeTriedAgainNoticesThatNobodyWaitsForIt() {
    elsewhere = false;
    below =
        request ->
            Future.failedFuture(
                request.cancellation().cancelled() ? new Expired("cancelled") : full);
    var cancellation = new Cancellation();
    var call =
        retries.take(request("users.get", Policy.DEFAULT, LONG, new RetryCredit(), cancellation));
    time.advance(Duration.ofMillis(100));
    assertFalse(call.isComplete());
    cancellation.cancel();
    time.advance(MeshLimits.RETRY_PAUSE_PART);
    assertInstanceOf(Expired.class, call.cause());
    assertEquals(0, time.pending());
  }

  /** Row 8 of the targets: nothing but the reserve where every backend fails. */
  @Test
  void whereEveryBackendFailsAttemptsStayWithinCallsAndReserve() {
    int seconds = 20;
    int calls = load(300, seconds, 100);
    assertTrue(
        attemptsNanos.size() <= calls + 10 * (seconds + 1),
        attemptsNanos.size() + " attempts of " + calls + " calls");
    assertTrue(attemptsNanos.size() > calls + 10 * (seconds - 1));
  }

  /** From the first second of a total failure on, however well it went before. */
  @Test
  void theFirstSecondOfATotalFailureHasAFifthMoreAndTheReserve() {
    load(300, 20, 0);
    attemptsNanos.clear();
    int calls = load(300, 1, 100);
    assertTrue(
        attemptsNanos.size() <= 1.2 * calls + 20,
        attemptsNanos.size() + " attempts of " + calls + " calls");
  }

  @Property(tries = 40, seed = "11")
  void inNoWorldThereAreMoreAttemptsThanAFifthOfTheCallsAndTheReserve(
      @ForAll @IntRange(min = 1, max = 400) int callsPerSecond,
      @ForAll @IntRange(max = 100) int failingPercent,
      @ForAll @IntRange(min = 1, max = 10) int seconds) {
    var world = new RetriesTest();
    int calls = world.load(callsPerSecond, seconds, failingPercent);
    assertTrue(world.attemptsNanos.size() <= 1.2 * calls + 10 * (seconds + 1));
  }

  /** Makes calls evenly, of whose attempts a share fails; returns how many. */
  private int load(int perSecond, int seconds, int failingPercent) {
    below =
        request ->
            time.time().rng().nextInt(100) < failingPercent
                ? Future.failedFuture(new Unknown("lost"))
                : Future.succeededFuture(OK);
    for (int i = 0; i < perSecond * seconds; i++) {
      retries.take(
          request("users.get", Policy.DEFAULT, LONG, new RetryCredit(), Cancellation.NEVER));
      time.advance(Duration.ofSeconds(1).dividedBy(perSecond));
    }
    return perSecond * seconds;
  }

  private int spend(String operation, int calls) {
    int before = attemptsNanos.size();
    for (int i = 0; i < calls; i++) {
      retries.take(
          request(
              operation,
              policy(new RetryPolicy(2, Duration.ofNanos(1), 0.2, 10)),
              LONG,
              new RetryCredit(),
              Cancellation.NEVER));
    }
    time.advance(Duration.ofMillis(1));
    return attemptsNanos.size() - before - calls;
  }

  private long wait(int number) {
    return attemptsNanos.get(number) - attemptsNanos.get(number - 1);
  }

  @Test
  void aPauseOfThisProcessCountsAsPartOfTheWait() {
    // A timer that falls due in the pause runs late, and only one of the parts of the wait is over.
    var late = new ArrayList<Runnable>();
    var timers = new Time(time, (delay, task) -> latest(late, task), time.time().rng(), time);
    below = failing(full);
    elsewhere = false;
    var paused =
        new Retries(timers, histories, request -> false, request -> below.apply(request))
            .take(
                request("users.get", Policy.DEFAULT, LONG, new RetryCredit(1), Cancellation.NEVER));

    time.advance(Duration.ofSeconds(5));
    late.get(0).run();

    assertTrue(paused.isComplete());
  }

  private static Timers.Handle latest(List<Runnable> late, Runnable task) {
    late.clear();
    late.add(task);
    return () -> {};
  }

  private static Function<Request, Future<Reply>> failing(MeshFailure failure) {
    return request -> Future.failedFuture(failure);
  }

  private Future<Reply> after(Duration delay, Reply reply) {
    Promise<Reply> answered = Promise.promise();
    time.after(delay, () -> answered.complete(reply));
    return answered.future();
  }

  private Future<Reply> call(String operation, Policy policy, Duration timeout) {
    return call(operation, policy, timeout, new RetryCredit());
  }

  private Future<Reply> call(
      String operation, Policy policy, Duration timeout, RetryCredit credit) {
    var call = retries.take(request(operation, policy, timeout, credit, Cancellation.NEVER));
    time.advance(Duration.ofSeconds(3));
    assertTrue(call.isComplete());
    assertFalse(call.failed() && !(call.cause() instanceof MeshFailure));
    return call;
  }

  private Request request(
      String operation,
      Policy policy,
      Duration timeout,
      RetryCredit credit,
      Cancellation cancellation) {
    return new Request(
        operation,
        Kind.QUERY,
        OK.payload(),
        Deadline.after(time, timeout),
        "",
        new Origin(TraceContext.NONE, "test", Priority.NORMAL, Map.of(), credit, false),
        null,
        cancellation,
        policy);
  }

  private static Policy policy(int attemptsMax, Duration backoff) {
    return policy(
        new RetryPolicy(
            attemptsMax,
            backoff,
            MeshLimits.RETRY_BUDGET_RATIO,
            MeshLimits.RETRY_BUDGET_RESERVE_PER_SECOND));
  }

  private static Policy policy(RetryPolicy retries) {
    var usual = Policy.DEFAULT;
    return new Policy(
        usual.timeout(),
        usual.attemptTimeout(),
        retries,
        usual.hedge(),
        usual.balance(),
        usual.breaker(),
        usual.admission(),
        usual.traffic());
  }
}
