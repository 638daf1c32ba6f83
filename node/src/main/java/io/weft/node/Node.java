package io.weft.node;

import io.vertx.core.Future;
import io.weft.node.settings.Settings;

/** One node. */
public final class Node {
  private Node() {}

  /** Starts a node. */
  public static Future<Node> start(Settings settings) {
    return Future.failedFuture(new StartFailure("not composed yet: " + settings.text("node.name")));
  }

  /** Stops it. */
  public Future<Void> stop() {
    return Future.succeededFuture();
  }
}
