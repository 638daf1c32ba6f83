package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Codec;
import io.weft.mesh.Deadline;
import io.weft.mesh.ItemSource;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
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
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.server.Admission;
import io.weft.mesh.server.ServerStack;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.time.Ticker;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

  /** What every instance answers without running anything: that it is there. */
  static final String PRESENCE = "weft.presence";

  private final String id;
  private final String service;
  private final ContextInternal context;
  private final Lane lane;
  private final Observation observation;
  private final Ticker ticker;
  private final Admission admission;
  private final Set<HandlerSource<?>> streams = ConcurrentHashMap.newKeySet();
  private final Map<String, Step> operations = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  LocalInstance(
      String id,
      String service,
      ContextInternal context,
      Lane lane,
      Observation observation,
      Ticker ticker,
      Supplier<Policies> policies) {
    this.id = id;
    this.service = service;
    this.context = context;
    this.lane = lane;
    this.observation = observation;
    this.ticker = ticker;
    admission = new Admission(ticker, service, policies);
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
        operation.kind(),
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
        Operation.Kind.STREAM,
        request ->
            run(
                request,
                (call, own) ->
                    handler
                        .apply(request.payload().as(operation.request()))
                        .map(stream -> Reply.of(source(request, stream, own, operation.item())))));
  }

  /** Serves an operation by what takes its queries and commands as they are. */
  void serve(String operation, Step handler) {
    serveAll(
        operation,
        request ->
            request.kind() == Operation.Kind.STREAM
                ? Future.failedFuture(misused(operation, "query or a command", request.kind()))
                : run(request, (call, own) -> handler.take(request)));
  }

  private void serve(String operation, Operation.Kind kind, Step handler) {
    serveAll(
        operation,
        request ->
            request.kind() == kind
                ? handler.take(request)
                : Future.failedFuture(misused(operation, word(kind), request.kind())));
  }

  private void serveAll(String operation, Step asked) {
    var stack = ServerStack.of(observation, id, ticker, admission, operation, asked);
    if (operations.putIfAbsent(operation, stack) != null) {
      throw new IllegalStateException(
          operation + " is served by this verticle already (expected: once)");
    }
  }

  /** A command that were run as a query would have no key, and be repeated at will. */
  private static MeshFailure misused(String operation, String kind, Operation.Kind asked) {
    return new Application(
        "request.invalid",
        operation
            + " is a "
            + kind
            + " (expected: to be used as one, not as a "
            + word(asked)
            + ")");
  }

  private static String word(Operation.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
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
    if (streams.size() >= MeshLimits.INSTANCE_STREAMS_MAX) {
      source.cancel(); // Whoever writes the items is told that nobody will read them.
      throw new Rejected(
          Rejected.Reason.OVERLOADED,
          streams.size() + " streams are open (limit: " + MeshLimits.INSTANCE_STREAMS_MAX + ")",
          MeshLimits.RETRY_AFTER);
    }
    streams.add(source);
    source.listen();
    // The deadline was that of the opening; what the stream calls as it goes on comes after it.
    new Call(request.due(Deadline.after(ticker, MeshLimits.STREAM_DEADLINE))).bindTo(own);
    if (stopping) {
      source.stop(stopped());
    }
    return source;
  }

  /** Answers a request. On the lane's event loop. */
  Future<Reply> take(Request request) {
    var stack = operations.get(request.operation());
    return stack == null ? takeOther(request) : stack.take(request);
  }

  private Future<Reply> takeOther(Request request) {
    return request.operation().equals(PRESENCE)
        ? Future.succeededFuture(Reply.of(Buffer.buffer()))
        : Future.failedFuture(new NotSent("instance " + id + " serves no " + request.operation()));
  }

  /**
   * Stops taking requests on, and ends the streams, which a reader may open elsewhere. On the
   * lane's event loop, where the future completes once no call runs any more.
   */
  Future<Void> drain() {
    stopStreams();
    return admission.drain();
  }

  /** Answers what still runs once nothing is waited for any more. On the lane's event loop. */
  void abandon() {
    admission.abandon();
  }

  /** Returns how much there is to do: 0 for nothing, 1 at the limit. On the lane's event loop. */
  double load() {
    return admission.load();
  }

  /** Returns how it stands. On the lane's event loop. */
  InstanceGauge gauge(String version, @Nullable String site) {
    return new InstanceGauge(
        service,
        id,
        version,
        (admission.draining() ? State.DRAINING : State.SERVING).name(),
        admission.running(),
        admission.limit(),
        admission.waiting(),
        streams.size(),
        site);
  }

  int openStreams() {
    return streams.size();
  }

  /** Ends the streams, those that are just being opened too. From any thread. */
  void stopStreams() {
    stopping = true;
    streams.forEach(stream -> stream.stop(stopped()));
  }

  private Rejected stopped() {
    return new Rejected(
        Rejected.Reason.DRAINING, "instance " + id + " is stopping", MeshLimits.RETRY_AFTER);
  }

  /** Runs a handler on the verticle's context, and completes on the lane's event loop. */
  private Future<Reply> run(
      Request request, BiFunction<Call, ContextInternal, Future<Reply>> body) {
    var call = new Call(request);
    var own = context.duplicate();
    call.bindTo(own);
    return own.inThread() ? runHere(request, call, own, body) : runThere(request, call, own, body);
  }

  /** The lane's event loop is the verticle's: an answer that is there at once goes back at once. */
  private Future<Reply> runHere(
      Request request,
      Call call,
      ContextInternal own,
      BiFunction<Call, ContextInternal, Future<Reply>> body) {
    Future<Reply> answer;
    var before = own.beginDispatch();
    try {
      answer = guarded(() -> body.apply(call, own));
    } finally {
      own.endDispatch(before);
    }
    if (answer.succeeded()) {
      return answer;
    }
    Promise<Reply> answered = Promise.promise();
    settleWith(answer, request, answered);
    return answered.future();
  }

  /** The verticle's thread may be busy for long: whether anybody waits is asked anew there. */
  private Future<Reply> runThere(
      Request request,
      Call call,
      ContextInternal own,
      BiFunction<Call, ContextInternal, Future<Reply>> body) {
    Promise<Reply> answered = Promise.promise();
    own.emit(
        ignored -> {
          var useless = request.useless("it ran");
          settleWith(
              useless == null ? guarded(() -> body.apply(call, own)) : Future.failedFuture(useless),
              request,
              answered);
        });
    return answered.future();
  }

  private void settleWith(Future<Reply> answer, Request request, Promise<Reply> answered) {
    answer.onComplete(
        (reply, failure) ->
            lane.run(
                () -> {
                  if (failure == null) {
                    answered.complete(reply);
                  } else {
                    answered.fail(known(request, failure));
                  }
                }));
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
