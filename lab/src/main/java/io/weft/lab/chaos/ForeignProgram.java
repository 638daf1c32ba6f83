package io.weft.lab.chaos;

import com.hazelcast.config.XmlConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.bus.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;

/**
 * A Vert.x program on the cluster that is no node: it has the library on its class path, and knows
 * of the mesh what vertx-service-discovery tells.
 */
final class ForeignProgram implements AutoCloseable {
  private final Vertx vertx;
  private final ServiceDiscovery discovery;

  private ForeignProgram(Vertx vertx) {
    this.vertx = vertx;
    discovery = ServiceDiscovery.create(vertx);
  }

  /** Joins the cluster that settings name. */
  static ForeignProgram join(ClusterNode.Settings settings) {
    var options = new VertxOptions();
    options.getEventBusOptions().setHost(settings.host());
    var starting =
        Vertx.builder().with(options).withClusterManager(manager(settings)).buildClustered();
    return new ForeignProgram(
        Patience.await("the foreign program", starting, ChaosLimits.START_MAX));
  }

  private static HazelcastClusterManager manager(ClusterNode.Settings settings) {
    var values = new Properties();
    values.setProperty("weft.cluster.name", settings.clusterName());
    values.setProperty("weft.cluster.host", settings.host());
    values.setProperty("weft.cluster.port", Integer.toString(settings.clusterPort()));
    try (var xml = Files.newInputStream(settings.clusterXml())) {
      var config = new XmlConfigBuilder(xml).setProperties(values).build();
      new Seeds(settings.join()).addTo(config, settings.clusterPort());
      return new HazelcastClusterManager(config);
    } catch (IOException e) {
      throw new LabException(settings.clusterXml() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Returns the incarnations of the instances that are listed, one for each instance, in order. */
  List<String> incarnations() {
    var listing = discovery.getRecords(record -> record.getName().equals(Echo.SERVICE));
    return Patience.await("the list of records", listing, ChaosLimits.ANSWER_MAX).stream()
        .map(ForeignProgram::incarnation)
        .sorted()
        .toList();
  }

  /** A registration is {@code node/incarnation/instance}. */
  private static String incarnation(Record record) {
    return record.getRegistration().split("/")[1];
  }

  @Override
  public void close() {
    discovery.close();
    Patience.await("the foreign program stops", vertx.close(), ChaosLimits.START_MAX);
  }
}
