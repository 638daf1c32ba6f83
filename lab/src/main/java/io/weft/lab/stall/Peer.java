package io.weft.lab.stall;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The process that stands still: a node that echoes. It ends with its standard input. */
public final class Peer {
  /** What is echoed. */
  record Text(String text) {}

  /** Answers what it is asked. */
  static final Operation<Text, Text> ECHO = Operation.query("echo.text", Text.class, Text.class);

  private Peer() {}

  /** Runs the node: {@code CLUSTER PORT}; says {@code ready} when it serves. */
  public static void main(String[] arguments) throws IOException {
    var settings = settings("peer", arguments[0], Integer.parseInt(arguments[1]), List.of());
    ClusterNode.start(settings, new VertxOptions(), Telemetry.NONE)
        .compose(
            node ->
                node.vertx()
                    .deployVerticle(new Echo(node.mesh()))
                    .compose(deployed -> node.ready()))
        .onSuccess(ready -> System.out.println("ready"))
        .onFailure(
            failure -> {
              System.err.println(failure);
              System.exit(1);
            });
    System.in.transferTo(System.err);
    System.exit(0);
  }

  /** Returns the settings of a node on loopback. */
  static ClusterNode.Settings settings(String name, String cluster, int port, List<String> join) {
    return new ClusterNode.Settings(
        name,
        "lab",
        "lab",
        "stall",
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
      return mesh.serve(ECHO, Future::succeededFuture);
    }
  }
}
