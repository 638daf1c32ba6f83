package io.weft.sites;

import static io.weft.sites.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.ledger.Database;
import io.weft.ledger.Migrations;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.WallClock;
import io.weft.sites.LinkReport.Heartbeat;
import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.SiteLink.State;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the nodes of a site share, on a real PostgreSQL. */
class StoresTest {
  private static final SitePublicKey ONE = SiteKey.create().shown();
  private static final SitePublicKey OTHER = SiteKey.create().shown();
  private static final HubAddress AT = new HubAddress("hub.example", 443, true);
  private static final UUID CLAIM = new UUID(1, 1);
  private static final UUID OTHER_CLAIM = new UUID(2, 2);

  private static Vertx vertx;
  private static String uri;
  private static Database database;
  private static SiteStores stores;

  @BeforeAll
  static void open() throws Exception {
    vertx = Vertx.vertx();
    uri = TestPostgres.freshDatabase();
    await(Migrations.run(vertx, uri, "sites"));
    database = Database.open(vertx, Time.of(vertx), uri, "sites", 4);
    stores = SiteStores.of(database, vertx, WallClock.system());
  }

  @AfterAll
  static void close() throws Exception {
    await(database.close());
    await(vertx.close());
  }

  @BeforeEach
  void empty() {
    execute(
        "truncate sites.identity, sites.hub, sites.holder, sites.enrolments, sites.invitations,"
            + " sites.links, sites.followed");
  }

  private static void execute(String sql) {
    TestPostgres.execute(uri, sql);
  }

  private static Invitation invite(String site) throws Exception {
    var code = Invitation.Code.create(AT, ONE, site);
    var invitation = code.invitation(Instant.now().plusSeconds(60));
    await(stores.invitations().invite(invitation));
    return invitation;
  }

  private static List<SiteLink> ofHub() throws Exception {
    return await(stores.links().ofHub());
  }

  private static final EdgeReport EDGE = new EdgeReport(7L, 1L, 90L, null);

  private static void heard(String site) throws Exception {
    var said =
        new Heartbeat(2, List.of("orders", "users"), 3, "1.2.3", Instant.EPOCH, EDGE, "d", null);
    await(stores.links().heard(site, "n1", new LinkReport(1_500, 10, 20, 30, said, -7)));
  }

  @Test
  void nodesThatAskForTheKeyAtOnceGetOneKey() throws Exception {
    var keys = List.of(stores.identity().key(), stores.identity().key(), stores.identity().key());
    await(Future.all(keys));
    assertEquals(1, keys.stream().map(key -> key.result().shown()).distinct().count());
    assertEquals(keys.get(0).result().shown(), await(stores.identity().key()).shown());
  }

  @Test
  void anInvitationIsUsedByOneKeyHoweverManyUseItAtOnce() throws Exception {
    var invitation = invite("edge");
    var first = stores.invitations().use(invitation.id(), ONE);
    var second = stores.invitations().use(invitation.id(), OTHER);
    await(Future.all(first, second));
    assertEquals(first.result(), second.result());
    assertEquals(first.result(), await(stores.enrolments().find("edge")).orElseThrow().key());
    assertEquals(
        first.result(), await(stores.invitations().find(invitation.id())).orElseThrow().usedBy());
  }

  @Test
  void anInvitationMadeAgainVoidsTheOneThatNobodyHasUsed() throws Exception {
    var first = invite("edge");
    var second = invite("edge");
    assertTrue(await(stores.invitations().find(first.id())).isEmpty());
    assertTrue(stores.invitations().use(first.id(), ONE).failed() || failed(first));
    var found = await(stores.invitations().find(second.id())).orElseThrow();
    assertEquals("edge", found.site());
    assertEquals(second.proofKey(), found.proofKey());
  }

  private static boolean failed(Invitation invitation) {
    return Await.failure(stores.invitations().use(invitation.id(), ONE)) != null;
  }

  @Test
  void anInvitationThatWasUsedIsFoundStillSoThatItsAnswerCanBeGivenAgain() throws Exception {
    var first = invite("edge");
    await(stores.invitations().use(first.id(), ONE));
    invite("edge");
    assertEquals(ONE, await(stores.invitations().find(first.id())).orElseThrow().usedBy());
  }

  @Test
  void aRevokedSiteIsLetInNoMoreUntilItJoinsAgain() throws Exception {
    await(stores.invitations().use(invite("edge").id(), ONE));
    var since = await(stores.enrolments().revoke("edge"));
    assertTrue(await(stores.enrolments().find("edge")).orElseThrow().revoked());
    assertEquals(since, await(stores.enrolments().revoke("edge")), "said twice");

    await(stores.invitations().use(invite("edge").id(), OTHER));
    var again = await(stores.enrolments().find("edge")).orElseThrow();
    assertFalse(again.revoked());
    assertEquals(OTHER, again.key());
  }

  @Test
  void revokingASiteVoidsItsInvitation() throws Exception {
    var invitation = invite("edge");
    var since = await(stores.enrolments().revoke("edge"));
    assertTrue(since.isPresent());
    assertEquals(since, await(stores.enrolments().revoke("edge")), "said twice");
    assertTrue(failed(invitation));
    assertTrue(await(stores.enrolments().find("edge")).isEmpty());
    assertTrue(await(stores.enrolments().revoke("nobody")).isEmpty());
  }

  @Test
  void theGreatestTermThatWasClaimedCounts() throws Exception {
    await(stores.invitations().use(invite("edge").id(), ONE));
    assertEquals(5, await(stores.enrolments().claimTerm("edge", 5)));
    assertEquals(5, await(stores.enrolments().claimTerm("edge", 4)));
    assertEquals(5, await(stores.enrolments().known(List.of("edge"))).get("edge").term());
    assertTrue(Await.failure(stores.enrolments().claimTerm("nobody", 1)) != null);
  }

  @Test
  void invitationsAreForgottenLongAfterTheyHaveExpired() throws Exception {
    invite("old");
    execute("update sites.invitations set expires = now() - interval '31 days'");
    var kept = invite("edge");
    assertEquals(1, await(database.withTransaction(InvitationStore::forget)));
    assertTrue(await(stores.invitations().find(kept.id())).isPresent());
  }

  @Test
  void oneNodeHasTheLeaseUntilItEnds() throws Exception {
    var lease = stores.lease();
    assertTrue(await(lease.claim("n1", CLAIM)).isEmpty(), "the site has not joined");
    await(stores.identity().join(OTHER, "hub.example:443"));
    var held = await(lease.claim("n1", CLAIM)).orElseThrow();
    assertEquals(1, held.term());
    assertEquals(OTHER, held.hub());
    assertTrue(await(lease.claim("n2", OTHER_CLAIM)).isEmpty());
    assertEquals(held, await(lease.renew(CLAIM, 1)).orElseThrow());
    assertTrue(await(lease.renew(CLAIM, 2)).isEmpty(), "of another term");

    execute("update sites.holder set until = now() - interval '1 second'");
    assertTrue(await(lease.renew(CLAIM, 1)).isEmpty(), "it has ended");
    assertTrue(await(lease.raise(CLAIM, 1, 9)).isEmpty(), "it has ended");
    assertEquals(2, await(lease.claim("n2", OTHER_CLAIM)).orElseThrow().term());
    assertEquals(10, await(lease.raise(OTHER_CLAIM, 2, 9)).orElseThrow().term());
    await(lease.release(CLAIM, 10));
    assertTrue(await(lease.renew(OTHER_CLAIM, 10)).isPresent(), "it was not its own to release");
    await(lease.release(OTHER_CLAIM, 10));
    assertEquals(11, await(lease.claim("n1", CLAIM)).orElseThrow().term());
  }

  @Test
  void ofTwoNodesThatClaimAtOnceOneHasIt() throws Exception {
    await(stores.identity().join(OTHER, "hub.example:443"));
    for (int i = 0; i < 20; i++) {
      execute("update sites.holder set until = now() - interval '1 second'");
      var one = stores.lease().claim("n1", CLAIM);
      var other = stores.lease().claim("n2", OTHER_CLAIM);
      await(Future.all(one, other));
      assertNotEquals(one.result().isPresent(), other.result().isPresent());
    }
  }

  @Test
  void whatWasTakenOverIsKeptAndNotSetBackByANodeThatComesLate() throws Exception {
    var policies = stores.policies();
    assertTrue(await(policies.read()).isEmpty());
    var second = new FollowedPolicies(FollowedPolicies.State.CURRENT, 2, 2, "d2", null, null);
    await(policies.write(second));
    await(
        policies.write(
            new FollowedPolicies(FollowedPolicies.State.CURRENT, 1, 1, "d1", null, null)));
    assertEquals(second, await(policies.read()).orElseThrow());
    var refused =
        new FollowedPolicies(
            FollowedPolicies.State.REFUSED, 3, 2, "d2", Instant.EPOCH, "it cannot be read");
    await(policies.write(refused));
    assertEquals(refused, await(policies.read()).orElseThrow());
    await(stores.identity().join(OTHER, "hub.example:443"));
    assertTrue(await(policies.read()).isEmpty(), "of another hub");
  }

  @Test
  void aSiteIsInvitedThenCutOffThenServingThenCutOffThenDead() throws Exception {
    var invitation = invite("edge");
    assertEquals(State.INVITED, ofHub().get(0).state());
    await(stores.invitations().use(invitation.id(), ONE));
    assertEquals(State.CUT_OFF, ofHub().get(0).state(), "it has never linked");
    heard("edge");
    var serving = ofHub().get(0);
    assertEquals(
        new SiteLink(
            "edge",
            State.SERVING,
            serving.since(),
            "n1",
            1_500,
            10,
            20,
            30,
            2,
            List.of("orders", "users"),
            3,
            "1.2.3",
            -7,
            EDGE,
            null),
        serving);
    execute("update sites.links set heard_at = now() - interval '7 seconds'");
    var cut = ofHub().get(0);
    assertEquals(State.CUT_OFF, cut.state());
    assertTrue(cut.since().isBefore(serving.since()), "since it was heard of last");
    execute("update sites.links set heard_at = now() - interval '8 days'");
    assertEquals(State.DEAD, ofHub().get(0).state());
    heard("edge");
    assertTrue(ofHub().get(0).since().isAfter(serving.since()), "a link of its own");
  }

  @Test
  void aRevokedSiteIsShownAsRevokedUnlessItIsInvitedAgain() throws Exception {
    await(stores.invitations().use(invite("edge").id(), ONE));
    heard("edge");
    await(stores.enrolments().revoke("edge"));
    assertEquals(List.of(State.REVOKED), ofHub().stream().map(SiteLink::state).toList());
    invite("edge");
    assertEquals(List.of(State.INVITED), ofHub().stream().map(SiteLink::state).toList());
    execute("update sites.invitations set expires = now()");
    assertEquals(List.of(State.REVOKED), ofHub().stream().map(SiteLink::state).toList());
  }

  @Test
  void anEdgeShowsItsHubOnceItHasJoined() throws Exception {
    assertEquals(List.of(), await(stores.links().ofEdge()));
    await(stores.identity().join(OTHER, "hub.example:443"));
    assertEquals(State.CUT_OFF, await(stores.links().ofEdge()).get(0).state());
    heard("cloud");
    var link = await(stores.links().ofEdge()).get(0);
    assertEquals("cloud", link.site());
    assertEquals(State.SERVING, link.state());
    await(stores.identity().revoked());
    assertEquals(State.REVOKED, await(stores.links().ofEdge()).get(0).state());
    heard("cloud");
    assertEquals(State.SERVING, await(stores.links().ofEdge()).get(0).state(), "not any more");
    await(stores.identity().join(ONE, "hub.example:443"));
    assertEquals(State.CUT_OFF, await(stores.links().ofEdge()).get(0).state(), "another hub");
  }
}
