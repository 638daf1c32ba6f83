package io.weft.lab.http;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Commands;
import io.weft.lab.LabNode;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Telemetry;
import java.io.IOException;
import java.util.List;

/** The entry point of the processes that look users up: one in the mesh, one over plain HTTP. */
public final class LookupMain {
  /** The role of an instance of users in the mesh. */
  static final String MESH = "mesh";

  /** The role of a plain HTTP server with Vert.x, as one would write it. */
  static final String PLAIN = "plain";

  private static final String PATH = "/v1/users/";

  private LookupMain() {}

  /** Serves until its input ends: {@code mesh CLUSTER PORT} or {@code plain PORT}. */
  public static void main(String[] arguments) throws IOException {
    Future<?> serving =
        arguments[0].equals(MESH)
            ? mesh(arguments[1], Integer.parseInt(arguments[2]))
            : plain(Integer.parseInt(arguments[1]));
    Patience.await("the lookup", serving, HttpLimits.START_MAX);
    Commands.obey(command -> new JsonObject());
    System.exit(0);
  }

  private static Future<?> mesh(String cluster, int port) {
    var users = new Lookup();
    return LabNode.serve(
        LabNode.settings("users", cluster, port, List.of()),
        new VertxOptions(),
        Telemetry.NONE,
        mesh ->
            mesh.serve(
                Operation.query("users.get", Buffer.class, Buffer.class),
                request -> Future.succeededFuture(users.find(request))));
  }

  private static Future<?> plain(int port) {
    var users = new Lookup();
    // As nodes of ours do.
    var vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    return vertx.deployVerticle(
        () -> new Plain(users, port),
        new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()));
  }

  /** One event loop of the plain server. */
  private static final class Plain extends VerticleBase {
    private final Lookup users;
    private final int port;

    Plain(Lookup users, int port) {
      this.users = users;
      this.port = port;
    }

    @Override
    public Future<?> start() {
      return vertx.createHttpServer().requestHandler(this::answer).listen(port, Ports.HOST);
    }

    private void answer(HttpServerRequest request) {
      var path = request.path();
      var user = users.get(path.startsWith(PATH) ? path.substring(PATH.length()) : "");
      var response = request.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
      if (user.length() == 0) {
        response.setStatusCode(404);
      }
      response.end(user).onFailure(Throwable::printStackTrace);
    }
  }
}
