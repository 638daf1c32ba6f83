package io.weft.routing.limit;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one gateway instance in telling the other nodes what was given out.
 *
 * <p>Nobody waits for it, and what does not arrive is not said again. For one event loop.
 */
public final class Settling {
  /** Takes in what another node has given out; a command, as twice is too much. */
  static final Operation<Buffer, Buffer> SETTLE =
      Operation.command("routing.settle", Buffer.class, Buffer.class);

  private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
  private static final Buffer TAKEN = Buffer.buffer("{}");
  private static final CallOptions OPTIONS =
      CallOptions.DEFAULT.withTimeout(RoutingLimits.SETTLE_TIMEOUT);

  private final Mesh mesh;
  private final Timers timers;
  private final Rates limits;
  private boolean over;

  /** Creates the part of an instance. */
  public Settling(Mesh mesh, Timers timers, Rates limits) {
    this.mesh = mesh;
    this.timers = timers;
    this.limits = limits;
  }

  /** Begins; it completes when the other nodes can tell this one. */
  public Future<Void> start() {
    return mesh.serve(SETTLE, this::take).onSuccess(served -> every());
  }

  /** Tells and asks no more. */
  public void stop() {
    over = true;
  }

  private Future<Buffer> take(Buffer message) {
    try {
      limits.settle(message);
      return Future.succeededFuture(TAKEN);
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new MeshFailure.Application("request.invalid", String.valueOf(e.getMessage())));
    }
  }

  private void every() {
    timers.after(
        RoutingLimits.SETTLE_EVERY,
        () -> {
          if (!over) {
            tell();
            every();
          }
        });
  }

  private void tell() {
    var message = limits.settlement(mesh.node());
    if (message == null) {
      return;
    }
    for (var node : mesh.nodes()) {
      if (!node.id().equals(mesh.node()) && settles(node)) {
        mesh.call(SETTLE, message, OPTIONS.withNode(node.id()))
            .onFailure(e -> LOG.debug("{} was not told: {}", node.id(), e.toString()));
      }
    }
  }

  private static boolean settles(NodeRecord node) {
    for (var instance : node.instances()) {
      if (instance.operations().contains(SETTLE.name())) {
        return true;
      }
    }
    return false;
  }
}
