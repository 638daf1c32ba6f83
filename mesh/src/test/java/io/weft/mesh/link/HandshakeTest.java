package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The handshake of a link, step by step, and with everything that can be wrong with it. */
class HandshakeTest {
  private static final LinkEpoch EPOCH = new LinkEpoch(7, 3);
  private static final UUID SESSION = new UUID(1, 2);
  private static final UnaryOperator<Buffer> AS_IT_IS = UnaryOperator.identity();

  private final EdgeHandshake edge = edge(Keys.EDGE);
  private final HubHandshake hub = new HubHandshake(Keys.HUB.name(), Keys.HUB.key());

  private static EdgeHandshake edge(SiteIdentity site) {
    return new EdgeHandshake(site.name(), site.key(), Keys.HUB.key().shown());
  }

  private static Optional<Enrolment> enrolled(boolean revoked) {
    return Optional.of(new Enrolment(Keys.EDGE.name(), Keys.EDGE.key().shown(), revoked));
  }

  private static Buffer flip(Buffer message, int at) {
    var changed = message.copy();
    return changed.setByte(at, (byte) (changed.getByte(at) ^ 1));
  }

  /** Goes through it, with something done to each message on its way. */
  private Greeting.Welcome greet(
      UnaryOperator<Buffer> hello,
      UnaryOperator<Buffer> challenge,
      UnaryOperator<Buffer> proof,
      UnaryOperator<Buffer> welcome) {
    hub.heard(hello.apply(edge.hello()));
    var challenged = challenge.apply(hub.challenge(enrolled(false)));
    var said = hub.proved(proof.apply(edge.challenged(challenged, EPOCH, SESSION, 12)));
    assertEquals(new Greeting.Proof(EPOCH, SESSION, 12), said);
    return edge.welcomed(welcome.apply(hub.welcome(true, SESSION, 34)));
  }

  private void refusedAs(LinkReason reason, Runnable step) {
    assertEquals(reason, assertThrows(LinkException.class, step::run).reason());
  }

  @Test
  void bothSidesProveWhoTheyAreAndShareSeals() {
    var welcome = greet(AS_IT_IS, AS_IT_IS, AS_IT_IS, AS_IT_IS);

    assertEquals(new Greeting.Welcome(true, SESSION, 34), welcome);
    assertEquals("cloud", edge.hubSite());
    var up = edge.seals().out().close(Buffer.buffer("up"));
    assertEquals("up", hub.seals().in().open(up).toString());
    var down = hub.seals().out().close(Buffer.buffer("down"));
    assertEquals("down", edge.seals().in().open(down).toString());
  }

  @Test
  void aChangedByteOfAnyMessageEndsIt() {
    // Somewhere in the name, in the keys, in what is said, and in the signatures.
    for (int at : new int[] {5, 20, 45, 70}) {
      assertThrows(LinkException.class, () -> new HandshakeTest().greetChanged(0, at));
      assertThrows(LinkException.class, () -> new HandshakeTest().greetChanged(1, at));
    }
    for (int at : new int[] {9, 17, 20, 40, 60, 80, 100}) {
      assertThrows(LinkException.class, () -> new HandshakeTest().greetChanged(2, at));
    }
    for (int at : new int[] {2, 5, 20, 30, 70, 90}) {
      assertThrows(LinkException.class, () -> new HandshakeTest().greetChanged(3, at));
    }
  }

  private void greetChanged(int which, int at) {
    UnaryOperator<Buffer> changed = message -> flip(message, at);
    greet(
        which == 0 ? changed : AS_IT_IS,
        which == 1 ? changed : AS_IT_IS,
        which == 2 ? changed : AS_IT_IS,
        which == 3 ? changed : AS_IT_IS);
  }

  @Test
  void aMessageOfAnEarlierHandshakeIsNoProof() {
    hub.heard(edge.hello());
    var recorded = edge.challenged(hub.challenge(enrolled(false)), EPOCH, Greeting.NO_SESSION, 0);

    var later = new HubHandshake(Keys.HUB.name(), Keys.HUB.key());
    later.heard(edge(Keys.EDGE).hello());
    later.challenge(enrolled(false));
    refusedAs(LinkReason.NOT_PROVED, () -> later.proved(recorded));
  }

  @Test
  void aSiteThatIsNotEnrolledIsNotToldWhetherItsNameIs() {
    hub.heard(edge(Keys.STRANGER).hello());
    var wrongKey = assertThrows(LinkException.class, () -> hub.challenge(enrolled(false)));
    var unknown = assertThrows(LinkException.class, () -> hub.challenge(Optional.empty()));

    assertEquals(LinkReason.NOT_ENROLLED, wrongKey.reason());
    assertEquals(wrongKey.getMessage(), unknown.getMessage());
  }

  @Test
  void whoeverShowsTheKeyOfAnotherCannotProveIt() {
    var thief = new EdgeHandshake(Keys.EDGE.name(), SiteKey.create(), Keys.HUB.key().shown());
    // It says the enrolled key, and signs with its own.
    var hello = Greeting.read(thief.hello());
    var fresh = ((Greeting.Hello) hello).fresh();
    hub.heard(new Greeting.Hello(1, 1, Keys.EDGE.name(), Keys.EDGE.key().shown(), fresh).bytes());
    var proof = thief.challenged(hub.challenge(enrolled(false)), EPOCH, Greeting.NO_SESSION, 0);

    refusedAs(LinkReason.NOT_PROVED, () -> hub.proved(proof));
  }

  @Test
  void aRevokedSiteIsToldSoOnceItHasProvedThatItIsTheOne() {
    hub.heard(edge.hello());
    var proof = edge.challenged(hub.challenge(enrolled(true)), EPOCH, Greeting.NO_SESSION, 0);
    var why = assertThrows(LinkException.class, () -> hub.proved(proof));

    assertEquals(LinkReason.REVOKED, why.reason());
    var told = assertThrows(LinkException.class, () -> edge.welcomed(hub.refuse(why, 0)));
    assertEquals(LinkReason.REVOKED, told.reason());
    assertTrue(told.reason().isFinal());
  }

  @Test
  void nobodyButTheHubCanMakeAnEdgeGiveUp() {
    var forged = new LinkException(LinkReason.REVOKED, "go away");
    edge.hello();
    refusedAs(
        LinkReason.NOT_PROVED,
        () -> edge.challenged(HubHandshake.refusal(forged, 9), EPOCH, SESSION, 0));

    var other = edge(Keys.EDGE);
    hub.heard(other.hello());
    other.challenged(hub.challenge(enrolled(false)), EPOCH, SESSION, 0);
    refusedAs(LinkReason.NOT_PROVED, () -> other.welcomed(HubHandshake.refusal(forged, 9)));
    assertFalse(LinkReason.NOT_PROVED.isFinal());
  }

  @Test
  void anotherHubThanThatOfTheInvitationGetsNoProof() {
    var impostor = new HubHandshake(Keys.HUB.name(), SiteKey.create());
    impostor.heard(edge.hello());
    refusedAs(
        LinkReason.NOT_PROVED,
        () -> edge.challenged(impostor.challenge(enrolled(false)), EPOCH, SESSION, 0));
  }

  @Test
  void theHighestVersionOfBothIsSpokenAndNoneIsAnswered() {
    var key = Keys.EDGE.key().shown();
    var fresh = ((Greeting.Hello) Greeting.read(edge.hello())).fresh();
    hub.heard(new Greeting.Hello(1, 9, "edge-1", key, fresh).bytes());
    var challenge = (Greeting.Challenge) Greeting.read(hub.challenge(enrolled(false)));
    assertEquals(1, challenge.version());

    // A hub of an older version, seen from an edge that does not speak it any more.
    var older = new HubHandshake(Keys.HUB.name(), Keys.HUB.key());
    var why =
        assertThrows(
            LinkException.class,
            () -> older.heard(new Greeting.Hello(2, 9, "edge-1", key, fresh).bytes()));
    assertEquals(LinkReason.VERSION, why.reason());
    var told = (Greeting.Refused) Greeting.read(older.refuse(why, 0));
    assertEquals(1, told.versionMin());
    assertEquals(1, told.versionMax());
    refusedAs(
        LinkReason.VERSION,
        () -> edge(Keys.EDGE).challenged(older.refuse(why, 0), EPOCH, SESSION, 0));
  }

  @Test
  void whatALaterVersionAddsIsSkippedAndSignedAllTheSame() {
    var welcome = greet(AS_IT_IS, AS_IT_IS, AS_IT_IS, AS_IT_IS);
    assertEquals(SESSION, welcome.session());

    var later = new HubHandshake(Keys.HUB.name(), Keys.HUB.key());
    var edgeOfLater = edge(Keys.EDGE);
    var hello = edgeOfLater.hello();
    later.heard(hello.copy().appendString("more")); // The two have not heard the same.
    var proof = edgeOfLater.challenged(later.challenge(enrolled(false)), EPOCH, SESSION, 0);
    refusedAs(LinkReason.NOT_PROVED, () -> later.proved(proof));
  }

  @Test
  void aKeyThatAnybodyCouldAgreeOnIsRefused() {
    var zero = Buffer.buffer(new byte[LinkFormat.KEY_BYTES]);
    hub.heard(new Greeting.Hello(1, 1, Keys.EDGE.name(), Keys.EDGE.key().shown(), zero).bytes());
    refusedAs(LinkReason.MALFORMED, () -> hub.challenge(enrolled(false)));
  }

  @Test
  void whatIsChangedLeftOutRepeatedOrReflectedDoesNotOpen() {
    greet(AS_IT_IS, AS_IT_IS, AS_IT_IS, AS_IT_IS);
    var out = edge.seals().out();
    var first = out.close(Buffer.buffer("first"));
    var second = out.close(Buffer.buffer("second"));

    refusedAs(LinkReason.MALFORMED, () -> edge.seals().in().open(first));
    var in = hub.seals().in();
    assertEquals("first", in.open(first).toString());
    refusedAs(LinkReason.MALFORMED, () -> in.open(first));
    refusedAs(LinkReason.MALFORMED, () -> in.open(Buffer.buffer(new byte[] {0x4C, 6, 1})));
    refusedAs(LinkReason.MALFORMED, () -> in.open(Buffer.buffer()));
    refusedAs(LinkReason.MALFORMED, () -> in.open(flip(second, 5)));
  }

  @Test
  void bytesThatAreNoPointOfTheCurveProveNothing() {
    for (int fill : new int[] {0x02, 0x7F, 0xFF}) {
      var bytes = new byte[LinkFormat.KEY_BYTES];
      Arrays.fill(bytes, (byte) fill);
      var key = SitePublicKey.of(bytes);
      assertFalse(key.verifies(new byte[1], new byte[LinkFormat.SIGNATURE_BYTES]), "" + fill);
    }
  }

  @Test
  void whoAsksToBeKnownByAKeyHasToHaveItAndInThatSession() {
    var next = SiteKey.create();
    var session = new UUID(1, 2);
    var proof = KeyRenewal.proof(next, session);
    assertTrue(KeyRenewal.proves(next.shown(), session, proof));
    assertFalse(KeyRenewal.proves(SiteKey.create().shown(), session, proof));
    assertFalse(KeyRenewal.proves(next.shown(), new UUID(1, 3), proof));
    assertFalse(KeyRenewal.proves(next.shown(), session, Buffer.buffer()));
    assertFalse(KeyRenewal.proves(next.shown(), session, proof.copy().appendByte((byte) 0)));
  }

  @Test
  void aPairThatWasKeptIsTheSameAndTwoHalvesOfDifferentOnesAreNone() {
    var key = SiteKey.create();
    var kept = SiteKey.of(key.pkcs8(), SitePublicKey.of(key.shown().text()));
    assertEquals(key.shown(), kept.shown());
    assertEquals(16, key.shown().fingerprint().length());
    assertThrows(
        IllegalArgumentException.class, () -> SiteKey.of(key.pkcs8(), SiteKey.create().shown()));
    assertThrows(IllegalArgumentException.class, () -> SitePublicKey.of("AAAA"));
    assertFalse(key.toString().contains(java.util.Base64.getEncoder().encodeToString(key.pkcs8())));
  }
}
