package io.weft.lab.hostile;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.Commands;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;

/** The process that is sent hostile frames: a node that serves. Ends with its standard input. */
public final class Target {
  /** Answers what is said. */
  static final Operation<Say, Said> ASK = Operation.query("hostile.ask", Say.class, Said.class);

  /** Answers what is said, as a command. */
  static final Operation<Say, Said> TELL = Operation.command("hostile.tell", Say.class, Said.class);

  static final String NAME = "target";

  /** The command to serve. */
  static final String START = "start";

  private Target() {}

  /** Runs the node: {@code CLUSTER PORT}. Told {@link #START}, it serves; then it gives figures. */
  public static void main(String[] arguments) throws IOException {
    var settings = LabNode.settings(NAME, arguments[0], Integer.parseInt(arguments[1]), List.of());
    Commands.obey(
        command -> {
          if (START.equals(command.getString(ChildProcess.DO))) {
            var node = LabNode.serve(settings, new VertxOptions(), Telemetry.NONE, Target::serve);
            Patience.await("the node", node, HostileLimits.ANSWER_MAX);
          }
          return figures();
        });
    System.exit(0);
  }

  private static Future<?> serve(Mesh mesh) {
    return mesh.serve(ASK, say -> Future.succeededFuture(Said.to(say)))
        .compose(served -> mesh.serve(TELL, say -> Future.succeededFuture(Said.to(say))));
  }

  /** Returns what is in use after a collection. */
  private static JsonObject figures() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return new JsonObject()
        .put("heap", memory.getHeapMemoryUsage().getUsed())
        .put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
  }
}
