package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation of two sites that survives the connections that carry it: messages with numbers in
 * both directions, each kept until the other side has acknowledged it, and sent again over the next
 * connection if it has not.
 *
 * <p>So what was taken is delivered exactly once and in order, as long as the session lives. It
 * ends when either side has lost its part of it, with a restart or by keeping it for too long; then
 * both are told, what was not acknowledged may or may not have been delivered, and another session
 * begins with nothing in it. What is acknowledged has been handed to the listener, nothing more.
 *
 * <p>It holds at most {@link MeshLimits#LINK_WINDOW_BYTES} of what is not acknowledged in each
 * direction. For the link's event loop, on which its listener is called.
 */
public final class LinkSession {
  private static final Logger LOG = LoggerFactory.getLogger(LinkSession.class);

  private final UUID id;
  private final String site;
  private final Packer packer = new Packer();

  /**
   * Messages that are not acknowledged, the oldest first; the first is number {@code acked + 1}.
   */
  private final ArrayDeque<Packed> kept = new ArrayDeque<>();

  /** Those of them that have not gone over the present connection. */
  private final ArrayDeque<Packed> unsent = new ArrayDeque<>();

  /** Messages that came and have not been delivered, as the listener wants none. */
  private final ArrayDeque<Packed> held = new ArrayDeque<>();

  private final List<Runnable> room = new ArrayList<>();
  private @Nullable Listener listener;
  private @Nullable LinkConnection connection;
  private long acknowledged;
  private long numbered;
  private long keptBytes;

  /** The last message that has gone over some connection. */
  private long sent;

  private long delivered;
  private long heldBytes;

  /** Bytes that were delivered since that was acknowledged. */
  private long owedBytes;

  /** What its connections have carried, sealed. */
  private long bytesOut;

  private long bytesIn;
  private boolean paused;
  private boolean delivering;
  private boolean over;

  /** Who hears what a session has to say. */
  public interface Listener {
    /**
     * A message came.
     *
     * @param message a view of what it travelled in: whoever keeps it for long copies it
     */
    void message(Buffer message);

    /** A connection carries the session, the first or a further one. */
    default void connected() {}

    /** No connection carries the session at present. */
    default void cut() {}

    /** The session is over, and says nothing more; what was not acknowledged is in doubt. */
    void ended();
  }

  /** Who is told of sessions as they begin. */
  @FunctionalInterface
  public interface Opener {
    /**
     * A session has begun.
     *
     * @return who hears of it
     */
    Listener began(LinkSession session);
  }

  LinkSession(UUID id, String site) {
    this.id = id;
    this.site = site;
  }

  /** Returns what the session is known by on both sides. */
  public UUID id() {
    return id;
  }

  /** Returns the name of the other side's site. */
  public String site() {
    return site;
  }

  /** Returns whether a connection carries it, as far as is known. */
  public boolean connected() {
    return connection != null;
  }

  /** Returns whether it has ended. */
  public boolean over() {
    return over;
  }

  /** Returns how many bytes the other side has not acknowledged. */
  public long unacknowledgedBytes() {
    return keptBytes;
  }

  /**
   * Returns how many bytes went to the other side over all connections of the session: those of its
   * batches as they travel, without handshakes and what a WebSocket adds.
   */
  public long bytesSent() {
    return bytesOut;
  }

  /** Returns how many bytes came from the other side, counted as {@link #bytesSent} has it. */
  public long bytesReceived() {
    return bytesIn;
  }

  /**
   * Returns the round trip of the connection that was measured last.
   *
   * @return nanoseconds; 0 when none has been measured or no connection carries the session
   */
  public long roundTripNanos() {
    return connection == null ? 0 : connection.roundTripNanos();
  }

  /**
   * Offers a message; if it is taken, it leaves with the others of this turn of the event loop, or
   * over the next connection.
   */
  public Offer offer(Buffer message) {
    if (over) {
      return new Offer.Over();
    }
    if (message.length() > MeshLimits.LINK_MESSAGE_MAX_BYTES) {
      return new Offer.TooLong(message.length());
    }
    if (keptBytes + MeshLimits.LINK_MESSAGE_OVERHEAD_BYTES > MeshLimits.LINK_WINDOW_BYTES) {
      return new Offer.Full(keptBytes); // Before it is compressed for nothing.
    }
    var packed = packer.pack(message);
    if (keptBytes + packed.cost() > MeshLimits.LINK_WINDOW_BYTES) {
      return new Offer.Full(keptBytes);
    }
    kept.add(packed);
    unsent.add(packed);
    keptBytes += packed.cost();
    if (connection != null) {
      connection.wake();
    }
    return new Offer.Taken(++numbered);
  }

  /**
   * Runs a task once, when half of the window is free or the session is over; at once if that is so
   * already.
   */
  public void whenRoom(Runnable task) {
    if (hasRoom()) {
      task.run();
    } else {
      room.add(task);
    }
  }

  /**
   * Asks for no more messages. The other side is told of none that waits here, so that it stops
   * when its window is full.
   */
  public void pause() {
    paused = true;
  }

  /** Asks for messages again, those first that wait. */
  public void resume() {
    paused = false;
    deliver();
  }

  void listener(Listener hears) {
    listener = hears;
  }

  /**
   * Goes on over a connection: what the other side has not taken is sent again.
   *
   * @param taken the last message that the other side has taken
   * @throws LinkException if it cannot have taken that
   */
  void attach(LinkConnection carries, long taken) {
    acknowledged(taken);
    unsent.clear();
    unsent.addAll(kept);
    owedBytes = 0;
    connection = carries;
    if (listener != null) {
      listener.connected();
    }
  }

  /** Notes that a connection carries it no more. */
  void detach(LinkConnection carried) {
    if (connection == carried) {
      connection = null;
      if (listener != null && !over) {
        listener.cut();
      }
    }
  }

  /** Counts a batch that went out. */
  void carriedOut(int bytes) {
    bytesOut += bytes;
  }

  /** Counts a batch that came in. */
  void carriedIn(int bytes) {
    bytesIn += bytes;
  }

  @Nullable LinkConnection connection() {
    return connection;
  }

  boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  /** Writes what has not been sent, until a batch is full. */
  void writeTo(BatchWriter batch) {
    while (!batch.full() && !unsent.isEmpty()) {
      long number = numbered - unsent.size() + 1;
      batch.message(number, unsent.remove());
      sent = Math.max(sent, number);
    }
  }

  /** Returns whether a message has gone over a connection: if not, nobody there knows of it. */
  boolean sent(long number) {
    return number <= sent;
  }

  /** Returns the last message that was delivered, and owes no acknowledgement from here on. */
  long acknowledge() {
    owedBytes = 0;
    return delivered;
  }

  /** Returns how many bytes were delivered that the other side does not know of. */
  long owedBytes() {
    return owedBytes;
  }

  /** Returns the last message that was delivered. */
  long delivered() {
    return delivered;
  }

  /**
   * Forgets what the other side has taken.
   *
   * @throws LinkException if it cannot have taken that
   */
  void acknowledged(long number) {
    if (number < acknowledged || number > numbered) {
      throw LinkException.malformed(
          "message %d acknowledged (expected: %d to %d)".formatted(number, acknowledged, numbered));
    }
    while (acknowledged < number) {
      keptBytes -= kept.remove().cost();
      acknowledged++;
      if (unsent.size() > kept.size()) {
        unsent.remove(); // It was held there, and is not needed again.
      }
    }
    if (!room.isEmpty() && hasRoom()) {
      tellOfRoom();
    }
  }

  /**
   * Takes a message that came; one that came before is left out.
   *
   * @throws LinkException if one before it is missing, or it is more than the window allows
   */
  void arrived(long number, Packed packed) {
    long received = delivered + held.size();
    if (number <= received) {
      return;
    }
    if (number != received + 1) {
      throw LinkException.malformed("message %d (expected: %d)".formatted(number, received + 1));
    }
    if (heldBytes + packed.cost() > MeshLimits.LINK_WINDOW_BYTES) {
      throw LinkException.malformed(
          "%d bytes that were not acknowledged (limit: %d)"
              .formatted(heldBytes + packed.cost(), MeshLimits.LINK_WINDOW_BYTES));
    }
    // A copy, as what is held for long must not hold a batch.
    held.add(paused ? new Packed(packed.deflated(), packed.bytes().copy()) : packed);
    heldBytes += packed.cost();
    deliver();
  }

  /** Ends the session, here; the other side has ended or lost it. */
  void end() {
    if (over) {
      return;
    }
    over = true;
    kept.clear();
    unsent.clear();
    held.clear();
    keptBytes = 0;
    heldBytes = 0;
    packer.close();
    if (listener != null) {
      listener.ended();
    }
    tellOfRoom();
  }

  private void deliver() {
    if (delivering || listener == null) {
      return; // Whoever asks for more while it is given some gets it in its turn.
    }
    delivering = true;
    try {
      while (!paused && !over && !held.isEmpty()) {
        deliver(listener, held.remove());
      }
    } catch (LinkException e) {
      broken(e);
    } finally {
      delivering = false;
    }
    if (connection != null && owedBytes > 0) {
      connection.owesAcknowledgement();
    }
  }

  private void deliver(Listener hears, Packed packed) {
    var message = packer.unpack(packed);
    heldBytes -= packed.cost();
    owedBytes += packed.cost();
    delivered++;
    try {
      hears.message(message);
    } catch (RuntimeException e) {
      // What one message meets there must not cost those behind it, which are other people's.
      LOG.error("message {} of {} failed its listener", delivered, this, e);
    }
  }

  /** Ends the session, as what came over it makes no sense: sent again, it would not either. */
  private void broken(LinkException why) {
    if (connection == null) {
      LOG.warn("{} cannot go on: {}", this, why.getMessage());
      end();
    } else {
      connection.end(why);
    }
  }

  private boolean hasRoom() {
    return over || keptBytes <= MeshLimits.LINK_WINDOW_BYTES / 2;
  }

  private void tellOfRoom() {
    var tasks = List.copyOf(room);
    room.clear();
    tasks.forEach(Runnable::run);
  }

  @Override
  public String toString() {
    return "session %s with %s: %d taken, %d of them acknowledged, %d delivered%s"
        .formatted(id, site, numbered, acknowledged, delivered, over ? ", over" : "");
  }
}
