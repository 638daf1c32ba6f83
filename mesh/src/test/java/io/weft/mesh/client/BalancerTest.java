package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.circuitbreaker.CircuitBreakerState;
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
import io.weft.mesh.breaker.Breaker;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.BalancePolicy.Locality;
import io.weft.mesh.policy.BreakerPolicy;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** The choice of endpoints with what was learnt of them, attempt by attempt, in virtual time. */
class BalancerTest {
  private static final Reply OK = Reply.of(Buffer.buffer("{}"));
  private static final String OPERATION = "users.get";
  private static final Place HERE = new Place("node-0", "zone-0", "site");

  private final VirtualTime time = new VirtualTime(5);
  private final Map<String, MeshFailure> failing = new HashMap<>();
  private final Map<String, Duration> latency = new HashMap<>();
  private final Map<String, Integer> attempts = new HashMap<>();
  private final List<String> transitions = new ArrayList<>();
  private final Set<String> silent = new HashSet<>();
  private final List<Promise<Reply>> promises = new ArrayList<>();
  private BiConsumer<String, Request> onAttempt = (node, request) -> {};
  private Duration answersIn = Duration.ofMillis(2);
  private Policy policy = Policy.DEFAULT;
  private long version;
  private Directory directory = directory(3);
  private Balancer balancer = balancer(HERE);

  @Test
  void anEndpointThatFailsFastGetsLessThanASlowHealthyOne() {
    failing.put("node-0", new Unknown("broken"));
    latency.put("node-1", Duration.ofMillis(700));
    latency.put("node-2", Duration.ofMillis(700));
    policy = withoutBreakers(); // Its cost alone is to tell.
    calls(600);

    assertTrue(attempts("node-0") < attempts("node-1") / 4, "attempts: " + attempts);
    assertTrue(attempts("node-0") > 0, "it is still tried");
  }

  @Test
  void anEndpointThatFailsIsEjectedAndComesBackWithinSecondsOfItsHealing() {
    failing.put("node-0", new Unknown("broken"));
    calls(2_000, Duration.ofMillis(20));
    assertEquals("node-0 CLOSED OPEN", transitions.get(0));
    attempts.clear();
    calls(500, Duration.ofMillis(20)); // Ten seconds.
    assertTrue(attempts("node-0") <= 6, "a probe every two seconds: " + attempts);
    assertTrue(attempts("node-0") >= 3, "a probe every two seconds: " + attempts);

    failing.clear();
    attempts.clear();
    calls(250, Duration.ofMillis(20)); // Five seconds.
    assertEquals("node-0 HALF_OPEN CLOSED", transitions.get(transitions.size() - 1));
    assertTrue(attempts("node-0") > 20, "attempts: " + attempts);
  }

  @Test
  void whenAllFailNoneIsLeftOut() {
    for (var endpoint : directory.of("users")) {
      failing.put(endpoint.node(), new NotSent("connection refused"));
    }
    calls(2_000, Duration.ofMillis(10));
    attempts.clear();
    calls(300, Duration.ofMillis(10));
    for (var endpoint : directory.of("users")) {
      assertTrue(attempts(endpoint.node()) > 20, "attempts: " + attempts);
    }
  }

  @Test
  void theOnlyEndpointStaysInUse() {
    see(directory(1));
    failing.put("node-0", new Unknown("broken"));
    calls(100, Duration.ofMillis(10));

    assertEquals(100, attempts("node-0"));
  }

  @Test
  void whatIsNoIllnessEjectsNobody() {
    for (var harmless :
        List.of(
            new Application("no", "no"),
            new Expired("too late"),
            new Rejected(Rejected.Reason.OVERLOADED, "full", MeshLimits.RETRY_AFTER),
            new Rejected(Rejected.Reason.DRAINING, "stopping", MeshLimits.RETRY_AFTER),
            new Rejected(Rejected.Reason.FORBIDDEN, "no", MeshLimits.RETRY_AFTER))) {
      failing.put("node-0", harmless);
      calls(1_000);
    }
    assertEquals(List.of(), transitions);
  }

  @Test
  void whatIsIllnessEjects() {
    for (var illness :
        List.of(
            new Unknown("lost"),
            new NotSent("connection refused"),
            new Rejected(Rejected.Reason.UNAVAILABLE, "no database", MeshLimits.RETRY_AFTER))) {
      see(new Directory(++version, List.of(), Map.of()));
      calls(1);
      see(directory(3)); // As if it had just started.
      transitions.clear();
      failing.put("node-0", illness);
      calls(2_000, Duration.ofMillis(20));
      assertEquals("node-0 CLOSED OPEN", transitions.get(0), illness.kind());
    }
  }

  @Test
  void callersThatGiveUpDoNotMakeAnEndpointIll() {
    silent.add("node-0");
    for (int i = 0; i < 500; i++) {
      var cancellation = new Cancellation();
      balancer.take(request(Kind.QUERY, Duration.ofSeconds(2), Map.of(), null, cancellation));
      time.advance(Duration.ofMillis(1));
      cancellation.cancel();
      promises.forEach(promise -> promise.tryFail(new Unknown("given up")));
      promises.clear();
    }
    assertEquals(List.of(), transitions);
  }

  @Test
  void shortDeadlinesDoNotMakeAnEndpointIllThatAnswersOthers() {
    see(directory(2));
    latency.put("node-0", Duration.ofMillis(100));
    for (int i = 0; i < 300; i++) {
      call(Kind.QUERY, Duration.ofMillis(i % 2 == 0 ? 50 : 500));
    }
    assertEquals(List.of(), transitions);
  }

  @Test
  void shortDeadlinesShowAnEndpointToBeIllThatAnswersNobody() {
    see(directory(2));
    latency.put("node-0", Duration.ofMinutes(1));
    for (int i = 0; i < 3_000 && transitions.isEmpty(); i++) {
      call(Kind.QUERY, Duration.ofMillis(50));
    }
    assertEquals(List.of("node-0 CLOSED OPEN"), transitions);
  }

  @Test
  void commandsAreProbesOnlyWhereThereAreNoQueries() {
    failing.put("node-0", new Unknown("broken"));
    calls(2_000, Duration.ofMillis(20));
    var kinds = new HashSet<Kind>();
    onAttempt =
        (node, request) -> kinds.addAll(node.equals("node-0") ? Set.of(request.kind()) : Set.of());
    for (int i = 0; i < 500; i++) {
      call(i % 10 == 0 ? Kind.QUERY : Kind.COMMAND, Duration.ofSeconds(2));
      time.advance(Duration.ofMillis(20));
    }
    assertEquals(Set.of(Kind.QUERY), kinds);

    for (int i = 0; i < 500; i++) {
      call(Kind.COMMAND, Duration.ofSeconds(2));
      time.advance(Duration.ofMillis(20));
    }
    assertEquals(Set.of(Kind.QUERY, Kind.COMMAND), kinds);
  }

  @Test
  void aProbeThatHangsDoesNotKeepTheEndpointAway() {
    failing.put("node-0", new Unknown("broken"));
    calls(2_000, Duration.ofMillis(20));
    failing.clear();
    silent.add("node-0");
    calls(300, Duration.ofMillis(20)); // Some probes hang.
    silent.clear();
    calls(300, Duration.ofMillis(20));
    assertEquals("node-0 HALF_OPEN CLOSED", transitions.get(transitions.size() - 1));
  }

  @Test
  void aNewEndpointGetsTheFirstCallAndThenLittle() {
    calls(100);
    see(directory(4));
    attempts.clear();
    calls(1);
    assertEquals(Map.of("node-3", 1), attempts);

    attempts.clear();
    calls(400, Duration.ofMillis(1)); // In the first 1.2 s of the ten.
    int early = attempts("node-3");
    assertTrue(early > 4 && early < 35, "attempts: " + attempts);
    time.advance(MeshLimits.SLOW_START);
    attempts.clear();
    calls(400);
    assertEquals(100, attempts("node-3"), 40);
  }

  @Test
  void whoWasThereWhenTheClientBeganGetsItsShareAtOnce() {
    calls(600);
    for (var endpoint : directory.of("users")) {
      assertEquals(200, attempts(endpoint.node()), 60);
    }
  }

  @Test
  void aLoadThatWasToldCountsUntilItIsOld() {
    see(directory(2));
    calls(10);
    balancer.told("node-0/1/users-1", 1);
    attempts.clear();
    answersIn = Duration.ZERO;
    calls(200);
    assertTrue(attempts("node-0") < 10, "attempts: " + attempts);
    time.advance(MeshLimits.LOAD_FRESH);
    attempts.clear();
    calls(200);
    assertEquals(100, attempts("node-0"), 35);
    balancer.told("nobody", 1); // Of an endpoint that is gone: nothing happens.
  }

  @Test
  void aVersionOrANodeIsKeptTo() {
    see(
        new Directory(
            ++version,
            List.of(),
            Map.of("users", List.of(of(0, "a", 1), of(1, "b", 1), of(2, "b", 1)))));
    for (int i = 0; i < 100; i++) {
      balancer.take(query(null).forVersion("b"));
    }
    assertEquals(Set.of("node-1", "node-2"), attempts.keySet());
    attempts.clear();
    balancer.take(query("node-2").forVersion("b"));
    assertEquals(Map.of("node-2", 1), attempts);

    var nobody = balancer.take(query("node-0").forVersion("b"));
    assertInstanceOf(NotSent.class, nobody.cause());
    assertEquals(
        "no endpoint serves users.get in version b on node node-0", nobody.cause().getMessage());
  }

  @Test
  void aSiteIsKeptToAndTheOwnOneIsNoneButItsOwnInstances() {
    see(directory(of(0, "a", 1), of(1, "a", 1), at("hub", of(2, "b", 1))));
    for (int i = 0; i < 100; i++) {
      balancer.take(query(null).forSite("hub"));
    }
    assertEquals(Map.of("node-2", 100), attempts);
    attempts.clear();
    for (int i = 0; i < 100; i++) {
      balancer.take(query(null).forSite("site"));
    }
    assertEquals(Set.of("node-0", "node-1"), attempts.keySet());

    var nobody = balancer.take(query(null).forSite("edge-7"));
    assertInstanceOf(NotSent.class, nobody.cause());
    assertEquals("no endpoint serves users.get at site edge-7", nobody.cause().getMessage());
  }

  @Test
  void anotherSiteIsNotAskedWhileOneOfTheOwnIsWellHoweverLoadedOrNew() {
    for (var algorithm : Algorithm.values()) {
      for (var locality : Locality.values()) {
        policy = balanced(algorithm, locality);
        latency.put("node-0", Duration.ofMillis(800));
        see(directory(of(0, "a", 1), of(1, "a", 1)));
        calls(10);
        see(directory(of(0, "a", 1), of(1, "a", 1), at("hub", of(2, "a", 1))));
        attempts.clear();
        for (int i = 0; i < 300; i++) {
          goesTo("c" + i);
        }
        assertEquals(0, attempts("node-2"), algorithm + " " + locality + ": " + attempts);
      }
    }
  }

  @Test
  void anotherSiteTakesOverWhenNoneOfTheOwnIsWellAndGivesItBack() {
    see(directory(of(0, "a", 1), at("hub", of(2, "a", 1))));
    eject("node-0");
    attempts.clear();
    calls(100, Duration.ofMillis(1));
    assertEquals(100, attempts("node-2"), "attempts: " + attempts);
    failing.clear();
    calls(500, Duration.ofMillis(20)); // A probe finds it well.
    attempts.clear();
    calls(100);
    assertEquals(Map.of("node-0", 100), attempts);

    see(directory(at("hub", of(2, "a", 1))));
    attempts.clear();
    calls(100);
    assertEquals(Map.of("node-2", 100), attempts);
  }

  @Test
  void aQueryThatFailedHereIsTriedElsewhereAndACommandIsNot() {
    see(directory(of(0, "a", 1), at("hub", of(2, "a", 1))));
    var asked = query(null);
    balancer.take(asked);
    assertTrue(balancer.hasUntried(asked));
    balancer.take(asked);
    assertEquals(Map.of("node-0", 1, "node-2", 1), attempts);

    attempts.clear();
    var told = request(Kind.COMMAND, Duration.ofSeconds(1), Map.of(), null, Cancellation.NEVER);
    balancer.take(told);
    assertEquals(false, balancer.hasUntried(told));
    balancer.take(told);
    assertEquals(Map.of("node-0", 2), attempts);
    see(directory(at("hub", of(2, "a", 1)))); // Its node is gone; it may have run there.
    var nowhere = balancer.take(told);
    assertEquals(
        "no endpoint serves users.get at site site",
        assertInstanceOf(NotSent.class, nowhere.cause()).getMessage());
  }

  @Test
  void itTellsWhoIsPassedOverForBeingAtAnotherSite() {
    see(directory(of(0, "a", 1), at("hub", of(2, "a", 1))));
    var told = new HashMap<String, Candidates.Skipped>();
    balancer.candidates(query(null), (endpoint, cost, why) -> told.put(endpoint.node(), why));
    assertEquals(Map.of("node-0", Candidates.Skipped.NOT, "node-2", Candidates.Skipped.FAR), told);
    balancer.candidates(
        query(null).forSite("hub"), (endpoint, cost, why) -> told.put(endpoint.node(), why));
    assertEquals(Map.of("node-0", Candidates.Skipped.SITE, "node-2", Candidates.Skipped.NOT), told);
  }

  @Test
  void aVersionOfWhichAllAreEjectedIsCalledAllTheSame() {
    see(
        new Directory(
            ++version,
            List.of(),
            Map.of("users", List.of(of(0, "a", 1), of(1, "a", 1), of(2, "b", 1)))));
    failing.put("node-2", new Unknown("broken"));
    for (int i = 0; i < 50; i++) {
      balancer.take(query(null).forVersion("b"));
      time.advance(Duration.ofMillis(1));
    }
    assertEquals(List.of("node-2 CLOSED OPEN"), transitions);
    assertEquals(50, attempts("node-2"));
  }

  @Test
  void theOwnNodeIsNearestThenTheZoneAndTheyComeBackAfterAnEjection() {
    policy = balanced(Algorithm.PEAK_EWMA, Locality.NODE);
    see(sixEndpointsInThreeZones());
    calls(100);
    assertEquals(Set.of("node-0"), attempts.keySet());

    eject("node-0");
    attempts.clear();
    calls(100, Duration.ofMillis(10));
    assertEquals(100, attempts("node-1"), "attempts: " + attempts);
    failing.clear();
    calls(500, Duration.ofMillis(10));
    attempts.clear();
    calls(100);
    assertEquals(Set.of("node-0"), attempts.keySet());
  }

  @Test
  void byZoneTheNodesOfTheZoneAreAlike() {
    policy = balanced(Algorithm.PEAK_EWMA, Locality.ZONE);
    see(sixEndpointsInThreeZones());
    calls(200);
    assertEquals(Set.of("node-0", "node-1"), attempts.keySet());
    assertEquals(100, attempts("node-0"), 40);
  }

  @Test
  void aCallerOfWhomNobodyKnowsWhereHeIsCallsAll() {
    balancer = balancer(Place.NOWHERE);
    policy = balanced(Algorithm.PEAK_EWMA, Locality.NODE);
    see(sixEndpointsInThreeZones());
    calls(200);
    assertEquals(6, attempts.size());
  }

  @Test
  void theSameAttributeGoesToTheSameEndpointAlsoWhenAnotherIsEjected() {
    policy = balanced(Algorithm.CONSISTENT_HASH, Locality.NONE);
    see(directory(10));
    var before = new HashMap<String, String>();
    for (int i = 0; i < 100; i++) {
      before.put("c" + i, goesTo("c" + i));
    }
    failing.put("node-3", new Unknown("broken"));
    for (int i = 0; i < 600; i++) {
      goesTo("c" + i);
      time.advance(Duration.ofMillis(1));
    }
    assertTrue(transitions.contains("node-3 CLOSED OPEN"), "" + transitions);
    for (int i = 0; i < 100; i++) {
      var now = goesTo("c" + i);
      var was = before.get("c" + i);
      assertTrue(now.equals(was) || "node-3".equals(was), was + " became " + now);
    }
  }

  @Test
  void aRetryGoesElsewhereWhateverTheAlgorithm() {
    for (var algorithm : Algorithm.values()) {
      policy = balanced(algorithm, Locality.NONE);
      for (int i = 0; i < 50; i++) {
        var request =
            request(
                Kind.QUERY,
                Duration.ofSeconds(1),
                Map.of("client", "c" + i),
                null,
                Cancellation.NEVER);
        attempts.clear();
        balancer.take(request);
        balancer.take(request);
        balancer.take(request);
        assertEquals(3, attempts.size(), algorithm + ": " + attempts);
        balancer.take(request); // All were tried: anyone may have another try.
      }
    }
  }

  @Test
  void aChangedWeightCountsFromTheNextPictureOn() {
    calls(50);
    see(
        new Directory(
            ++version,
            List.of(),
            Map.of("users", List.of(of(0, "1", 8), of(1, "1", 1), of(2, "1", 1)))));
    attempts.clear();
    calls(500);
    assertEquals(400, attempts("node-0"), 60);
  }

  @Test
  void itTellsOfEveryCandidateAndWhyItIsPassedOver() {
    policy = balanced(Algorithm.PEAK_EWMA, Locality.ZONE);
    see(sixEndpointsInThreeZones());
    eject("node-1");
    var request = query(null).forVersion("1");
    var told = new HashMap<String, Candidates.Skipped>();
    balancer.candidates(request, (endpoint, cost, why) -> told.put(endpoint.node(), why));

    assertEquals(6, told.size());
    assertEquals(Candidates.Skipped.NOT, told.get("node-0"));
    assertEquals(Candidates.Skipped.EJECTED, told.get("node-1"));
    assertEquals(Candidates.Skipped.FAR, told.get("node-2"));
    assertEquals(Candidates.Skipped.VERSION, told.get("node-5"));
  }

  @Test
  void anEndpointThatIsGoneIsForgottenWithItsIllness() {
    failing.put("node-0", new Unknown("broken"));
    calls(2_000, Duration.ofMillis(20));
    assertTrue(transitions.contains("node-0 CLOSED OPEN"));
    see(
        new Directory(
            ++version, List.of(), Map.of("users", List.of(of(1, "1", 1), of(2, "1", 1)))));
    calls(10);
    failing.clear();
    see(directory(3));
    attempts.clear();
    calls(1);
    assertEquals(Map.of("node-0", 1), attempts);
  }

  private Balancer balancer(Place place) {
    Transport transport = this::send;
    Fleet.Stacks stacks =
        (endpoint, newcomer, fleet) ->
            new EndpointStack(
                endpoint,
                newcomer,
                fleet.tally(endpoint.version()),
                new Breaker(endpoint, fleet.ejections(), this::changed, time.nanos()),
                transport,
                Observation.of(Telemetry.NONE),
                time);
    return new Balancer(time, time.time().rng(), place, () -> directory, stacks);
  }

  private void changed(
      Endpoint endpoint, CircuitBreakerState from, CircuitBreakerState to, String why) {
    transitions.add(endpoint.node() + " " + from + " " + to);
  }

  /** Lets the answer take its time, and the deadline end it. */
  private Future<Reply> send(Endpoint endpoint, Request request) {
    var node = endpoint.node();
    attempts.merge(node, 1, Integer::sum);
    onAttempt.accept(node, request);
    if (silent.contains(node)) {
      Promise<Reply> promise = Promise.promise();
      promises.add(promise);
      return promise.future();
    }
    var failure = failing.get(node);
    if (failure != null) {
      return Future.failedFuture(failure);
    }
    var takes = latency.getOrDefault(node, answersIn);
    if (takes.compareTo(request.deadline().remaining()) > 0) {
      time.advance(request.deadline().remaining());
      return Future.failedFuture(new Unknown("no answer in time"));
    }
    time.advance(takes);
    return Future.succeededFuture(OK);
  }

  private void see(Directory other) {
    directory = other;
  }

  private void calls(int number) {
    calls(number, Duration.ZERO);
  }

  private void calls(int number, Duration apart) {
    for (int i = 0; i < number; i++) {
      call(Kind.QUERY, Duration.ofSeconds(2));
      time.advance(apart);
    }
  }

  private void call(Kind kind, Duration timeout) {
    balancer.take(request(kind, timeout, Map.of(), null, Cancellation.NEVER));
  }

  private String goesTo(String client) {
    var before = new HashMap<>(attempts);
    balancer.take(
        request(
            Kind.QUERY, Duration.ofSeconds(1), Map.of("client", client), null, Cancellation.NEVER));
    return attempts.keySet().stream()
        .filter(node -> !attempts.get(node).equals(before.get(node)))
        .findFirst()
        .orElseThrow();
  }

  private int attempts(String node) {
    return attempts.getOrDefault(node, 0);
  }

  /** Ejects an endpoint by calls for its node alone. */
  private void eject(String node) {
    failing.put(node, new Unknown("broken"));
    for (int i = 0; i < MeshLimits.BREAKER_CONSECUTIVE_FAILURES; i++) {
      balancer.take(query(node));
      time.advance(Duration.ofMillis(1));
    }
    assertEquals(node + " CLOSED OPEN", transitions.get(transitions.size() - 1));
  }

  private Request query(String node) {
    return request(Kind.QUERY, Duration.ofSeconds(1), Map.of(), node, Cancellation.NEVER);
  }

  private Request request(
      Kind kind,
      Duration timeout,
      Map<String, String> attributes,
      String node,
      Cancellation cancellation) {
    return new Request(
        OPERATION,
        kind,
        OK.payload(),
        Deadline.after(time, timeout),
        "",
        new Origin(
            TraceContext.NONE, "test", Priority.NORMAL, attributes, new RetryCredit(), false),
        node,
        cancellation,
        policy);
  }

  private static Policy balanced(Algorithm algorithm, Locality locality) {
    var b = BalancePolicy.DEFAULT;
    var p = Policy.DEFAULT;
    return new Policy(
        p.timeout(),
        p.attemptTimeout(),
        p.retries(),
        p.hedge(),
        new BalancePolicy(
            algorithm, "client", b.loadBound(), locality, b.spillOver(), b.slowStart()),
        p.breaker(),
        p.admission(),
        p.traffic());
  }

  private static Policy withoutBreakers() {
    var b = Policy.DEFAULT.breaker();
    var p = Policy.DEFAULT;
    return new Policy(
        p.timeout(),
        p.attemptTimeout(),
        p.retries(),
        p.hedge(),
        p.balance(),
        new BreakerPolicy(
            Integer.MAX_VALUE,
            b.errorRate(),
            b.slowCall(),
            b.slowRate(),
            Integer.MAX_VALUE,
            b.window(),
            b.ejection(),
            b.ejectionMax(),
            b.ejectedShareMax()),
        p.admission(),
        p.traffic());
  }

  private Directory directory(int size) {
    var endpoints = new ArrayList<Endpoint>();
    for (int i = 0; i < size; i++) {
      endpoints.add(of(i, "1", 1));
    }
    return new Directory(++version, List.of(), Map.of("users", endpoints));
  }

  private Directory directory(Endpoint... endpoints) {
    return new Directory(++version, List.of(), Map.of("users", List.of(endpoints)));
  }

  private static Endpoint at(String site, Endpoint like) {
    return new Endpoint(
        like.id(),
        like.node(),
        like.incarnation(),
        like.instance(),
        like.service(),
        site,
        like.zone(),
        like.lane(),
        like.version(),
        like.weight(),
        like.operations());
  }

  private Directory sixEndpointsInThreeZones() {
    var endpoints = new ArrayList<Endpoint>();
    for (int i = 0; i < 6; i++) {
      endpoints.add(of(i, i == 5 ? "2" : "1", 1));
    }
    return new Directory(++version, List.of(), Map.of("users", endpoints));
  }

  private static Endpoint of(int number, String version, int weight) {
    var node = "node-" + number;
    return new Endpoint(
        node + "/1/users-1",
        node,
        "1",
        "users-1",
        "users",
        "site",
        "zone-" + number / 2,
        0,
        version,
        weight,
        List.of(OPERATION));
  }
}
