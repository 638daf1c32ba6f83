package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.ContextInternal;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One inbox of a node on the event bus, with everything that one event loop knows of the calls that
 * pass through it.
 *
 * <p>Requests leave from the lane of the caller's event loop, arrive at the lane of the instance's
 * event loop, and their replies come back the same way. Correlation is by a counter; there is no
 * registration per call. Everything but {@link #run} is for the lane's event loop.
 */
final class Lane implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final Buffer NOTHING = Buffer.buffer();

  private final int index;
  private final String node;
  private final String incarnation;
  private final ContextInternal context;
  private final EventBus bus;
  private final Time time;
  private final Function<String, @Nullable LocalInstance> instances;
  private final Map<Long, Pending> pending = new HashMap<>();
  private @Nullable MessageConsumer<Buffer> consumer;
  private long lastId;

  private record Pending(Endpoint endpoint, Promise<Reply> promise, Timers.Handle timer) {}

  /**
   * Creates the lane of an event loop.
   *
   * @param index the lane's number on the node
   * @param context a context on the lane's event loop, used by nobody else
   * @param instances finds an instance of this node by its id
   */
  Lane(
      int index,
      String node,
      String incarnation,
      ContextInternal context,
      Time time,
      Function<String, @Nullable LocalInstance> instances) {
    this.index = index;
    this.node = node;
    this.incarnation = incarnation;
    this.context = context;
    this.time = time;
    this.instances = instances;
    bus = context.owner().eventBus();
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
        });
    return opened.future();
  }

  /** Stops listening and fails what is pending. From any thread. */
  Future<Void> close() {
    Promise<Void> closed = context.promise();
    run(
        () -> {
          fail(endpoint -> true, "this node is closing");
          if (consumer == null) {
            closed.complete();
          } else {
            consumer.unregister().onComplete(closed);
          }
        });
    return closed.future();
  }

  @Override
  public Future<Reply> send(Endpoint endpoint, Request request) {
    long id = ++lastId;
    Promise<Reply> promise = Promise.promise();
    var patience = request.deadline().remaining();
    var timer =
        time.timers()
            .after(
                patience,
                () ->
                    settle(
                        id,
                        new Unknown(
                            "no answer to "
                                + request.operation()
                                + " from node "
                                + endpoint.node()
                                + " within "
                                + patience.toMillis()
                                + " ms")));
    pending.put(id, new Pending(endpoint, promise, timer));
    if (endpoint.node().equals(node)) {
      sendHome(id, endpoint, request);
    } else {
      sendAway(id, endpoint, request);
    }
    return promise.future();
  }

  /** Fails the pending calls to an incarnation that will not answer any more. */
  void lost(String lostNode, String lostIncarnation, String why) {
    fail(
        endpoint ->
            endpoint.node().equals(lostNode) && endpoint.incarnation().equals(lostIncarnation),
        why);
  }

  private void fail(Function<Endpoint, Boolean> concerned, String why) {
    var ids = new ArrayList<Long>();
    pending.forEach(
        (id, call) -> {
          if (concerned.apply(call.endpoint)) {
            ids.add(id);
          }
        });
    for (long id : ids) {
      var call = pending.get(id);
      if (call != null) {
        settle(id, new Unknown("no answer from node " + call.endpoint.node() + ": " + why));
      }
    }
  }

  private void sendHome(long id, Endpoint endpoint, Request request) {
    var instance = instances.apply(endpoint.instance());
    if (instance == null || !endpoint.incarnation().equals(incarnation)) {
      settle(id, new NotSent("instance " + endpoint.id() + " is gone"));
      return;
    }
    instance
        .lane()
        .run(
            () ->
                instance
                    .take(request)
                    .onComplete((reply, failure) -> run(() -> settle(id, reply, failure))));
  }

  private void sendAway(long id, Endpoint endpoint, Request request) {
    var options = Envelope.request(id, node, index, endpoint, request);
    bus.<Buffer>sender(address(endpoint.node(), endpoint.lane()), options)
        .write(request.body())
        .onFailure(failure -> run(() -> settle(id, unsent(endpoint, failure))));
  }

  /**
   * A connection that could not be made carried nothing. One that broke may have carried the
   * request before it did.
   */
  private static MeshFailure unsent(Endpoint endpoint, Throwable failure) {
    var message = "node " + endpoint.node() + " cannot be reached: " + failure.getMessage();
    boolean neverLeft =
        failure instanceof ConnectException
            || failure instanceof NoRouteToHostException
            || failure instanceof UnknownHostException
            || failure instanceof ReplyException
            || (failure instanceof VertxException
                && "Not a member of the cluster".equals(failure.getMessage()));
    return neverLeft ? new NotSent(message) : new Unknown(message);
  }

  private void settle(long id, Throwable failure) {
    settle(id, null, failure);
  }

  private void settle(long id, @Nullable Reply reply, @Nullable Throwable failure) {
    var call = pending.remove(id);
    if (call == null) {
      return; // Answered already, or given up: late answers are of no use.
    }
    call.timer.cancel();
    if (reply != null) {
      call.promise.complete(reply);
    } else {
      call.promise.fail(failure);
    }
  }

  private void arrived(Message<Buffer> message) {
    // Delivered on a duplicate of the lane's context; timers and answers belong to the lane itself.
    run(() -> read(message));
  }

  private void read(Message<Buffer> message) {
    Envelope.Arrival arrival;
    try {
      arrival = Envelope.read(message.headers(), message.body(), time.ticker());
    } catch (IllegalArgumentException | ClassCastException e) {
      LOG.warn("A message that is not ours came to {}: {}", message.address(), e.getMessage());
      return;
    }
    if (arrival instanceof Envelope.ArrivedReply reply) {
      settle(reply.id(), reply.reply(), reply.failure());
    } else if (arrival instanceof Envelope.ArrivedRequest request) {
      serve(request)
          .onComplete(
              (reply, failure) ->
                  answer(
                      request,
                      failure == null
                          ? Envelope.reply(request.id(), reply)
                          : Envelope.failure(request.id(), (MeshFailure) failure),
                      failure == null ? reply.body() : NOTHING));
    }
  }

  private Future<Reply> serve(Envelope.ArrivedRequest arrived) {
    if (!arrived.incarnation().equals(incarnation)) {
      return Future.failedFuture(new NotSent("node " + node + " has restarted"));
    }
    var instance = instances.apply(arrived.instance());
    return instance == null
        ? Future.failedFuture(
            new NotSent("instance " + arrived.instance() + " is no longer on node " + node))
        : instance.take(arrived.request());
  }

  private void answer(Envelope.ArrivedRequest request, DeliveryOptions options, Buffer body) {
    bus.<Buffer>sender(address(request.replyNode(), request.replyLane()), options)
        .write(body)
        .onFailure(
            failure ->
                LOG.debug(
                    "The answer to {} did not reach node {}: {}",
                    request.request().operation(),
                    request.replyNode(),
                    failure.getMessage()));
  }
}
