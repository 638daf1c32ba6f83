package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Codec;
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
import io.weft.mesh.Step;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.server.Admission;
import io.weft.mesh.server.ServerStack;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
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
  private final Set<HandlerSource<?>> streams = ConcurrentHashMap.newKeySet();
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
    serve(
        operation.name(),
        request ->
            run(
                request,
                (call, own) ->
                    handler
                        .apply(request.payload().as(operation.request()))
                        .map(
                            reply ->
                                new Reply(Payload.of(reply, operation.reply()), call.replayed()))));
  }

  <Q, T> void serve(
      StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler) {
    serve(
        operation.name(),
        request ->
            run(
                request,
                (call, own) ->
                    handler
                        .apply(request.payload().as(operation.request()))
                        .map(stream -> Reply.of(source(request, stream, own, operation.item())))));
  }

  private void serve(String operation, Step handler) {
    var stack = ServerStack.of(telemetry, ticker, admission, handler);
    if (operations.putIfAbsent(operation, stack) != null) {
      throw new IllegalStateException(
          operation + " is served by this verticle already (expected: once)");
    }
  }

  private <T> ItemSource source(
      Request request, ReadStream<T> stream, ContextInternal own, Codec<T> codec) {
    var source =
        new HandlerSource<>(
            stream,
            own,
            codec,
            request.cancellation(),
            failure -> known(request, failure),
            streams::remove);
    streams.add(source);
    return source;
  }

  /** Answers a request. On the lane's event loop. */
  Future<Reply> take(Request request) {
    var stack = operations.get(request.operation());
    return stack == null
        ? Future.failedFuture(new NotSent("instance " + id + " serves no " + request.operation()))
        : stack.take(request);
  }

  /**
   * Stops taking requests on, and ends the streams, which a reader may open elsewhere. On the
   * lane's event loop, where the future completes.
   */
  Future<Void> drain() {
    return admission
        .drain()
        .onComplete(
            idle ->
                streams.forEach(
                    stream ->
                        stream.stop(
                            new Rejected(
                                Rejected.Reason.DRAINING,
                                "instance " + id + " is stopping",
                                MeshLimits.RETRY_AFTER))));
  }

  /** Runs a handler on the verticle's context, and completes on the lane's event loop. */
  private Future<Reply> run(
      Request request, BiFunction<Call, ContextInternal, Future<Reply>> body) {
    var call = new Call(request);
    var own = context.duplicate();
    call.bindTo(own);
    Promise<Reply> answered = Promise.promise();
    own.emit(
        ignored ->
            guarded(() -> body.apply(call, own))
                .onComplete(
                    (reply, failure) ->
                        lane.run(
                            () -> {
                              if (failure == null) {
                                answered.complete(reply);
                              } else {
                                answered.fail(known(request, failure));
                              }
                            })));
    return answered.future();
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
