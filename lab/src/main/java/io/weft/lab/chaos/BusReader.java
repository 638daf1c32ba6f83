package io.weft.lab.chaos;

import io.vertx.core.VertxOptions;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.ShippedNodes;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Decision;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.List;
import java.util.stream.Collectors;

/** A node of this release that serves nothing, and reads users of shipped nodes over the bus. */
final class BusReader implements AutoCloseable {
  private final ClusterNode node;

  private BusReader(ClusterNode node) {
    this.node = node;
  }

  /** Joins the site of shipped nodes. */
  static BusReader join(ShippedNodes nodes) {
    var settings = LabNode.settings("reader", ShippedNodes.CLUSTER, Ports.lasting(), nodes.seeds());
    var starting =
        ClusterNode.start(settings, new VertxOptions(), Telemetry.NONE)
            .compose(node -> node.ready().map(node));
    return new BusReader(Patience.await("the reader joins", starting, ChaosLimits.START_MAX));
  }

  /** Begins to read users, so many times a second. */
  OpenLoop start(int rate, Orders orders) {
    var context = node.vertx().getOrCreateContext();
    var users = List.copyOf(orders.users());
    return OpenLoop.start(
        task -> context.runOnContext(turn -> task.run()),
        node.time(),
        rate,
        number ->
            node.mesh().call(Users.GET, new UserId(users.get((int) (number % users.size())))));
  }

  /** Returns why it took nodes for gone, the latest first, in words. */
  String losses() {
    return node.mesh().decisions().latest(ChaosLimits.DECISIONS_TOLD).stream()
        .filter(decision -> decision.kind() == Decision.Kind.NODE_LEFT)
        .map(decision -> decision.at() + " " + decision.subject() + ": " + decision.why())
        .collect(Collectors.joining("; "));
  }

  @Override
  public void close() {
    Patience.await("the reader leaves", node.stop(), ChaosLimits.START_MAX);
  }
}
