package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabNode;
import io.weft.lab.Ports;
import io.weft.lab.Said;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.util.List;

/** The mesh: an operation served from a verticle of a node. */
final class MeshServer implements EchoServer {
  @Override
  public Future<JsonObject> start() {
    var cluster = "bench-" + Rng.system().uuid();
    int port = Ports.free();
    var settings = LabNode.settings("server", cluster, port, List.of());
    return LabNode.serve(
            settings,
            BareBus.loops(MeshEcho.loops()),
            new CallHistograms(Ticker.system()),
            mesh -> mesh.serve(MeshEcho.SAY, say -> Future.succeededFuture(Said.to(say))))
        .map(ready -> new JsonObject().put("cluster", cluster).put("port", port));
  }
}
