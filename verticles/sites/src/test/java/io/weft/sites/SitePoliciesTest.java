package io.weft.sites;

import static io.weft.sites.Await.await;
import static io.weft.sites.Await.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.ledger.TestPostgres;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import io.weft.sites.api.InviteSite;
import io.weft.sites.api.JoinHub;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.Sites;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An edge that goes by the policies of its hub, over real sockets and databases. */
@Timeout(90)
class SitePoliciesTest {
  private final String cloud = TestPostgres.freshDatabase();
  private final String plant = TestPostgres.freshDatabase();
  private final PolicyBoard atEdge = new PolicyBoard();
  private final List<SiteNode> nodes = new ArrayList<>();
  private SiteNode hub;

  @BeforeEach
  void start() throws Exception {
    hub = kept(new SiteNode("cloud", "c1", cloud, null));
  }

  @AfterEach
  void stop() throws Exception {
    for (var node : nodes) {
      node.close();
    }
  }

  private SiteNode kept(SiteNode node) {
    nodes.add(node);
    return node;
  }

  private SiteNode edge(String name, String goesBy) throws Exception {
    return kept(
        new SiteNode(
            "plant", name, plant, hub.port(), atEdge, new JsonObject().put("policies", goesBy)));
  }

  private void join(SiteNode edge) throws Exception {
    var invitation = await(hub.ask(Sites.INVITE, new InviteSite("plant")));
    await(edge.ask(Sites.JOIN, new JoinHub(invitation.code())));
    eventually(() -> hub.state("plant") == SiteLink.State.SERVING);
    eventually(() -> edge.state("cloud") == SiteLink.State.SERVING);
  }

  private void change(SiteNode at, String text) throws Exception {
    await(at.policies.apply(text, at.policies.current().epoch()));
  }

  private static FollowedPolicies seen(SiteNode at, String site) throws Exception {
    return Objects.requireNonNull(Objects.requireNonNull(at.link(site)).policies());
  }

  private static boolean is(SiteNode at, String site, State state) throws Exception {
    var link = at.link(site);
    var policies = link == null ? null : link.policies();
    return policies != null && policies.state() == state;
  }

  @Test
  void aChangeAtTheHubReachesEveryNodeOfAnEdgeThatGoesByIt() throws Exception {
    var first = edge("p1", "hub");
    var second = edge("p2", "hub");
    join(first);
    eventually(() -> second.policies.current().text().equals("of cloud"));
    change(hub, "second");
    eventually(() -> second.policies.current().text().equals("second"));
    eventually(() -> is(second, "cloud", State.CURRENT) && is(hub, "plant", State.CURRENT));
    assertEquals(2, seen(hub, "plant").takenEpoch());

    first.leave();
    change(hub, "third");
    eventually(() -> first.policies.current().text().equals("third"));
    eventually(() -> is(hub, "plant", State.CURRENT));
    assertEquals("p2", Objects.requireNonNull(second.link("cloud")).node());
  }

  @Test
  void aChangeWhileTheLinkIsCutIsTakenWhenItIsBackAndTheHubKnowsMeanwhile() throws Exception {
    var edge = edge("p1", "hub");
    join(edge);
    eventually(() -> is(hub, "plant", State.CURRENT));
    edge.leave();
    change(hub, "second");
    var behind = seen(hub, "plant");
    assertEquals(State.BEHIND, behind.state());
    assertEquals(1, behind.takenEpoch());
    assertNotNull(behind.since());
    edge.come();
    eventually(() -> edge.policies.current().text().equals("second"));
    eventually(() -> is(hub, "plant", State.CURRENT));
  }

  @Test
  void aHubThatStartsAgainIsFollowedOnFromWhatWasTaken() throws Exception {
    var edge = edge("p1", "hub");
    join(edge);
    eventually(() -> is(edge, "cloud", State.CURRENT));
    long epoch = edge.policies.current().epoch();
    hub.leave();
    eventually(() -> edge.state("cloud") == SiteLink.State.CUT_OFF);
    assertEquals(State.CURRENT, seen(edge, "cloud").state(), "as far as it has heard");
    hub.come();
    eventually(() -> edge.state("cloud") == SiteLink.State.SERVING);
    assertEquals(epoch, edge.policies.current().epoch());
    change(hub, "second");
    eventually(() -> edge.policies.current().text().equals("second"));
  }

  @Test
  void aDocumentThatTheEdgeCannotReadIsRefusedAndBothSidesSayWhy() throws Exception {
    var edge = edge("p1", "hub");
    join(edge);
    eventually(() -> is(edge, "cloud", State.CURRENT));
    edge.unreadable("a later key");
    change(hub, "a later key");
    eventually(() -> is(edge, "cloud", State.REFUSED) && is(hub, "plant", State.REFUSED));
    assertEquals("of cloud", edge.policies.current().text());
    var why = String.valueOf(seen(hub, "plant").why());
    assertTrue(why.contains("epoch 2 of the hub: line 1"), why);
    assertEquals(why, seen(edge, "cloud").why());
  }

  @Test
  void anEdgeThatGoesByItsOwnTakesNothing() throws Exception {
    var edge = edge("p1", "own");
    join(edge);
    change(hub, "second");
    eventually(() -> Objects.requireNonNull(edge.link("cloud")).policyEpoch() == 2);
    assertEquals("of plant", edge.policies.current().text());
    assertNull(Objects.requireNonNull(edge.link("cloud")).policies());
    assertNull(Objects.requireNonNull(hub.link("plant")).policies());
  }

  @Test
  void aSiteThatJoinsAgainBeginsAnewWithTheEpochsOfItsHub() throws Exception {
    var edge = edge("p1", "hub");
    join(edge);
    change(hub, "second");
    eventually(() -> seen(edge, "cloud").takenEpoch() == 2);
    TestPostgres.execute(plant, "update sites.followed set hub_epoch = 9, taken_epoch = 9");
    edge.leave();
    edge.come();
    eventually(() -> is(edge, "cloud", State.AHEAD));
    join(edge);
    eventually(() -> is(edge, "cloud", State.CURRENT));
    assertEquals(2, seen(edge, "cloud").takenEpoch());
  }
}
