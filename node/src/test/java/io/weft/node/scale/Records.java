package io.weft.node.scale;

import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Records of nodes that host the service {@code users}. */
final class Records {
  private Records() {}

  static NodeRecord node(String id, String zone, int users) {
    return node(id, zone, State.SERVING, users);
  }

  static NodeRecord node(String id, String zone, State state, int users) {
    return node(id, zone, state, users, 0);
  }

  /** A node that has instances of users, and some that stand for those of another site. */
  static NodeRecord node(String id, String zone, State state, int users, int standIns) {
    var instances = new ArrayList<InstanceRecord>();
    for (int i = 0; i < standIns; i++) {
      instances.add(
          new InstanceRecord(
              "users-hub-" + i, "users", "1", 0, 1, State.SERVING, List.of(), "hub"));
    }
    for (int i = 0; i < users; i++) {
      instances.add(new InstanceRecord("users-" + i, "users", "1", 0, 1, State.SERVING, List.of()));
    }
    return new NodeRecord(
        id, "i", 1, "m-" + id, "local", zone, "1", state, 1, List.of("users"), Map.of(), instances);
  }
}
