package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Said;
import io.weft.mesh.Mesh;
import io.weft.mesh.bus.ClusterNode;
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
    var settings = MeshEcho.settings("server", cluster, port, List.of());
    return ClusterNode.start(
            settings, BareBus.loops(MeshEcho.loops()), new CallHistograms(Ticker.system()))
        .compose(
            node ->
                node.vertx()
                    .deployVerticle(new Echo(node.mesh()))
                    .compose(deployed -> node.ready()))
        .map(ready -> new JsonObject().put("cluster", cluster).put("port", port));
  }

  private static final class Echo extends VerticleBase {
    private final Mesh mesh;

    Echo(Mesh mesh) {
      this.mesh = mesh;
    }

    @Override
    public Future<?> start() {
      return mesh.serve(MeshEcho.SAY, request -> Future.succeededFuture(Said.to(request)));
    }
  }
}
