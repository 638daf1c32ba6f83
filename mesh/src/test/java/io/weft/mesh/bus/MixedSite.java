package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** Nodes of the mesh, and Vert.x programs that are none, on one real cluster on loopback. */
final class MixedSite implements AutoCloseable {
  private final String cluster = "mixed-" + UUID.randomUUID();
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final List<Program> programs = new ArrayList<>();
  private final int seed;

  /** A Vert.x program that has only put our library on its class path. */
  record Program(Vertx vertx, HazelcastInstance hazelcast, ServiceDiscovery discovery) {
    Set<String> nodesOf(String service) {
      return records(new JsonObject().put("name", service)).stream()
          .map(record -> record.getMetadata().getString("node"))
          .collect(Collectors.toCollection(TreeSet::new));
    }

    List<Record> records(JsonObject filter) {
      try {
        return await(discovery.getRecords(filter));
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Creates a site without members. */
  MixedSite() {
    try {
      seed = WiredSite.freePort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts a node; the first is the seed of all others. */
  ClusterNode node(String name) throws Exception {
    return node(name, Telemetry.NONE);
  }

  ClusterNode node(String name, Telemetry telemetry) throws Exception {
    int port = nodes.isEmpty() ? seed : WiredSite.freePort();
    var node = await(ClusterNode.start(settings(name, port), new VertxOptions(), telemetry));
    nodes.add(node);
    await(node.ready());
    return node;
  }

  /** Starts a program. */
  Program program() throws Exception {
    var manager =
        new HazelcastClusterManager(ClusterNode.config(settings("-", WiredSite.freePort())));
    var options = new VertxOptions().setEventLoopPoolSize(2);
    options.getEventBusOptions().setHost("127.0.0.1");
    var vertx = await(Vertx.builder().with(options).withClusterManager(manager).buildClustered());
    var program =
        new Program(vertx, manager.getHazelcastInstance(), ServiceDiscovery.create(vertx));
    programs.add(program);
    return program;
  }

  private ClusterNode.Settings settings(String name, int port) {
    return new ClusterNode.Settings(
        name,
        "test",
        "test",
        "1",
        cluster,
        "127.0.0.1",
        port,
        0,
        port == seed ? List.of() : List.of("127.0.0.1:" + seed),
        Path.of(System.getProperty("weft.root"), "cluster.xml"),
        List.of());
  }

  /** Ends nodes at once as crashes do: no goodbye, connections torn, nothing announced any more. */
  void crash(ClusterNode... killed) throws Exception {
    nodes.removeAll(List.of(killed));
    Crash.of(List.of(killed));
  }

  /** Ends a program as a crash does. */
  void tear(Program program) throws Exception {
    programs.remove(program);
    program.hazelcast().getLifecycleService().terminate();
    await(program.vertx().close());
  }

  /** Ends a program in order. */
  void leave(Program program) throws Exception {
    programs.remove(program);
    await(program.vertx().close());
  }

  @Override
  public void close() throws Exception {
    for (var program : List.copyOf(programs)) {
      tear(program);
    }
    Crash.of(nodes);
  }
}
