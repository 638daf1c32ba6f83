package io.weft.lab.http;

import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.weft.lab.LabException;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Rng;
import io.weft.routing.api.Upstream;
import io.weft.routing.api.UpstreamRequest;
import java.time.Duration;
import java.util.List;

/** A node with one verticle, which calls a service outside of the mesh by its name. */
public final class Caller {
  private static final int OK = 200;

  /** On a busy machine a process that has just started is slow, and that is not what is tried. */
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(10));

  private Caller() {}

  /** Calls, one after the other: {@code SEED SERVICE TARGET TIMES}; exits 1 when one fails. */
  public static void main(String[] arguments) {
    var name = "caller-" + Rng.system().uuid().toString().substring(0, 8);
    int port = Ports.lasting();
    int times = Integer.parseInt(arguments[3]);
    int code = 0;
    try {
      var settings = LabNode.settings(name, "weft", port, List.of(arguments[0]));
      var node =
          Patience.await(
              "the verticle", start(settings, arguments[1], arguments[2], times), HttpLimits.SLACK);
      System.out.println(times + " calls of " + arguments[1] + ", all answered");
      Patience.await("the end", node.stop(), HttpLimits.SLACK);
    } catch (LabException e) {
      System.err.println(e.getMessage());
      code = 1;
    }
    System.exit(code);
  }

  private static Future<ClusterNode> start(
      ClusterNode.Settings settings, String service, String target, int times) {
    return LabNode.serve(
        settings, new VertxOptions(), Telemetry.NONE, mesh -> call(mesh, service, target, times));
  }

  private static Future<Void> call(Mesh mesh, String service, String target, int left) {
    if (left == 0) {
      return Future.succeededFuture();
    }
    return mesh.call(Upstream.read(service), UpstreamRequest.get(target), PATIENT)
        .compose(
            reply ->
                reply.status() == OK
                    ? call(mesh, service, target, left - 1)
                    : Future.failedFuture(service + " answered " + reply.status()));
  }
}
