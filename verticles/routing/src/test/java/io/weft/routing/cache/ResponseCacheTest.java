package io.weft.routing.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Event;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Reply;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.policy.AdmissionPolicy;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.policy.CachePolicy;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.RetryPolicy;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.VirtualTime;
import io.weft.routing.RoutingLimits;
import io.weft.routing.StubMesh;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A cache in virtual time, before a mesh that answers when a test says so. */
class ResponseCacheTest {
  private static final Duration KEEP = Duration.ofSeconds(5);
  private static final String GET = "users.get";
  private static final Buffer ADA = Buffer.buffer("{\"id\":\"ada\"}");
  private static final Buffer BOB = Buffer.buffer("{\"id\":\"bob\"}");

  private final VirtualTime time = new VirtualTime(1);
  private final List<Promise<Reply>> calls = new ArrayList<>();
  private final List<CallOptions> called = new ArrayList<>();
  private Policy policy = policy(TrafficPolicy.NONE);
  private boolean shared = true;
  private final Map<String, Log> logs = new HashMap<>();
  private final ResponseCache cache =
      new ResponseCache(new Stub(), time.time(), op -> shared, Set.of("users", "orders"));

  private static Policy policy(TrafficPolicy traffic) {
    return policy(traffic, KEEP);
  }

  /** Returns a policy by which answers are kept; all else is as it comes. */
  static Policy policy(TrafficPolicy traffic, Duration keep) {
    return new Policy(
        Duration.ofSeconds(2),
        Duration.ofSeconds(1),
        RetryPolicy.DEFAULT,
        null,
        BalancePolicy.DEFAULT,
        BreakerPolicy.DEFAULT,
        AdmissionPolicy.DEFAULT,
        traffic,
        new CachePolicy(keep),
        null);
  }

  private final class Stub extends StubMesh {
    @Override
    public Future<Reply> exchange(String op, Kind kind, Buffer body, CallOptions options) {
      Promise<Reply> answer = Promise.promise();
      calls.add(answer);
      called.add(options);
      return answer.future();
    }

    @Override
    public Policies policies() {
      return new Policies(1, policy, Map.of(), Map.of());
    }

    @Override
    @SuppressWarnings("unchecked") // A log is of events, and so is what is opened.
    public <Q, T> Future<ItemStream<T>> open(
        StreamOperation<Q, T> operation, Q request, CallOptions options) {
      var log = logs.get(operation.name());
      if (log == null) {
        return Future.failedFuture(new MeshFailure.NotSent("nobody serves events here"));
      }
      log.opened++;
      return Future.succeededFuture((ItemStream<T>) log);
    }
  }

  /** The events of a service, as they come when a test says so. */
  private static final class Log implements ItemStream<Event> {
    private Handler<Event> events = event -> {};
    private Handler<Throwable> failures = failure -> {};
    private long position;
    private int opened;

    void tell(String aggregate, String owner) {
      var at = Instant.ofEpochSecond(++position);
      events.handle(new Event(position, "any", aggregate, owner, at, Buffer.buffer("{}")));
    }

    void fail(MeshFailure failure) {
      failures.handle(failure);
    }

    @Override
    public ItemStream<Event> handler(Handler<Event> handler) {
      events = handler;
      return this;
    }

    @Override
    public ItemStream<Event> exceptionHandler(Handler<Throwable> handler) {
      failures = handler;
      return this;
    }

    @Override
    public ItemStream<Event> endHandler(Handler<Void> handler) {
      return this;
    }

    @Override
    public ItemStream<Event> pause() {
      return this;
    }

    @Override
    public ItemStream<Event> resume() {
      return this;
    }

    @Override
    public ItemStream<Event> fetch(long amount) {
      return this;
    }

    @Override
    public void cancel() {
      events = event -> {};
    }
  }

  private Log log(String service) {
    return logs.computeIfAbsent(service + ".events", name -> new Log());
  }

  private Future<Reply> get(Buffer request, CallOptions options) {
    return cache.exchange(GET, Kind.QUERY, request, options);
  }

  private Future<Reply> get(Buffer request) {
    return get(request, CallOptions.DEFAULT);
  }

  private Future<Reply> command(String operation, String request) {
    return cache.exchange(
        operation, Kind.COMMAND, Buffer.buffer(request), CallOptions.DEFAULT.withKey("k"));
  }

  /** Answers the call of a number, from 0. */
  private void answer(int call, String text) {
    calls.get(call).complete(Reply.of(Buffer.buffer(text)));
  }

  private static String text(Future<Reply> answered) {
    assertTrue(answered.succeeded(), String.valueOf(answered.cause()));
    return answered.result().body().toString();
  }

  /** Asks and answers, so that the answer is kept. */
  private void keep(Buffer request, String text) {
    var got = get(request);
    answer(calls.size() - 1, text);
    assertEquals(text, text(got));
  }

  private static CallOptions by(String subject) {
    return CallOptions.DEFAULT.withPrincipal(new Principal(subject, Set.of(), Set.of()));
  }

  @Test
  void anAnswerIsGivenAgainForItsTimeAndNoLonger() {
    var first = get(ADA);
    time.advance(Duration.ofSeconds(1)); // Its time runs from when it was asked for.
    answer(0, "1");
    assertEquals("1", text(first));
    time.advance(KEEP.minusSeconds(1).minusNanos(1));
    assertEquals("1", text(get(ADA)));
    time.advance(Duration.ofNanos(1));
    assertFalse(get(ADA).isComplete());
    assertEquals(2, calls.size());
  }

  @Test
  void anAnswerSaysHowOldItIs() {
    keep(ADA, "1");
    time.advance(Duration.ofMillis(2_900));
    assertEquals(2, cache.ageSeconds(get(ADA).result()));
    assertEquals(0, cache.ageSeconds(Reply.of(Buffer.buffer("1"))));
  }

  @Test
  void anotherRequestHasAnAnswerOfItsOwn() {
    keep(ADA, "1");
    assertFalse(get(BOB).isComplete());
    assertFalse(cache.exchange("users.list", Kind.QUERY, ADA, CallOptions.DEFAULT).isComplete());
  }

  @Test
  void requestsForTheSameWaitForTheOneThatIsOnItsWay() {
    var first = get(ADA);
    var second = get(ADA);
    assertEquals(1, calls.size());
    answer(0, "1");
    assertEquals("1", text(first));
    assertEquals("1", text(second));
  }

  @Test
  void theFirstWhoAsksMayLeaveWithoutTheOthers() {
    var gone = new Cancellation();
    get(ADA, CallOptions.DEFAULT.withCancellation(gone));
    assertFalse(gone == called.get(0).cancellation());
  }

  @Test
  void aFailureIsToldToAllWhoWaitAndNotKept() {
    var first = get(ADA);
    var second = get(ADA);
    var failure = new MeshFailure.Unknown("no answer");
    calls.get(0).fail(failure);
    assertSame(failure, first.cause());
    assertSame(failure, second.cause());
    assertFalse(get(ADA).isComplete());
    assertEquals(2, calls.size());
  }

  @Test
  void nobodyGetsWhatAnotherWasAnsweredWhereItIsOfTheirOwn() {
    shared = false;
    get(ADA, by("ada"));
    answer(0, "ada's");
    assertEquals("ada's", text(get(ADA, by("ada"))));
    assertFalse(get(ADA, by("eve")).isComplete());
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void allGetTheSameWhereItIsNobodys() {
    get(ADA, by("ada"));
    answer(0, "1");
    assertEquals("1", text(get(ADA, by("eve"))));
  }

  @Test
  void whereVersionsAreRoutedByAttributeEachHasAnAnswerOfItsOwn() {
    var acme = CallOptions.DEFAULT.withAttributes(Map.of("tenant", "acme"));
    var other = CallOptions.DEFAULT.withAttributes(Map.of("tenant", "other"));
    get(ADA, acme);
    answer(0, "1");
    assertEquals("1", text(get(ADA, other)));
    var route = new TrafficPolicy.Route(Map.of("tenant", "acme"), List.of(), null);
    policy = policy(new TrafficPolicy(List.of(route), null, List.of()));
    get(ADA, acme);
    answer(1, "2");
    assertEquals("2", text(get(ADA, acme)));
    assertFalse(get(ADA, other).isComplete());
  }

  @Test
  void whoWantsToKnowHowItWasDoneIsNotSpared() {
    keep(ADA, "1");
    assertFalse(get(ADA, CallOptions.DEFAULT.withExplain()).isComplete());
    assertFalse(get(ADA, CallOptions.DEFAULT.withNode("b")).isComplete());
  }

  @Test
  void aCommandDropsWhatItIsAboutAsSoonAsItIsAnswered() {
    keep(ADA, "1");
    keep(BOB, "2");
    var done = command("users.update", "{\"id\":\"ada\",\"name\":\"Ada\"}");
    assertEquals("1", text(get(ADA)), "the command is not done");
    answer(2, "{}");
    assertTrue(done.succeeded());
    assertFalse(get(ADA).isComplete());
    assertEquals("2", text(get(BOB)));
  }

  @Test
  void aCommandOfAnotherServiceDropsWhatItNames() {
    keep(ADA, "1");
    command("orders.place", "{\"userId\":\"ada\"}");
    answer(1, "{}");
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void aCommandDropsWhatMayTellOfAnythingOfItsService() {
    var page = Buffer.buffer("{\"limit\":7}");
    keep(page, "1");
    command("orders.place", "{\"userId\":\"ada\"}");
    answer(1, "{}");
    assertEquals("1", text(get(page)));
    command("users.create", "{}");
    answer(2, "{}");
    assertFalse(get(page).isComplete());
  }

  @Test
  void aCommandOfWhichNobodyKnowsWhatBecameOfItMayHaveHappened() {
    keep(ADA, "1");
    command("users.update", "{\"id\":\"ada\"}");
    calls.get(1).fail(new MeshFailure.Unknown("no answer"));
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void whatWasAskedForBeforeACommandIsNotKeptAfterIt() {
    var before = get(ADA);
    command("users.update", "{\"id\":\"ada\"}");
    answer(1, "{}");
    var after = get(ADA);
    assertEquals(3, calls.size(), "who asks after it does not wait for the old answer");
    answer(0, "old");
    answer(2, "new");
    assertEquals("old", text(before));
    assertEquals("new", text(after));
    assertEquals("new", text(get(ADA)));
  }

  @Test
  void anEventDropsWhatItHappenedToAndWhatItConcerns() {
    var users = log("users");
    keep(ADA, "1");
    keep(BOB, "2");
    users.tell("ada", "somebody");
    assertEquals("2", text(get(BOB)));
    assertFalse(get(ADA).isComplete());
    users.tell("something", "bob");
    assertFalse(get(BOB).isComplete());
  }

  @Test
  void anEventOfAnotherServiceDropsWhatItNamesAndNoMore() {
    var orders = log("orders");
    log("users");
    var page = Buffer.buffer("{\"limit\":7}");
    keep(page, "1");
    keep(ADA, "2");
    orders.tell("an order", "ada");
    assertEquals("1", text(get(page)));
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void anEventDropsWhatMayTellOfAnythingOfItsService() {
    var users = log("users");
    var page = Buffer.buffer("{\"limit\":7}");
    keep(page, "1");
    users.tell("somebody new", "somebody new");
    assertFalse(get(page).isComplete());
  }

  @Test
  void anEventDropsWhatItIsAboutInWhateverLettersItWasAskedFor() {
    var users = log("users");
    var loud = Buffer.buffer("{\"id\":\"ADA\"}");
    keep(loud, "1");
    users.tell("ada", "ada");
    assertFalse(get(loud).isComplete());
  }

  @Test
  void whatWasAskedForBeforeAnEventIsNotKeptAfterIt() {
    var users = log("users");
    var before = get(ADA);
    users.tell("ada", "ada");
    var after = get(ADA);
    assertEquals(2, calls.size(), "who asks after it does not wait for the old answer");
    answer(1, "new");
    answer(0, "old");
    assertEquals("old", text(before));
    assertEquals("new", text(after));
    assertEquals("new", text(get(ADA)));
  }

  @Test
  void whatWasKeptBeforeEventsWereHeardOfIsDroppedWhenTheyAre() {
    keep(ADA, "1");
    assertEquals("1", text(get(ADA)));
    log("orders");
    time.advance(RoutingLimits.CACHE_EVENTS_RETRY);
    policy = policy(TrafficPolicy.NONE, Duration.ofMinutes(1));
    assertEquals("1", text(get(ADA)));
    get(BOB); // Which looks whether there are events by now.
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void eventsThatWereLostEmptyTheCacheWhenTheyAreThereAgain() {
    var users = log("users");
    keep(ADA, "1");
    users.fail(new MeshFailure.Unknown("gone"));
    assertEquals("1", text(get(ADA)));
    time.advance(RoutingLimits.EVENTS_REOPEN_FIRST);
    assertEquals(2, users.opened);
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void whileEventsAreLostAnswersEndByTheirTime() {
    var users = log("users");
    keep(ADA, "1");
    logs.clear();
    users.fail(new MeshFailure.Unknown("gone"));
    time.advance(KEEP.minusNanos(1));
    assertEquals("1", text(get(ADA)));
    time.advance(Duration.ofNanos(1));
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void eventsThatCannotBeHadAnyMoreEmptyTheCacheAndAreAskedForAnew() {
    var users = log("users");
    keep(ADA, "1");
    users.tell("bob", "bob");
    users.fail(new MeshFailure.Application("event.position_gone", "too late"));
    assertFalse(get(ADA).isComplete());
    time.advance(RoutingLimits.CACHE_EVENTS_RETRY);
    get(BOB);
    assertEquals(2, users.opened);
  }

  @Test
  void anAnswerThatIsTooLargeIsNotKept() {
    keep(ADA, "x".repeat(RoutingLimits.CACHED_ANSWER_MAX_BYTES + 1));
    assertFalse(get(ADA).isComplete());
  }

  @Test
  void withoutAPolicyNothingIsKept() {
    policy = Policy.DEFAULT;
    keep(ADA, "1");
    assertFalse(get(ADA).isComplete());
  }
}
