package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.bus.PendingCalls.PendingCall;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.wire.FrameReader;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one frame tells a lane, entry by entry: requests are served and answered, answers end the
 * calls that wait for them.
 *
 * <p>For the lane's event loop.
 */
final class Arrival implements FrameReader.Entries {
  private final Lane lane;
  private final PeerLane from;
  private final boolean forMe;
  private final boolean inPieces;
  private final long waitedNanos;

  /**
   * Creates what hears of one frame's entries.
   *
   * @param lane the lane that the frame came to
   * @param from the lane that it came from
   * @param forMe whether it is for this incarnation of this node, and not for an earlier one
   * @param inPieces whether it came in pieces
   * @param waitedNanos for how long it may have waited to be read, while this process stood still
   */
  Arrival(Lane lane, PeerLane from, boolean forMe, boolean inPieces, long waitedNanos) {
    this.lane = lane;
    this.from = from;
    this.forMe = forMe;
    this.inPieces = inPieces;
    this.waitedNanos = waitedNanos;
  }

  @Override
  public void request(long id, String instance, Request request) {
    var answer = serve(instance, request);
    if (answer.isComplete()) {
      tellLoad(instance);
      answer(id, request, answer);
    } else {
      from.serving(id, request.cancellation());
      answer.onComplete(
          done -> {
            from.served(id, request.cancellation());
            tellLoad(instance);
            answerInTime(id, request, answer);
          });
    }
  }

  /** An answer that nobody waits for any more is neither encoded nor sent. */
  private void answerInTime(long id, Request request, Future<Reply> answer) {
    if (!request.cancellation().cancelled() && !request.deadline().expired()) {
      answer(id, request, answer);
    } else if (answer.succeeded() && answer.result().items() != null) {
      answer.result().items().cancel();
    }
  }

  /** Callers choose by what instances have to do: they are told with the answers that leave now. */
  private void tellLoad(String name) {
    var instance = forMe ? lane.instance(name) : null;
    if (instance != null && from.loads().isNews(name, instance.load(), lane.ticker())) {
      from.outbox().load(name, instance.load());
    }
  }

  private Future<Reply> serve(String name, Request request) {
    if (!forMe) {
      return Future.failedFuture(new NotSent("node " + lane.node() + " has restarted"));
    }
    var instance = lane.instance(name);
    if (instance == null) {
      return Future.failedFuture(
          new NotSent("instance " + name + " is no longer on node " + lane.node()));
    }
    if (!from.outbox().takes(0)) {
      return Future.failedFuture(
          new Rejected(
              Rejected.Reason.OVERLOADED,
              from.outbox().bytes() + " bytes of answers wait to be read",
              MeshLimits.RETRY_AFTER));
    }
    return waitedNanos == 0 ? instance.take(request) : takeLate(instance, request);
  }

  /** What remained of the deadline when the request was sent may be over by the time it is read. */
  private Future<Reply> takeLate(LocalInstance instance, Request request) {
    long leftNanos = request.deadline().remainingNanos() - waitedNanos;
    return leftNanos > 0
        ? instance.take(request.atMost(Duration.ofNanos(leftNanos)))
        : Future.failedFuture(
            new NotSent(
                "node "
                    + lane.node()
                    + " stood still for "
                    + Duration.ofNanos(waitedNanos).toMillis()
                    + " ms, perhaps past the deadline of "
                    + request.operation()));
  }

  private void answer(long id, Request request, Future<Reply> answer) {
    var outbox = from.outbox();
    if (answer.failed()) {
      outbox.failure(id, (MeshFailure) answer.cause(), request.origin().credit().spent());
      return;
    }
    Buffer body;
    try {
      body = answer.result().body();
    } catch (MeshFailure e) {
      outbox.failure(id, e);
      return;
    }
    if (answer.result().items() == null) {
      outbox.reply(id, answer.result(), body);
    } else {
      stream(id, answer.result(), answer.result().items(), body);
    }
  }

  private void stream(long id, Reply reply, ItemSource items, Buffer body) {
    if (!from.takesStream() || !from.outbox().takesAnswer()) {
      items.cancel();
      from.outbox().failure(id, tooManyStreams());
      return;
    }
    from.outbox().reply(id, reply, body);
    var stream = new ServedStream(id, lane, from, items);
    from.serves(id, stream);
    stream.start();
  }

  @Override
  public void reply(long id, Reply reply, boolean stream) {
    var call = mine(id);
    if (!stream) {
      if (call != null) {
        lane.pending().complete(call, reply);
      }
    } else if (call == null || call.request().kind() != Operation.Kind.STREAM) {
      from.outbox().cancelStream(id); // Nobody waits for it any more, or has ever.
      if (call != null) {
        lane.pending().fail(call, new Unknown("a stream in place of an answer"));
      }
    } else if (!from.takesStream()) {
      from.outbox().cancelStream(id);
      lane.pending().fail(call, tooManyStreams());
    } else {
      var source = new RemoteSource(id, lane, from);
      from.reads(id, source);
      lane.pending().complete(call, Reply.of(source));
    }
  }

  @Override
  public void failure(long id, MeshFailure failure, int spent) {
    var call = mine(id);
    if (call == null && failure instanceof NotSent) {
      call = refused(id);
    }
    if (call != null) {
      call.request().origin().credit().spent(spent);
      lane.pending().fail(call, failure);
    } else if (forMe) {
      var source = from.forget(id);
      if (source != null) {
        source.failed(failure);
      }
    }
  }

  @Override
  public void item(long id, long number, Payload item) {
    var source = forMe ? from.reading(id) : null;
    if (source != null) {
      source.item(number, item);
    }
  }

  @Override
  public void ended(long id, long number) {
    var source = forMe ? from.forget(id) : null;
    if (source != null) {
      source.ended(number);
    }
  }

  @Override
  public void credit(long id, int items) {
    if (forMe) {
      from.credit(id, items);
    }
  }

  private Rejected tooManyStreams() {
    return new Rejected(
        Rejected.Reason.OVERLOADED,
        "too many streams between node "
            + from.outbox().peer().node()
            + " and node "
            + lane.node()
            + " (limit: "
            + MeshLimits.STREAMS_MAX
            + ")",
        MeshLimits.RETRY_AFTER);
  }

  /** A node that has restarted says of calls to its earlier incarnation that it runs none. */
  private @Nullable PendingCall refused(long id) {
    var call = forMe ? lane.pending().find(id) : null;
    var outbox = call == null ? null : call.outbox();
    return outbox != null
            && outbox.lane() == from.outbox().lane()
            && outbox.peer().node().equals(from.outbox().peer().node())
        ? call
        : null;
  }

  /**
   * Answers count only from where the call went; late ones are of no use. Those to an earlier
   * incarnation of this node are to calls of that one, whose ids were the same.
   */
  private @Nullable PendingCall mine(long id) {
    var call = forMe ? lane.pending().find(id) : null;
    return call != null && call.outbox() == from.outbox() ? call : null;
  }

  @Override
  public void cancel(long id) {
    if (forMe) {
      from.cancel(id);
    }
  }

  @Override
  public void piece(int transfer, int total, int offset, Buffer piece) {
    if (inPieces) {
      throw new IllegalArgumentException("pieces within pieces");
    }
    lane.add(from, transfer, total, offset, piece);
  }

  @Override
  public void load(String instance, double load) {
    if (forMe) {
      var peer = from.outbox().peer();
      lane.loads().told(Endpoint.id(peer.node(), peer.incarnation(), instance), load);
    }
  }

  @Override
  public void reset() {
    // Also when it is for an earlier incarnation: the connection is the same. Frames that arrive in
    // pieces are left alone: they may have begun over the new connection, and the rest of those
    // that did not is forgotten in time.
    from.breakStreams(
        new Unknown("a connection of node " + from.outbox().peer().node() + " closed"));
    lane.failSent(from.outbox(), "its connection to this node closed");
  }
}
