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
import io.weft.mesh.MeshFailure.Application;
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
import io.weft.mesh.TraceContext;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Explanations;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.telemetry.TappedCall;
import io.weft.mesh.telemetry.Taps;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The whole caller's side over a transport made by hand, in virtual time. */
class ClientStackTest {
  private static final Reply OK = Reply.of(Buffer.buffer("{}"));

  private final VirtualTime time = new VirtualTime(1);
  private final List<String> attempts = new ArrayList<>();
  private final List<String> outcomes = new ArrayList<>();
  private final Explanations explanations = new Explanations();
  private final Spans spans = new Spans("local", time, time);
  private final Taps taps = new Taps(time, time);
  private Directory directory = directory(3);
  private BiFunction<Endpoint, Request, Future<Reply>> transport =
      (endpoint, request) -> Future.succeededFuture(OK);
  private final ClientStack stack =
      ClientStack.of(
          time.time(),
          new Observation(
              "local", new Outcomes(), explanations, spans, new Decisions("local", time), taps),
          () -> directory,
          (endpoint, request) -> {
            attempts.add(endpoint.node());
            return transport.apply(endpoint, request);
          },
          Place.NOWHERE,
          Transitions.NOBODY);

  @Test
  void aCallThatSucceedsIsOneAttempt() {
    assertTrue(call(Kind.QUERY, "").succeeded());
    assertEquals(1, attempts.size());
    assertEquals(List.of("ok"), outcomes);
  }

  @Test
  void whoLooksOnSeesWhatTheCallerFeltHowOftenItWasTriedAndWhereLast() {
    var seen = new ArrayList<TappedCall>();
    transport =
        (endpoint, request) ->
            attempts.size() == 1
                ? Future.failedFuture(new NotSent("gone"))
                : Future.succeededFuture(OK);
    settled(call(Kind.QUERY, ""));
    attempts.clear();
    var untap = taps.open(Taps.Filter.ALL, calls(seen));

    settled(call(Kind.QUERY, ""));
    untap.run();
    settled(call(Kind.QUERY, ""));

    assertEquals(1, seen.size());
    assertEquals(2, seen.get(0).attempts());
    assertEquals(Outcome.OK, seen.get(0).outcome());
    assertEquals(attempts.get(1).replace("node-", "e"), seen.get(0).endpoint());
  }

  private static Taps.Listener calls(List<TappedCall> seen) {
    return new Taps.Listener() {
      @Override
      public void call(TappedCall call) {
        seen.add(call);
      }

      @Override
      public void dropped() {
        throw new AssertionError("there is room");
      }
    };
  }

  @Test
  void whatWasNotSentIsTriedAtEndpointsNotTriedBefore() {
    transport = (endpoint, request) -> Future.failedFuture(new NotSent("gone"));

    var call = settled(call(Kind.COMMAND, "key"));

    assertInstanceOf(NotSent.class, call.cause());
    assertEquals(MeshLimits.ATTEMPTS_MAX, attempts.size());
    assertEquals(3, new HashSet<>(attempts.subList(0, 3)).size());
    assertEquals(List.of("NotSent"), outcomes);
  }

  @Test
  void aRejectionIsTriedElsewhereUnlessTheCallerMayNot() {
    transport =
        (endpoint, request) ->
            Future.failedFuture(
                new Rejected(Rejected.Reason.FORBIDDEN, "no", MeshLimits.RETRY_AFTER));
    settled(call(Kind.QUERY, ""));
    assertEquals(1, attempts.size());

    attempts.clear();
    transport =
        (endpoint, request) ->
            attempts.size() < 2
                ? Future.failedFuture(
                    new Rejected(Rejected.Reason.OVERLOADED, "full", MeshLimits.RETRY_AFTER))
                : Future.succeededFuture(OK);
    assertTrue(settled(call(Kind.QUERY, "")).succeeded());
    assertEquals(2, attempts.size());
  }

  @Test
  void anUnknownOutcomeIsRepeatedForQueriesAndForCommandsWithAKey() {
    transport = (endpoint, request) -> Future.failedFuture(new Unknown("lost"));

    settled(call(Kind.QUERY, ""));
    assertEquals(MeshLimits.ATTEMPTS_MAX, attempts.size());
    attempts.clear();
    settled(call(Kind.COMMAND, "key"));
    assertEquals(MeshLimits.ATTEMPTS_MAX, attempts.size());
    attempts.clear();
    settled(call(Kind.COMMAND, ""));
    assertEquals(1, attempts.size());
  }

  @Test
  void aCommandOfWhichOneAttemptMayHaveRunIsUnknownWhateverTheLastOneSays() {
    transport =
        (endpoint, request) ->
            Future.failedFuture(attempts.size() == 1 ? new Unknown("lost") : new NotSent("gone"));

    assertInstanceOf(Unknown.class, settled(call(Kind.COMMAND, "key")).cause());
    assertEquals(MeshLimits.ATTEMPTS_MAX, attempts.size());
    attempts.clear();
    assertInstanceOf(NotSent.class, settled(call(Kind.QUERY, "")).cause());
  }

  @Test
  void whatTheServiceAnsweredIsFinal() {
    transport = (endpoint, request) -> Future.failedFuture(new Application("no", "no"));
    settled(call(Kind.QUERY, ""));
    assertEquals(1, attempts.size());
  }

  @Test
  void aCallThatComesTooLateIsNotAttempted() {
    var late = request(Kind.QUERY, "", Duration.ZERO, null);

    assertInstanceOf(Expired.class, stack.take(late).cause());
    assertEquals(List.of(), attempts);
  }

  @Test
  void noRetryBeginsThatTheDeadlineLeavesNoTimeFor() {
    transport =
        (endpoint, request) -> {
          time.advance(request.deadline().remaining());
          return Future.failedFuture(new Unknown("too slow"));
        };
    settled(stack.take(request(Kind.QUERY, "", Duration.ofMillis(100), null)));
    assertEquals(1, attempts.size());
  }

  @Test
  void aQueryLeavesTimeForASecondAttemptAndACommandKeepsAllOfIt() {
    var seen = new ArrayList<Duration>();
    transport =
        (endpoint, request) -> {
          seen.add(request.deadline().remaining());
          return Future.succeededFuture(OK);
        };
    call(Kind.QUERY, "");
    call(Kind.COMMAND, "key");
    assertEquals(List.of(MeshLimits.ATTEMPT_TIMEOUT, MeshLimits.CALL_TIMEOUT), seen);
  }

  @Test
  void anEndpointThatAnswersNothingFillsUpAndIsRefusedAtTheCaller() {
    directory = directory(1);
    transport = (endpoint, request) -> Promise.<Reply>promise().future();
    for (int i = 0; i < MeshLimits.ENDPOINT_IN_FLIGHT_MAX; i++) {
      assertFalse(call(Kind.COMMAND, "key").isComplete());
    }

    var refused = settled(call(Kind.COMMAND, "key"));

    assertInstanceOf(NotSent.class, refused.cause());
    assertEquals(MeshLimits.ENDPOINT_IN_FLIGHT_MAX, attempts.size());
  }

  @Test
  void aCallForOneNodeGoesToNoOther() {
    for (int i = 0; i < 50; i++) {
      stack.take(request(Kind.QUERY, "", Duration.ofSeconds(1), "node-2"));
    }
    assertEquals(50, attempts.stream().filter("node-2"::equals).count());
    assertEquals(50, attempts.size());
  }

  @Test
  void anEndpointThatFailsFastGetsLessThanItsShare() {
    transport =
        (endpoint, request) -> {
          if (endpoint.node().equals("node-0")) {
            return Future.failedFuture(new Unknown("broken"));
          }
          time.advance(Duration.ofMillis(2));
          return Future.succeededFuture(OK);
        };
    for (int i = 0; i < 1_000; i++) {
      settled(call(Kind.QUERY, ""));
    }
    long failing = attempts.stream().filter("node-0"::equals).count();
    assertTrue(failing < 100, failing + " of " + attempts.size());
    assertTrue(failing > 0);
  }

  @Test
  void anExplanationTellsOfEveryEndpointAttemptAndDecision() {
    transport =
        (endpoint, request) ->
            attempts.size() == 1
                ? Future.failedFuture(new NotSent("gone"))
                : Future.succeededFuture(OK);

    settled(stack.take(explained()));

    var told = told();
    assertEquals("users.get", told.operation());
    assertEquals(null, told.failure());
    var first = told.attempts().get(0);
    assertEquals(new Explanation.Failure("NotSent", "gone"), first.failure());
    assertEquals(3, first.candidates().size());
    assertTrue(first.candidates().stream().allMatch(each -> each.skipped() == null));
    var second = told.attempts().get(1);
    assertEquals(null, second.failure());
    assertEquals(
        List.of(first.endpoint()),
        second.candidates().stream()
            .filter(each -> "tried before".equals(each.skipped()))
            .map(Explanation.Candidate::endpoint)
            .toList());
    assertEquals(1, told.notes().size());
    assertTrue(told.notes().get(0).text().startsWith("tried again after "));
  }

  @Test
  void anExplanationSaysWhyACallWasNotTriedAgainAndWhatItMetInTheEnd() {
    transport = (endpoint, request) -> Future.failedFuture(new Application("no", "not so"));

    settled(stack.take(explained()));

    assertEquals("not tried again: what it met is final", told().notes().get(0).text());
    assertEquals(new Explanation.Failure("Application", "not so"), told().failure());
  }

  @Test
  void aCallThatHangsCanBeLookedAt() {
    transport = (endpoint, request) -> Promise.<Reply>promise().future();
    var call = stack.take(explained());

    assertFalse(call.isComplete());
    assertEquals(null, told().tookMicros());
    assertEquals(null, told().attempts().get(0).tookMicros());
  }

  @Test
  void onlyTheLatestExplanationsAreKeptAndOfManyEndpointsSome() {
    directory = directory(MeshLimits.EXPLAINED_CANDIDATES_MAX + 10);
    for (int i = 0; i < MeshLimits.EXPLANATIONS_MAX + 10; i++) {
      stack.take(explained());
    }
    assertEquals(MeshLimits.EXPLANATIONS_MAX, explanations.recent().size());
    assertEquals(10, told().attempts().get(0).candidatesLeftOut());
    assertEquals(MeshLimits.EXPLANATIONS_MAX, explanations.of("0".repeat(32)).size());
    assertEquals(List.of(), explanations.of("1".repeat(32)));
  }

  @Test
  void ofCallsThatDoNotAskNothingIsKept() {
    call(Kind.QUERY, "");
    assertEquals(List.of(), explanations.recent());
  }

  @Test
  void eachAttemptIsASpanOfItsOwnUnderThatOfTheCallAndTellsItsServerWhichItIs() {
    spans.sample(1);
    var sent = new ArrayList<TraceContext>();
    transport =
        (endpoint, request) -> {
          sent.add(request.trace());
          return sent.size() < 3
              ? Future.failedFuture(new NotSent("gone"))
              : Future.succeededFuture(OK);
        };
    var trace = TraceContext.begin(time.time().rng());
    settled(stack.take(traced(trace)));

    assertEquals(trace, sent.get(0));
    assertEquals(3, sent.stream().map(TraceContext::servedSpan).distinct().count());
    var kept = spans.store().trace(trace.high(), trace.low()).spans();
    var call = kept.stream().filter(s -> s.span() == trace.span()).findFirst().orElseThrow();
    assertEquals(77, call.parent());
    assertEquals("3", call.attributes().get("attempts"));
    assertEquals(
        sent.stream().map(TraceContext::attemptSpan).collect(Collectors.toSet()),
        kept.stream()
            .filter(s -> s.parent() == trace.span())
            .map(Span::span)
            .collect(Collectors.toSet()));
    assertEquals(4, kept.size());
  }

  @Test
  void theGaugesTellWhatIsCalledAndHowOftenItWasTriedAgain() {
    assertEquals(List.of(), stack.gauges().targets());
    transport = (endpoint, request) -> Future.failedFuture(new NotSent("gone"));
    settled(call(Kind.QUERY, ""));
    var hanging = Promise.<Reply>promise();
    transport = (endpoint, request) -> hanging.future();
    call(Kind.QUERY, "");

    var target = stack.gauges().targets().get(0);
    assertEquals("users", target.service());
    assertEquals(3, target.endpoints());
    assertEquals(1, target.inFlight());
    assertEquals(MeshLimits.ATTEMPTS_MAX - 1, target.retries());
    assertEquals(0, target.refused());
    hanging.complete(OK);
    assertEquals(0, stack.gauges().targets().get(0).inFlight());
  }

  @Test
  void theGaugesTellWhichEndpointsAreNotWell() {
    transport = (endpoint, request) -> Future.failedFuture(new Unknown("lost"));
    for (int i = 0; i < 40; i++) {
      settled(call(Kind.COMMAND, ""));
    }

    var gauges = stack.gauges();
    assertFalse(gauges.endpoints().isEmpty());
    assertEquals("OPEN", gauges.endpoints().get(0).breaker());
    assertEquals(gauges.endpoints().size(), gauges.targets().get(0).open());
  }

  private Request traced(TraceContext trace) {
    return new Request(
        "users.get",
        Kind.QUERY,
        OK.payload(),
        Deadline.after(time, MeshLimits.CALL_TIMEOUT),
        "",
        Origin.of(trace, "test"),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT,
        null,
        77);
  }

  private Explanation.Told told() {
    return explanations.recent().get(0).told();
  }

  private Request explained() {
    return new Request(
        "users.get",
        Kind.QUERY,
        OK.payload(),
        Deadline.after(time, MeshLimits.CALL_TIMEOUT),
        "",
        new Origin(TraceContext.NONE, "test", Priority.NORMAL, Map.of(), new RetryCredit(), true),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  private Future<Reply> call(Kind kind, String key) {
    return stack.take(request(kind, key, MeshLimits.CALL_TIMEOUT, null));
  }

  private Future<Reply> settled(Future<Reply> call) {
    time.advance(Duration.ofMillis(100)); // Longer than all waits between attempts together.
    assertTrue(call.isComplete());
    assertTrue(call.succeeded() || call.cause() instanceof MeshFailure);
    return call;
  }

  private Request request(Kind kind, String key, Duration timeout, String node) {
    return new Request(
        "users.get",
        kind,
        OK.payload(),
        Deadline.after(time, timeout),
        key,
        Origin.of(TraceContext.NONE, "test"),
        node,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  private static Directory directory(int size) {
    var endpoints = new ArrayList<Endpoint>();
    for (int i = 0; i < size; i++) {
      endpoints.add(
          new Endpoint(
              "e" + i,
              "node-" + i,
              "1",
              "users-1",
              "users",
              "site",
              "zone",
              0,
              "1",
              1,
              List.of("users.get")));
    }
    return new Directory(1, List.of(), Map.of("users", endpoints));
  }

  /** Keeps the outcomes of calls. */
  private final class Outcomes implements Telemetry {
    @Override
    public Recorder calls(String operation) {
      return (outcome, nanos) -> outcomes.add(outcome.label());
    }

    @Override
    public Recorder attempts(String operation, String node) {
      return Recorder.NONE;
    }

    @Override
    public Recorder servings(String instance, String operation, String caller, String node) {
      return Recorder.NONE;
    }
  }
}
