package io.weft.sites;

import static io.weft.sites.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.time.VirtualTime;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.LinkReport.Heartbeat;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How an edge comes by the policies of its hub, in virtual time. */
class PolicyFollowerTest {
  private final VirtualTime time = new VirtualTime(1);
  private final PolicyBoard atHub = new PolicyBoard();
  private final PolicyBoard atEdge = new PolicyBoard();
  private final Remembered remembered = new Remembered();
  private Epochs<Policies> hub;
  private Epochs<Policies> edge;
  private PolicyFollower follower;
  private int asked;
  private boolean cut;

  /** What the hub tells instead of what it goes by. */
  private PolicyDocument told;

  /** What the nodes of the edge share. */
  private static final class Remembered implements PolicyFollower.Memory {
    private FollowedPolicies row;
    private boolean away;

    @Override
    public Future<Optional<FollowedPolicies>> read() {
      return away ? gone() : Future.succeededFuture(Optional.ofNullable(row));
    }

    @Override
    public Future<Void> write(FollowedPolicies now) {
      if (away) {
        return gone();
      }
      if (row == null || row.takenEpoch() <= now.takenEpoch()) {
        row = now;
      }
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> forget() {
      row = null;
      return Future.succeededFuture();
    }

    private static <T> Future<T> gone() {
      return Future.failedFuture(new NotSent("the database is away"));
    }
  }

  @BeforeEach
  void open() throws Exception {
    hub = atHub.node("c1", "of the hub", time.time(), Runnable::run);
    edge = atEdge.node("p1", "of the edge", time.time(), Runnable::run);
    follower = follower(edge);
  }

  private PolicyFollower follower(Epochs<Policies> at) {
    return new PolicyFollower(time.time(), at, this::ask, remembered, Runnable::run);
  }

  private Future<PolicyDocument> ask() {
    asked++;
    return cut
        ? Future.failedFuture(new NotSent("the link is cut"))
        : Future.succeededFuture(goesBy());
  }

  private Heartbeat beat(PolicyDocument of) {
    return new Heartbeat(1, List.of(), of.epoch(), "1.2.3", time.now(), null, of.digest(), null);
  }

  private void beat() {
    time.advance(Duration.ofSeconds(2));
    follower.heard(beat(goesBy()));
  }

  private PolicyDocument goesBy() {
    return told == null ? hub.current() : told;
  }

  private void change(Epochs<Policies> at, String text) throws Exception {
    await(at.apply(text, at.current().epoch()));
  }

  private void stands(State state, long hubEpoch, long takenEpoch) {
    var known = remembered.row;
    assertEquals(state, known.state(), known.toString());
    assertEquals(hubEpoch, known.hubEpoch());
    assertEquals(takenEpoch, known.takenEpoch());
    assertEquals(known, follower.known());
    assertEquals(state == State.CURRENT, known.since() == null);
    assertEquals(state == State.CURRENT, known.why() == null);
  }

  private void says(String part) {
    var why = Objects.requireNonNull(remembered.row.why());
    assertTrue(why.contains(part), why);
  }

  @Test
  void whatTheHubGoesByCountsHereAsSoonAsItTellsOfIt() throws Exception {
    beat();
    assertEquals("of the hub", edge.current().text());
    assertEquals(2, edge.current().epoch());
    assertEquals(PolicyDocument.TAKEN, edge.current().how());
    stands(State.CURRENT, 1, 1);

    change(hub, "second");
    change(hub, "third");
    beat();
    assertEquals("third", edge.current().text());
    assertEquals(3, edge.current().epoch(), "a numbering of its own");
    stands(State.CURRENT, 3, 3);
  }

  @Test
  void whatWasTakenOverIsNotAskedForAgainNorByTheNodeThatHoldsTheLinkNext() {
    beat();
    beat();
    follower = follower(edge);
    beat();
    assertEquals(1, asked);
    assertEquals(2, edge.current().epoch());
  }

  @Test
  void aHubThatGoesByWhatIsHereAlreadyMakesNoEpoch() throws Exception {
    change(hub, "of the edge");
    beat();
    assertEquals(1, edge.current().epoch());
    stands(State.CURRENT, 2, 2);
  }

  @Test
  void aHubWithoutPoliciesLeavesThoseOfTheSite() throws Exception {
    hub = new PolicyBoard().node("c1", null, time.time(), Runnable::run);
    beat();
    assertEquals("of the edge", edge.current().text());
    stands(State.CURRENT, 0, 0);
  }

  @Test
  void aDocumentThatCannotBeReadIsRefusedWithAReasonAndTheOneOfBeforeStays() throws Exception {
    beat();
    // The hub can read it: it runs a later release, say.
    told = new PolicyDocument(2, PolicyBoard.UNREADABLE, 2, PolicyDocument.APPLIED, "c1", "");
    beat();
    assertEquals("of the hub", edge.current().text());
    stands(State.REFUSED, 2, 1);
    says("epoch 2 of the hub: line 1: unreadable");

    int before = asked;
    var since = remembered.row.since();
    beat();
    assertEquals(before, asked, "it is not asked for again");
    assertEquals(since, remembered.row.since());

    told = new PolicyDocument(3, "readable", 3, PolicyDocument.APPLIED, "c1", "");
    beat();
    assertEquals("readable", edge.current().text());
    stands(State.CURRENT, 3, 3);
  }

  @Test
  void anAnswerThatIsNoDocumentIsRefused() {
    beat();
    told = new PolicyDocument(2, "second", 2, PolicyDocument.APPLIED, "c1", "");
    var without =
        JsonCodec.decodeLenient(Buffer.buffer("{\"epoch\":2,\"textOf\":2}"), PolicyDocument.class);
    follower =
        new PolicyFollower(
            time.time(), edge, () -> Future.succeededFuture(without), remembered, Runnable::run);
    beat();
    assertEquals("of the hub", edge.current().text());
    stands(State.BEHIND, 2, 1);
    says("epoch 2 without a text");
  }

  @Test
  void whatAnOperatorChangesHereCountsUntilTheHubHasNewerPolicies() throws Exception {
    beat();
    change(edge, "in need");
    beat();
    beat();
    assertEquals("in need", edge.current().text());
    stands(State.CHANGED, 1, 1);
    says("epoch 3 of this site was applied at p1");

    await(edge.rollback(2L));
    beat();
    stands(State.CURRENT, 1, 1);

    change(edge, "in need");
    change(hub, "second");
    beat();
    assertEquals("second", edge.current().text());
    stands(State.CURRENT, 2, 2);
  }

  @Test
  void aHubOfAnEarlierReleaseChangesNothingAndThatIsSaid() {
    var old =
        JsonCodec.decodeLenient(
            Buffer.buffer(
                "{\"nodes\":1,\"services\":[],\"policyEpoch\":9,\"version\":\"0.0.9\","
                    + "\"now\":\"2026-01-01T00:00:00Z\"}"),
            Heartbeat.class);
    follower.heard(old);
    assertEquals("of the edge", edge.current().text());
    assertEquals(0, asked);
    stands(State.BEHIND, 9, 0);
    says("the hub runs release 0.0.9, which hands out no policies");
  }

  @Test
  void whatItSaysOfItsHubItsHubBelieves() {
    var odd = "0.0.9" + (char) 27 + "[2J" + "9".repeat(MeshLimits.COMPLAINT_MAX_CHARS);
    var beat = new Heartbeat(1, List.of(), 9, odd, time.now(), null, null, null);
    follower.heard(beat);
    says("the hub runs release 0.0.9?[2J99");
    assertNotNull(
        new Heartbeat(1, List.of(), 9, "1", time.now(), null, null, follower.known()).believed());
  }

  @Test
  void aHubThatWasRestoredIsNotFollowedBackAndThatIsSaid() throws Exception {
    change(hub, "second");
    beat();
    told = new PolicyDocument(1, "of the hub", 1, PolicyDocument.FILE, "c1", "");
    beat();
    assertEquals("second", edge.current().text());
    stands(State.AHEAD, 1, 2);
    says("the hub is at epoch 1, and epoch 2 of it was taken over already");
  }

  @Test
  void ofTwoDocumentsOfOneEpochOfTheHubTheGreaterDigestCounts() {
    var one = new PolicyDocument(2, "one", 2, PolicyDocument.APPLIED, "c1", "");
    var other = new PolicyDocument(2, "other", 2, PolicyDocument.APPLIED, "c2", "");
    var greater = one.newerThan(other) ? one : other;
    told = one;
    beat();
    told = other;
    beat();
    told = one;
    beat();
    assertEquals(greater.text(), edge.current().text());
  }

  @Test
  void aSiteThatLostWhatItKeptTakesTheSamePoliciesAgain() throws Exception {
    beat();
    atEdge.lose();
    edge = atEdge.node("p2", "of the edge", time.time(), Runnable::run);
    follower = follower(edge);
    beat();
    assertEquals("of the hub", edge.current().text());
    stands(State.CURRENT, 1, 1);
  }

  @Test
  void aLinkThatIsCutMeanwhileLeavesTheSiteBehindUntilItIsBack() throws Exception {
    beat();
    change(hub, "second");
    cut = true;
    beat();
    stands(State.BEHIND, 2, 1);
    says("the link is cut");
    var since = remembered.row.since();
    beat();
    assertEquals(since, remembered.row.since(), "since it was seen first");
    cut = false;
    beat();
    stands(State.CURRENT, 2, 2);
  }

  @Test
  void nodesOfOneEdgeThatTakeOverAtOnceMakeOneEpoch() throws Exception {
    var second = atEdge.node("p2", "of the edge", time.time(), Runnable::run);
    var both = List.of(follower(edge), follower(second));
    both.forEach(each -> each.heard(beat(hub.current())));
    assertEquals(2, edge.current().epoch());
    assertEquals(edge.current(), second.current());
    assertEquals(State.CURRENT, remembered.row.state());
  }

  @Test
  void aNodeThatHeldTheLinkBeforeDoesNotGoBackToWhatItWasTold() throws Exception {
    Promise<PolicyDocument> slow = Promise.promise();
    var paused = new PolicyFollower(time.time(), edge, slow::future, remembered, Runnable::run);
    var old = hub.current();
    paused.heard(beat(old));
    change(hub, "second");
    beat();
    slow.complete(old);
    assertEquals("second", edge.current().text());
    assertEquals(2, remembered.row.takenEpoch());
    beat();
    stands(State.CURRENT, 2, 2);
  }

  @Test
  void aChangeThatIsMadeWhileTheHubIsAskedIsSeenBeforeItIsOverwritten() throws Exception {
    Promise<PolicyDocument> slow = Promise.promise();
    follower = new PolicyFollower(time.time(), edge, slow::future, remembered, Runnable::run);
    beat();
    change(edge, "in need");
    slow.complete(hub.current());
    assertEquals("in need", edge.current().text());
    stands(State.BEHIND, 1, 0);
    says("somebody changed the policies meanwhile");
    beat();
    stands(State.CURRENT, 1, 1);
    assertEquals("of the hub", edge.current().text());
  }

  @Test
  void whatCannotBeWrittenDownIsWrittenLater() throws Exception {
    beat();
    remembered.away = true;
    change(hub, "second");
    beat();
    assertEquals("second", edge.current().text());
    assertEquals(1, remembered.row.takenEpoch());
    remembered.away = false;
    beat();
    stands(State.CURRENT, 2, 2);
  }

  @Test
  void whileWhatWasTakenIsNotKnownNothingIsTaken() {
    remembered.away = true;
    beat();
    assertNull(follower.known());
    assertEquals(0, asked);
    remembered.away = false;
    beat();
    assertNotNull(follower.known());
    assertEquals("of the hub", edge.current().text());
  }
}
