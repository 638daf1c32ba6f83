package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * A link in virtual time, from a seed: connections are cut at any moment, in the middle of a
 * message, unheard by one side or both; either side restarts, and a second node of the site opens a
 * link of its own.
 *
 * <p>The laws: what a session delivers is what was offered to it, in order, without gaps or
 * repetitions; once all is calm, the session that lives has delivered everything, and of every
 * other one each side that still runs has heard that it ended.
 */
class LinkSimulationTest {
  private static final int SEEDS = 200;
  private static final int STEPS = 60;
  private static final Duration CALM = Duration.ofSeconds(60);

  @Test
  void whatASessionTakesIsDeliveredOnceAndInOrderWhateverIsCut() {
    var seen = new Seen();
    for (int seed = 1; seed <= SEEDS; seed++) {
      try {
        new World(seed, seen).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    // Without these the run would have shown nothing.
    assertTrue(seen.messages > 100L * SEEDS, seen.toString());
    assertTrue(seen.resumed > SEEDS, seen.toString());
    assertTrue(seen.lost > SEEDS, seen.toString());
  }

  /** What happened in all runs together. */
  private static final class Seen {
    private long messages;
    private long resumed;
    private long lost;

    @Override
    public String toString() {
      return messages + " messages, " + resumed + " resumptions, " + lost + " sessions lost";
    }
  }

  private static final class World {
    private final VirtualTime time;
    private final Rng rng;
    private final Seen seen;
    private final SiteIdentity hubSite = Keys.HUB;
    private final SiteIdentity edgeSite = Keys.EDGE;
    private final MemoryEnrolments enrolments = new MemoryEnrolments();
    private final List<SimWire> wires = new ArrayList<>();
    private final List<Side> edges = new ArrayList<>();
    private final List<Side> hubs = new ArrayList<>();
    private HubLinks hub;
    private EdgeLink edge;
    private long term;
    private long texts;

    /** One incarnation of one end, and whether it still runs. */
    private static final class Side {
      private final Heard heard = new Heard();
      private boolean runs = true;
    }

    World(long seed, Seen seen) {
      this.seen = seen;
      time = new VirtualTime(seed);
      rng = Rng.seeded(~seed);
      enrolments.enrol(edgeSite);
      hub = startHub();
      edge = startEdge();
    }

    private HubLinks startHub() {
      hubs.add(new Side());
      return new HubLinks(
          time.time(),
          this::soon,
          hubSite,
          enrolments,
          new MemoryInvitations(enrolments),
          last(hubs).heard);
    }

    private EdgeLink startEdge() {
      edges.add(new Side());
      var runs = last(edges);
      var link =
          new EdgeLink(
              time.time(),
              this::soon,
              () -> runs.runs ? dial() : Future.failedFuture("not running"),
              edgeSite,
              hubSite.key().shown(),
              ++term,
              runs.heard,
              World::watch);
      link.start();
      return link;
    }

    /** Neither side ever says what the other cannot make sense of: that would end a session. */
    private static void watch(LinkState state) {
      var why = state.why();
      assertFalse(why != null && why.reason() == LinkReason.MALFORMED, () -> String.valueOf(state));
    }

    private void soon(Runnable task) {
      time.after(Duration.ZERO, task);
    }

    private Future<LinkSocket> dial() {
      if (rng.nextInt(4) == 0) {
        return Future.failedFuture("no way");
      }
      var wire = new SimWire(time, Duration.ofMillis(1 + rng.nextInt(60)));
      if (rng.nextInt(4) == 0) {
        wire.cutAfter(rng.nextInt(12)); // Perhaps in the handshake.
      }
      wires.add(wire);
      hub.accept(wire.hub);
      return Future.succeededFuture(wire.edge);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        act();
        time.advance(Duration.ofMillis(rng.nextInt(400)));
        check();
      }
      calm();
    }

    private void act() {
      switch (rng.nextInt(40)) {
        case 0, 1, 2, 3, 4, 5, 6 -> cut();
        case 7 -> restartEdge();
        case 8 -> restartHub();
        case 9 -> takeOver();
        case 10 -> each(edges, LinkSession::pause);
        case 11 -> each(hubs, LinkSession::pause);
        case 12, 13 -> each(edges, LinkSession::resume);
        case 14, 15 -> each(hubs, LinkSession::resume);
        default -> {
          offer(edges);
          offer(hubs);
        }
      }
    }

    private static void each(List<Side> sides, Consumer<LinkSession> task) {
      sides.forEach(side -> side.heard.sessions.forEach(each -> task.accept(each.session)));
    }

    private void offer(List<Side> sides) {
      var heard = last(sides).heard;
      if (!heard.none()) {
        for (int i = rng.nextInt(20); i > 0; i--) {
          // Some are so long that they are compressed.
          var text = "m" + ++texts + "x".repeat(rng.nextInt(8) == 0 ? rng.nextInt(5_000) : 0);
          heard.last().offer(text);
        }
      }
    }

    private void cut() {
      if (!wires.isEmpty()) {
        last(wires).cut(hears(), hears());
      }
    }

    private Duration hears() {
      return rng.nextInt(4) == 0 ? null : Duration.ofMillis(rng.nextInt(2_000));
    }

    /** The process is gone: what it had is gone, and nobody is told by it. */
    private void restartEdge() {
      last(edges).runs = false;
      cut();
      edge = startEdge();
    }

    private void restartHub() {
      last(hubs).runs = false;
      wires.forEach(wire -> wire.cut(hears(), null));
      hub = startHub();
    }

    /** Another node of the site takes over while this one still runs: two links at once. */
    private void takeOver() {
      edge = startEdge();
    }

    private void calm() {
      each(edges, LinkSession::resume);
      each(hubs, LinkSession::resume);
      long untilNanos = time.nanos() + CALM.toNanos();
      while (time.nanos() < untilNanos) {
        time.advance(Duration.ofSeconds(1));
        check();
      }
      assertEquals(LinkState.Phase.CONNECTED, edge.state().phase(), String.valueOf(edge.state()));
      var atEdge = last(edges).heard.last();
      var atHub = last(hubs).heard.last();
      assertEquals(atEdge.session.id(), atHub.session.id());
      assertEquals(atEdge.taken, atHub.messages);
      assertEquals(atHub.taken, atEdge.messages);
      assertEquals(0, atEdge.session.unacknowledgedBytes());
      assertEquals(0, atHub.session.unacknowledgedBytes());
      check();
      checkEnds(edges, atEdge.session.id());
      checkEnds(hubs, atHub.session.id());
    }

    /** What was delivered is a beginning of what was taken, in each session and direction. */
    private void check() {
      var atHub = new HashMap<UUID, Heard.Kept>();
      hubs.forEach(side -> side.heard.sessions.forEach(each -> atHub.put(each.session.id(), each)));
      for (var side : edges) {
        for (var here : side.heard.sessions) {
          var there = atHub.get(here.session.id());
          begins(there.taken, here.messages);
          begins(here.taken, there.messages);
        }
      }
    }

    private static void begins(List<String> taken, List<String> delivered) {
      assertTrue(delivered.size() <= taken.size(), "more was delivered than taken");
      assertEquals(taken.subList(0, delivered.size()), delivered);
    }

    private void checkEnds(List<Side> sides, UUID living) {
      for (var side : sides) {
        for (var each : side.heard.sessions) {
          seen.messages += each.messages.size();
          seen.resumed += Math.max(0, each.connections - 1);
          if (each.session.id().equals(living)) {
            assertFalse(each.ended, "the living session ended");
          } else if (side.runs) {
            assertTrue(each.ended, each.session + " ended unheard");
            seen.lost++;
          }
        }
      }
    }

    private static <T> T last(List<T> list) {
      return list.get(list.size() - 1);
    }
  }

  @Test
  void theBoundsOfALinkFitTogether() {
    assertTrue(
        MeshLimits.LINK_BATCH_FULL_BYTES
                + MeshLimits.LINK_MESSAGE_MAX_BYTES
                + MeshLimits.LINK_REASON_MAX_CHARS * 3
            < MeshLimits.LINK_BATCH_MAX_BYTES);
    assertTrue(MeshLimits.LINK_MESSAGE_MAX_BYTES < MeshLimits.LINK_WINDOW_BYTES / 2);
    assertTrue(
        MeshLimits.LINK_PING_INTERVAL.multipliedBy(3).compareTo(MeshLimits.LINK_SILENCE_MAX) < 0);
  }
}
