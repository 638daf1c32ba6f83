package io.weft.lab.stall;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Commands;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.util.List;

/** The process that stands still: a node that echoes. */
public final class Peer {
  /** What is echoed. */
  record Text(String text) {}

  /** Answers what it is asked. */
  static final Operation<Text, Text> ECHO = Operation.query("echo.text", Text.class, Text.class);

  private Peer() {}

  /** Runs the node: {@code CLUSTER PORT}. It answers its one command when it serves. */
  public static void main(String[] arguments) throws IOException {
    var settings =
        LabNode.settings("peer", arguments[0], Integer.parseInt(arguments[1]), List.of());
    Commands.obey(
        start -> {
          var node =
              LabNode.serve(
                  settings,
                  new VertxOptions(),
                  Telemetry.NONE,
                  mesh -> mesh.serve(ECHO, Future::succeededFuture));
          Patience.await("the node", node, StallLimits.PATIENCE);
          return new JsonObject();
        });
    System.exit(0);
  }
}
