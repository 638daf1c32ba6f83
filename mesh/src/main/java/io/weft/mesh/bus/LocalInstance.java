package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.server.Admission;
import io.weft.mesh.server.DeadlineGate;
import io.weft.mesh.server.ServerStack;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One verticle of this node that serves one service.
 *
 * <p>Requests are dispatched and answered on the lane's event loop; the handlers run on the
 * verticle's context, each call on a duplicate of its own.
 */
final class LocalInstance {
  private static final Logger LOG = LoggerFactory.getLogger(LocalInstance.class);

  private final String id;
  private final String service;
  private final ContextInternal context;
  private final Lane lane;
  private final Telemetry telemetry;
  private final Ticker ticker;
  private final Admission admission = new Admission(MeshLimits.INSTANCE_RUNNING_MAX);
  private final Map<String, Step> operations = new ConcurrentHashMap<>();

  LocalInstance(
      String id,
      String service,
      ContextInternal context,
      Lane lane,
      Telemetry telemetry,
      Ticker ticker) {
    this.id = id;
    this.service = service;
    this.context = context;
    this.lane = lane;
    this.telemetry = telemetry;
    this.ticker = ticker;
  }

  String id() {
    return id;
  }

  String service() {
    return service;
  }

  ContextInternal context() {
    return context;
  }

  Lane lane() {
    return lane;
  }

  List<String> operations() {
    return operations.keySet().stream().sorted().toList();
  }

  <Q, R> void serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    var stack =
        ServerStack.of(telemetry, ticker, admission, request -> run(operation, handler, request));
    if (operations.putIfAbsent(operation.name(), stack) != null) {
      throw new IllegalStateException(
          operation.name() + " is served by this verticle already (expected: once)");
    }
  }

  /** Answers a request. On the lane's event loop. */
  Future<Reply> take(Request request) {
    var stack = operations.get(request.operation());
    return stack == null
        ? Future.failedFuture(new NotSent("instance " + id + " serves no " + request.operation()))
        : stack.take(request);
  }

  /** Stops taking requests on. On the lane's event loop, where the future completes. */
  Future<Void> drain() {
    return admission.drain();
  }

  private <Q, R> Future<Reply> run(
      Operation<Q, R> operation, Function<Q, Future<R>> handler, Request request) {
    var call = new Call(request);
    var own = context.duplicate();
    call.bindTo(own);
    Promise<Reply> answered = Promise.promise();
    own.emit(
        ignored ->
            guarded(() -> begin(operation, handler, request))
                .onComplete(
                    (reply, failure) ->
                        lane.run(
                            () -> {
                              if (failure == null) {
                                answered.complete(
                                    new Reply(
                                        Payload.of(reply, operation.reply()), call.replayed()));
                              } else {
                                answered.fail(known(request, failure));
                              }
                            })));
    return answered.future();
  }

  /** The verticle's thread may have been busy for long: whether anybody waits is asked anew. */
  private static <Q, R> Future<R> begin(
      Operation<Q, R> operation, Function<Q, Future<R>> handler, Request request) {
    var useless = DeadlineGate.useless(request);
    return useless == null
        ? handler.apply(request.payload().as(operation.request()))
        : Future.failedFuture(useless);
  }

  private static <R> Future<R> guarded(Supplier<Future<R>> body) {
    try {
      return body.get();
    } catch (RuntimeException | Error e) {
      return Future.failedFuture(e);
    }
  }

  private static MeshFailure known(Request request, Throwable failure) {
    if (failure instanceof MeshFailure mesh) {
      return mesh;
    }
    LOG.error("{} failed, called by {}", request.operation(), request.caller(), failure);
    return new Unknown(request.operation() + " failed inside; its node's log says why", failure);
  }
}
