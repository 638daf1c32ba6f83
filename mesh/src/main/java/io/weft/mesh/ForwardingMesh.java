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
 * A mesh that hands all that it is asked on to another one: for those that do one thing otherwise,
 * so that what they do not mention is not lost on the way.
 */
public abstract class ForwardingMesh implements Mesh {
  /** The other one. */
  protected final Mesh mesh;

  /** Creates a mesh in front of another. */
  protected ForwardingMesh(Mesh mesh) {
    this.mesh = mesh;
  }

  @Override
  public <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    return mesh.serve(operation, handler);
  }

  @Override
  public <Q, T> Future<Void> serve(
      StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler) {
    return mesh.serve(operation, handler);
  }

  @Override
  public Future<Void> serve(String operation, Step handler) {
    return mesh.serve(operation, handler);
  }

  @Override
  public <Q, T> Future<ItemStream<T>> open(
      StreamOperation<Q, T> operation, Q request, CallOptions options) {
    return mesh.open(operation, request, options);
  }

  @Override
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
    return mesh.call(operation, request, options);
  }

  @Override
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    return mesh.exchange(operation, kind, body, options);
  }

  @Override
  public Future<Void> withdraw(String deploymentId) {
    return mesh.withdraw(deploymentId);
  }

  @Override
  public Policies policies() {
    return mesh.policies();
  }

  @Override
  public Decision.Sink decisions() {
    return mesh.decisions();
  }

  @Override
  public SpanSink spans() {
    return mesh.spans();
  }

  @Override
  public String node() {
    return mesh.node();
  }

  @Override
  public List<NodeRecord> nodes() {
    return mesh.nodes();
  }

  @Override
  public Directory directory() {
    return mesh.directory();
  }

  @Override
  public Future<Void> present(Endpoint endpoint) {
    return mesh.present(endpoint);
  }

  @Override
  public Future<Void> close() {
    return mesh.close();
  }
}
