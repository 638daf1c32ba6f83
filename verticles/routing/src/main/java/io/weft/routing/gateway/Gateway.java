package io.weft.routing.gateway;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.Endpoint;
import java.util.stream.Collectors;

/** The routes of the contract: each request that matches one becomes a call into the mesh. */
public final class Gateway {
  private final Mesh mesh;
  private final Time time;
  private final boolean explains;

  /**
   * Creates the gateway to a mesh.
   *
   * @param time bounds how long a client may take, and names traces
   * @param explains whether a client may ask, with {@code Weft-Explain: 1}, that it be kept how its
   *     calls are made
   */
  public Gateway(Mesh mesh, Time time, boolean explains) {
    this.mesh = mesh;
    this.time = time;
    this.explains = explains;
  }

  /** Adds a route for each endpoint of the contract to a router made by {@link HttpEdge}. */
  public void mount(Router router, Contract contract) {
    contract
        .byPath()
        .forEach(
            (path, endpoints) -> {
              var route = route(path);
              endpoints.forEach(endpoint -> mount(router, route, endpoint));
              HttpEdge.otherMethods(
                  router,
                  route,
                  endpoints.stream().map(Endpoint::method).collect(Collectors.toSet()));
            });
  }

  private void mount(Router router, String path, Endpoint endpoint) {
    var route = router.route(endpoint.method(), path);
    if (endpoint.method().equals(HttpMethod.GET)) {
      route.method(HttpMethod.HEAD);
    }
    route.handler(
        context ->
            new HttpExchange(context, endpoint, HttpEdge.trace(context), explains)
                .run(mesh, time.timers()));
  }

  /** Returns a path of the contract as a path of the router. */
  private static String route(String path) {
    return path.replace("{", ":").replace("}", "");
  }
}
