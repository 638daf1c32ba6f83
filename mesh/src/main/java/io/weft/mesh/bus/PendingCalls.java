package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.TimingWheel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one lane that wait for an answer: found by number, without hashing, and ended by
 * their deadlines without a timer each.
 *
 * <p>A call's id is its place in a table and how often that place has been used before, so that a
 * late answer never finds the call that came after. There are no more of them than the in-flight
 * limits of all endpoints together allow. For the lane's event loop.
 */
final class PendingCalls {
  private static final int INITIAL_PLACES = 64;

  private final TimingWheel wheel;
  private @Nullable PendingCall[] places = new PendingCall[INITIAL_PLACES];
  private int[] uses = new int[INITIAL_PLACES];
  private int[] free = new int[INITIAL_PLACES];
  private int freeCount;

  /** One call that waits for an answer. */
  final class PendingCall extends TimingWheel.Entry {
    private final long id;
    private final Endpoint endpoint;
    private final Request request;
    private final @Nullable Outbox outbox;
    private final long startNanos;
    private final Promise<Reply> promise = Promise.promise();
    private final Cancellation serving;
    private @Nullable Runnable unlisten;

    private PendingCall(
        long id,
        Endpoint endpoint,
        Request request,
        @Nullable Outbox outbox,
        Cancellation serving,
        long startNanos) {
      this.id = id;
      this.endpoint = endpoint;
      this.request = request;
      this.outbox = outbox;
      this.serving = serving;
      this.startNanos = startNanos;
    }

    long id() {
      return id;
    }

    Endpoint endpoint() {
      return endpoint;
    }

    Request request() {
      return request;
    }

    /** Returns where the request went out; null when it is served on this node. */
    @Nullable Outbox outbox() {
      return outbox;
    }

    Future<Reply> future() {
      return promise.future();
    }

    /** Names what takes back the listener to the caller's cancellation. */
    void listening(Runnable unlisten) {
      this.unlisten = unlisten;
    }

    /** Tells the server that nobody waits for the answer any more. */
    private void abandon() {
      if (outbox != null) {
        outbox.cancel(id);
      } else {
        serving.cancel();
      }
    }

    @Override
    protected void expired() {
      long waitedMillis = (request.deadline().atNanos() - startNanos) / 1_000_000;
      giveUp(this, "none within " + waitedMillis + " ms");
    }
  }

  /** Creates an empty table. */
  PendingCalls(Time time) {
    wheel =
        new TimingWheel(
            time.ticker(), time.timers(), MeshLimits.WHEEL_TICK, MeshLimits.WHEEL_BUCKETS);
    for (int i = 0; i < INITIAL_PLACES; i++) {
      free[freeCount++] = INITIAL_PLACES - 1 - i;
    }
  }

  /**
   * Adds a call, which its request's deadline will end.
   *
   * @param outbox where the request goes out; null when it is served on this node
   * @param serving the cancellation of a request that is served on this node
   */
  PendingCall add(
      Endpoint endpoint,
      Request request,
      @Nullable Outbox outbox,
      Cancellation serving,
      long nowNanos) {
    if (freeCount == 0) {
      grow();
    }
    int place = free[--freeCount];
    // Ids begin at 1: the use of a place is counted before it is used.
    long id = ((long) ++uses[place] << Integer.SIZE) | place;
    var call = new PendingCall(id, endpoint, request, outbox, serving, nowNanos);
    places[place] = call;
    if (outbox != null) {
      outbox.awaits();
    }
    wheel.schedule(call, request.deadline().atNanos());
    return call;
  }

  /** Returns a call that is still pending, or null. */
  @Nullable PendingCall find(long id) {
    int place = (int) id;
    if (place < 0 || place >= places.length) {
      return null;
    }
    var call = places[place];
    return call != null && call.id == id ? call : null;
  }

  /** Ends a call with a reply; a call that has ended already stays as it is. */
  void complete(PendingCall call, Reply reply) {
    if (remove(call)) {
      call.promise.complete(reply);
    } else if (reply.items() != null) {
      reply.items().cancel(); // Nobody will read them.
    }
  }

  /** Ends a call with a failure; a call that has ended already stays as it is. */
  void fail(PendingCall call, @Nullable Throwable failure) {
    if (remove(call)) {
      call.promise.fail(failure);
    }
  }

  /** Ends a call whose answer is of no use any more, and tells its server. */
  void giveUp(PendingCall call, String why) {
    if (remove(call)) {
      call.abandon();
      call.promise.fail(
          new Unknown(
              "no answer to "
                  + call.request.operation()
                  + " from node "
                  + call.endpoint.node()
                  + ": "
                  + why));
    }
  }

  /** Fails the calls that a condition holds for: they were sent, and no answer will come. */
  void failAll(Predicate<PendingCall> concerned, String why) {
    for (var call : all()) {
      if (concerned.test(call)) {
        fail(call, new Unknown("no answer from node " + call.endpoint.node() + ": " + why));
      }
    }
  }

  /**
   * Gives the calls up that a condition holds for: no answer will come, and its server may stop.
   */
  void giveUpAll(Predicate<PendingCall> concerned, String why) {
    for (var call : all()) {
      if (concerned.test(call)) {
        giveUp(call, why);
      }
    }
  }

  private List<PendingCall> all() {
    var all = new ArrayList<PendingCall>();
    for (var call : places) {
      if (call != null) {
        all.add(call);
      }
    }
    return all;
  }

  private boolean remove(PendingCall call) {
    int place = (int) call.id;
    if (places[place] != call) {
      return false;
    }
    places[place] = null;
    free[freeCount++] = place;
    wheel.cancel(call);
    if (call.outbox != null) {
      call.outbox.awaitsNoMore();
    }
    if (call.unlisten != null) {
      call.unlisten.run();
    }
    return true;
  }

  private void grow() {
    int before = places.length;
    places = Arrays.copyOf(places, before * 2);
    uses = Arrays.copyOf(uses, before * 2);
    free = Arrays.copyOf(free, before * 2);
    for (int place = before * 2 - 1; place >= before; place--) {
      free[freeCount++] = place;
    }
  }
}
