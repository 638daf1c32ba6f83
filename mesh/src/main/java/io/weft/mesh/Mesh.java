package io.weft.mesh;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.telemetry.SpanSink;
import java.util.List;
import java.util.function.Function;

/**
 * The mesh as one node sees it: operations are served here and called here.
 *
 * <p>Safe for use from any thread. The futures of calls complete on the context that called, or on
 * one of the mesh's when the caller has none; every failure is a {@link MeshFailure}.
 */
public interface Mesh {
  /**
   * Serves an operation from the current verticle.
   *
   * <p>All operations of one service that one verticle serves make up one instance, which is
   * withdrawn when the verticle is undeployed. The handler runs on the verticle's event loop, where
   * {@link Call#current} tells about the call. A future that fails with a {@link MeshFailure}
   * reaches the caller as it is; any other failure is logged here and reaches the caller as {@link
   * MeshFailure.Unknown}.
   *
   * @param operation what is served
   * @param handler answers one request; it must not block
   * @return completes when the operation can be called; a verticle that waits for it on start is
   *     deployed only then
   * @throws IllegalStateException if this verticle serves the operation already
   */
  <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler);

  /**
   * Serves a stream operation from the current verticle, which is as {@link #serve(Operation,
   * Function)} says.
   *
   * @param handler opens one stream, which must honour {@code pause} and {@code resume}; when the
   *     reader has gone, {@link Call#cancellation} of the call that opened it tells so
   */
  <Q, T> Future<Void> serve(
      StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler);

  /**
   * Serves an operation by name, with its requests and its replies as they travel: for those who
   * pass them on without knowing their types, nor whether they have effects, which each request
   * says. Otherwise as {@link #serve(Operation, Function)} says; plain messages of the event bus do
   * not find it.
   *
   * <p>A verticle that passes them on to another site says so in its configuration, by {@link
   * io.weft.mesh.bus.BusMesh#SITE}: its instances count as endpoints of that site.
   *
   * @param handler takes one query or command, on the verticle's event loop; what it answers says
   *     itself whether it is replayed
   * @throws IllegalArgumentException if it is no name of an operation
   */
  Future<Void> serve(String operation, Step handler);

  /** Opens a stream with everything inherited or by default. */
  default <Q, T> Future<ItemStream<T>> open(StreamOperation<Q, T> operation, Q request) {
    return open(operation, request, CallOptions.DEFAULT);
  }

  /**
   * Opens a stream of items. The timeout bounds the opening; the stream then lasts until it ends,
   * fails or is cancelled.
   */
  <Q, T> Future<ItemStream<T>> open(
      StreamOperation<Q, T> operation, Q request, CallOptions options);

  /** Calls an operation with everything inherited or by default. */
  default <Q, R> Future<R> call(Operation<Q, R> operation, Q request) {
    return call(operation, request, CallOptions.DEFAULT);
  }

  /**
   * Calls an operation.
   *
   * <p>The deadline, the trace and the caller's identity are those of the call being served, when
   * there is one.
   */
  <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options);

  /**
   * Calls an operation by name, with its request and its reply as bytes: for gateways and bridges,
   * which pass bodies on without knowing their types.
   */
  Future<Reply> exchange(String operation, Operation.Kind kind, Buffer body, CallOptions options);

  /**
   * Withdraws the instances that a verticle serves: they are no longer picked, and then finish what
   * they run.
   *
   * @param deploymentId the verticle's, as Vert.x gave it
   * @return completes when they are idle, at the latest after {@link MeshLimits#DRAIN_TIMEOUT}
   */
  Future<Void> withdraw(String deploymentId);

  /** Returns the policies that calls of this node go by. From any thread. */
  default Policies policies() {
    return Policies.DEFAULT;
  }

  /**
   * Returns where a service tells what it decides by itself, for operators to see. From any thread.
   */
  default Decision.Sink decisions() {
    return (kind, subject, why) -> {};
  }

  /** Returns where spans go of what is done on this node. From any thread. */
  default SpanSink spans() {
    return SpanSink.NONE;
  }

  /** Returns the id of this node. */
  String node();

  /** Returns the records of all nodes that are believed to be alive, this one first. */
  List<NodeRecord> nodes();

  /** Returns what this node believes of its site, drawn anew with each change. From any thread. */
  default Directory directory() {
    return Directory.EMPTY;
  }

  /**
   * Asks an instance whether it is there: all the way of an attempt to the instance itself, but for
   * its handlers.
   *
   * @return completes when it is, and fails with a {@link MeshFailure} when it is not, at the
   *     latest after {@link MeshLimits#PRESENCE_TIMEOUT}
   */
  default Future<Void> present(Endpoint endpoint) {
    return Future.failedFuture(new MeshFailure.NotSent("this mesh cannot ask"));
  }

  /**
   * Withdraws every instance of this node, lets them finish, and takes the node's record back. The
   * Vert.x instance stays open.
   */
  Future<Void> close();
}
