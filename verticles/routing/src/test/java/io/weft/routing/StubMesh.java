package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.CallOptions;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Step;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.discovery.NodeRecord;
import java.util.List;
import java.util.function.Function;

/**
 * A mesh that throws whenever it is asked for something that a test has not said the answer to, so
 * that nothing is asked for unseen. Its one node is called n1 and is in no list.
 */
public abstract class StubMesh implements Mesh {
  @Override
  public <Q, R> Future<Void> serve(Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    throw new UnsupportedOperationException(operation.name());
  }

  @Override
  public <Q, T> Future<Void> serve(
      StreamOperation<Q, T> operation, Function<Q, Future<? extends ReadStream<T>>> handler) {
    throw new UnsupportedOperationException(operation.name());
  }

  @Override
  public Future<Void> serve(String operation, Step handler) {
    throw new UnsupportedOperationException(operation);
  }

  @Override
  public <Q, T> Future<ItemStream<T>> open(
      StreamOperation<Q, T> operation, Q request, CallOptions options) {
    throw new UnsupportedOperationException(operation.name());
  }

  @Override
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
    throw new UnsupportedOperationException(operation.name());
  }

  @Override
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    throw new UnsupportedOperationException(operation);
  }

  @Override
  public Future<Void> withdraw(String deploymentId) {
    throw new UnsupportedOperationException(deploymentId);
  }

  @Override
  public String node() {
    return "n1";
  }

  @Override
  public List<NodeRecord> nodes() {
    return List.of();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
