package io.weft.lab;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Nodes of the lab: on loopback, in the cluster configuration of a shipped node. */
public final class LabNode {
  private LabNode() {}

  /** Returns the settings of a node on loopback. */
  public static ClusterNode.Settings settings(
      String name, String cluster, int port, List<String> join) {
    return settings(name, cluster, Ports.HOST, port, join);
  }

  /**
   * Returns the settings of a node.
   *
   * @param cluster only nodes of the same cluster find each other
   * @param host the address that it binds to
   * @param port the port of the cluster
   * @param join the seeds, as {@code host:port}
   */
  public static ClusterNode.Settings settings(
      String name, String cluster, String host, int port, List<String> join) {
    return new ClusterNode.Settings(
        name, "lab", "lab", "lab", cluster, host, port, 0, join, clusterXml(), List.of());
  }

  /**
   * Starts a node that serves from one verticle.
   *
   * @param services what the verticle does when it starts
   * @return completes when others may call the node
   */
  public static Future<ClusterNode> serve(
      ClusterNode.Settings settings,
      VertxOptions options,
      Telemetry telemetry,
      Function<Mesh, Future<?>> services) {
    return ClusterNode.start(settings, options, telemetry)
        .compose(
            node ->
                node.vertx()
                    .deployVerticle(new Serving(node.mesh(), services))
                    .compose(deployed -> node.ready())
                    .map(node));
  }

  /** Returns the file that configures the cluster. */
  public static Path clusterXml() {
    return Path.of(System.getProperty("weft.home", "."), "cluster.xml");
  }

  private static final class Serving extends VerticleBase {
    private final Mesh mesh;
    private final Function<Mesh, Future<?>> services;

    Serving(Mesh mesh, Function<Mesh, Future<?>> services) {
      this.mesh = mesh;
      this.services = services;
    }

    @Override
    public Future<?> start() {
      return services.apply(mesh);
    }
  }
}
