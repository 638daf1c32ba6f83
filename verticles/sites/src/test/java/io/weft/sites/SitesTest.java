package io.weft.sites;

import static io.weft.sites.Await.await;
import static io.weft.sites.Await.eventually;
import static io.weft.sites.Await.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.weft.ledger.DataService;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.link.SiteKey;
import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.InviteSite;
import io.weft.sites.api.JoinHub;
import io.weft.sites.api.ListSites;
import io.weft.sites.api.RenewKey;
import io.weft.sites.api.SiteId;
import io.weft.sites.api.SiteInvitation;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.SiteLink.State;
import io.weft.sites.api.SiteList.Role;
import io.weft.sites.api.Sites;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two sites that are linked, over real sockets and databases. */
@Timeout(90)
class SitesTest {
  private static final EdgeReport NOT_KNOWN = new EdgeReport(null, null, null, null);
  private static final Duration REVOKED_WITHIN = Duration.ofSeconds(2);

  private final String cloud = TestPostgres.freshDatabase();
  private final String plant = TestPostgres.freshDatabase();
  private final List<SiteNode> nodes = new ArrayList<>();

  /** Kept: Vert.x closes a client that is garbage, with its connections. */
  private final List<NetClient> clients = new ArrayList<>();

  private SiteNode hub;
  private SiteNode edge;

  @BeforeEach
  void start() throws Exception {
    hub = node("cloud", "c1", cloud, null);
    edge = node("plant", "p1", plant, hub.port());
  }

  @AfterEach
  void stop() throws Exception {
    for (var node : nodes) {
      node.close();
    }
  }

  private SiteNode node(String site, String name, String uri, Integer port) throws Exception {
    var node = new SiteNode(site, name, uri, port);
    nodes.add(node);
    return node;
  }

  private SiteInvitation invite() throws Exception {
    return await(hub.ask(Sites.INVITE, new InviteSite("plant")));
  }

  private void join() throws Exception {
    await(edge.ask(Sites.JOIN, new JoinHub(invite().code())));
    eventually(() -> hub.state("plant") == State.SERVING);
    eventually(() -> edge.state("cloud") == State.SERVING);
  }

  private static <Q> Application refusal(SiteNode at, Operation<Q, ?> operation, Q request) {
    return assertInstanceOf(Application.class, failure(at.ask(operation, request)));
  }

  @Test
  void aSiteThatJoinsIsLinkedAndEachSideKnowsHowTheOtherIs() throws Exception {
    assertEquals(Role.ALONE, await(hub.ask(Sites.LIST, new ListSites())).role());
    var invitation = invite();
    assertEquals(State.INVITED, hub.state("plant"));
    assertFalse(invitation.toString().contains(invitation.code()));

    var joined = await(edge.ask(Sites.JOIN, new JoinHub(invitation.code())));
    assertEquals("plant", joined.site());
    eventually(() -> hub.state("plant") == State.SERVING);
    eventually(() -> edge.state("cloud") == State.SERVING);

    var list = await(hub.ask(Sites.LIST, new ListSites()));
    assertEquals(Role.HUB, list.role());
    var seen = list.sites().get(0);
    assertEquals("c1", seen.node());
    assertEquals(1, seen.nodes());
    assertEquals(List.of("sites"), seen.services());
    assertTrue(Math.abs(seen.clockOffMillis()) < 1_000, seen.toString());
    eventually(() -> Objects.requireNonNull(hub.link("plant")).bytesReceived() > 0);
    eventually(() -> Objects.requireNonNull(edge.link("cloud")).roundTripMicros() > 0);
    assertEquals(Role.EDGE, await(edge.ask(Sites.LIST, new ListSites())).role());
  }

  @Test
  void aServiceOfTheHubAnswersAtTheEdgeWhileTheLinkIsThere() throws Exception {
    var get = Operation.query("users.get", String.class, String.class);
    var secret = Operation.query("users.escrow", String.class, String.class);
    Deployable users =
        context ->
            hub.mesh
                .serve(get, id -> Future.succeededFuture("user " + id))
                .compose(served -> hub.mesh.serve(secret, id -> Future.succeededFuture("all")));
    await(hub.vertx.deployVerticle(users));
    join();
    var atHub = CallOptions.DEFAULT.withSite(DataService.HUB);
    eventually(() -> failure(edge.mesh.call(get, "7", atHub)) == null);
    assertEquals("user 7", await(edge.mesh.call(get, "7", atHub)));
    assertInstanceOf(MeshFailure.NotSent.class, failure(edge.mesh.call(secret, "7", atHub)));
    eventually(() -> Objects.requireNonNull(edge.link("cloud")).services().contains("users"));
    assertEquals(List.of("sites", "users"), Objects.requireNonNull(edge.link("cloud")).services());

    await(hub.ask(Sites.REVOKE, new SiteId("plant")));
    eventually(() -> failure(edge.mesh.call(get, "7", atHub)) instanceof MeshFailure.NotSent);
    eventually(() -> edge.mesh.directory().serving("users.get").isEmpty());
  }

  @Test
  void anEdgeTellsItsHubWhatWaitsInItsJournalAndHowOldItsReplicaIs() throws Exception {
    var journal = Operation.query("orders.journal", Object.class, Map.class);
    var replica = Operation.query("users.replica", Object.class, Map.class);
    var standing = Map.of("waiting", 312, "disputed", 1, "oldestSeconds", 410, "linked", false);
    var callers = ConcurrentHashMap.<String>newKeySet();
    Deployable orders =
        context ->
            edge.mesh.serve(
                journal,
                asked -> {
                  callers.add(Call.current().orElseThrow().caller());
                  return Future.succeededFuture(standing);
                });
    join();
    assertEquals(NOT_KNOWN, await(edge.ask(Sites.LIST, new ListSites())).edge());
    assertEquals(null, await(hub.ask(Sites.LIST, new ListSites())).edge());
    await(edge.vertx.deployVerticle(orders));
    eventually(() -> new EdgeReport(312L, 1L, 410L, null).equals(linked().edge()));
    Deployable users =
        context ->
            edge.mesh.serve(replica, asked -> Future.succeededFuture(Map.of("ageSeconds", 3)));
    await(edge.vertx.deployVerticle(users));
    var told = new EdgeReport(312L, 1L, 410L, 3L);
    eventually(() -> told.equals(linked().edge()));
    assertEquals(Set.of("sites"), callers, "whom policies have to let ask");
    assertEquals(told, await(edge.ask(Sites.LIST, new ListSites())).edge());
    assertEquals(null, Objects.requireNonNull(edge.link("cloud")).edge(), "a hub has no journal");
  }

  private SiteLink linked() throws Exception {
    return Objects.requireNonNull(hub.link("plant"));
  }

  /** What stands for the hub's orders at the edge says nothing of the edge's own. */
  @Test
  void aJournalOfAnotherSiteIsNotTakenForTheOwn() throws Exception {
    var journal = Operation.query("orders.journal", Object.class, Map.class);
    var site = new DeploymentOptions().setConfig(new JsonObject().put(BusMesh.SITE, "hub"));
    var standing = Map.of("waiting", 9, "disputed", 9, "oldestSeconds", 9);
    Deployable far = context -> edge.mesh.serve(journal, asked -> Future.succeededFuture(standing));
    await(edge.vertx.deployVerticle(far, site));
    join();
    assertEquals(NOT_KNOWN, await(edge.ask(Sites.LIST, new ListSites())).edge());
  }

  @Test
  void aServiceOfAnEdgeAnswersAtTheHubUnderItsSitesName() throws Exception {
    var count = Operation.query("machines.count", String.class, String.class);
    Deployable machines =
        context -> edge.mesh.serve(count, of -> Future.succeededFuture("7 of " + of));
    await(edge.vertx.deployVerticle(machines));
    join();
    var atPlant = CallOptions.DEFAULT.withSite("plant");
    eventually(() -> failure(hub.mesh.call(count, "plant", atPlant)) == null);
    assertEquals("7 of plant", await(hub.mesh.call(count, "plant", atPlant)));
    var elsewhere = CallOptions.DEFAULT.withSite("mill");
    assertInstanceOf(MeshFailure.NotSent.class, failure(hub.mesh.call(count, "plant", elsewhere)));
  }

  @Test
  void anEdgeJoinsAndLinksThroughTheProxyThatItsSettingNames() throws Exception {
    var passed = new AtomicInteger();
    var open = new AtomicBoolean();
    var proxy =
        await(
            hub.vertx
                .createHttpServer()
                .requestHandler(
                    request -> {
                      if (open.get()) {
                        passed.incrementAndGet();
                        tunnel(request);
                      } else {
                        request.response().setStatusCode(403).end();
                      }
                    })
                .listen(0, "127.0.0.1"));
    var behind =
        new SiteNode(
            "plant",
            "b1",
            TestPostgres.freshDatabase(),
            hub.port(),
            new PolicyBoard(),
            new JsonObject().put("proxy", "127.0.0.1:" + proxy.actualPort()));
    nodes.add(behind);
    var code = invite().code();
    var refused = refusal(behind, Sites.JOIN, new JoinHub(code));
    assertEquals("site.join_refused", refused.code());
    for (var part : List.of("by the proxy 127.0.0.1:" + proxy.actualPort(), "403")) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
    open.set(true);
    await(behind.ask(Sites.JOIN, new JoinHub(code)));
    eventually(() -> hub.state("plant") == State.SERVING);
    assertTrue(passed.get() > 1, "the join, and then the link: " + passed);
  }

  private void tunnel(HttpServerRequest request) {
    var client = hub.vertx.createNetClient();
    clients.add(client);
    client
        .connect(hub.port(), "127.0.0.1")
        .compose(
            far ->
                request
                    .toNetSocket()
                    .onSuccess(
                        near -> {
                          near.handler(far::write).closeHandler(gone -> far.close());
                          far.handler(near::write).closeHandler(gone -> near.close());
                        }))
        .onFailure(e -> request.response().setStatusCode(502).end());
  }

  @Test
  void aCodeWorksOnceAndAgainForTheSiteThatNeverHeardItsAnswer() throws Exception {
    var code = invite().code();
    await(edge.ask(Sites.JOIN, new JoinHub(code)));
    // The answer was lost, say: the same site asks again, with its own key.
    await(edge.ask(Sites.JOIN, new JoinHub(code)));
    eventually(() -> hub.state("plant") == State.SERVING);

    var thief = node("plant", "t1", TestPostgres.freshDatabase(), hub.port());
    var refused = refusal(thief, Sites.JOIN, new JoinHub(code));
    assertEquals("site.join_refused", refused.code());
    assertTrue(refused.getMessage().contains("USED"), refused.getMessage());
    assertEquals(State.SERVING, hub.state("plant"));
  }

  @Test
  void aCodeThatIsTooLateIsRefusedAndSaysSo() throws Exception {
    var code = invite().code();
    TestPostgres.execute(cloud, "update sites.invitations set expires = now()");
    var refused = refusal(edge, Sites.JOIN, new JoinHub(code));
    assertTrue(refused.getMessage().contains("EXPIRED"), refused.getMessage());
    assertEquals(null, edge.state("cloud"));
  }

  @Test
  void whatMakesNoSenseIsRefusedWithTheFieldAtFault() throws Exception {
    for (var name : List.of("hub", "cloud", "Plant", "", "-x", "a".repeat(64))) {
      var refused = refusal(hub, Sites.INVITE, new InviteSite(name));
      assertEquals("site.invalid", refused.code());
      assertEquals("/site", refused.pointer());
    }
    assertEquals("/minutes", refusal(hub, Sites.INVITE, new InviteSite("plant", 0)).pointer());
    assertEquals("/code", refusal(edge, Sites.JOIN, new JoinHub("nonsense")).pointer());
    assertEquals("site.has_hub", refusal(edge, Sites.INVITE, new InviteSite("x")).code());
    assertEquals("site.no_hub", refusal(hub, Sites.JOIN, new JoinHub(invite().code())).code());
    assertEquals("site.not_found", refusal(hub, Sites.REVOKE, new SiteId("nobody")).code());
    var other = await(hub.ask(Sites.INVITE, new InviteSite("other"))).code();
    var refused = refusal(edge, Sites.JOIN, new JoinHub(other));
    assertTrue(refused.getMessage().contains("node.site"), refused.getMessage());
  }

  @Test
  void aRevokedSiteIsCutOffWithinTwoSecondsWhicheverNodeIsAsked() throws Exception {
    join();
    var asked = node("cloud", "c2", cloud, null);
    long before = System.nanoTime();
    await(asked.ask(Sites.REVOKE, new SiteId("plant")));
    assertEquals(State.REVOKED, hub.state("plant"));
    eventually(() -> sessions(edge) == 0);
    long tookNanos = System.nanoTime() - before;
    assertTrue(tookNanos < REVOKED_WITHIN.toNanos(), tookNanos / 1_000_000 + " ms");
    eventually(() -> edge.state("cloud") == State.REVOKED);

    await(edge.ask(Sites.JOIN, new JoinHub(invite().code())));
    eventually(() -> hub.state("plant") == State.SERVING);
    eventually(() -> edge.state("cloud") == State.SERVING);
  }

  @Test
  void aLinkOutlivesTheCallByWhichItsSiteHasJoined() throws Exception {
    var soon = CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(3));
    await(edge.mesh.call(Sites.JOIN, new JoinHub(invite().code()), soon));
    // Its lease is renewed still when the call's deadline has long passed.
    eventually(
        () ->
            TestPostgres.query(
                    plant,
                    "select until - joined_at > interval '17 seconds' from sites.holder, sites.hub")
                .equals("t"));
    assertEquals("1", TestPostgres.query(plant, "select term from sites.holder"));
    assertEquals(1, sessions(edge));
  }

  private static int sessions(SiteNode node) {
    return node.sessions();
  }

  @Test
  void aSiteThatIsInvitedAgainIsKnownByItsNewKeyAndTheOldHostIsCutOff() throws Exception {
    join();
    var replaced = node("plant", "n1", TestPostgres.freshDatabase(), hub.port());
    await(replaced.ask(Sites.JOIN, new JoinHub(invite().code())));
    eventually(() -> replaced.state("cloud") == State.SERVING);
    eventually(() -> sessions(edge) == 0);
    eventually(() -> hub.state("plant") == State.SERVING);
    assertEquals(1, sessions(hub));
  }

  @Test
  void anEdgeThatLinksToAHubOfAnotherKeyIsNotTakenIn() throws Exception {
    join();
    TestPostgres.execute(
        plant, "update sites.hub set key = '" + SiteKey.create().shown().text() + "'");
    var again = node("plant", "p1", plant, hub.port());
    edge.leave();
    eventually(() -> again.state("cloud") != State.SERVING || sessions(again) > 0);
    assertEquals(0, sessions(again));
  }

  @Test
  void theOtherNodeOfAnEdgeTakesTheLinkWhenTheFirstLeaves() throws Exception {
    join();
    var second = node("plant", "p2", plant, hub.port());
    assertEquals(0, sessions(second));
    edge.leave();
    eventually(() -> sessions(second) == 1);
    eventually(() -> "p2".equals(Objects.requireNonNull(second.link("cloud")).node()));
    assertEquals(State.SERVING, hub.state("plant"));
  }

  @Test
  void aLinkThatComesToAnotherNodeOfTheHubEndsTheOneOfBefore() throws Exception {
    join();
    var other = node("cloud", "c2", cloud, null);
    // Of the same site, with a greater term, by another way.
    var second = node("plant", "p1", plant, other.port());
    eventually(() -> sessions(other) == 1);
    eventually(() -> sessions(hub) == 0);
    assertEquals(1, sessions(second));
  }

  @Test
  void anEdgeWhoseDatabaseWasRestoredRaisesItsTermAndIsLinkedAgain() throws Exception {
    join();
    TestPostgres.execute(cloud, "update sites.enrolments set term = 40");
    eventually(() -> TestPostgres.query(plant, "select term from sites.holder").equals("41"));
    eventually(() -> sessions(edge) == 1 && hub.state("plant") == State.SERVING);
  }

  @Test
  void aHubThatIsAwayLeavesTheSiteCutOffUntilItIsBack() throws Exception {
    join();
    hub.leave();
    eventually(() -> edge.state("cloud") == State.CUT_OFF);
    hub.come();
    eventually(() -> edge.state("cloud") == State.SERVING);
  }

  @ParameterizedTest
  @ValueSource(longs = {-24, 24})
  void aClockADayOffAtEitherSideStopsNoLinkAndIsShown(long hours) throws Exception {
    var off = Duration.ofHours(hours);
    var wrong = new SiteNode("late", "w1", TestPostgres.freshDatabase(), hub.port(), off);
    nodes.add(wrong);
    var code = await(hub.ask(Sites.INVITE, new InviteSite("late", 1))).code();
    await(wrong.ask(Sites.JOIN, new JoinHub(code)));
    eventually(() -> hub.state("late") == State.SERVING);
    eventually(() -> wrong.state("cloud") == State.SERVING);
    assertOff(off, Objects.requireNonNull(hub.link("late")).clockOffMillis());
    assertOff(off.negated(), Objects.requireNonNull(wrong.link("cloud")).clockOffMillis());
    await(wrong.ask(Sites.RENEW, new RenewKey()));
    eventually(() -> hub.state("late") == State.SERVING);
  }

  @ParameterizedTest
  @ValueSource(longs = {-24, 24})
  void aHubWhoseClockIsADayOffTakesItsOwnCodesAndNoOldOnes(long hours) throws Exception {
    var uri = TestPostgres.freshDatabase();
    var wrong = new SiteNode("cloud", "w1", uri, null, Duration.ofHours(hours));
    nodes.add(wrong);
    var site = node("plant", "p2", TestPostgres.freshDatabase(), wrong.port());
    var late = await(wrong.ask(Sites.INVITE, new InviteSite("plant", 1))).code();
    TestPostgres.execute(
        uri, "update sites.invitations set expires = expires - interval '61 seconds'");
    var refused = refusal(site, Sites.JOIN, new JoinHub(late));
    assertTrue(refused.getMessage().contains("EXPIRED"), refused.getMessage());

    var code = await(wrong.ask(Sites.INVITE, new InviteSite("plant", 1))).code();
    assertEquals(State.INVITED, wrong.state("plant"));
    await(site.ask(Sites.JOIN, new JoinHub(code)));
    eventually(() -> wrong.state("plant") == State.SERVING);
  }

  private static void assertOff(Duration expected, long millis) {
    long aside = Math.abs(expected.toMillis() - millis);
    assertTrue(aside < Duration.ofMinutes(1).toMillis(), millis + " ms");
  }

  @Test
  void aSiteThatNobodyInvitedIsRefusedAndNothingIsKeptOfIt() throws Exception {
    join();
    var stranger = node("stranger", "s1", TestPostgres.freshDatabase(), hub.port());
    await(stranger.ask(Sites.JOIN, new JoinHub(inviteOf("stranger"))));
    eventually(() -> hub.state("stranger") == State.SERVING);
    TestPostgres.execute(cloud, "delete from sites.enrolments where site = 'stranger'");
    eventually(() -> sessions(stranger) == 0);
    eventually(() -> stranger.state("cloud") == State.REVOKED);
    stranger.leave();
    stranger.come();
    eventually(() -> hub.state("plant") == State.SERVING);
    assertEquals(0, sessions(stranger));
    assertEquals(null, hub.state("stranger"));
  }

  private String inviteOf(String site) throws Exception {
    return await(hub.ask(Sites.INVITE, new InviteSite(site))).code();
  }
}
