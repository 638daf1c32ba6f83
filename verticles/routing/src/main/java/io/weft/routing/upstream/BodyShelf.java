package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.api.BodyRest;
import java.util.HashMap;
import java.util.Map;

/**
 * The bodies of one verticle that were too long to go with their message, each until it is fetched.
 *
 * <p>Nobody but the mesh reads from it, by {@link BodyRest}. For one event loop, the verticle's.
 */
final class BodyShelf {
  private final Mesh mesh;
  private final Time time;
  private final String operation;
  private final Map<String, Kept> kept = new HashMap<>();

  /** A body that waits, and what is done when nobody wants it. */
  private record Kept(ReadStream<Buffer> stream, Runnable dropped, Timers.Handle timeout) {}

  /**
   * Creates a shelf with nothing on it.
   *
   * @param service the service that the verticle serves
   * @param number tells the shelf from others of the service on this node
   */
  BodyShelf(Mesh mesh, Time time, String service, int number) {
    this.mesh = mesh;
    this.time = time;
    operation = service + "." + BodyRest.VERB + Integer.toHexString(number);
  }

  /** Lets the bodies be fetched. To be called when the verticle starts. */
  Future<Void> serve() {
    return mesh.serve(BodyRest.operation(operation), id -> take(id.toString()));
  }

  /** Returns whether another body has room. */
  boolean full() {
    return kept.size() >= RoutingLimits.UPSTREAM_BODIES_MAX;
  }

  /**
   * Keeps a body for a little while.
   *
   * @param stream the body, paused
   * @param bytes how many bytes it has, or -1
   * @param dropped run when nobody has fetched it in time, or who reads it goes
   */
  BodyRest put(ReadStream<Buffer> stream, long bytes, Runnable dropped) {
    var id = time.rng().uuid().toString();
    var timeout =
        time.timers()
            .after(
                RoutingLimits.UPSTREAM_BODY_KEPT,
                () -> {
                  kept.remove(id);
                  dropped.run();
                });
    kept.put(id, new Kept(new TypedBody(stream), dropped, timeout));
    return new BodyRest(mesh.node(), operation, id, bytes);
  }

  private Future<ReadStream<Buffer>> take(String id) {
    var found = kept.remove(id);
    if (found == null) {
      return Future.failedFuture(
          new Application(
              BodyRest.GONE,
              "the rest of the body is not here (expected: to be fetched once, within "
                  + RoutingLimits.UPSTREAM_BODY_KEPT.toSeconds()
                  + " s)"));
    }
    found.timeout.cancel();
    // Whoever has fetched it may go before its end; the mesh tells so by the call.
    Call.current().map(Call::cancellation).orElse(Cancellation.NEVER).onCancel(found.dropped);
    return Future.succeededFuture(found.stream);
  }

  /** Drops what nobody has fetched. */
  void close() {
    var left = Map.copyOf(kept);
    kept.clear();
    left.values()
        .forEach(
            each -> {
              each.timeout.cancel();
              each.dropped.run();
            });
  }
}
