package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.ReplyException;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.wire.FrameWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that waits to go from one lane to one lane of a peer.
 *
 * <p>What is written in one turn of the event loop leaves in as few frames as hold it. No more than
 * {@link MeshLimits#UNSENT_WINDOW_BYTES} are given to the network before it has taken those that
 * went before; the rest waits here, up to {@link MeshLimits#OUTBOX_MAX_BYTES}, and what would be
 * more is refused. So a peer that does not read costs a bounded part of the heap, and what waits is
 * known not to have been sent. Frames too large for one message go in pieces between the others.
 *
 * <p>For the lane's event loop.
 */
final class Outbox {
  private static final int SPARE_FRAMES_MAX = 8;

  /** Bytes down to which an outbox has room again for streams that waited. */
  private static final int DRAINED_BYTES = MeshLimits.OUTBOX_MAX_BYTES / 2;

  private final Peer peer;
  private final int lane;
  private final Network network;
  private final byte[] header;
  private final ArrayDeque<OutboundFrame> full = new ArrayDeque<>();
  private final ArrayDeque<LargeFrame> large = new ArrayDeque<>();
  private final ArrayDeque<OutboundFrame> spare = new ArrayDeque<>();
  private final List<Runnable> drained = new ArrayList<>();
  private @Nullable OutboundFrame open;
  private int transfers;

  /** Bytes in frames that wait here, pieces still to go included. */
  private long waitingBytes;

  /** Bytes in frames that the network has been given and has not confirmed. */
  private long unsentBytes;

  /** How many connections to the peer have closed. */
  private int closed;

  private boolean dirty;
  private boolean flushing;

  /** Whether answers may have been lost that the peer has not been told of. */
  private boolean owesReset;

  private boolean resetScheduled;
  private int resetAttempts;

  /** Requests that went out through here and have neither been answered nor given up. */
  private int awaited;

  /** What carries frames, and hears of those that are not sent. */
  interface Network {
    /** Sends a frame; completes, on the lane's event loop, when the network has taken it. */
    Future<Void> send(OutboundFrame frame);

    /** A request has not gone, and will not; or its frame failed on the way. */
    void unsent(long request, Throwable failure);

    /** Something waits that did not wait before: {@link #flush} is to be called soon. */
    void dirty(Outbox outbox);

    /** Answers were lost on the way: {@link #resetAgain} is to be called in a while. */
    void lostAnswers(Outbox outbox);
  }

  Outbox(Peer peer, int lane, byte[] header, Network network) {
    this.peer = peer;
    this.lane = lane;
    this.header = header;
    this.network = network;
  }

  Peer peer() {
    return peer;
  }

  int lane() {
    return lane;
  }

  /** Returns how many bytes wait or are on their way to the network. */
  long bytes() {
    return waitingBytes + unsentBytes;
  }

  /** Returns whether there is room for a request with a body of a length. */
  boolean takes(int bodyBytes) {
    return bytes() + bodyBytes <= MeshLimits.OUTBOX_MAX_BYTES - MeshLimits.OUTBOX_RESERVE_BYTES;
  }

  boolean idle() {
    return bytes() == 0 && awaited == 0 && !owesReset && !resetScheduled;
  }

  @Override
  public String toString() {
    return "to "
        + peer.node()
        + "."
        + lane
        + ": waiting "
        + waitingBytes
        + " and unsent "
        + unsentBytes
        + " bytes, awaited "
        + awaited
        + ", reset owed "
        + owesReset
        + " or scheduled "
        + resetScheduled;
  }

  /** Notes that an answer is awaited from the peer. */
  void awaits() {
    awaited++;
  }

  /** Notes that an answer came, or is awaited no more. */
  void awaitsNoMore() {
    awaited--;
  }

  /** Writes a request for which there is room. */
  void request(long id, String instance, Request request, Buffer body) {
    if (body.length() > MeshLimits.PIECE_BYTES) {
      var writer = new FrameWriter(header);
      writer.request(id, instance, request, body);
      enlarge(writer, id);
      return;
    }
    var frame = frame();
    int before = frame.writer().size();
    frame.writer().request(id, instance, request, body);
    frame.carries(id);
    wrote(frame, before);
  }

  /** Writes a reply; one for which there is no room becomes a failure. */
  void reply(long id, Reply reply, Buffer body) {
    if (bytes() + body.length() > MeshLimits.OUTBOX_MAX_BYTES) {
      failure(id, new Unknown("no room for the answer: " + bytes() + " bytes wait already"));
    } else if (body.length() > MeshLimits.PIECE_BYTES) {
      var writer = new FrameWriter(header);
      writer.reply(id, reply, body);
      enlarge(writer, LargeFrame.NO_REQUEST);
    } else {
      answer(writer -> writer.reply(id, reply, body));
    }
  }

  /** Writes a failure on whose behalf no further attempts were made. */
  void failure(long id, MeshFailure failure) {
    failure(id, failure, 0);
  }

  /** Writes a failure, and how many further attempts were made before it. */
  void failure(long id, MeshFailure failure, int spent) {
    if (bytes() > MeshLimits.OUTBOX_MAX_BYTES) {
      owesReset = true; // The peer has not read for long; it hears of it when it does.
      return;
    }
    answer(writer -> writer.failure(id, failure, spent));
  }

  /** Writes that an answer is of no use any more. */
  void cancel(long id) {
    var half = withdraw(id);
    if (half == null) {
      small(writer -> writer.cancel(id));
    } else if (half.begun()) {
      small(half::writeEnd);
    }
  }

  /** Writes that a stream is not read any more; never dropped, or it would stay open. */
  void cancelStream(long id) {
    write(writer -> writer.cancel(id));
  }

  /** Returns whether there is room for an answer without a body. */
  boolean takesAnswer() {
    return bytes() <= MeshLimits.OUTBOX_MAX_BYTES;
  }

  /** Writes an item of a stream, for which there is room. */
  void item(long id, long number, Payload item, Buffer body) {
    answer(writer -> writer.item(id, number, item, body));
  }

  /** Writes that a stream has no more items. */
  void ended(long id, long number) {
    answer(writer -> writer.ended(id, number));
  }

  /** Writes that some more items of a stream may come; never dropped, or the stream would stop. */
  void credit(long id, int items) {
    write(writer -> writer.credit(id, items));
  }

  /** Writes how much an instance of this node has to do, if there is room. */
  void load(String instance, double load) {
    small(writer -> writer.load(instance, load));
  }

  /** Runs a task once there is room again. */
  void whenDrained(Runnable task) {
    drained.add(task);
  }

  /** Tells the peer that answers written earlier may have been lost, as soon as it can be told. */
  void reset() {
    owesReset = true;
    resetAttempts = 0;
    becomeDirty();
  }

  /** Tries once more to tell what could not be told. */
  void resetAgain() {
    resetScheduled = false;
    if (resetAttempts < MeshLimits.RESET_ATTEMPTS_MAX) {
      resetAttempts++;
      owesReset = true;
      becomeDirty();
    }
  }

  /** Gives the network what it may be given. */
  void flush() {
    dirty = false;
    if (flushing) {
      return; // A frame that is taken at once comes back here before it is through.
    }
    flushing = true;
    writeReset();
    while (unsentBytes < MeshLimits.UNSENT_WINDOW_BYTES && waitingBytes > 0) {
      send(next());
    }
    flushing = false;
  }

  private void writeReset() {
    if (!owesReset || bytes() > MeshLimits.OUTBOX_MAX_BYTES) {
      return;
    }
    owesReset = false;
    answer(FrameWriter::reset);
  }

  /** Fails what waits, none of which has been sent, and forgets it. */
  void fail(Throwable failure) {
    var unsent = waiting();
    full.clear();
    large.clear();
    open = null;
    waitingBytes = 0;
    owesReset = false;
    resetAttempts = MeshLimits.RESET_ATTEMPTS_MAX; // Nobody is there to be told.
    unsent.forEach(id -> network.unsent(id, failure));
  }

  /**
   * Forgets frames of which the peer has got a part: the rest is of no use to it.
   *
   * @param failure what becomes of the requests in them
   */
  void forgetHalves(Throwable failure) {
    for (var frame : large.toArray(LargeFrame[]::new)) {
      if (frame.begun()) {
        drop(frame);
        if (frame.request() == LargeFrame.NO_REQUEST) {
          lostAnswers();
        } else {
          network.unsent(frame.request(), failure);
        }
      }
    }
  }

  /**
   * Waits no more for what was given to a connection that has closed: the bus now and then never
   * says what became of it, and what it keeps to itself would fill the window in the end.
   */
  void closed() {
    closed++;
    unsentBytes = 0;
  }

  private void lostAnswers() {
    if (!resetScheduled && resetAttempts < MeshLimits.RESET_ATTEMPTS_MAX) {
      resetScheduled = true;
      network.lostAnswers(this);
    }
  }

  /** Returns the requests that wait here, so have not been sent. */
  Set<Long> waiting() {
    var ids = new HashSet<Long>();
    full.forEach(frame -> addAll(ids, frame));
    if (open != null) {
      addAll(ids, open);
    }
    for (var frame : large) {
      if (frame.request() != LargeFrame.NO_REQUEST) {
        ids.add(frame.request());
      }
    }
    return ids;
  }

  private static void addAll(Set<Long> ids, OutboundFrame frame) {
    for (long id : frame.requests()) {
      ids.add(id);
    }
  }

  /** Takes a large request back that has not gone as a whole yet, and so has not run. */
  private @Nullable LargeFrame withdraw(long id) {
    for (var frame : large) {
      if (frame.request() == id) {
        drop(frame);
        return frame;
      }
    }
    return null;
  }

  private void drop(LargeFrame frame) {
    large.remove(frame);
    waitingBytes -= frame.remaining();
  }

  private void small(Consumer<FrameWriter> entry) {
    if (bytes() > MeshLimits.OUTBOX_MAX_BYTES) {
      return; // The peer has not read for long: what it waits for ends by its own deadline.
    }
    write(entry);
  }

  private void answer(Consumer<FrameWriter> entry) {
    frame().carriesAnswer();
    write(entry);
  }

  private void write(Consumer<FrameWriter> entry) {
    var frame = frame();
    int before = frame.writer().size();
    entry.accept(frame.writer());
    wrote(frame, before);
  }

  private void enlarge(FrameWriter writer, long request) {
    var frame = new LargeFrame(writer, ++transfers, request);
    large.add(frame);
    waitingBytes += frame.size();
    becomeDirty();
  }

  private OutboundFrame frame() {
    var frame = open;
    if (frame == null) {
      frame = spare.isEmpty() ? new OutboundFrame(header) : spare.pop();
      open = frame;
      waitingBytes += frame.writer().size();
    }
    return frame;
  }

  private void wrote(OutboundFrame frame, int before) {
    waitingBytes += frame.writer().size() - before;
    if (frame.writer().full()) {
      full.add(frame);
      open = null;
      flush();
    }
    becomeDirty();
  }

  private void becomeDirty() {
    if (!dirty && (waitingBytes > 0 || owesReset)) {
      dirty = true;
      network.dirty(this);
    }
  }

  /** Returns the next frame to go, with one piece of a large one at its end. */
  private OutboundFrame next() {
    var frame = full.poll();
    if (frame == null) {
      frame = frame();
      open = null;
    }
    waitingBytes -= frame.writer().size();
    var largest = large.poll();
    if (largest != null) {
      waitingBytes -= largest.writeTo(frame.writer(), MeshLimits.PIECE_BYTES);
      if (largest.request() == LargeFrame.NO_REQUEST) {
        frame.carriesAnswer();
      } else {
        frame.carries(largest.request()); // Without any one of its pieces it never arrives.
      }
      if (!largest.done()) {
        turn(largest);
      }
    }
    return frame;
  }

  /** Those that have begun take turns; the others wait until one of them is done. */
  private void turn(LargeFrame frame) {
    var behind = new ArrayDeque<LargeFrame>();
    for (int i = 1; i < MeshLimits.LARGE_FRAMES_AT_A_TIME && !large.isEmpty(); i++) {
      behind.add(large.poll());
    }
    large.addFirst(frame);
    while (!behind.isEmpty()) {
      large.addFirst(behind.pollLast());
    }
  }

  private void send(OutboundFrame frame) {
    int size = frame.writer().size();
    unsentBytes += size;
    int before = closed;
    network
        .send(frame)
        .onComplete(
            (done, failure) -> {
              unsentBytes -= before == closed ? size : 0;
              sent(frame, failure);
            });
  }

  private void sent(OutboundFrame frame, @Nullable Throwable failure) {
    if (failure != null) {
      for (long id : frame.requests()) {
        network.unsent(id, failure);
      }
      forgetHalves(failure);
      // Without a lane to read them, nobody waits for answers.
      if (frame.answers() && !(failure instanceof ReplyException)) {
        lostAnswers();
      }
    } else if (frame.answers()) {
      resetAttempts = 0;
    }
    if (spare.size() < SPARE_FRAMES_MAX && frame.writer().size() <= MeshLimits.FRAME_MAX_BYTES) {
      frame.clear();
      spare.push(frame);
    }
    if (waitingBytes > 0 || owesReset) {
      flush();
    }
    if (!drained.isEmpty() && bytes() <= DRAINED_BYTES) {
      var tasks = List.copyOf(drained);
      drained.clear();
      tasks.forEach(Runnable::run);
    }
  }
}
