package io.weft.mesh.link;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.TimingWheel;
import io.weft.mesh.wire.FrameException;
import io.weft.mesh.wire.FrameReader;
import io.weft.mesh.wire.FrameWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of one session of a link, in both directions: each request and each answer is a frame
 * (docs/PROTOCOL.md) in one message of the session.
 *
 * <p>What a call fails with is what is known. While no connection carries the session, nothing is
 * begun: {@code NotSent}. A call that is under way when the connection is cut waits on, as the
 * session delivers it and its answer over the next one; its deadline ends it with {@code Unknown}.
 * When the session ends, what has never gone over a connection was {@code NotSent}, and all else is
 * {@code Unknown}.
 *
 * <p>Streams do not cross a link: they are rejected. For the link's event loop.
 */
public final class LinkCalls implements Step, LinkSession.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(LinkCalls.class);

  /** Sessions, not frames, say which process a message is for. */
  private static final String NOBODY = "-";

  private final LinkSession session;
  private final Time time;
  private final Step serving;
  private final TimingWheel wheel;
  private final byte[] header;
  private final Map<Long, Waiting> waiting = new HashMap<>();
  private final Map<Long, Cancellation> served = new HashMap<>();
  private long ids;

  /** Calls of the other side that have not ended here, those too that it has taken back. */
  private int running;

  /** What their requests take. */
  private long runningBytes;

  /**
   * Creates the calls of a session that has just begun, to be its listener.
   *
   * @param self the name of this site
   * @param serving takes what the other site asks, which it must not believe to be allowed
   */
  public LinkCalls(LinkSession session, String self, Time time, Step serving) {
    this.session = session;
    this.time = time;
    this.serving = serving;
    wheel =
        new TimingWheel(
            time.ticker(), time.timers(), MeshLimits.WHEEL_TICK, MeshLimits.WHEEL_BUCKETS);
    header = FrameWriter.header(self, NOBODY, 0, NOBODY);
  }

  /** A call that waits for its answer. */
  private final class Waiting extends TimingWheel.Entry {
    private final long id;
    private final String operation;
    private final Promise<Reply> promise = Promise.promise();
    private Runnable unlisten = () -> {};

    /** Which message of the session it is. */
    private long number;

    Waiting(long id, String operation) {
      this.id = id;
      this.operation = operation;
    }

    @Override
    protected void expired() {
      giveUp(this, "none before its deadline");
    }
  }

  @Override
  public Future<Reply> take(Request request) {
    if (request.cancellation().cancelled()) {
      return Future.failedFuture(
          new Expired(request.operation() + " was cancelled before it was sent"));
    }
    if (!session.connected()) {
      return notSent("the link to " + session.site() + " is cut");
    }
    if (waiting.size() >= MeshLimits.LINK_CALLS_MAX) {
      return notSent(
          waiting.size() + " calls wait for answers (limit: " + MeshLimits.LINK_CALLS_MAX + ")");
    }
    if (session.unacknowledgedBytes() > MeshLimits.LINK_REQUESTS_MAX_BYTES) {
      return notSent(
          "%d bytes wait for %s (limit: %d)"
              .formatted(
                  session.unacknowledgedBytes(),
                  session.site(),
                  MeshLimits.LINK_REQUESTS_MAX_BYTES));
    }
    return send(request);
  }

  private Future<Reply> send(Request request) {
    Buffer body;
    try {
      body = request.payload().bytes();
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    }
    var call = new Waiting(++ids, request.operation());
    var offer = offer(writer -> writer.request(call.id, NOBODY, request, body));
    if (!(offer instanceof Offer.Taken taken)) {
      return notSent(why(offer));
    }
    call.number = taken.number();
    waiting.put(call.id, call);
    wheel.schedule(call, request.deadline().atNanos());
    if (request.cancellation() != Cancellation.NEVER) {
      call.unlisten = request.cancellation().onCancel(() -> giveUp(call, "its caller gave it up"));
    }
    return call.promise.future();
  }

  @Override
  public void message(Buffer message) {
    try {
      new FrameReader(message, time.ticker(), MeshLimits.LINK_MESSAGE_MAX_BYTES)
          .read(new Entries());
    } catch (FrameException e) {
      // Those before it counted. Whoever waits for the rest has a deadline.
      LOG.warn("{} sent what is no frame: {}", session.site(), e.getMessage());
    }
  }

  @Override
  public void ended() {
    for (var call : List.copyOf(waiting.values())) {
      if (remove(call)) {
        call.promise.fail(
            session.sent(call.number)
                ? new Unknown("no answer to " + call.operation + ": the session ended")
                : new NotSent("the link to " + session.site() + " ended before it was sent"));
      }
    }
    var unheard = List.copyOf(served.values());
    served.clear();
    unheard.forEach(Cancellation::cancel);
  }

  /** Returns how many calls of this side wait for an answer. */
  public int waiting() {
    return waiting.size();
  }

  /** Returns how many calls of the other side have not been answered. */
  public int serving() {
    return served.size();
  }

  /** What the other side says of calls. */
  private final class Entries implements FrameReader.Entries {
    @Override
    public void request(long id, String instance, Request request) {
      serve(id, request);
    }

    @Override
    public void reply(long id, Reply reply, boolean stream) {
      var call = waiting.get(id);
      if (call != null && remove(call)) {
        // A copy, as an answer may be kept, and must not hold what came with it.
        var payload = reply.payload();
        var own = Payload.of(payload.bytes().copy(), payload.contentType());
        call.promise.complete(new Reply(own, reply.replayed()));
      }
    }

    @Override
    public void failure(long id, MeshFailure failure, int spent) {
      var call = waiting.get(id);
      if (call != null && remove(call)) {
        call.promise.fail(failure);
      }
    }

    @Override
    public void cancel(long id) {
      var cancellation = served.remove(id);
      if (cancellation != null) {
        cancellation.cancel();
      }
    }

    @Override
    public void item(long id, long number, Payload item) {}

    @Override
    public void ended(long id, long number) {}

    @Override
    public void credit(long id, int items) {}

    @Override
    public void piece(int transfer, int total, int offset, Buffer piece) {}

    @Override
    public void reset() {}

    @Override
    public void load(String instance, double load) {}
  }

  private void serve(long id, Request request) {
    if (request.kind() == Kind.STREAM) {
      fail(id, rejected(Rejected.Reason.UNAVAILABLE, "streams do not cross a link"));
      return;
    }
    if (served.containsKey(id)) {
      LOG.warn("{} sent call {} twice; the first one counts", session.site(), id);
      return;
    }
    if (running >= MeshLimits.LINK_CALLS_MAX) {
      fail(
          id,
          rejected(
              Rejected.Reason.OVERLOADED,
              running + " calls of a link run (limit: " + MeshLimits.LINK_CALLS_MAX + ")"));
      return;
    }
    int length = request.payload().bytes().length();
    if (runningBytes + length > MeshLimits.LINK_RUNNING_MAX_BYTES) {
      fail(
          id,
          rejected(
              Rejected.Reason.OVERLOADED,
              "calls of a link run with %d bytes (limit: %d)"
                  .formatted(runningBytes, MeshLimits.LINK_RUNNING_MAX_BYTES)));
      return;
    }
    var cancellation = new Cancellation();
    served.put(id, cancellation);
    running++;
    runningBytes += length;
    serving
        .take(own(request, cancellation))
        .onComplete(
            (reply, failure) -> {
              running--;
              runningBytes -= length;
              if (served.remove(id, cancellation)) {
                answer(id, reply, failure);
              }
            });
  }

  /** Copies a request, as it must not hold all that it came with for as long as it runs. */
  private static Request own(Request request, Cancellation cancellation) {
    var payload = request.payload();
    return new Request(
        request.operation(),
        request.kind(),
        Payload.of(payload.bytes().copy(), payload.contentType()),
        request.deadline(),
        request.key(),
        request.origin(),
        null,
        cancellation,
        request.policy(),
        request.callerNode(),
        request.parentSpan());
  }

  private void answer(long id, @Nullable Reply reply, @Nullable Throwable failure) {
    if (reply == null) {
      fail(id, failure instanceof MeshFailure known ? known : new Unknown("it failed: " + failure));
      return;
    }
    Offer offer;
    try {
      var body = reply.body();
      offer = offer(writer -> writer.reply(id, reply, body));
    } catch (MeshFailure e) {
      fail(id, e);
      return;
    }
    if (offer instanceof Offer.TooLong) {
      fail(id, new Unknown("it was done, but its answer cannot cross: " + why(offer)));
    } else if (!(offer instanceof Offer.Taken)) {
      lost(id, offer);
    }
  }

  private void fail(long id, MeshFailure failure) {
    var offer = offer(writer -> writer.failure(id, failure));
    if (!(offer instanceof Offer.Taken)) {
      lost(id, offer);
    }
  }

  /** There is no room for an answer: the caller's deadline ends its call, truthfully. */
  private void lost(long id, Offer offer) {
    LOG.debug("call {} of {} is not answered: {}", id, session.site(), why(offer));
  }

  private void giveUp(Waiting call, String why) {
    if (!remove(call)) {
      return;
    }
    var told = offer(writer -> writer.cancel(call.id));
    if (!(told instanceof Offer.Taken)) {
      LOG.debug("call {} is not taken back: {}", call.id, why(told));
    }
    call.promise.fail(
        new Unknown("no answer to " + call.operation + " from " + session.site() + ": " + why));
  }

  private boolean remove(Waiting call) {
    if (!waiting.remove(call.id, call)) {
      return false;
    }
    wheel.cancel(call);
    call.unlisten.run();
    return true;
  }

  private Offer offer(Consumer<FrameWriter> entry) {
    var writer = new FrameWriter(header);
    entry.accept(writer);
    return session.offer(Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size()));
  }

  private Future<Reply> notSent(String why) {
    return Future.failedFuture(new NotSent(why));
  }

  private static Rejected rejected(Rejected.Reason reason, String why) {
    return new Rejected(reason, why, Duration.ZERO);
  }

  private static String why(Offer offer) {
    if (offer instanceof Offer.TooLong tooLong) {
      return tooLong.bytes() + " bytes (limit: " + MeshLimits.LINK_MESSAGE_MAX_BYTES + ")";
    }
    if (offer instanceof Offer.Full full) {
      return full.bytes() + " bytes wait (limit: " + MeshLimits.LINK_WINDOW_BYTES + ")";
    }
    return "the session is over";
  }
}
