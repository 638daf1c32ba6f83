package io.weft.lab.call;

import com.hazelcast.config.Config;
import com.hazelcast.config.XmlConfigBuilder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.lab.LabException;
import io.weft.lab.LabNode;
import io.weft.lab.Ports;
import io.weft.mesh.bus.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;

/** A clustered Vert.x with nothing of ours on it, in the cluster configuration of a node. */
final class BareBus {
  /** The address that the server listens on. */
  static final String ECHO = "echo";

  private BareBus() {}

  /**
   * Joins a cluster.
   *
   * @param cluster only those of the same name form a cluster
   * @param port the port of the cluster
   * @param join the seeds, as {@code host:port}
   * @param options those of Vert.x; only the address that the bus binds to is set here
   */
  static Future<Vertx> start(String cluster, int port, List<String> join, VertxOptions options) {
    options.setEventBusOptions(new EventBusOptions().setHost(Ports.HOST));
    return Vertx.builder()
        .with(options)
        .withClusterManager(new HazelcastClusterManager(config(cluster, port, join)))
        .buildClustered();
  }

  /** Returns options with so many event loops, or as they come for 0. */
  static VertxOptions loops(int loops) {
    return loops == 0 ? new VertxOptions() : new VertxOptions().setEventLoopPoolSize(loops);
  }

  private static Config config(String cluster, int port, List<String> join) {
    var values = new Properties();
    values.setProperty("weft.cluster.name", cluster);
    values.setProperty("weft.cluster.host", Ports.HOST);
    values.setProperty("weft.cluster.port", Integer.toString(port));
    try (var xml = Files.newInputStream(LabNode.clusterXml())) {
      var config = new XmlConfigBuilder(xml).setProperties(values).build();
      new Seeds(join).addTo(config, port);
      return config;
    } catch (IOException e) {
      throw new LabException(LabNode.clusterXml() + " cannot be read: " + e.getMessage(), e);
    }
  }
}
