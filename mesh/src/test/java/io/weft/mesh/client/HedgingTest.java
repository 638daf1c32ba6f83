package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.HedgePolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a query is asked twice, in virtual time. Usual answers take 10 ms. */
class HedgingTest {
  private static final Duration USUAL = Duration.ofMillis(10);
  private static final Reply FIRST = Reply.of(Buffer.buffer("1"));
  private static final Reply SECOND = Reply.of(Buffer.buffer("2"));
  private static final RetryPolicy UNPAID = new RetryPolicy(4, Duration.ofMillis(10), 0, 0);

  private final VirtualTime time = new VirtualTime(1);
  private final List<Request> attempts = new ArrayList<>();
  private final List<Promise<Reply>> answers = new ArrayList<>();
  private final Cancellation cancellation = new Cancellation();
  private final RetryCredit credit = new RetryCredit(3);
  private boolean elsewhere = true;
  private final Hedging hedging =
      new Hedging(
          time.time(),
          new CallHistory.Book(time),
          request -> elsewhere,
          request -> {
            attempts.add(request);
            answers.add(Promise.promise());
            return answers.get(answers.size() - 1).future();
          });

  @BeforeEach
  void learn() {
    for (int i = 0; i < 2 * Latencies.REFRESH; i++) {
      hedging.take(fresh());
      time.advance(USUAL.minusNanos(1)); // Or each would be asked a second time at that moment.
      answers.get(i).complete(FIRST);
    }
    attempts.clear();
    answers.clear();
  }

  @Test
  void aQueryThatTakesLongerThanMostIsAskedASecondTimeAndTheFirstAnswerCounts() {
    var call = take(Kind.QUERY);
    time.advance(USUAL.minusMillis(1));
    assertEquals(1, attempts.size());
    time.advance(Duration.ofMillis(2));
    assertEquals(2, attempts.size());

    answers.get(1).complete(SECOND);

    assertSame(SECOND, call.result());
    assertTrue(attempts.get(0).cancellation().cancelled());
    assertFalse(cancellation.cancelled());
  }

  @Test
  void theFirstMayStillWinAndTheSecondIsCancelledThen() {
    var call = late();
    answers.get(0).complete(FIRST);
    assertSame(FIRST, call.result());
    assertTrue(attempts.get(1).cancellation().cancelled());
    answers.get(1).complete(SECOND); // Too late, and ignored.
    assertSame(FIRST, call.result());
  }

  @Test
  void aQueryThatIsAnsweredInTimeIsAskedOnce() {
    var call = take(Kind.QUERY);
    time.advance(USUAL.dividedBy(2));
    answers.get(0).complete(FIRST);
    time.advance(Duration.ofSeconds(1));
    assertTrue(call.succeeded());
    assertEquals(1, attempts.size());
    assertEquals(3, credit.left());
  }

  @Test
  void theSecondComesNoSoonerThanThePolicySays() {
    hedging.take(request(Kind.QUERY, hedged(RetryPolicy.DEFAULT, 0.95, Duration.ofMillis(50))));
    time.advance(Duration.ofMillis(49));
    assertEquals(1, attempts.size());
    time.advance(Duration.ofMillis(2));
    assertEquals(2, attempts.size());
  }

  @Test
  void attemptsSideBySideKnowOfEachOthersEndpoints() {
    late();
    attempts.get(0).trying("e1", "site");
    assertTrue(attempts.get(1).tried("e1"));
  }

  @Test
  void aFailureOfOneIsNoAnswerWhileTheOtherMayStillAnswer() {
    var call = late();
    answers.get(0).fail(new Unknown("lost"));
    assertFalse(call.isComplete());
    answers.get(1).complete(SECOND);
    assertSame(SECOND, call.result());
  }

  @Test
  void theCallFailsWhenBothDo() {
    var call = late();
    answers.get(1).fail(new NotSent("gone"));
    answers.get(0).fail(new Unknown("lost"));
    assertInstanceOf(Unknown.class, call.cause());
  }

  @Test
  void whatTheServiceSaysIsAnAnswerEvenWhenItIsNo() {
    var call = late();
    answers.get(1).fail(new Application("no", "no"));
    assertInstanceOf(Application.class, call.cause());
    assertTrue(attempts.get(0).cancellation().cancelled());
  }

  @Test
  void aFailureBeforeTheSecondIsForTheRetries() {
    var call = take(Kind.QUERY);
    answers.get(0).fail(new NotSent("gone"));
    assertInstanceOf(NotSent.class, call.cause());
    time.advance(Duration.ofSeconds(1));
    assertEquals(1, attempts.size());
  }

  @Test
  void whoeverCancelsTheCallCancelsBoth() {
    late();
    cancellation.cancel();
    assertTrue(attempts.get(0).cancellation().cancelled());
    assertTrue(attempts.get(1).cancellation().cancelled());
  }

  @Test
  void aCallThatNobodyWaitsForIsNotAskedASecondTime() {
    take(Kind.QUERY);
    cancellation.cancel();
    time.advance(Duration.ofSeconds(1));
    assertEquals(1, attempts.size());
  }

  @Test
  void commandsAndStreamsAreNeverHedged() {
    take(Kind.COMMAND);
    take(Kind.STREAM);
    time.advance(Duration.ofSeconds(1));
    assertEquals(2, attempts.size());
    assertSame(cancellation, attempts.get(0).cancellation());
  }

  @Test
  void nothingIsHedgedWithoutAnotherEndpointABudgetOrCredit() {
    elsewhere = false;
    take(Kind.QUERY);
    time.advance(Duration.ofSeconds(1));
    elsewhere = true;
    time.advance(Duration.ofSeconds(2)); // What was earned is lost.
    hedging.take(request(Kind.QUERY, hedged(UNPAID)));
    time.advance(Duration.ofSeconds(1));
    credit.spent(3);
    take(Kind.QUERY);
    time.advance(Duration.ofSeconds(1));
    assertEquals(3, attempts.size());
  }

  @Test
  void nothingIsHedgedBeforeItIsKnownHowLongMostTake() {
    var unknown =
        new Request(
            "users.list",
            Kind.QUERY,
            FIRST.payload(),
            Deadline.after(time, Duration.ofSeconds(2)),
            "",
            Origin.of(TraceContext.NONE, "test"),
            null,
            cancellation,
            hedged(RetryPolicy.DEFAULT));
    hedging.take(unknown);
    time.advance(Duration.ofSeconds(1));
    assertEquals(1, attempts.size());
  }

  @Test
  void whatIsOvertakenCountsAsSlow() {
    for (int i = 0; i < Latencies.KEPT; i++) {
      time.advance(Duration.ofSeconds(2)); // So that there is a reserve to pay from.
      int at = attempts.size();
      hedging.take(fresh());
      time.advance(Duration.ofMillis(40));
      answers.get(at).complete(FIRST);
    }
    int before = attempts.size();
    hedging.take(fresh());
    time.advance(USUAL.multipliedBy(2));
    assertEquals(before + 1, attempts.size());
    time.advance(USUAL.multipliedBy(3));
    assertEquals(before + 2, attempts.size());
  }

  private Request fresh() {
    return new Request(
        "users.get",
        Kind.QUERY,
        FIRST.payload(),
        Deadline.after(time, Duration.ofSeconds(2)),
        "",
        Origin.of(TraceContext.NONE, "test"),
        null,
        Cancellation.NEVER,
        hedged(RetryPolicy.DEFAULT));
  }

  /** Makes a call that has been asked a second time. */
  private Future<Reply> late() {
    var call = take(Kind.QUERY);
    time.advance(USUAL.multipliedBy(2));
    assertEquals(2, attempts.size());
    return call;
  }

  private Future<Reply> take(Kind kind) {
    return hedging.take(request(kind, hedged(RetryPolicy.DEFAULT)));
  }

  private Request request(Kind kind, Policy policy) {
    return new Request(
        "users.get",
        kind,
        FIRST.payload(),
        Deadline.after(time, Duration.ofSeconds(2)),
        kind == Kind.COMMAND ? "key" : "",
        new Origin(TraceContext.NONE, "test", Priority.NORMAL, Map.of(), credit, false),
        null,
        cancellation,
        policy);
  }

  private static Policy hedged(RetryPolicy retries) {
    return hedged(retries, 0.95, Duration.ofMillis(1));
  }

  private static Policy hedged(RetryPolicy retries, double percentile, Duration delayMin) {
    var usual = Policy.DEFAULT;
    return new Policy(
        usual.timeout(),
        usual.attemptTimeout(),
        retries,
        new HedgePolicy(percentile, delayMin),
        usual.balance(),
        usual.breaker(),
        usual.admission(),
        usual.traffic());
  }
}
