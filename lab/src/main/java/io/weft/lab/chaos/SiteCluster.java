package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNode;
import io.weft.lab.ShippedNodes;
import io.weft.lab.WeftCommand;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One site: nodes as they are shipped, with a PostgreSQL of their own, on a network of their own.
 * For one thread, which it blocks.
 */
final class SiteCluster implements AutoCloseable {
  private final String name;
  private final int place;
  private final List<String> by;
  private final ShippedNodes nodes;
  private final String token;

  private SiteCluster(String name, int place, List<String> by, ShippedNodes nodes, String token) {
    this.token = token;
    this.name = name;
    this.place = place;
    this.by = by;
    this.nodes = nodes;
  }

  /** Starts the nodes of the hub. */
  static SiteCluster hub(Network network, String name, int place) {
    return start(network, name, place, null, List.of());
  }

  /** Starts the nodes of an edge, which has not joined its hub yet. */
  static SiteCluster edge(Network network, String name, int place, SiteCluster hub) {
    var port = hub.nodes.node(0).httpPort();
    // Whoever has logged in at one site is known at all of them.
    var keys = hub.nodes.data().resolve("keys").resolve("development.json");
    return start(
        network,
        name,
        place,
        hub.token,
        List.of(
            "--link",
            Network.address(hub.place) + ":" + port,
            "--link-tls",
            "off",
            "--security-key-file",
            keys.toString()));
  }

  private static SiteCluster start(
      Network network, String name, int place, @Nullable String token, List<String> more) {
    var by = network.host(place);
    var host = new ShippedNode.Host(by, Network.address(place));
    var flags = new ArrayList<>(List.of("--site", name));
    flags.addAll(more);
    var nodes = ShippedNodes.on(host, ChaosLimits.SITE_NODES, flags.toArray(String[]::new));
    return new SiteCluster(name, place, by, nodes, token == null ? nodes.token() : token);
  }

  String name() {
    return name;
  }

  String logTails() {
    return name + "\n" + nodes.logTails();
  }

  /** Has an edge join this hub, as an operator does. */
  void letIn(SiteCluster edge) {
    WeftCommand.join(by, nodes.data(), edge.by, edge.nodes.data(), edge.name);
  }

  /** Returns what an edge holds of the credit of all users of this hub, in minor units. */
  long escrow(SiteCluster edge) {
    var site = new JsonObject().put("site", edge.name).encode();
    long held = 0;
    var answer =
        new JsonObject(
            WeftCommand.run(by, nodes.data(), "call", "users.escrow", site, "-o", "json"));
    for (var item : answer.getJsonObject("body").getJsonArray("items")) {
      var outstanding = ((JsonObject) item).getJsonObject("outstanding");
      for (var currency : outstanding.fieldNames()) {
        held += outstanding.getLong(currency);
      }
    }
    return held;
  }

  /** Returns a client of the nodes here, which may do everything. */
  FailoverClient client(Vertx vertx, Time time) {
    return new FailoverClient(vertx, time, Network.address(place), nodes.httpPorts(), token);
  }

  /** Kills one of the nodes when all are ready, and starts it again; returns which it was. */
  String kill(SplittableRandom random) {
    awaitReady();
    int victim = random.nextInt(ChaosLimits.SITE_NODES);
    nodes.node(victim).kill();
    nodes.launch(victim);
    return nodes.node(victim).name() + " of " + name;
  }

  /** Returns whether all nodes are there. */
  boolean isReady() {
    return nodes.all().stream().allMatch(ShippedNode::ready);
  }

  /** Waits until all nodes are there; those that gave up starting are started again. */
  void awaitReady() {
    Patience.until(
        "all nodes of " + name + " are ready",
        ChaosLimits.START_MAX,
        ChaosLimits.LOOK_INTERVAL,
        this::ready);
  }

  private boolean ready() {
    for (int i = 0; i < ChaosLimits.SITE_NODES; i++) {
      if (!nodes.node(i).alive()) {
        nodes.launch(i);
      }
    }
    return isReady();
  }

  @Override
  public void close() {
    nodes.close();
  }
}
