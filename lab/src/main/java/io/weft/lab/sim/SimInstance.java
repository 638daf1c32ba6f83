package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.server.Admission;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One instance: the real steps of the server's side, above a handler that works on a few requests
 * at a time and takes a random while for each.
 *
 * <p>As with a verticle whose thread is busy, a request that has waited for its turn is asked once
 * more whether anybody waits for it.
 */
final class SimInstance {
  private static final Reply OK = Reply.of(Buffer.buffer("{}"));

  /** One answer in so many is a failure of the application, which is no failure of the endpoint. */
  private static final int APPLICATION_ONE_IN = 100;

  private final World world;
  private final Incarnation own;
  private final InstanceRecord record;
  private final Admission admission;
  private final Step stack;
  private final Deque<Turn> waiting = new ArrayDeque<>();
  private int working;

  private record Turn(Request request, Promise<Reply> promise) {}

  SimInstance(World world, Incarnation own, InstanceRecord record) {
    this.world = world;
    this.own = own;
    this.record = record;
    admission = world.parts().admission(own);
    stack = world.parts().server(own, admission, this::wait);
  }

  InstanceRecord record() {
    return record;
  }

  /** Takes a request, as the lane hands it over. */
  Future<Reply> take(Request request) {
    return stack.take(request);
  }

  /** Returns whether nothing runs or waits, by the mesh's own count and by that of the handler. */
  boolean idle() {
    return working == 0 && waiting.isEmpty() && admission.drain().isComplete();
  }

  private Future<Reply> wait(Request request) {
    Promise<Reply> promise = Promise.promise();
    waiting.add(new Turn(request, promise));
    work();
    return promise.future();
  }

  private void work() {
    while (working < SimLimits.WORKERS && !waiting.isEmpty()) {
      var turn = waiting.remove();
      var useless = world.parts().useless(turn.request);
      if (useless == null) {
        begin(turn);
      } else {
        turn.promise.fail(useless);
      }
    }
  }

  private void begin(Turn turn) {
    world.laws().began(own, turn.request);
    var failure = failure();
    if (!(failure instanceof Rejected)) {
      world.laws().ran(turn.request);
    }
    if (failure != null) {
      turn.promise.fail(failure);
      return;
    }
    working++;
    own.time().timers().after(serviceTime(), () -> end(turn));
  }

  private void end(Turn turn) {
    working--;
    if (own.rng().nextInt(APPLICATION_ONE_IN) == 0) {
      turn.promise.fail(new Application("sim.refused", "as it happens now and then"));
    } else {
      turn.promise.complete(OK);
    }
    work();
  }

  private @Nullable MeshFailure failure() {
    return switch (own.node().handling()) {
      case WELL -> null;
      case FAILING -> new Unknown("the handler failed inside");
      case UNAVAILABLE ->
          new Rejected(Rejected.Reason.UNAVAILABLE, "the database is away", MeshLimits.RETRY_AFTER);
    };
  }

  private Duration serviceTime() {
    double mean = SimLimits.SERVICE_TIME.toNanos() * own.node().serviceFactor();
    return Duration.ofNanos((long) (-Math.log(1 - own.rng().nextDouble()) * mean));
  }
}
