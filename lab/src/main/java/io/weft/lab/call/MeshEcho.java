package io.weft.lab.call;

import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.ClusterNode;
import java.util.List;

/** The operation of the benchmark, and the nodes that it is served and called on. */
final class MeshEcho {
  /** Answers what is said. */
  static final Operation<Say, Said> SAY = Operation.query("echo.say", Say.class, Said.class);

  /** The number of event loops to try instead of a node's own. */
  private static final String LOOPS = "weft.lab.loops";

  private MeshEcho() {}

  /** Returns the event loops that a node is to have, 0 for its own default. */
  static int loops() {
    return Integer.getInteger(LOOPS, 0);
  }

  /** Returns the settings of a node on loopback. */
  static ClusterNode.Settings settings(String name, String cluster, int port, List<String> join) {
    return new ClusterNode.Settings(
        name,
        "lab",
        "lab",
        "bench",
        cluster,
        Ports.HOST,
        port,
        0,
        join,
        BareBus.clusterXml(),
        List.of());
  }
}
