package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.bus.PendingCalls.PendingCall;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Gauges.PeerGauge;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.mesh.wire.FrameException;
import io.weft.mesh.wire.FrameReader;
import io.weft.mesh.wire.FrameWriter;
import io.weft.mesh.wire.Principals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One inbox of a node on the event bus, with everything that one event loop knows of the calls that
 * pass through it.
 *
 * <p>Requests leave from the lane of the caller's event loop, arrive at the lane of the instance's
 * event loop, and their replies come back the same way. What is written in one turn of the event
 * loop leaves in as few frames as hold it. Everything but {@link #run} is for the lane's event
 * loop.
 */
final class Lane implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final int index;
  private final String node;
  private final String incarnation;
  private final ContextInternal context;
  private final EventBus bus;
  private final Time time;
  private final Function<String, @Nullable LocalInstance> instances;
  private final PendingCalls pending;
  private final Principals principals = new Principals();
  private final Peers peers;
  private final Pieces pieces = new Pieces();
  private final Complaints complaints;
  private final Standstill standstill;
  private final List<Outbox> dirty = new ArrayList<>();
  private final ToldLoads home = new ToldLoads();
  private Loads loads = (endpoint, load) -> {};
  private @Nullable MessageConsumer<?> consumer;
  private Timers.@Nullable Handle sweep;
  private Timers.@Nullable Handle tick;

  /** Whether {@link #flush} is sure to be called before this turn of the event loop ends. */
  private boolean flushComes;

  /**
   * Creates the lane of an event loop.
   *
   * @param index the lane's number on the node
   * @param context a context on the lane's event loop, used by nobody else
   * @param instances finds an instance of this node by its id
   * @param delays is told how late the event loop is with what is due, in nanoseconds
   */
  Lane(
      int index,
      String node,
      String incarnation,
      ContextInternal context,
      Time time,
      Function<String, @Nullable LocalInstance> instances,
      LongConsumer delays) {
    this.index = index;
    this.node = node;
    this.incarnation = incarnation;
    this.context = context;
    this.time = time;
    this.instances = instances;
    bus = context.owner().eventBus();
    pending = new PendingCalls(time);
    standstill = new Standstill(time.ticker(), delays);
    peers = new Peers((peer, lane) -> new PeerLane(outbox(peer, lane)));
    complaints = new Complaints(LOG, time.ticker());
  }

  static String address(String node, int lane) {
    return "weft." + node + "." + lane;
  }

  int index() {
    return index;
  }

  ContextInternal context() {
    return context;
  }

  String node() {
    return node;
  }

  Ticker ticker() {
    return time.ticker();
  }

  /** Returns who is told of the loads of endpoints. */
  Loads loads() {
    return loads;
  }

  @Override
  public void loads(Loads listener) {
    loads = listener;
  }

  /** Returns an instance of this node by its id, or null. */
  @Nullable LocalInstance instance(String id) {
    return instances.apply(id);
  }

  PendingCalls pending() {
    return pending;
  }

  Pieces pieces() {
    return pieces;
  }

  /** Returns the nodes that this lane has sent to or heard from. */
  Peers peers() {
    return peers;
  }

  /** Returns what waits for each node. */
  List<PeerGauge> peerGauges() {
    var gauges = new ArrayList<PeerGauge>();
    for (var peer : peers.all()) {
      long bytes = 0;
      for (var lane : peer.lanes()) {
        bytes += lane.outbox().bytes();
      }
      gauges.add(new PeerGauge(peer.node(), bytes));
    }
    return gauges;
  }

  /** Runs a task on the lane's event loop: at once when already there. From any thread. */
  void run(Runnable task) {
    if (context.inThread()) {
      context.dispatch(task);
    } else {
      context.runOnContext(ignored -> task.run());
    }
  }

  /** Begins to listen. From any thread; completes when the whole site knows the address. */
  Future<Void> open() {
    Promise<Void> opened = context.promise();
    run(
        () -> {
          consumer = bus.consumer(address(node, index), this::arrived);
          consumer.completion().onComplete(opened);
          standstill.begin(); // Nobody looked at the time from its making until now.
          sweepLater();
          tickLater();
        });
    return opened.future();
  }

  /** Stops listening and fails what is pending. From any thread. */
  Future<Void> close() {
    Promise<Void> closed = context.promise();
    run(
        () -> {
          pending.failAll(call -> true, "this node is closing");
          if (sweep != null) {
            sweep.cancel();
          }
          if (tick != null) {
            tick.cancel();
          }
          var closing = new Unknown("node " + node + " is closing");
          peers.all().forEach(p -> p.lanes().forEach(lane -> lane.breakStreams(closing)));
          if (consumer == null) {
            closed.complete();
          } else {
            consumer.unregister().onComplete(closed);
          }
        });
    return closed.future();
  }

  private void tickLater() {
    tick =
        time.timers()
            .after(
                MeshLimits.STANDSTILL_TICK,
                () -> {
                  standstill.tick();
                  tickLater();
                });
  }

  private void sweepLater() {
    sweep = time.timers().after(MeshLimits.SWEEP_INTERVAL, this::sweep);
  }

  /** Forgets what nobody uses: strangers that came by, and frames that will never be whole. */
  private void sweep() {
    pieces.forgetOlderThan(time.ticker().nanos() - MeshLimits.SWEEP_INTERVAL.toNanos());
    peers.forgetUnused();
    sweepLater();
  }

  @Override
  public Future<Reply> send(Endpoint endpoint, Request request) {
    if (request.cancellation().cancelled()) {
      return Future.failedFuture(
          new Expired(request.operation() + " was cancelled before it was sent"));
    }
    return endpoint.node().equals(node) ? sendHome(endpoint, request) : sendAway(endpoint, request);
  }

  /** Neither bytes nor frames: the instance gets the request as it is. */
  private Future<Reply> sendHome(Endpoint endpoint, Request request) {
    var instance = instances.apply(endpoint.instance());
    if (instance == null || !endpoint.incarnation().equals(incarnation)) {
      return Future.failedFuture(new NotSent("instance " + endpoint.id() + " is gone"));
    }
    var given = request.with(new Cancellation());
    var answer =
        instance.lane() == this ? instance.take(given) : takeThere(endpoint, instance, given);
    if (instance.lane() == this) {
      tellHome(endpoint, instance.load());
    }
    if (answer.isComplete()) {
      return answer;
    }
    var call = pend(endpoint, request, null, given.cancellation());
    answer.onComplete((reply, failure) -> settle(call, reply, failure));
    return call.future();
  }

  /** Asks an instance on another event loop, and completes on this one in a later turn. */
  private Future<Reply> takeThere(Endpoint endpoint, LocalInstance instance, Request request) {
    Promise<Reply> answered = Promise.promise();
    instance
        .lane()
        .run(
            () ->
                instance
                    .take(request)
                    .onComplete(
                        (reply, failure) -> {
                          double load = instance.load(); // Of its own lane, so read here.
                          run(
                              () -> {
                                tellHome(endpoint, load);
                                answered.complete(reply, failure);
                              });
                        }));
    return answered.future();
  }

  private void tellHome(Endpoint endpoint, double load) {
    if (home.isNews(endpoint.id(), load, time.ticker())) {
      loads.told(endpoint.id(), load);
    }
  }

  private Future<Reply> sendAway(Endpoint endpoint, Request request) {
    Buffer body;
    try {
      body = request.payload().bytes();
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    }
    var outbox = peers.lane(endpoint.node(), endpoint.incarnation(), endpoint.lane()).outbox();
    if (!outbox.takes(body.length())) {
      return Future.failedFuture(
          new NotSent(
              outbox.bytes()
                  + " bytes wait for node "
                  + endpoint.node()
                  + " (limit: "
                  + (MeshLimits.OUTBOX_MAX_BYTES - MeshLimits.OUTBOX_RESERVE_BYTES)
                  + ")"));
    }
    var call = pend(endpoint, request, outbox, Cancellation.NEVER);
    if (!call.future().isComplete()) { // Its caller may have given it up this moment.
      outbox.request(call.id(), endpoint.instance(), request, body);
    }
    return call.future();
  }

  private PendingCall pend(
      Endpoint endpoint, Request request, @Nullable Outbox outbox, Cancellation serving) {
    var call = pending.add(endpoint, request, outbox, serving, time.ticker().nanos());
    if (request.cancellation() != Cancellation.NEVER) {
      call.listening(
          request
              .cancellation()
              .onCancel(() -> run(() -> pending.giveUp(call, "its caller gave it up"))));
    }
    return call;
  }

  private void settle(PendingCall call, @Nullable Reply reply, @Nullable Throwable failure) {
    if (reply != null) {
      pending.complete(call, reply);
    } else {
      pending.fail(call, failure);
    }
  }

  /**
   * Fails the pending calls to an incarnation that will not answer any more, and drops what it
   * asked for. Should it be believed dead by mistake, it is told that no answer will come.
   */
  void lost(String lostNode, String lostIncarnation, String why) {
    var peer = peers.remove(lostNode, lostIncarnation);
    if (peer == null) {
      return;
    }
    var unsent = new NotSent("node " + lostNode + " is gone: " + why);
    for (var lane : peer.lanes()) {
      boolean idle = lane.idle();
      lane.outbox().fail(unsent);
      lane.cancelAll();
      lane.breakStreams(new Unknown("the stream from node " + lostNode + " broke: " + why));
      pieces.forget(lane);
      if (!idle) {
        lane.outbox().reset(); // It may live, only unheard, and wait for what will not come.
      }
    }
    pending.failAll(call -> call.outbox() != null && call.outbox().peer() == peer, why);
  }

  /**
   * Answers the closing of a connection to a node: what was given to it may have been lost, so the
   * calls in it fail here, and the node is told that answers may have been lost as well.
   */
  void broken(String brokenNode) {
    for (var peer : peers.of(brokenNode)) {
      for (var lane : peer.lanes()) {
        var outbox = lane.outbox();
        outbox.forgetHalves(new NotSent("the connection to node " + brokenNode + " closed"));
        outbox.closed();
        outbox.reset();
        lane.breakStreams(new Unknown("the connection to node " + brokenNode + " closed"));
        failSent(outbox, "the connection to it closed");
      }
    }
  }

  /**
   * Gives up the calls that have left through an outbox; those that still wait in it may yet go.
   */
  void failSent(Outbox outbox, String why) {
    var waiting = outbox.waiting();
    pending.giveUpAll(call -> call.outbox() == outbox && !waiting.contains(call.id()), why);
  }

  private Outbox outbox(Peer peer, int lane) {
    var header = FrameWriter.header(node, incarnation, index, peer.incarnation());
    var options = new DeliveryOptions().setCodecName(OutboundFrame.Codec.NAME);
    var sender = bus.<OutboundFrame>sender(address(peer.node(), lane), options);
    return new Outbox(
        peer,
        lane,
        header,
        new Outbox.Network() {
          @Override
          public Future<Void> send(OutboundFrame frame) {
            return sender.write(frame);
          }

          @Override
          public void unsent(long request, Throwable failure) {
            var call = pending.find(request);
            if (call != null) {
              pending.fail(call, Unsent.failure(peer.node(), failure));
            }
          }

          @Override
          public void dirty(Outbox outbox) {
            dirty.add(outbox);
            flushSoon();
          }

          @Override
          public void lostAnswers(Outbox outbox) {
            time.timers().after(MeshLimits.RESET_INTERVAL, outbox::resetAgain);
          }
        });
  }

  /** Lets what is written in this turn of the event loop leave at its end. */
  private void flushSoon() {
    if (!flushComes) {
      flushComes = true;
      context.runOnContext(turn -> flush());
    }
  }

  private void flush() {
    flushComes = false;
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
  }

  private void arrived(Message<?> message) {
    // Delivered on a duplicate of the lane's context; timers and answers belong to the lane itself.
    run(() -> read(message));
  }

  private void read(Message<?> message) {
    flushComes = true;
    try {
      read(frame(message), MeshLimits.FRAME_MAX_BYTES, null);
    } catch (FrameException | IllegalArgumentException e) {
      complaints.add("A message that is not ours came to " + message.address(), e);
    } finally {
      flush();
    }
  }

  /** Anybody on the bus can send anything, which is decoded when it is first looked at. */
  private static Buffer frame(Message<?> message) {
    Object body;
    try {
      body = message.body();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("a body that its own codec cannot read", e);
    }
    if (body instanceof Buffer frame) {
      return frame;
    }
    throw new IllegalArgumentException(
        (body == null ? "no body" : "a body of " + body.getClass().getName())
            + " (expected: a frame)");
  }

  /**
   * Reads a frame.
   *
   * @param within the lane that the frame came from in pieces; null when it came as a whole
   */
  private void read(Buffer frame, int maxBytes, @Nullable PeerLane within) {
    var reader = new FrameReader(frame, time.ticker(), maxBytes, principals);
    var from = peers.lane(reader.node(), reader.incarnation(), reader.lane());
    if (within != null && within != from) {
      throw new IllegalArgumentException("pieces of a frame from another lane");
    }
    reader.read(
        new Arrival(
            this,
            from,
            reader.target().equals(incarnation),
            within != null,
            standstill.waitedNanos()));
  }

  /** Adds a piece of a large frame, and reads the frame once it is whole. */
  void add(PeerLane from, int transfer, int total, int offset, Buffer piece) {
    var whole = pieces.add(from, transfer, total, offset, piece, time.ticker().nanos());
    if (whole != null) {
      read(whole, MeshLimits.LARGE_FRAME_MAX_BYTES, from);
    }
  }
}
