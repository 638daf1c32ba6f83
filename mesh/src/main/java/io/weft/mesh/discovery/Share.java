package io.weft.mesh.discovery;

import io.weft.mesh.discovery.NodeRecord.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one node's record adds to the directory, worked out once per record. Immutable. */
final class Share {
  private final NodeRecord node;
  private final Map<String, List<Endpoint>> services;
  private final Map<String, List<Endpoint>> operations;

  private Share(
      NodeRecord node,
      Map<String, List<Endpoint>> services,
      Map<String, List<Endpoint>> operations) {
    this.node = node;
    this.services = services;
    this.operations = operations;
  }

  /** Returns the record. */
  NodeRecord node() {
    return node;
  }

  /** Returns its endpoints that may be picked, by service. */
  Map<String, List<Endpoint>> services() {
    return services;
  }

  /** Returns its endpoints that may be picked, by operation. */
  Map<String, List<Endpoint>> operations() {
    return operations;
  }

  /** Returns the share of a record. */
  static Share of(NodeRecord node) {
    var services = new HashMap<String, List<Endpoint>>();
    var operations = new HashMap<String, List<Endpoint>>();
    // A node that drains takes back its instances one by one; its own it keeps, to be asked.
    if (node.state() == State.SERVING || node.state() == State.DRAINING) {
      for (var instance : node.instances()) {
        if (instance.state() == State.SERVING) {
          add(Endpoint.of(node, instance), services, operations);
        }
      }
    }
    return new Share(node, services, operations);
  }

  /** Returns the share of a record, with the endpoints of its predecessor if they are the same. */
  static Share of(NodeRecord node, Share before) {
    var was = before.node;
    boolean same =
        node.incarnation().equals(was.incarnation())
            && node.state() == was.state()
            && node.site().equals(was.site())
            && node.zone().equals(was.zone())
            && node.instances().equals(was.instances());
    return same ? new Share(node, before.services, before.operations) : of(node);
  }

  private static void add(
      Endpoint endpoint,
      Map<String, List<Endpoint>> services,
      Map<String, List<Endpoint>> operations) {
    services.computeIfAbsent(endpoint.service(), name -> new ArrayList<>()).add(endpoint);
    for (var operation : endpoint.operations()) {
      operations.computeIfAbsent(operation, name -> new ArrayList<>()).add(endpoint);
    }
  }
}
