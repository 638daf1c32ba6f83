package io.weft.mesh.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.bus.Guest;
import java.util.function.Function;

/**
 * What a reference to an instance of the mesh gives: calls to its service.
 *
 * <p>A call goes the whole way of a call in the mesh: to whichever instance the balancer picks,
 * with a deadline, retries and breakers. The instance that was looked up may be gone by then; the
 * service is what is called. Safe for use from any thread; futures complete on the context that
 * called, and fail as {@link Mesh} says.
 */
public final class ServiceClient {
  private final Vertx vertx;
  private final String service;

  ServiceClient(Vertx vertx, String service) {
    this.vertx = vertx;
    this.service = service;
  }

  /** Returns the name of the service that is called. */
  public String service() {
    return service;
  }

  /** Calls an operation of the service. */
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request) {
    return call(operation, request, CallOptions.DEFAULT);
  }

  /** Calls an operation of the service. */
  public <Q, R> Future<R> call(Operation<Q, R> operation, Q request, CallOptions options) {
    return through(operation.name(), mesh -> mesh.call(operation, request, options));
  }

  /** Calls an operation of the service by name, with its request and its reply as bytes. */
  public Future<Reply> exchange(
      String operation, Operation.Kind kind, Buffer body, CallOptions options) {
    return through(operation, mesh -> mesh.exchange(operation, kind, body, options));
  }

  private <R> Future<R> through(String operation, Function<BusMesh, Future<R>> call) {
    if (!Operation.serviceOf(operation).equals(service)) {
      return Future.failedFuture(
          new IllegalArgumentException(
              "operation " + operation + " (expected: one of service " + service + ")"));
    }
    return Guest.meshOf(vertx).compose(call);
  }
}
