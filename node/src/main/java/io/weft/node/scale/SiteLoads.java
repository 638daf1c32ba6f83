package io.weft.node.scale;

import io.vertx.core.Future;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeLoad.Load;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the nodes of the site have to do, asked of each of them.
 *
 * @param loads what those told that answered in time
 * @param missing the names of the others
 */
record SiteLoads(List<Load> loads, List<String> missing) {
  /** Copies the lists. */
  SiteLoads {
    loads = List.copyOf(loads);
    missing = List.copyOf(missing);
  }

  /** Asks all nodes at a time for the present; never fails. */
  static Future<SiteLoads> ask(Mesh mesh) {
    return ask(mesh, false);
  }

  /**
   * Asks all nodes at a time; never fails.
   *
   * @param past whether to ask for other loads of the last hour too
   */
  static Future<SiteLoads> ask(Mesh mesh, boolean past) {
    var nodes =
        mesh.nodes().stream()
            .filter(node -> node.state() == State.SERVING || node.state() == State.DRAINING)
            .map(NodeRecord::id)
            .toList();
    var answers = nodes.stream().map(node -> ask(mesh, node, past)).toList();
    return Future.all(answers)
        .map(
            all -> {
              var loads = new ArrayList<Load>();
              var missing = new ArrayList<String>();
              for (int i = 0; i < nodes.size(); i++) {
                var load = answers.get(i).result();
                load.ifPresentOrElse(loads::add, missing(missing, nodes.get(i)));
              }
              return new SiteLoads(loads, missing);
            });
  }

  private static Runnable missing(List<String> missing, String node) {
    return () -> missing.add(node);
  }

  private static Future<Optional<Load>> ask(Mesh mesh, String node, boolean past) {
    return mesh.call(
            NodeLoad.LOAD,
            new NodeLoad.Request(past),
            CallOptions.DEFAULT.withNode(node).withTimeout(NodeLimits.LOAD_TIMEOUT))
        .map(Optional::of)
        .otherwise(Optional.empty());
  }

  /** Returns what the nodes told of a service. */
  Stream<ServiceLoad> of(String service) {
    return loads.stream()
        .flatMap(load -> load.services().stream())
        .filter(load -> load.service().equals(service));
  }

  /** Returns how many calls of a service failed so far, as their callers felt it. */
  long failed(String service) {
    return of(service).mapToLong(ServiceLoad::failed).sum();
  }

  /** Returns how many calls of a service its instances run or let wait. */
  double inFlight(String service) {
    return of(service).mapToDouble(ServiceLoad::inFlight).sum();
  }
}
