package io.weft.lab.call;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A verticle that calls are made from. */
final class LoopCaller extends VerticleBase {
  private volatile @Nullable Context deployed;

  @Override
  public Future<?> start() {
    deployed = context;
    return Future.succeededFuture();
  }

  /** Returns the verticle's Vert.x. */
  Vertx vertx() {
    return vertx;
  }

  /** Runs a task on the verticle's event loop. */
  void execute(Runnable task) {
    Objects.requireNonNull(deployed, "not deployed").runOnContext(ignored -> task.run());
  }
}
