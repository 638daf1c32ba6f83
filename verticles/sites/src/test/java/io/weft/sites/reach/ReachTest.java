package io.weft.sites.reach;

import static io.weft.sites.reach.TwoSites.SELF;
import static io.weft.sites.reach.TwoSites.await;
import static io.weft.sites.reach.TwoSites.eventually;
import static io.weft.sites.reach.TwoSites.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.Priority;
import io.weft.mesh.TraceContext;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls from one site to another: who serves them, in whose name, and what a cut does. */
@Timeout(90)
class ReachTest {
  record Word(String text) {}

  record Escrow(String site, int amount) {}

  static final Operation<Word, Word> SAY = Operation.query("words.say", Word.class, Word.class);
  static final Operation<Word, Word> KEEP = Operation.command("words.keep", Word.class, Word.class);
  static final Operation<Word, Word> BURN = Operation.command("words.burn", Word.class, Word.class);
  static final Operation<Escrow, Escrow> GRANT =
      Operation.command("users.grant-escrow", Escrow.class, Escrow.class);
  static final Word HELLO = new Word("hello");
  static final CallOptions AT_HUB = CallOptions.DEFAULT.withSite("hub");

  private final List<Call> served = new CopyOnWriteArrayList<>();
  private TwoSites sites;

  @AfterEach
  void close() throws Exception {
    if (sites != null) {
      sites.close();
    }
  }

  private static JsonObject exports(String... operations) {
    return new JsonObject().put("*", new JsonArray(List.of(operations)));
  }

  private void sites(Set<String> ofHub, Set<String> ofEdge) {
    sites = new TwoSites(exports("words.say", "words.keep", "users.*"), ofHub, ofEdge);
  }

  private Future<Word> answer(String text) {
    served.add(Call.current().orElseThrow());
    return Future.succeededFuture(new Word(text));
  }

  @Test
  void aCallReachesTheHubAndItsAnswerComesBackWithAllThatTravels() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer(word.text() + " from the hub"));
    sites.hub.serve(
        KEEP,
        word -> {
          Call.current().orElseThrow().markReplayed();
          return answer("kept");
        });
    eventually(() -> sites.edge.serves("words.keep", "hub"));
    var customer = Role.CUSTOMER.principal("u-1");
    var trace = TraceContext.begin(sites.edge.host.time().rng());

    assertEquals("hello from the hub", await(sites.edge.mesh.call(SAY, HELLO)).text());
    var reply =
        await(
            sites.edge.mesh.exchange(
                KEEP.name(),
                Operation.Kind.COMMAND,
                new JsonObject().put("text", "a").toBuffer(),
                CallOptions.DEFAULT
                    .withKey("key-1")
                    .withPrincipal(customer)
                    .withTrace(trace)
                    .withPriority(Priority.SHEDDABLE)
                    .withAttributes(Map.of("tenant", "t"))
                    .withTimeout(Duration.ofSeconds(2))));

    assertTrue(reply.replayed());
    var call = served.get(1);
    assertEquals("site:edge-1", call.caller());
    assertEquals("key-1", call.key());
    assertEquals(customer, call.principal());
    assertEquals(trace.traceId(), call.trace().traceId());
    assertEquals(Priority.SHEDDABLE, call.origin().priority());
    assertEquals(Map.of("tenant", "t"), call.origin().attributes());
    assertTrue(call.deadline().remaining().compareTo(Duration.ofSeconds(2)) < 0);
  }

  @Test
  void aHubReachesItsEdgeWhereItWantsTo() throws Exception {
    sites(Set.of(), Set.of("words"));
    sites.edge.serve(SAY, word -> answer("from the edge"));
    eventually(() -> sites.hub.serves("words.say", "edge-1"));

    assertEquals("from the edge", await(sites.hub.mesh.call(SAY, HELLO)).text());
    assertEquals("site:cloud", served.get(0).caller());
  }

  @Test
  void whoIsHereServesFirstAndTheHubWhenNobodyHereDoes() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer("there"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    var here = sites.edge.serve(SAY, word -> answer("here"));

    for (int i = 0; i < 50; i++) {
      assertEquals("here", await(sites.edge.mesh.call(SAY, HELLO)).text());
    }
    assertEquals("there", await(sites.edge.mesh.call(SAY, HELLO, AT_HUB)).text());
    await(sites.edge.vertx.undeploy(here));
    assertEquals("there", await(sites.edge.mesh.call(SAY, HELLO)).text());
  }

  @Test
  void whatIsServedThereLaterAnswersHereAndWhatIsGoneThereDoesNot() throws Exception {
    sites(Set.of("words"), Set.of());
    var first = sites.hub.serve(SAY, word -> answer("there"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    sites.hub.serve(KEEP, word -> answer("kept"));
    eventually(() -> sites.edge.serves("words.keep", "hub"));
    assertEquals("kept", await(sites.edge.mesh.call(KEEP, HELLO)).text());

    await(sites.hub.vertx.undeploy(first));
    eventually(() -> !sites.edge.serves("words.say", "hub"));
    assertEquals("kept", await(sites.edge.mesh.call(KEEP, HELLO)).text());
  }

  @Test
  void whatIsNotExportedIsNotOfferedAndOthersServicesAreNotImported() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer("there"));
    sites.hub.serve(BURN, word -> answer("burnt"));
    sites.hub.serve(GRANT, Future::succeededFuture);
    eventually(() -> sites.edge.serves("words.say", "hub"));

    assertFalse(sites.edge.serves("words.burn", "hub"));
    assertFalse(sites.edge.serves("users.grant-escrow", "hub"));
    failure(NotSent.class, sites.edge.mesh.call(BURN, HELLO));
  }

  @Test
  void anOperatorThereIsNoneHere() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer("there"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    var operator = CallOptions.DEFAULT.withPrincipal(Role.OPERATOR.principal("o-1"));
    await(sites.edge.mesh.call(SAY, HELLO, operator));

    var said = served.get(0).principal();
    assertEquals("o-1", said.subject());
    assertFalse(said.operator());
    assertFalse(said.has(Principal.OPERATE));
    assertEquals(Set.of(), said.roles());
    assertTrue(said.has("orders:read"));
  }

  @Test
  void aSiteAsksForWhatIsItsOwnAlone() throws Exception {
    sites(Set.of("users"), Set.of());
    sites.hub.serve(GRANT, Future::succeededFuture);
    eventually(() -> sites.edge.serves("users.grant-escrow", "hub"));

    var own = new Escrow("edge-1", 5);
    assertEquals(own, await(sites.edge.mesh.call(GRANT, own)));
    for (var site : new String[] {"edge-2", "", null}) {
      var foreign = sites.edge.mesh.call(GRANT, new Escrow(site, 5));
      assertEquals("site.foreign", failure(Application.class, foreign).code());
    }
  }

  @Test
  void aServiceThatBothImportIsServedWhereItIsAndNothingGoesRound() throws Exception {
    sites(Set.of("words"), Set.of("words"));
    var here = sites.edge.serve(SAY, word -> answer("at the edge"));
    eventually(() -> sites.hub.serves("words.say", "edge-1"));
    assertEquals("at the edge", await(sites.hub.mesh.call(SAY, HELLO)).text());
    assertFalse(sites.edge.serves("words.say", "hub"));

    sites.hub.serve(SAY, word -> answer("at the hub"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    await(sites.edge.vertx.undeploy(here));
    assertEquals("at the hub", await(sites.edge.mesh.call(SAY, HELLO)).text());
    assertTrue(served.size() == 2, "runs: " + served.size());
  }

  @Test
  void aDeadlineHoldsAcrossTheLinkAndTheOtherSideIsTold() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(
        KEEP,
        word -> {
          served.add(Call.current().orElseThrow());
          return Promise.<Word>promise().future();
        });
    eventually(() -> sites.edge.serves("words.keep", "hub"));
    long before = System.nanoTime();
    var short300 = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(300)).withKey("");

    failure(Unknown.class, sites.edge.mesh.call(KEEP, HELLO, short300));

    var took = Duration.ofNanos(System.nanoTime() - before);
    assertTrue(took.compareTo(Duration.ofMillis(290)) > 0, "took " + took);
    assertTrue(served.get(0).deadline().remaining().compareTo(Duration.ofMillis(300)) < 0);
    eventually(() -> served.get(0).cancellation().cancelled());
  }

  @Test
  void whileTheLinkIsCutCallsAreNotSentAndAfterwardsItAnswersAgain() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer("there"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    sites.cut();

    long before = System.nanoTime();
    failure(
        NotSent.class, sites.edge.mesh.call(SAY, HELLO, AT_HUB.withTimeout(Duration.ofSeconds(1))));
    var took = Duration.ofNanos(System.nanoTime() - before);
    assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, "took " + took);
    eventually(() -> !sites.edge.serves("words.say", "hub"));
    failure(NotSent.class, sites.edge.mesh.call(SAY, HELLO));

    sites.heal();
    eventually(() -> sites.edge.serves("words.say", "hub"));
    assertEquals("there", await(sites.edge.mesh.call(SAY, HELLO)).text());
  }

  @Test
  void aCutTooShortToMatterTakesNothingBackAndNoCallRunsTwice() throws Exception {
    sites(Set.of("words"), Set.of());
    var runs = new AtomicInteger();
    Promise<Word> later = Promise.promise();
    sites.hub.serve(
        KEEP,
        word -> {
          runs.incrementAndGet();
          return later.future();
        });
    eventually(() -> sites.edge.serves("words.keep", "hub"));
    var endpoint = sites.edge.mesh.directory().serving("words.keep").get(0).id();
    var kept =
        sites.edge.mesh.call(KEEP, HELLO, AT_HUB.withTimeout(Duration.ofSeconds(20)).withKey("k"));
    eventually(() -> runs.get() == 1);
    sites.blink();
    eventually(() -> sites.edge.part.session.connected());
    later.complete(new Word("kept"));

    assertEquals("kept", await(kept).text());
    assertEquals(1, runs.get());
    assertEquals(endpoint, sites.edge.mesh.directory().serving("words.keep").get(0).id());
  }

  @Test
  void whenTheSessionEndsNobodyStandsForTheOtherSiteAnyMore() throws Exception {
    sites(Set.of("words"), Set.of());
    sites.hub.serve(SAY, word -> answer("there"));
    eventually(() -> sites.edge.serves("words.say", "hub"));
    await(sites.edge.onLoop(() -> sites.edge.part.imports.close()));
    assertFalse(sites.edge.serves("words.say", "hub"));
    assertEquals(SELF, sites.edge.mesh.directory().nodes().get(0).site());
  }
}
