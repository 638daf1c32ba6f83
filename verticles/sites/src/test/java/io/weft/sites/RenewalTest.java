package io.weft.sites;

import static io.weft.sites.Await.await;
import static io.weft.sites.Await.eventually;
import static io.weft.sites.Await.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.link.EdgeLink;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.LinkReason;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.link.WebSocketDialer;
import io.weft.sites.api.InviteSite;
import io.weft.sites.api.JoinHub;
import io.weft.sites.api.RenewKey;
import io.weft.sites.api.RenewedKey;
import io.weft.sites.api.SiteId;
import io.weft.sites.api.SiteLink.State;
import io.weft.sites.api.Sites;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The key of a site takes the place of another over the link, whatever is lost meanwhile. */
@Timeout(90)
class RenewalTest {
  private static final String KEYS =
      "select encode(secret, 'hex') || ' ' || shown from sites.identity";

  private final String cloud = TestPostgres.freshDatabase();
  private final String plant = TestPostgres.freshDatabase();
  private final List<SiteNode> nodes = new ArrayList<>();
  private SiteNode hub;
  private SiteNode edge;

  @BeforeEach
  void join() throws Exception {
    hub = node("cloud", "c1", cloud, null);
    edge = node("plant", "p1", plant, hub.port());
    joinAnew(edge);
    linked();
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

  private void joinAnew(SiteNode at) throws Exception {
    var code = await(hub.ask(Sites.INVITE, new InviteSite("plant"))).code();
    await(at.ask(Sites.JOIN, new JoinHub(code)));
  }

  private void linked() throws Exception {
    eventually(() -> hub.state("plant") == State.SERVING && hub.sessions() == 1);
    eventually(() -> edge.state("cloud") == State.SERVING && edge.sessions() == 1);
  }

  private RenewedKey renew() throws Exception {
    return await(edge.ask(Sites.RENEW, new RenewKey()));
  }

  /** Returns the key that the site goes by, as it has it. */
  private String own() {
    return TestPostgres.query(plant, "select shown from sites.identity");
  }

  /** Returns the key that the hub knows the site by. */
  private String known() {
    return TestPostgres.query(cloud, "select key from sites.enrolments where site = 'plant'");
  }

  private static String pending(String plant) {
    return TestPostgres.query(plant, "select next_shown is not null from sites.identity");
  }

  /** Sets the site's present key, as a database that is restored does. */
  private static void set(String uri, String kept) {
    var halves = kept.split(" ");
    TestPostgres.execute(
        uri,
        "update sites.identity set secret = decode('%s', 'hex'), shown = '%s', next_secret = null,"
                .formatted(halves[0], halves[1])
            + " next_shown = null, before_secret = null, before_shown = null");
  }

  @Test
  void anOperatorRenewsTheKeyWhileTheLinkIsThereAndTheSessionGoesOn() throws Exception {
    var before = own();
    var terms = TestPostgres.query(plant, "select term from sites.holder");
    var renewed = renew();
    assertTrue(renewed.known(), renewed.toString());
    assertNotEquals(before, own());
    assertEquals(own(), known());
    linked();
    // The same link: no other term.
    assertEquals(terms, TestPostgres.query(plant, "select term from sites.holder"));

    var again = renew();
    assertTrue(again.known());
    assertNotEquals(renewed.key(), again.key());
    linked();
  }

  @Test
  void aKeyThatIsOldIsRenewedByItself() throws Exception {
    var before = own();
    TestPostgres.execute(plant, "update sites.identity set made_at = now() - interval '31 days'");
    eventually(() -> !own().equals(before) && own().equals(known()));
    linked();
  }

  @Test
  void aKeyThatWasRenewedIsRefused() throws Exception {
    var stolen = key(TestPostgres.query(plant, KEYS));
    renew();
    linked();
    // With the greatest term of all it would be let in, if its key counted.
    assertEquals(LinkReason.NOT_ENROLLED, refusal(stolen));
    linked();
    // Nor has it got anything by being the key before, once the hub has seen it again.
    assertEquals(LinkReason.NOT_ENROLLED, refusal(stolen));
    assertEquals(own(), known());
  }

  private static SiteKey key(String kept) {
    var halves = kept.split(" ");
    return SiteKey.of(HexFormat.of().parseHex(halves[0]), SitePublicKey.of(halves[1]));
  }

  /** Links to the hub as the site by a key of it, and returns why that is refused. */
  private LinkReason refusal(SiteKey key) throws Exception {
    var vertx = edge.vertx;
    Promise<LinkReason> refused = Promise.promise();
    var home = vertx.getOrCreateContext();
    var address = new HubAddress("127.0.0.1", hub.port(), false);
    var dialer = new WebSocketDialer(vertx, home, edge.host.time().timers(), address, null);
    var link =
        new EdgeLink(
            edge.host.time(),
            turn -> home.runOnContext(go -> turn.run()),
            dialer,
            new SiteIdentity("plant", key),
            SitePublicKey.of(TestPostgres.query(plant, "select key from sites.hub")),
            1_000,
            session -> {
              refused.tryFail("it was let in");
              return new Nobody();
            },
            state -> {
              if (state.why() != null) {
                refused.tryComplete(state.why().reason());
              }
            });
    home.runOnContext(go -> link.start());
    try {
      return await(refused.future());
    } finally {
      home.runOnContext(go -> link.stop());
    }
  }

  private static final class Nobody implements LinkSession.Listener {
    @Override
    public void message(Buffer message) {}

    @Override
    public void ended() {}
  }

  @Test
  void anAnswerThatIsLostIsMadeGoodByComingWithTheNextKey() throws Exception {
    var next = SiteKey.create();
    edge.leave();
    // The hub had written it down when the site's node died, before it heard so.
    prepare(next);
    TestPostgres.execute(
        cloud,
        "update sites.enrolments set before_key = key, renewed_at = now() - interval '1 hour',"
            + " key = '%s'".formatted(next.shown().text()));
    edge.come();
    eventually(() -> own().equals(next.shown().text()));
    linked();
    assertEquals("f", pending(plant));
  }

  private void prepare(SiteKey next) {
    TestPostgres.execute(
        plant,
        "update sites.identity set next_secret = decode('%s', 'hex'), next_shown = '%s'"
            .formatted(HexFormat.of().formatHex(next.pkcs8()), next.shown().text()));
  }

  @Test
  void aKeyThatIsRenewedWhileTheLinkIsCutIsKnownOnceItIsBack() throws Exception {
    var before = own();
    hub.leave();
    eventually(() -> edge.state("cloud") == State.CUT_OFF);
    assertFalse(renew().known());
    assertEquals(before, own());
    assertEquals("t", pending(plant));
    hub.come();
    eventually(() -> !own().equals(before) && own().equals(known()));
    linked();
  }

  @Test
  void aHubThatWasSetBackToTheKeyBeforeIsToldOfThePresentOneAgain() throws Exception {
    var before = known();
    renew();
    linked();
    TestPostgres.execute(
        cloud,
        "update sites.enrolments set key = '%s', before_key = null, renewed_at = null"
            .formatted(before));
    hub.leave();
    hub.come();
    eventually(() -> !known().equals(before) && own().equals(known()));
    linked();
  }

  @Test
  void aSiteThatWasSetBackToAKeyThatIsRefusedJoinsByANewInvitation() throws Exception {
    var backup = TestPostgres.query(plant, KEYS);
    renew();
    linked();
    edge.leave();
    set(plant, backup);
    edge.come();
    eventually(() -> edge.state("cloud") == State.CUT_OFF);
    assertEquals(0, edge.sessions());
    joinAnew(edge);
    linked();
    assertEquals(own(), known());
  }

  @Test
  void aLinkThatStaysByAKeyThatWasRenewedIsEndedAndComesByTheNextOne() throws Exception {
    var next = SiteKey.create();
    prepare(next);
    TestPostgres.execute(
        cloud,
        "update sites.enrolments set before_key = key, renewed_at = now() - interval '1 hour',"
            + " key = '%s'".formatted(next.shown().text()));
    eventually(() -> own().equals(next.shown().text()));
    linked();
    assertEquals(State.SERVING, edge.state("cloud"));
  }

  @Test
  void aSiteThatWasRevokedRenewsNothing() throws Exception {
    await(hub.ask(Sites.REVOKE, new SiteId("plant")));
    var before = known();
    eventually(() -> edge.state("cloud") == State.REVOKED);
    assertFalse(renew().known());
    assertEquals(before, known());
    assertEquals(State.REVOKED, hub.state("plant"));
  }

  @Test
  void aHubThatRenewsNoKeysLeavesTheSiteTheOneItHas() throws Exception {
    TestPostgres.execute(
        cloud,
        "create function public.keep() returns trigger language plpgsql as"
            + " 'begin return null; end'; create trigger keep before update of key on"
            + " sites.enrolments for each row execute function public.keep()");
    var before = own();
    assertFalse(renew().known());
    assertEquals(before, own());
    assertEquals(before, known());
    linked();
  }

  @Test
  void aSiteThatComesBackAfterAYearServesAgainAndRenewsItsKey() throws Exception {
    edge.leave();
    eventually(() -> hub.sessions() == 0);
    var before = own();
    TestPostgres.execute(
        cloud,
        "update sites.links set heard_at = now() - interval '400 days', since = heard_at;"
            + " update sites.enrolments set enrolled_at = now() - interval '400 days';"
            + " update sites.invitations set expires = now() - interval '400 days'");
    TestPostgres.execute(
        plant,
        "update sites.identity set made_at = now() - interval '400 days';"
            + " update sites.hub set joined_at = now() - interval '400 days'");
    assertEquals(State.DEAD, hub.state("plant"));
    edge.come();
    linked();
    eventually(() -> !own().equals(before) && own().equals(known()));
    linked();
  }

  @Test
  void aHubHasNoKeyToRenew() {
    var refused =
        assertInstanceOf(Application.class, failure(hub.ask(Sites.RENEW, new RenewKey())));
    assertEquals("site.no_hub", refused.code());
  }
}
