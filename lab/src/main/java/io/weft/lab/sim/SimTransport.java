package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.TimingWheel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What carries the attempts of one process, as a lane does, over the simulated network.
 *
 * <p>It has no frames and no bytes; it keeps deadlines with the mesh's own timing wheel, tells
 * servers of requests that nobody waits for, and fails what is pending to a process that is lost.
 */
final class SimTransport implements Transport {
  private final World world;
  private final Incarnation own;
  private final TimingWheel wheel;
  private final Map<Long, Pending> pending = new LinkedHashMap<>();

  /** The requests of others that are being served, by sender and number. */
  private final Map<String, Cancellation> serving = new HashMap<>();

  private long sent;

  /** One attempt that waits for its answer. */
  private final class Pending extends TimingWheel.Entry {
    private final long id;
    private final Endpoint endpoint;
    private final Request request;
    private final Promise<Reply> promise = Promise.promise();
    private Runnable unlisten = () -> {};

    Pending(long id, Endpoint endpoint, Request request) {
      this.id = id;
      this.endpoint = endpoint;
      this.request = request;
    }

    @Override
    protected void expired() {
      giveUp(this, "no answer from " + endpoint.id() + " in time");
    }
  }

  SimTransport(World world, Incarnation own) {
    this.world = world;
    this.own = own;
    wheel =
        new TimingWheel(
            own.time().ticker(),
            own.time().timers(),
            MeshLimits.WHEEL_TICK,
            MeshLimits.WHEEL_BUCKETS);
  }

  /** Returns how many attempts wait for an answer. */
  int pending() {
    return pending.size();
  }

  /** Returns how many requests of others are being served. */
  int serving() {
    return serving.size();
  }

  /** Returns how many deadlines are kept. */
  int deadlines() {
    return wheel.size();
  }

  @Override
  public Future<Reply> send(Endpoint endpoint, Request request) {
    if (request.cancellation().cancelled()) {
      return Future.failedFuture(new Expired("cancelled before it was sent"));
    }
    var waiting = new Pending(++sent, endpoint, request);
    pending.put(waiting.id, waiting);
    wheel.schedule(waiting, request.deadline().atNanos());
    waiting.unlisten =
        request.cancellation().onCancel(() -> giveUp(waiting, "its caller gave it up"));
    if (!pending.containsKey(waiting.id)) {
      return waiting.promise.future();
    }
    if (endpoint.node().equals(own.node().id())) {
      serve(endpoint, request.due(request.deadline()), key(own, waiting.id))
          .onComplete((reply, failure) -> settle(waiting.id, reply, failure));
    } else {
      sendAway(waiting);
    }
    return waiting.promise.future();
  }

  private void sendAway(Pending waiting) {
    var request = waiting.request;
    long remainingNanos = request.deadline().remainingNanos();
    int copies =
        world
            .network()
            .send(
                own.node(),
                world.node(waiting.endpoint.node()),
                server ->
                    server
                        .transport()
                        .arrived(own, waiting.id, waiting.endpoint, request, remainingNanos),
                () -> own.run(() -> refused(waiting.id)));
    if (copies > 1) {
      world.laws().doubled(request);
    }
  }

  private void refused(long id) {
    settle(id, null, new NotSent("the connection was refused"));
  }

  /** A request of another process has come. */
  private void arrived(
      Incarnation from, long id, Endpoint endpoint, Request sent, long remainingNanos) {
    var deadline = new Deadline(own.time().ticker(), own.time().ticker().nanos() + remainingNanos);
    serve(endpoint, sent.due(deadline), key(from, id))
        .onComplete((reply, failure) -> answer(from, id, reply, failure));
  }

  private Future<Reply> serve(Endpoint endpoint, Request sent, String key) {
    var instance = own.instance(endpoint.instance());
    if (!endpoint.incarnation().equals(own.id()) || instance == null) {
      return Future.failedFuture(new NotSent(endpoint.id() + " is gone"));
    }
    var cancellation = new Cancellation();
    serving.put(key, cancellation);
    var request =
        new Request(
            sent.operation(),
            sent.kind(),
            sent.payload(),
            sent.deadline(),
            sent.key(),
            sent.origin(),
            null,
            cancellation,
            Policy.DEFAULT);
    return instance.take(request).onComplete(done -> serving.remove(key, cancellation));
  }

  private void answer(Incarnation to, long id, @Nullable Reply reply, @Nullable Throwable failure) {
    world
        .network()
        .send(
            own.node(),
            to.node(),
            process -> {
              if (process == to) {
                to.transport().settle(id, reply, failure);
              }
            },
            () -> {});
  }

  private void settle(long id, @Nullable Reply reply, @Nullable Throwable failure) {
    var waiting = remove(id);
    if (waiting == null) {
      return; // Too late, or the second copy.
    }
    if (failure == null) {
      waiting.promise.complete(reply);
    } else {
      waiting.promise.fail(failure);
    }
  }

  private void giveUp(Pending waiting, String why) {
    if (remove(waiting.id) == null) {
      return;
    }
    var endpoint = waiting.endpoint;
    if (endpoint.node().equals(own.node().id())) {
      cancelled(key(own, waiting.id));
    } else {
      world
          .network()
          .send(
              own.node(),
              world.node(endpoint.node()),
              server -> server.transport().cancelled(key(own, waiting.id)),
              () -> {});
    }
    waiting.promise.fail(new Unknown(why));
  }

  private void cancelled(String key) {
    var cancellation = serving.get(key);
    if (cancellation != null) {
      cancellation.cancel();
    }
  }

  private @Nullable Pending remove(long id) {
    var waiting = pending.remove(id);
    if (waiting != null) {
      wheel.cancel(waiting);
      waiting.unlisten.run();
    }
    return waiting;
  }

  /** Fails what is pending to a process that will not answer any more. */
  void lost(String node, String incarnation, String why) {
    failAll(
        waiting ->
            waiting.endpoint.node().equals(node)
                && waiting.endpoint.incarnation().equals(incarnation),
        why);
  }

  private void failAll(Predicate<Pending> concerned, String why) {
    for (var waiting : List.copyOf(pending.values())) {
      if (concerned.test(waiting)) {
        settle(waiting.id, null, new Unknown(why));
      }
    }
  }

  private static String key(Incarnation from, long id) {
    return from.member() + "/" + id;
  }
}
