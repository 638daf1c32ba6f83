package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabNode;
import io.weft.lab.Ports;
import io.weft.lab.Said;
import io.weft.mesh.time.Rng;
import java.util.List;

/** The mesh: an operation served from a verticle of a node. */
final class MeshServer implements EchoServer {
  private final MeshTelling telling;

  MeshServer(MeshTelling telling) {
    this.telling = telling;
  }

  @Override
  public Future<JsonObject> start() {
    var cluster = "bench-" + Rng.system().uuid();
    int port = Ports.free();
    var settings = LabNode.settings("server", cluster, port, List.of());
    var telemetry = telling.telemetry();
    return LabNode.serve(
            settings,
            BareBus.loops(MeshEcho.loops()),
            telemetry,
            mesh -> mesh.serve(MeshEcho.SAY, say -> Future.succeededFuture(Said.to(say))))
        .onSuccess(node -> telling.begin(node, telemetry))
        .map(ready -> new JsonObject().put("cluster", cluster).put("port", port));
  }
}
