package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Both ends of a link in virtual time: what each does, and what it answers when something is off.
 */
class LinkTest {
  private final VirtualTime time = new VirtualTime(1);
  private long pausedNanos;
  private final MemoryEnrolments enrolments = new MemoryEnrolments();
  private final Heard atEdge = new Heard();
  private final Heard atHub = new Heard();
  private final SimWires wires = new SimWires(time);
  private final HubLinks hub =
      new HubLinks(
          time(), wires::soon, Keys.HUB, enrolments, new MemoryInvitations(enrolments), atHub);

  @BeforeEach
  void enrol() {
    wires.to(hub);
    enrolments.enrol(Keys.EDGE);
  }

  private Time time() {
    return new Time(() -> time.nanos() + pausedNanos, time, time.time().rng(), time);
  }

  private EdgeLink edge(long term, Heard heard) {
    return edge(Keys.EDGE, term, heard);
  }

  private EdgeLink edge(SiteIdentity site, long term, Heard heard) {
    var link =
        new EdgeLink(
            time(), wires::soon, wires, site, Keys.HUB.key().shown(), term, heard, state -> {});
    link.start();
    return link;
  }

  private static LinkReason reason(EdgeLink link) {
    var why = link.state().why();
    return why == null ? LinkReason.UNKNOWN : why.reason();
  }

  @Test
  void whatOneTurnOffersLeavesInOneBatch() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    int before = wires.last().edge.written.size();
    for (int i = 0; i < 100; i++) {
      atEdge.last().offer("message " + i);
    }
    time.advance(Duration.ofMillis(1));

    assertEquals(before + 1, wires.last().edge.written.size());
    time.advance(SimWires.DELAY);
    assertEquals(100, atHub.last().messages.size());
    assertEquals(2 * SimWires.DELAY.toNanos(), atEdge.last().session.roundTripNanos());
  }

  @Test
  void aSessionCountsTheBytesThatItsConnectionsCarry() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    long before = atEdge.last().session.bytesSent();
    atEdge.last().session.offer(Buffer.buffer(new byte[200]));
    time.advance(Duration.ofMillis(100));

    long grown = atEdge.last().session.bytesSent() - before;
    assertTrue(grown > 200, grown + " bytes");
    assertEquals(atEdge.last().session.bytesSent(), atHub.last().session.bytesReceived());
    assertEquals(atHub.last().session.bytesSent(), atEdge.last().session.bytesReceived());
  }

  @Test
  void aFullWindowSaysSoAndSaysWhenThereIsRoom() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    var session = atEdge.last().session;
    atHub.last().session.pause();
    var body = incompressible();
    int taken = 0;
    Offer last = session.offer(body);
    while (last instanceof Offer.Taken) {
      taken++;
      last = session.offer(body);
    }
    var full = assertInstanceOf(Offer.Full.class, last);
    assertTrue(full.bytes() <= MeshLimits.LINK_WINDOW_BYTES);
    var room = new ArrayList<String>();
    session.whenRoom(() -> room.add("room"));

    time.advance(Duration.ofMinutes(1));
    assertTrue(session.connected(), "a listener that wants no messages does not cut the link");
    assertEquals(0, atHub.last().messages.size());
    assertEquals(List.of(), room);

    atHub.last().session.resume();
    time.advance(Duration.ofSeconds(1));
    assertEquals(taken, atHub.last().messages.size());
    assertEquals(List.of("room"), room);
    assertEquals(0, session.unacknowledgedBytes());
    assertInstanceOf(
        Offer.TooLong.class,
        session.offer(Buffer.buffer(new byte[MeshLimits.LINK_MESSAGE_MAX_BYTES + 1])));
  }

  private Buffer incompressible() {
    var body = Buffer.buffer();
    for (int i = 0; i < 8_192; i++) {
      body.appendLong(time.time().rng().nextLong());
    }
    return body;
  }

  @Test
  void aSessionGoesOnAfterACutAndItsListenersHearOfBoth() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    atEdge.last().offer("before");
    time.advance(Duration.ofMillis(11)); // It has arrived; that has not been acknowledged.
    wires.last().cut(Duration.ZERO, null);
    time.advance(Duration.ofMillis(1));
    assertFalse(atEdge.last().session.connected());
    atEdge.last().offer("meanwhile");
    time.advance(Duration.ofSeconds(2));

    assertEquals(List.of("before", "meanwhile"), atHub.last().messages);
    assertEquals(2, atEdge.last().connections);
    assertEquals(1, atHub.sessions.size());
  }

  @Test
  void aConnectionThatFallsSilentIsCutWithinItsBound() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    wires.last().stall();
    time.advance(MeshLimits.LINK_SILENCE_MAX.plus(MeshLimits.LINK_PING_INTERVAL));
    assertFalse(wires.all.size() == 1 && atEdge.last().session.connected());
  }

  @Test
  void aPauseOfTheProcessItselfCutsNothing() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    var connection = atEdge.last().session.connection();
    // All timers are late together, as after a pause of the machine.
    pausedNanos = Duration.ofMinutes(1).toNanos();
    time.advance(Duration.ofSeconds(3));
    assertEquals(connection, atEdge.last().session.connection());
  }

  @Test
  void theNewerOfTwoLinksOfASiteCountsAndTheOlderIsTold() {
    var older = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    var other = new Heard();
    var newer = edge(2, other);
    time.advance(Duration.ofSeconds(1));

    assertEquals(LinkState.Phase.STOPPED, older.state().phase());
    assertEquals(LinkReason.SUPERSEDED, reason(older));
    assertTrue(atEdge.last().ended);
    assertEquals(LinkState.Phase.CONNECTED, newer.state().phase());

    var late = edge(1, new Heard());
    time.advance(Duration.ofSeconds(1));
    assertEquals(LinkState.Phase.STOPPED, late.state().phase());
    assertEquals(2, late.state().why().term());
    assertEquals(LinkState.Phase.CONNECTED, newer.state().phase());
    assertEquals(1, hub.sessions().size());
  }

  @Test
  void aConnectionThatWasHeldUpDoesNotTakeThePlaceOfALaterOne() {
    var early = new Client();
    early.hello();
    var later = new Client();
    later.hello();
    later.prove(new LinkEpoch(1, 2));
    assertInstanceOf(Greeting.Welcome.class, later.last());

    early.prove(new LinkEpoch(1, 1));
    var refused = assertInstanceOf(Greeting.Refused.class, early.last());
    assertEquals(LinkReason.SUPERSEDED, refused.reason());
    assertEquals(1, atHub.sessions.size());
    assertTrue(atHub.last().session.connected());
  }

  @Test
  void anEdgeThatGoesOnWhereItCannotHaveBeenBeginsAnew() {
    var first = new Client();
    first.hello();
    first.prove(new LinkEpoch(1, 1));
    var second = new Client();
    second.hello();
    // It says that it has taken what was never sent.
    second.prove(new LinkEpoch(1, 2), atHub.last().session.id(), 5);
    assertTrue(atHub.last().ended);
    assertEquals(0, hub.sessions().size());
  }

  /** An edge whose steps a test takes one by one. */
  private final class Client implements LinkSocket.Listener {
    private final SimWire wire = new SimWire(time, SimWires.DELAY);
    private final EdgeHandshake handshake =
        new EdgeHandshake(Keys.EDGE.name(), Keys.EDGE.key(), Keys.HUB.key().shown());
    private final List<Buffer> said = new ArrayList<>();

    Client() {
      hub.accept(wire.hub);
      wire.edge.start(this);
    }

    void hello() {
      write(handshake.hello());
    }

    void prove(LinkEpoch epoch) {
      prove(epoch, Greeting.NO_SESSION, 0);
    }

    void prove(LinkEpoch epoch, UUID session, long received) {
      write(handshake.challenged(said.get(0), epoch, session, received));
    }

    /** Returns what came second, which is the answer to the proof. */
    Greeting last() {
      return Greeting.read(said.get(1));
    }

    private void write(Buffer message) {
      assertTrue(wire.edge.write(message).succeeded());
      time.advance(SimWires.DELAY.multipliedBy(3));
    }

    @Override
    public void message(Buffer message) {
      said.add(message);
    }

    @Override
    public void closed() {}
  }

  @Test
  void aGreaterTermAtAnotherNodeOfTheHubEndsTheLinkHere() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    hub.supersede("edge-1", 1);
    assertEquals(1, hub.sessions().size());
    hub.supersede("edge-1", 2);
    time.advance(Duration.ofSeconds(1));
    assertEquals(LinkReason.SUPERSEDED, reason(link));
    assertEquals(0, hub.sessions().size());
    assertTrue(atHub.last().ended);
  }

  @Test
  void aHubOfAnotherVersionIsTriedUntilItSpeaksOneOfThisSites() {
    var refused = new Greeting.Refused(LinkReason.VERSION, 7, 9, 0, "versions 1 to 1").bytes();
    var answers = new ArrayList<>(List.of(refused, refused));
    var link =
        new EdgeLink(
            time(),
            wires::soon,
            () -> answers.isEmpty() ? wires.dial() : answering(answers.remove(0)),
            Keys.EDGE,
            Keys.HUB.key().shown(),
            1,
            atEdge,
            state -> {});
    link.start();
    time.advance(SimWires.DELAY.multipliedBy(3));
    assertEquals(LinkState.Phase.WAITING, link.state().phase());
    assertEquals(LinkReason.VERSION, reason(link));
    var message = link.state().why().getMessage();
    assertTrue(message.contains("speaks versions 7 to 9 (this node: 1 to 1)"), message);

    time.advance(Duration.ofSeconds(30)); // The hub, or this site, is upgraded meanwhile.
    assertTrue(atEdge.last().session.connected());
  }

  /** Dials a hub that has one answer to whatever it is told. */
  private Future<LinkSocket> answering(Buffer answer) {
    var wire = new SimWire(time, SimWires.DELAY);
    wire.hub.start(
        new LinkSocket.Listener() {
          @Override
          public void message(Buffer message) {
            wire.hub.write(answer);
          }

          @Override
          public void closed() {}
        });
    return Future.succeededFuture(wire.edge);
  }

  @Test
  void aLinkThatProvesByAnotherKeyGoesOnWithItsSessionAndLosesNothing() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    assertEquals(Optional.of(Keys.EDGE.key().shown()), hub.provedBy(Keys.EDGE.name()));
    var next = SiteKey.create();
    enrolments.enrol(Keys.EDGE.name(), next.shown());
    atEdge.last().offer("before");
    link.prove(next);
    atEdge.last().offer("after");
    atHub.last().offer("meanwhile");
    time.advance(SimWires.DELAY.multipliedBy(5));

    assertTrue(atEdge.last().session.connected(), "made at once, without a back-off");
    assertEquals(List.of("before", "after"), atHub.last().messages);
    assertEquals(List.of("meanwhile"), atEdge.last().messages);
    assertEquals(1, atEdge.sessions.size());
    assertEquals(Optional.of(next.shown()), hub.provedBy(Keys.EDGE.name()));
    assertEquals(next.shown(), link.provedBy());
  }

  @Test
  void aLinkByAKeyThatIsOutOfDateEndsAndMayComeByAnotherOne() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    var next = SiteKey.create();
    enrolments.enrol(Keys.EDGE.name(), next.shown());
    hub.outdate(Keys.EDGE.name());
    time.advance(Duration.ofMinutes(1));
    assertEquals(LinkReason.NOT_ENROLLED, link.state().why().reason());
    assertFalse(link.state().why().reason().isFinal());
    link.prove(next);
    time.advance(MeshLimits.LINK_BACKOFF_MAX.plusSeconds(1));
    assertTrue(atEdge.last().session.connected());
    assertEquals(2, atEdge.sessions.size());
    assertEquals(Optional.empty(), hub.provedBy("nobody"));
  }

  @Test
  void aSiteThatIsRevokedIsCutOffAndNotLetInAgain() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    enrolments.revoke(Keys.EDGE);
    hub.revoke("edge-1");
    time.advance(Duration.ofSeconds(1));
    assertEquals(LinkState.Phase.STOPPED, link.state().phase());
    assertEquals(LinkReason.REVOKED, reason(link));
    assertTrue(atEdge.last().ended);
    assertTrue(atHub.last().ended);

    var again = edge(2, new Heard());
    time.advance(Duration.ofSeconds(1));
    assertEquals(LinkReason.REVOKED, reason(again));
    assertEquals(0, hub.sessions().size());
  }

  @Test
  void aStrangerTriesOnInVainAndABusyOrBlindHubIsTriedUntilItIsNot() {
    var stranger = edge(Keys.STRANGER, 1, new Heard());
    time.advance(Duration.ofMinutes(1));
    assertEquals(LinkReason.NOT_ENROLLED, reason(stranger));
    assertTrue(
        wires.all.size() > 6 && wires.all.size() < 60, wires.all.size() + " tries in a minute");
    stranger.stop();

    enrolments.away(new IllegalStateException("the database is away"));
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    assertEquals(LinkReason.UNAVAILABLE, reason(link));
    enrolments.away(null);
    time.advance(MeshLimits.LINK_BACKOFF_MAX.plusSeconds(1));
    assertEquals(LinkState.Phase.CONNECTED, link.state().phase());
  }

  @Test
  void aHandshakeThatIsNotGoneOnWithIsGivenUp() {
    var silent = new SimWire(time, SimWires.DELAY);
    hub.accept(silent.hub);
    time.advance(MeshLimits.LINK_HANDSHAKE_TIMEOUT);
    assertEquals(1, silent.hub.written.size());
  }

  @Test
  void strangersWhoSayNothingKeepOutThemselvesAndNoSite() {
    var silent = new ArrayList<SimWire>();
    IntStream.range(0, MeshLimits.LINK_HANDSHAKES_MAX).forEach(i -> silent.add(comes("10.0.0.9")));
    var link = edge(1, atEdge);
    time.advance(SimWires.DELAY.multipliedBy(2));
    IntStream.range(0, 10).forEach(i -> silent.add(comes("10.0.0.9")));
    time.advance(Duration.ofMillis(500));

    assertEquals(LinkState.Phase.CONNECTED, link.state().phase());
    for (int i = 0; i < silent.size(); i++) {
      assertEquals(i < 11 ? 1 : 0, silent.get(i).hub.written.size(), "the first give way: " + i);
    }
  }

  @Test
  void whereNoHostHasMoreThanOthersTheOneWhoCameFirstGivesWay() {
    var first = comes("10.0.0.1");
    IntStream.range(1, MeshLimits.LINK_HANDSHAKES_MAX).forEach(i -> comes("10.0.1." + i));
    var link = edge(1, atEdge);
    time.advance(Duration.ofMillis(500));

    assertEquals(LinkState.Phase.CONNECTED, link.state().phase());
    assertEquals(1, first.hub.written.size());
  }

  private SimWire comes(String host) {
    var wire = new SimWire(time, SimWires.DELAY);
    hub.accept(wire.hub.from(host));
    return wire;
  }

  @Test
  void aSessionWithoutAConnectionIsKeptForItsTimeAndThenBothSidesBeginAnew() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    atHub.last().offer("so that the edge has taken something of it");
    time.advance(Duration.ofSeconds(1));
    enrolments.away(new IllegalStateException("so that it does not come back"));
    wires.last().cut(Duration.ZERO, Duration.ZERO);
    time.advance(MeshLimits.LINK_SESSION_KEPT.minusSeconds(5));
    assertEquals(1, hub.sessions().size());
    time.advance(Duration.ofSeconds(10));
    assertEquals(0, hub.sessions().size());
    assertTrue(atHub.last().ended);
    assertFalse(atEdge.last().ended); // It cannot know yet.

    enrolments.away(null);
    time.advance(MeshLimits.LINK_BACKOFF_MAX.plusSeconds(1));
    assertEquals(LinkState.Phase.CONNECTED, link.state().phase());
    assertTrue(atEdge.sessions.get(0).ended);
    assertEquals(2, atEdge.sessions.size());
    assertEquals(atEdge.last().session.id(), atHub.last().session.id());
    assertEquals(2, atHub.sessions.size());
  }

  @Test
  void aHubThatStopsSaysSoAndIsConnectedToAgain() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    hub.stop();
    time.advance(Duration.ofMillis(20));
    assertEquals(LinkReason.LEAVING, reason(link));
    assertTrue(atEdge.last().ended);
    assertEquals(LinkState.Phase.WAITING, link.state().phase());
  }

  @Test
  void anEdgeThatStopsEndsItsSessionOnBothSides() {
    var link = edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    link.stop();
    time.advance(Duration.ofSeconds(1));
    assertTrue(atEdge.last().ended);
    assertTrue(atHub.last().ended);
    assertEquals(0, hub.sessions().size());
    assertInstanceOf(Offer.Over.class, atEdge.last().offer("late"));
    assertEquals(0, time.pending(), "timers that nobody takes back");
  }

  @Test
  void aProxyThatMeddlesIsACutAndNothingElse() {
    edge(1, atEdge);
    time.advance(Duration.ofSeconds(1));
    atEdge.last().offer("first");
    wires.last().meddle();
    time.advance(Duration.ofSeconds(3));

    assertEquals(List.of("first"), atHub.last().messages);
    assertEquals(1, atHub.sessions.size());
    assertEquals(2, atEdge.last().connections);
  }

  @Test
  void aListenerThatFailsCostsTheMessagesBehindItNothing() {
    var failing = new ArrayList<String>();
    var fails =
        new HubLinks(
            time.time(),
            wires::soon,
            Keys.HUB,
            enrolments,
            new MemoryInvitations(enrolments),
            session ->
                new LinkSession.Listener() {
                  @Override
                  public void message(Buffer message) {
                    failing.add(message.toString());
                    throw new IllegalStateException("as a listener may");
                  }

                  @Override
                  public void ended() {}
                });
    var wire = new SimWire(time, SimWires.DELAY);
    fails.accept(wire.hub);
    var link =
        new EdgeLink(
            time.time(),
            wires::soon,
            () -> Future.succeededFuture(wire.edge),
            Keys.EDGE,
            Keys.HUB.key().shown(),
            1,
            atEdge,
            state -> {});
    link.start();
    time.advance(Duration.ofSeconds(1));
    atEdge.last().offer("one");
    atEdge.last().offer("two");
    time.advance(Duration.ofSeconds(1));
    assertEquals(List.of("one", "two"), failing);
    assertEquals(0, atEdge.last().session.unacknowledgedBytes());
  }
}
