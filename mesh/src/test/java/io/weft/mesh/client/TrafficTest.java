package io.weft.mesh.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
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
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.mesh.policy.TrafficPolicy.Abort;
import io.weft.mesh.policy.TrafficPolicy.Fault;
import io.weft.mesh.policy.TrafficPolicy.Mirror;
import io.weft.mesh.policy.TrafficPolicy.Route;
import io.weft.mesh.policy.TrafficPolicy.Split;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final Reply DONE = Reply.of(Buffer.buffer("{}"));
  private static final int MANY = 20_000;

  private final VirtualTime time = new VirtualTime(7);
  private final List<Request> sent = new ArrayList<>();
  private final List<Promise<Reply>> answers = new ArrayList<>();
  private Directory directory = directory(1, "1.0.0", "1.1.0");
  private boolean answerAtOnce = true;
  private final Traffic traffic =
      new Traffic(
          time.time(),
          () -> directory,
          request -> {
            sent.add(request);
            Promise<Reply> answer = Promise.promise();
            answers.add(answer);
            if (answerAtOnce) {
              answer.complete(DONE);
            }
            return answer.future();
          });

  @Property(seed = "4", tries = 40)
  void aSplitGivesEachVersionItsShare(@ForAll @IntRange(min = 0, max = 100) int percent) {
    var policy = routes(split(null, percent));
    for (int i = 0; i < MANY; i++) {
      traffic.take(request(policy, Map.of()));
    }
    double canary = sent.stream().filter(r -> "1.1.0".equals(r.version())).count();
    // Five standard deviations of a binomial distribution.
    double tolerance = 5 * Math.sqrt(MANY * (percent / 100.0) * (1 - percent / 100.0));
    assertEquals(MANY * percent / 100.0, canary, tolerance + 1e-9);
    sent.clear();
    answers.clear();
  }

  @Test
  void equalValuesOfTheAttributeMeetTheSameVersion() {
    var policy = routes(split("tenant", 50));
    var seen = new HashMap<String, String>();
    for (int i = 0; i < 2_000; i++) {
      var tenant = "tenant-" + i % 100;
      traffic.take(request(policy, Map.of("tenant", tenant)));
      var version = sent.get(i).version();
      assertEquals(version, seen.computeIfAbsent(tenant, t -> version), tenant);
    }
    var canaries = seen.values().stream().filter("1.1.0"::equals).count();
    assertTrue(canaries > 30 && canaries < 70, canaries + " of 100");
  }

  @Test
  void whoHasTheCanaryKeepsItWhileItsShareGrows() {
    for (int i = 0; i < 500; i++) {
      var tenant = Map.of("tenant", "tenant-" + i);
      traffic.take(request(routes(split("tenant", 10)), tenant));
      traffic.take(request(routes(split("tenant", 30)), tenant));
      if ("1.1.0".equals(sent.get(2 * i).version())) {
        assertEquals("1.1.0", sent.get(2 * i + 1).version());
      }
    }
  }

  @Test
  void theFirstRouteThatFitsDecides() {
    var policy =
        routes(
            new Route(Map.of("tenant", "acme"), List.of(new Split("1.1.0", 100)), null),
            new Route(Map.of(), List.of(new Split("1.0.0", 100)), null));
    traffic.take(request(policy, Map.of("tenant", "acme")));
    traffic.take(request(policy, Map.of("tenant", "other")));
    traffic.take(request(policy, Map.of()));
    assertEquals(List.of("1.1.0", "1.0.0", "1.0.0"), sent.stream().map(Request::version).toList());
  }

  @Test
  void aCallThatNoRouteFitsGoesToAnyVersion() {
    var policy =
        routes(new Route(Map.of("tenant", "acme"), List.of(new Split("1.1.0", 100)), null));
    traffic.take(request(policy, Map.of("tenant", "other")));
    assertNull(sent.get(0).version());
  }

  @Test
  void theShareOfAVersionThatIsGoneGoesToTheOthers() {
    var policy = routes(split(null, 50));
    directory = directory(2, "1.0.0");
    for (int i = 0; i < 100; i++) {
      traffic.take(request(policy, Map.of()));
    }
    assertTrue(sent.stream().allMatch(r -> "1.0.0".equals(r.version())));
    directory = directory(3, "1.0.0", "1.1.0");
    for (int i = 0; i < 100; i++) {
      traffic.take(request(policy, Map.of()));
    }
    assertTrue(sent.stream().anyMatch(r -> "1.1.0".equals(r.version())));
  }

  @Test
  void aVersionWithoutAShareGetsNothingEvenWhenItIsTheOnlyOneLeft() {
    var policy = routes(split(null, 0));
    directory = directory(2, "1.1.0");
    traffic.take(request(policy, Map.of()));
    assertEquals("1.0.0", sent.get(0).version());
  }

  @Test
  void aCallForOneNodeIsNotRouted() {
    var policy = routes(split(null, 100));
    var request =
        new Request(
            "users.get",
            Kind.QUERY,
            Payload.of(Buffer.buffer("{}")),
            Deadline.after(time, Duration.ofSeconds(2)),
            "",
            Origin.of(TraceContext.NONE, "test"),
            "n1",
            Cancellation.NEVER,
            policy);
    traffic.take(request);
    assertSame(request, sent.get(0));
  }

  @Test
  void aMirroredQueryIsSentAfterTheQueryAndNeverAffectsIt() {
    answerAtOnce = false;
    var answered = traffic.take(request(mirror(100), Map.of("tenant", "acme")));
    assertEquals(2, sent.size());
    assertNull(sent.get(0).version());
    var copy = sent.get(1);
    assertEquals("1.1.0", copy.version());
    assertEquals(Priority.SHEDDABLE, copy.priority());
    assertEquals("acme", copy.origin().attributes().get("tenant"));
    assertEquals(0, copy.origin().credit().left());
    assertTrue(copy.deadline().remaining().compareTo(MeshLimits.MIRROR_TIMEOUT) <= 0);

    answers.get(1).fail(new Unknown("the mirror is broken"));
    assertFalse(answered.isComplete());
    answers.get(0).complete(DONE);
    assertSame(DONE, answered.result());
  }

  @Test
  void aCopyIsNotCopiedAgainOnItsWay() {
    traffic.take(request(mirror(100), Map.of()));
    var below = sent.get(1).origin();
    sent.clear();
    traffic.take(
        new Request(
            "users.get",
            Kind.QUERY,
            Payload.of(Buffer.buffer("{}")),
            Deadline.after(time, Duration.ofSeconds(2)),
            "",
            new Origin(
                below.trace(),
                "users",
                below.priority(),
                below.attributes(),
                new RetryCredit(0),
                false),
            null,
            Cancellation.NEVER,
            mirror(100)));
    assertEquals(1, sent.size());
  }

  @Test
  void commandsAreNotMirrored() {
    traffic.take(request(Kind.COMMAND, mirror(100), Map.of()));
    assertEquals(1, sent.size());
  }

  @Test
  void mirrorsInFlightAreBoundedAndTheirPlacesGivenBack() {
    answerAtOnce = false;
    for (int i = 0; i < MeshLimits.MIRRORS_IN_FLIGHT_MAX + 5; i++) {
      traffic.take(request(mirror(100), Map.of()));
    }
    assertEquals(2 * MeshLimits.MIRRORS_IN_FLIGHT_MAX + 5, sent.size());
    answers.get(1).fail(new NotSent("gone"));
    sent.clear();
    traffic.take(request(mirror(100), Map.of()));
    traffic.take(request(mirror(100), Map.of()));
    assertEquals(3, sent.size());
  }

  @Test
  void nothingIsMirroredToAVersionThatNobodyServes() {
    directory = directory(2, "1.0.0");
    traffic.take(request(mirror(100), Map.of()));
    assertEquals(1, sent.size());
  }

  @Test
  void aFaultDelaysTheCallsThatItMeets() {
    var policy = faults(new Fault(Map.of("tenant", "acme"), 100, Duration.ofMillis(400), null));
    var met = traffic.take(request(policy, Map.of("tenant", "acme")));
    var spared = traffic.take(request(policy, Map.of()));
    assertTrue(spared.succeeded());
    time.advance(Duration.ofMillis(399));
    assertFalse(met.isComplete());
    time.advance(Duration.ofMillis(1));
    assertTrue(met.succeeded());
  }

  @Test
  void aDelayPastTheDeadlineEndsWithTheDeadline() {
    var policy = faults(new Fault(Map.of(), 100, Duration.ofSeconds(60), null));
    var met = traffic.take(request(policy, Map.of()));
    time.advance(Duration.ofSeconds(2));
    assertInstanceOf(Expired.class, met.cause());
    assertEquals(List.of(), sent);
    assertEquals(0, time.pending());
  }

  @Test
  void aFaultAbortsAfterItsDelayAndNothingIsSent() {
    var policy = faults(new Fault(Map.of(), 100, Duration.ofMillis(100), Abort.UNKNOWN));
    var met = traffic.take(request(policy, Map.of()));
    assertFalse(met.isComplete());
    time.advance(Duration.ofMillis(100));
    assertInstanceOf(Unknown.class, met.cause());
    assertEquals(List.of(), sent);
  }

  @Test
  void eachKindOfAbortIsItsFailure() {
    var failures = new ArrayList<Class<? extends Throwable>>();
    for (var abort : Abort.values()) {
      var policy = faults(new Fault(Map.of(), 100, Duration.ZERO, abort));
      failures.add(traffic.take(request(policy, Map.of())).cause().getClass());
    }
    assertEquals(
        List.<Class<? extends MeshFailure>>of(NotSent.class, Rejected.class, Unknown.class),
        failures);
  }

  @Test
  void aFaultMeetsItsShareOfTheCalls() {
    var policy = faults(new Fault(Map.of(), 2.5, Duration.ZERO, Abort.NOT_SENT));
    int met = 0;
    for (int i = 0; i < MANY; i++) {
      met += traffic.take(request(policy, Map.of())).failed() ? 1 : 0;
    }
    assertEquals(MANY * 0.025, met, 5 * Math.sqrt(MANY * 0.025 * 0.975));
  }

  @Test
  void delayedCallsAreBounded() {
    var policy = faults(new Fault(Map.of(), 100, Duration.ofSeconds(1), null));
    for (int i = 0; i < MeshLimits.DELAYED_CALLS_MAX; i++) {
      traffic.take(request(policy, Map.of()));
    }
    assertEquals(List.of(), sent);
    assertTrue(traffic.take(request(policy, Map.of())).succeeded());
    time.advance(Duration.ofSeconds(1));
    assertEquals(MeshLimits.DELAYED_CALLS_MAX + 1, sent.size());
    assertFalse(traffic.take(request(policy, Map.of())).isComplete());
  }

  @Test
  void withoutATrafficPolicyTheRequestGoesOnAsItIs() {
    var request = request(Policy.DEFAULT, Map.of());
    Future<Reply> answered = traffic.take(request);
    assertSame(request, sent.get(0));
    assertSame(answers.get(0).future(), answered);
  }

  private static Route split(String by, int canary) {
    return new Route(
        Map.of(), List.of(new Split("1.0.0", 100 - canary), new Split("1.1.0", canary)), by);
  }

  private static Policy routes(Route... routes) {
    return with(new TrafficPolicy(List.of(routes), null, List.of()));
  }

  private static Policy mirror(double percent) {
    return with(new TrafficPolicy(List.of(), new Mirror("1.1.0", percent), List.of()));
  }

  @Test
  void aCallForASiteGoesByTheVersionsThatAreThere() {
    directory =
        new Directory(2, List.of(), Map.of("users", List.of(at("site", "1.1.0"), at("hub", "7"))));
    var policy = routes(split(null, 50));
    traffic.take(request(policy, Map.of()).forSite("site"));
    assertEquals("1.1.0", sent.get(0).version(), "the share of what is not there goes to what is");
    traffic.take(request(policy, Map.of()).forSite("hub"));
    assertNull(sent.get(1).version());
    assertEquals("hub", sent.get(1).site());
  }

  private static Endpoint at(String site, String version) {
    return new Endpoint(
        "n1/1/" + site,
        "n1",
        "1",
        site,
        "users",
        site,
        "zone",
        0,
        version,
        1,
        List.of("users.get"));
  }

  private static Policy faults(Fault... faults) {
    return with(new TrafficPolicy(List.of(), null, List.of(faults)));
  }

  private static Policy with(TrafficPolicy traffic) {
    var d = Policy.DEFAULT;
    return new Policy(
        d.timeout(),
        d.attemptTimeout(),
        d.retries(),
        d.hedge(),
        d.balance(),
        d.breaker(),
        d.admission(),
        traffic);
  }

  private Request request(Policy policy, Map<String, String> attributes) {
    return request(Kind.QUERY, policy, attributes);
  }

  private Request request(Kind kind, Policy policy, Map<String, String> attributes) {
    return new Request(
        "users.get",
        kind,
        Payload.of(Buffer.buffer("{}")),
        Deadline.after(time, Duration.ofSeconds(2)),
        kind == Kind.COMMAND ? "key" : "",
        new Origin(
            TraceContext.NONE, "test", Priority.NORMAL, attributes, new RetryCredit(), false),
        null,
        Cancellation.NEVER,
        policy);
  }

  private static Directory directory(long version, String... versions) {
    var endpoints = new ArrayList<Endpoint>();
    for (var each : versions) {
      endpoints.add(
          new Endpoint(
              "n1/1/" + each,
              "n1",
              "1",
              each,
              "users",
              "site",
              "zone",
              0,
              each,
              1,
              List.of("users.get")));
    }
    return new Directory(version, List.of(), Map.of("users", endpoints));
  }
}
