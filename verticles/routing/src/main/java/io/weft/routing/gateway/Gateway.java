package io.weft.routing.gateway;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Time;
import io.weft.routing.access.Access;
import io.weft.routing.cache.ResponseCache;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.limit.Crowd;
import io.weft.routing.limit.RateGate;
import io.weft.routing.limit.Rates;
import java.util.Objects;
import java.util.stream.Collectors;

/** The routes of the contract: each request that matches one becomes a call into the mesh. */
public final class Gateway {
  private final Mesh mesh;
  private final Time time;
  private final boolean explains;
  private final Access access;
  private final Rates limits;
  private final ResponseCache cache;
  private final Contract contract;
  private final EventStreams streams = new EventStreams();

  /**
   * Creates the gateway to a mesh.
   *
   * @param time bounds how long a client may take, and names traces
   * @param explains whether a client may ask, with {@code Weft-Explain: 1}, that it be kept how its
   *     calls are made
   * @param access keeps the contract's rules of who may ask for what
   * @param limits how often clients may ask
   * @param contract what there is to ask for
   */
  public Gateway(
      Mesh mesh, Time time, boolean explains, Access access, Rates limits, Contract contract) {
    this.mesh = mesh;
    this.time = time;
    this.explains = explains;
    this.access = access;
    this.limits = limits;
    this.contract = contract;
    var services =
        contract.endpoints().stream()
            .map(endpoint -> Operation.serviceOf(endpoint.operation()))
            .collect(Collectors.toSet());
    // Nobody is given what another was answered: a service may answer each as it likes.
    cache = new ResponseCache(mesh, time, operation -> false, services);
  }

  /** Adds a route for each endpoint of the contract to a router made by {@link HttpEdge}. */
  public void mount(Router router) {
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

  /** Ends the event streams, so that their clients go elsewhere, and opens no more. */
  public void stop() {
    streams.stop();
    cache.stop();
  }

  private void mount(Router router, String path, Endpoint endpoint) {
    var route = router.route(endpoint.method(), path);
    if (endpoint.method().equals(HttpMethod.GET)) {
      route.method(HttpMethod.HEAD);
    }
    var leaving = endpoint.leaving();
    if (leaving != null) {
      route.handler(new Farewell(endpoint, leaving));
    }
    var gate = new RateGate(limits, endpoint.operation());
    route.handler(gate::arrived);
    var events = endpoint.events();
    if (events == null) {
      var wanted = HttpExchange.wanted(endpoint);
      route.handler(
          context ->
              new HttpExchange(
                      context,
                      endpoint,
                      new RequestReader(context, endpoint, explains),
                      access,
                      gate,
                      wanted)
                  .run(cache, time.timers()));
    } else {
      var of = Objects.requireNonNull(contract.byOperation().get(events.of()));
      route.handler(Crowd::streams);
      route.handler(
          context ->
              new EventExchange(
                      context,
                      endpoint,
                      events,
                      of,
                      new RequestReader(context, endpoint, explains),
                      streams,
                      access,
                      gate)
                  .run(mesh, time));
    }
  }

  /** Returns a path of the contract as a path of the router. */
  private static String route(String path) {
    return path.replace("{", ":").replace("}", "");
  }
}
