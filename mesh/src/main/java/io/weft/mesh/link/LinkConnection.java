package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection between two sites that know each other, from the handshake to its end: it carries
 * a session in sealed batches, and notices when the other side falls silent.
 *
 * <p>What is offered in one turn of the event loop leaves in as few batches as hold it. No more
 * than {@link MeshLimits#UNSENT_WINDOW_BYTES} are given to the network before it has taken those
 * that went before, so a sign of life never waits behind all of a session. For the link's event
 * loop.
 */
final class LinkConnection implements LinkSocket.Listener, BatchReader.Entries {
  private static final Logger LOG = LoggerFactory.getLogger(LinkConnection.class);
  private static final int NOTHING_ASKED = 0;

  private final Time time;
  private final Executor turns;
  private final LinkSocket socket;
  private final Seals seals;
  private final LinkSession session;
  private final Consumer<LinkException> ended;
  private Timers.@Nullable Handle tick;
  private Timers.@Nullable Handle acknowledging;
  private long heardNanos;
  private long tickDueNanos;
  private long roundTripNanos;
  private long unsentBytes;

  /** The token of the question that waits for its answer, and when it was asked. */
  private long asked = NOTHING_ASKED;

  private long askedNanos;
  private long asks;

  /** The last question of the other side that waits to be answered. */
  private @Nullable Long pong;

  private boolean pings;
  private boolean acknowledges;
  private boolean flushComes;
  private boolean over;

  /**
   * Creates the connection of a socket whose handshake is done; {@link #begin} lets it go on.
   *
   * @param turns runs a task at the end of the present turn of the event loop
   * @param ended is told once why it ended; the session is detached then
   */
  LinkConnection(
      Time time,
      Executor turns,
      LinkSocket socket,
      Seals seals,
      LinkSession session,
      Consumer<LinkException> ended) {
    this.time = time;
    this.turns = turns;
    this.socket = socket;
    this.seals = seals;
    this.session = session;
    this.ended = ended;
  }

  /**
   * Lets the session go on over this connection.
   *
   * @param taken the last message that the other side has taken
   */
  void begin(long taken) {
    heardNanos = time.ticker().nanos();
    try {
      session.attach(this, taken);
    } catch (LinkException e) {
      end(e);
      return;
    }
    pings = true; // So that the round trip is known soon.
    wake();
    tickLater();
  }

  /** Returns the round trip that was measured last, in nanoseconds; 0 before. */
  long roundTripNanos() {
    return roundTripNanos;
  }

  /** Something waits to be sent. */
  void wake() {
    if (!flushComes && !over) {
      flushComes = true;
      turns.execute(this::flush);
    }
  }

  /** Messages were delivered: the other side is to know, soon or with what goes there anyway. */
  void owesAcknowledgement() {
    if (session.owedBytes() >= MeshLimits.LINK_ACKNOWLEDGE_BYTES) {
      acknowledge();
    } else if (acknowledging == null && !over) {
      acknowledging = time.timers().after(MeshLimits.LINK_ACKNOWLEDGE_DELAY, this::acknowledge);
    }
  }

  /** Says goodbye, and ends the session with the connection. */
  void end(LinkException why) {
    if (over) {
      return;
    }
    session.end();
    var batch = new BatchWriter(session.acknowledge());
    batch.goodbye(why.reason(), why.getMessage());
    // Whether it arrives or not, the connection is over here.
    socket
        .write(seals.out().close(batch.bytes()))
        .onFailure(
            e -> LOG.debug("{} does not hear the goodbye: {}", socket.peer(), e.getMessage()));
    socket.close();
    over(why);
  }

  /** Ends the connection without a word: nobody there would hear it. */
  void cut(LinkException why) {
    if (!over) {
      socket.abort();
      over(why);
    }
  }

  @Override
  public void message(Buffer message) {
    if (over) {
      return;
    }
    Buffer batch;
    try {
      batch = seals.in().open(message);
    } catch (LinkException e) {
      cut(e); // Somebody on the way did that; over another way the session may go on.
      return;
    }
    heardNanos = time.ticker().nanos();
    session.carriedIn(message.length());
    try {
      var reader = new BatchReader(batch);
      session.acknowledged(reader.acknowledged());
      reader.read(this);
    } catch (LinkException e) {
      end(e); // It comes from the other side itself, so what it thinks of the session is wrong.
    }
  }

  @Override
  public void closed() {
    over(new LinkException(LinkReason.UNKNOWN, "the connection to " + socket.peer() + " closed"));
  }

  @Override
  public void message(long number, Packed packed) {
    if (!over) {
      session.arrived(number, packed);
    }
  }

  @Override
  public void ping(long token) {
    pong = token;
    wake();
  }

  @Override
  public void pong(long token) {
    if (token == asked && asked != NOTHING_ASKED) {
      roundTripNanos = time.ticker().nanos() - askedNanos;
      asked = NOTHING_ASKED;
    }
  }

  @Override
  public void goodbye(LinkReason reason, String message) {
    if (!over) {
      session.end();
      socket.close();
      over(new LinkException(reason, message));
    }
  }

  private void acknowledge() {
    cancel(acknowledging);
    acknowledging = null;
    acknowledges = session.owedBytes() > 0;
    if (acknowledges) {
      wake();
    }
  }

  private void flush() {
    flushComes = false;
    while (!over && due() && unsentBytes < MeshLimits.UNSENT_WINDOW_BYTES) {
      send(batch());
    }
  }

  private boolean due() {
    return acknowledges || pings || pong != null || session.hasUnsent();
  }

  private BatchWriter batch() {
    var batch = new BatchWriter(session.acknowledge());
    acknowledges = false;
    cancel(acknowledging);
    acknowledging = null;
    if (pong != null) {
      batch.pong(pong);
      pong = null;
    }
    if (pings) {
      pings = false;
      asked = ++asks;
      askedNanos = time.ticker().nanos();
      batch.ping(asked);
    }
    session.writeTo(batch);
    return batch;
  }

  private void send(BatchWriter batch) {
    var sealed = seals.out().close(batch.bytes());
    unsentBytes += sealed.length();
    session.carriedOut(sealed.length());
    socket
        .write(sealed)
        .onComplete(
            (sent, failure) -> {
              unsentBytes -= sealed.length();
              if (failure != null) {
                cut(new LinkException(LinkReason.UNKNOWN, "not sent: " + failure.getMessage()));
              } else if (due()) {
                wake();
              }
            });
  }

  private void tickLater() {
    if (!over) {
      tickDueNanos = time.ticker().nanos() + MeshLimits.LINK_PING_INTERVAL.toNanos();
      tick = time.timers().after(MeshLimits.LINK_PING_INTERVAL, this::tick);
    }
  }

  private void tick() {
    long now = time.ticker().nanos();
    if (now - tickDueNanos > MeshLimits.LINK_PING_INTERVAL.toNanos()) {
      heardNanos =
          now; // It was this process that stood still; the other side may well have spoken.
    }
    if (now - heardNanos > MeshLimits.LINK_SILENCE_MAX.toNanos()) {
      cut(
          new LinkException(
              LinkReason.SILENT,
              "nothing heard of "
                  + socket.peer()
                  + " for "
                  + MeshLimits.LINK_SILENCE_MAX.toSeconds()
                  + " s"));
      return;
    }
    pings = true;
    wake();
    tickLater();
  }

  private void over(LinkException why) {
    if (over) {
      return;
    }
    over = true;
    cancel(tick);
    cancel(acknowledging);
    session.detach(this);
    ended.accept(why);
  }

  private static void cancel(Timers.@Nullable Handle handle) {
    if (handle != null) {
      handle.cancel();
    }
  }
}
