package io.weft.lab.hostile;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The process that is sent hostile frames: a node that serves. Ends with its standard input. */
public final class Target {
  /** Answers what is said. */
  static final Operation<Say, Said> ASK = Operation.query("hostile.ask", Say.class, Said.class);

  /** Answers what is said, as a command. */
  static final Operation<Say, Said> TELL = Operation.command("hostile.tell", Say.class, Said.class);

  static final String NAME = "target";

  private Target() {}

  /** Runs the node: {@code CLUSTER PORT}. Each line on standard input asks for figures. */
  public static void main(String[] arguments) throws IOException {
    ClusterNode.start(
            settings(NAME, arguments[0], Integer.parseInt(arguments[1]), List.of()),
            new VertxOptions(),
            Telemetry.NONE)
        .compose(
            node ->
                node.vertx()
                    .deployVerticle(new Echo(node.mesh()))
                    .compose(deployed -> node.ready())
                    .map(node))
        .onSuccess(node -> System.out.println("ready"))
        .onFailure(
            failure -> {
              System.err.println(failure);
              System.exit(1);
            });
    var asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (asked.readLine() != null) {
      System.out.println(figures().encode());
    }
    System.exit(0);
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

  /** Returns the settings of a node on loopback. */
  static ClusterNode.Settings settings(String name, String cluster, int port, List<String> join) {
    return new ClusterNode.Settings(
        name,
        "lab",
        "lab",
        "hostile",
        cluster,
        "127.0.0.1",
        port,
        0,
        join,
        Path.of(System.getProperty("weft.home"), "cluster.xml"),
        List.of());
  }

  private static final class Echo extends VerticleBase {
    private final Mesh mesh;

    Echo(Mesh mesh) {
      this.mesh = mesh;
    }

    @Override
    public Future<?> start() {
      return mesh.serve(ASK, say -> Future.succeededFuture(Said.to(say)))
          .compose(served -> mesh.serve(TELL, say -> Future.succeededFuture(Said.to(say))));
    }
  }
}
