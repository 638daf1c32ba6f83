package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sites that join a hub by the code of an invitation, and those that do not. */
class JoiningTest {
  private static final Duration GOOD_FOR = Duration.ofHours(1);
  private static final Duration DELAY = Duration.ofMillis(10);
  private static final HubAddress ADDRESS = new HubAddress("cloud.example", 443, true);

  private final VirtualTime time = new VirtualTime(1);
  private final MemoryEnrolments enrolments = new MemoryEnrolments();
  private final MemoryInvitations invitations = new MemoryInvitations(enrolments);
  private final Heard atHub = new Heard();
  private final HubLinks hub =
      new HubLinks(time.time(), this::soon, Keys.HUB, enrolments, invitations, atHub);
  private final List<SimWire> wires = new ArrayList<>();
  private final Invitation.Code code =
      Invitation.Code.create(ADDRESS, Keys.HUB.key().shown(), "edge-7");
  private final SiteKey key = SiteKey.create();

  JoiningTest() {
    invitations.add(code.invitation(time.now().plus(GOOD_FOR)));
  }

  private void soon(Runnable task) {
    time.after(Duration.ZERO, task);
  }

  private Future<LinkSocket> dial(HubLinks to) {
    var wire = new SimWire(time, DELAY);
    wires.add(wire);
    to.accept(wire.hub);
    return Future.succeededFuture(wire.edge);
  }

  private Future<Void> join(Invitation.Code with, SiteKey as) {
    var joining = EdgeJoining.join(time.time(), () -> dial(hub), with, as);
    time.advance(Duration.ofSeconds(1));
    return joining;
  }

  private static void refusedAs(LinkReason reason, Future<Void> joining) {
    assertEquals(reason, assertInstanceOf(LinkException.class, joining.cause()).reason());
  }

  private LinkState.Phase linked(SiteKey as, Heard heard) {
    var link =
        new EdgeLink(
            time.time(),
            this::soon,
            () -> dial(hub),
            new SiteIdentity("edge-7", as),
            code.key(),
            1,
            heard,
            state -> {});
    link.start();
    time.advance(Duration.ofSeconds(1));
    return link.state().phase();
  }

  @Test
  void aSiteWithACodeJoinsAndLinksFromThenOn() {
    assertTrue(join(Invitation.Code.of(code.text()), key).succeeded());
    assertEquals(LinkState.Phase.CONNECTED, linked(key, new Heard()));
    assertEquals("edge-7", atHub.last().session.site());
  }

  @Test
  void aCodeIsGoodOnceAndItsOwnKeyMayAskAgain() {
    assertTrue(join(code, key).succeeded());
    assertTrue(join(code, key).succeeded());

    var thief = SiteKey.create();
    refusedAs(LinkReason.USED, join(code, thief));
    assertEquals(LinkState.Phase.CONNECTED, linked(key, new Heard()));
    assertFalse(linked(thief, new Heard()) == LinkState.Phase.CONNECTED);
  }

  @Test
  void aCodeThatIsPlayedBackAfterARevocationEnrolsNobody() {
    assertTrue(join(code, key).succeeded());
    enrolments.revoke(new SiteIdentity("edge-7", key));
    join(code, key);
    assertEquals(LinkState.Phase.STOPPED, linked(key, new Heard()));
  }

  @Test
  void anAnswerThatIsLostIsGivenAgain() {
    var joining =
        EdgeJoining.join(
            time.time(),
            () -> {
              var dialled = dial(hub);
              wires.get(0).cutAfter(1); // The question arrives, the answer does not.
              return dialled;
            },
            code,
            key);
    time.advance(Duration.ofSeconds(1));
    refusedAs(LinkReason.UNKNOWN, joining);
    assertTrue(join(code, key).succeeded());
  }

  @Test
  void aCodeThatIsTooOldIsRefusedByTheClockOfTheHubAlone() {
    time.advance(GOOD_FOR.minusSeconds(1));
    var dayAhead = new Time(time, time, time.time().rng(), () -> time.now().plusSeconds(86_400));
    var joining = EdgeJoining.join(dayAhead, () -> dial(hub), code, key);
    time.advance(Duration.ofMillis(100));
    assertTrue(joining.succeeded());

    var other = Invitation.Code.create(ADDRESS, Keys.HUB.key().shown(), "edge-8");
    invitations.add(other.invitation(time.now().plus(GOOD_FOR)));
    time.advance(GOOD_FOR);
    refusedAs(LinkReason.EXPIRED, join(other, SiteKey.create()));
    assertTrue(join(code, key).succeeded(), "who has joined is told so whenever it asks");
  }

  @Test
  void anotherHubGetsNothingAndIsNotBelieved() {
    var elsewhere = new MemoryEnrolments();
    var knows = new MemoryInvitations(elsewhere);
    knows.add(code.invitation(time.now().plus(GOOD_FOR)));
    var impostor =
        new HubLinks(
            time.time(),
            this::soon,
            new SiteIdentity("cloud", SiteKey.create()),
            elsewhere,
            knows,
            new Heard());
    var joining = EdgeJoining.join(time.time(), () -> dial(impostor), code, key);
    time.advance(Duration.ofSeconds(1));
    refusedAs(LinkReason.NOT_PROVED, joining);

    // A hub that did not make the code.
    var ignorant =
        new HubLinks(
            time.time(),
            this::soon,
            Keys.HUB,
            elsewhere,
            new MemoryInvitations(elsewhere),
            new Heard());
    var asked = EdgeJoining.join(time.time(), () -> dial(ignorant), code, key);
    time.advance(Duration.ofSeconds(1));
    refusedAs(LinkReason.NOT_INVITED, asked);
  }

  @Test
  void theNumberOfAnInvitationWithoutItsSecretProvesNothing() {
    var join = (Greeting.Join) Greeting.read(Greeting.Join.of(code, key.shown()));
    var stolen = new Greeting.Join(1, 1, join.id(), SiteKey.create().shown(), join.proof()).bytes();
    var joining = HubJoining.heard(Keys.HUB, (Greeting.Join) Greeting.read(stolen), stolen);
    var refused =
        assertThrows(
            LinkException.class,
            () -> joining.invited(invitations.find(joining.id()).result(), time.now()));
    assertEquals(LinkReason.NOT_INVITED, refused.reason());
  }

  @Test
  void aHubThatDoesNotAnswerIsGivenUp() {
    var wire = new SimWire(time, DELAY);
    var joining = EdgeJoining.join(time.time(), () -> Future.succeededFuture(wire.edge), code, key);
    time.advance(Duration.ofSeconds(21));
    refusedAs(LinkReason.SILENT, joining);
    var nowhere = EdgeJoining.join(time.time(), () -> Future.failedFuture("no way"), code, key);
    refusedAs(LinkReason.UNKNOWN, nowhere);
  }

  @Test
  void aCodeComesBackAsItWasAndOneThatIsNotWholeIsRefused() {
    var text = code.text();
    assertEquals(code, Invitation.Code.of(" " + text + "\n"));
    assertFalse(code.toString().contains(text));
    assertFalse(code.invitation(time.now()).toString().contains(text));
    for (int at : new int[] {0, 10, 60, text.length() - 1}) {
      var other = text.charAt(at) == 'A' ? 'B' : 'A';
      var typo = text.substring(0, at) + other + text.substring(at + 1);
      assertThrows(IllegalArgumentException.class, () -> Invitation.Code.of(typo), typo);
    }
    for (var bad : List.of("", "A", "hello there", text.substring(4), text + "AAAA")) {
      assertThrows(IllegalArgumentException.class, () -> Invitation.Code.of(bad), bad);
    }
  }

  @Test
  void aCodeWithMoreBehindItOrWrittenOtherwiseIsNoCode() {
    var bytes = Base64.getUrlDecoder().decode(code.text());
    var body = Buffer.buffer(Arrays.copyOf(bytes, bytes.length - 4));
    var longer = checked(body.copy().appendByte((byte) 0));
    assertThrows(IllegalArgumentException.class, () -> Invitation.Code.of(longer));
    var otherwise = checked(body.copy().setByte(1, (byte) 2)); // TLS is 0 or 1.
    assertThrows(IllegalArgumentException.class, () -> Invitation.Code.of(otherwise));
    assertEquals(code, Invitation.Code.of(checked(body)));
  }

  private static String checked(Buffer body) {
    var check = Arrays.copyOf(SitePublicKey.sha256(body.getBytes()), 4);
    var all = body.copy().appendBytes(check).getBytes();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }
}
