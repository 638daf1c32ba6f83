package io.weft.sites;

import static io.weft.sites.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.time.VirtualTime;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a hub knows of an edge that goes by its policies, be it linked or cut off. */
class PolicyViewTest {
  private final VirtualTime time = new VirtualTime(1);
  private Epochs<Policies> hub;

  @BeforeEach
  void open() throws Exception {
    hub = new PolicyBoard().node("c1", "first", time.time(), Runnable::run);
  }

  private void change(String text) throws Exception {
    time.advance(Duration.ofSeconds(10));
    await(hub.apply(text, hub.current().epoch()));
  }

  private static FollowedPolicies said(
      State state, long hubEpoch, PolicyDocument taken, Instant since, String why) {
    return new FollowedPolicies(state, hubEpoch, taken.epoch(), taken.digest(), since, why);
  }

  private FollowedPolicies seen(FollowedPolicies said) {
    var seen = PolicyView.of(said, hub);
    assertNotNull(seen);
    return seen;
  }

  @Test
  void ofAnEdgeThatGoesByItsOwnThereIsNothingToSay() {
    assertNull(PolicyView.of(null, hub));
  }

  @Test
  void anEdgeThatHasTakenTheNewestIsCurrent() {
    var said = said(State.CURRENT, 1, hub.current(), null, null);
    assertEquals(said, seen(said));
  }

  @Test
  void anEdgeThatIsCutOffIsBehindSinceTheFirstChangeThatItMissed() throws Exception {
    var said = said(State.CURRENT, 1, hub.current(), null, null);
    change("second");
    change("third");
    var seen = seen(said);
    assertEquals(State.BEHIND, seen.state());
    assertEquals(3, seen.hubEpoch());
    assertEquals(1, seen.takenEpoch());
    assertEquals(Instant.EPOCH.plusSeconds(10), seen.since());
    assertNull(seen.why());
  }

  @Test
  void anEdgeThatRefusesTheNewestSaysWhyUntilThereIsANewerOne() throws Exception {
    var taken = hub.current();
    change("second");
    var said = said(State.REFUSED, 2, taken, Instant.EPOCH, "line 1");
    assertEquals(said, seen(said));
    change("third");
    assertEquals(State.BEHIND, seen(said).state());
    assertNull(seen(said).why());
  }

  @Test
  void anEdgeThatWasChangedSaysSoUntilThereIsANewerOne() throws Exception {
    var said = said(State.CHANGED, 1, hub.current(), Instant.EPOCH, "applied at p1");
    assertEquals(said, seen(said));
    change("second");
    assertEquals(State.BEHIND, seen(said).state());
  }

  @Test
  void aHubThatWasRestoredSeesItsEdgeAhead() throws Exception {
    var taken = new PolicyDocument(7, "seventh", 7, PolicyDocument.APPLIED, "c1", "");
    assertEquals(State.AHEAD, seen(said(State.CURRENT, 7, taken, null, null)).state());
  }

  @Test
  void anEdgeThatWasNeverHeardOfAndMakesNoSenseIsBehind() {
    assertEquals(State.BEHIND, seen(new FollowedPolicies(null, 0, 0, null, null, null)).state());
  }
}
