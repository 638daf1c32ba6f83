package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabNode;
import io.weft.lab.Ports;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.bus.ClusterNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The mesh: an operation called from a verticle of a node, with everything by default. */
final class MeshClient implements EchoClient {
  private final LoopCaller caller = new LoopCaller();
  private final MeshTelling telling;
  private @Nullable Mesh mesh;

  MeshClient(MeshTelling telling) {
    this.telling = telling;
  }

  @Override
  public Future<Void> connect(JsonObject address) {
    var seed = Ports.HOST + ":" + address.getInteger("port");
    var settings =
        LabNode.settings("client", address.getString("cluster"), Ports.free(), List.of(seed));
    var telemetry = telling.telemetry();
    return ClusterNode.start(settings, BareBus.loops(MeshEcho.loops()), telemetry)
        .compose(
            node -> {
              telling.begin(node, telemetry);
              mesh = node.mesh();
              return node.vertx().deployVerticle(caller).compose(deployed -> node.ready());
            });
  }

  @Override
  public void call(Say request, Done done) {
    Objects.requireNonNull(mesh, "not connected")
        .call(MeshEcho.SAY, request)
        .onComplete(done::done);
  }

  @Override
  public void execute(Runnable task) {
    caller.execute(task);
  }
}
