package io.weft.routing.gateway;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.telemetry.Sheds;
import io.weft.mesh.time.Time;
import io.weft.routing.access.Access;
import io.weft.routing.cache.ResponseCache;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.limit.Crowd;
import io.weft.routing.limit.RateGate;
import io.weft.routing.limit.Rates;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The paths of the contract: each request to one of them becomes a call into the mesh. */
public final class Gateway {
  private static final int BAD_REQUEST = 400;

  private final Mesh mesh;
  private final Time time;
  private final boolean explains;
  private final Access access;
  private final Rates limits;
  private final Sheds sheds;
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
    sheds = new Sheds(mesh.decisions(), time.ticker(), "gateway");
    this.contract = contract;
    var services =
        contract.endpoints().stream()
            .map(endpoint -> Operation.serviceOf(endpoint.operation()))
            .collect(Collectors.toSet());
    // Nobody is given what another was answered: a service may answer each as it likes.
    cache = new ResponseCache(mesh, time, operation -> false, services);
  }

  /** Adds the endpoints of the contract to a router made by {@link HttpEdge}. */
  public void mount(Router router) {
    var paths = new PathTable<Resource>();
    contract.byPath().forEach((path, endpoints) -> paths.put(path, Resource.of(endpoints, this)));
    router.route().handler(context -> arrived(context, paths));
  }

  private static void arrived(RoutingContext context, PathTable<Resource> paths) {
    PathTable.Found<Resource> found;
    try {
      found = paths.find(context.normalizedPath());
    } catch (IllegalArgumentException e) {
      context.fail(BAD_REQUEST, e);
      return;
    }
    if (found == null) {
      context.next();
      return;
    }
    context.pathParams().putAll(found.parameters());
    var resource = found.value();
    var exchange = resource.exchanges().get(context.request().method());
    if (exchange == null) {
      HttpEdge.otherMethod(context, resource.allow());
    } else {
      exchange.handle(context);
    }
  }

  /**
   * What stands at one path.
   *
   * @param exchanges what begins an exchange, by method
   * @param allow the methods that there are, as {@code Allow} has them
   */
  private record Resource(Map<HttpMethod, Handler<RoutingContext>> exchanges, String allow) {
    static Resource of(List<Endpoint> endpoints, Gateway gateway) {
      var exchanges = new HashMap<HttpMethod, Handler<RoutingContext>>();
      for (var endpoint : endpoints) {
        var exchange = gateway.exchange(endpoint);
        exchanges.put(endpoint.method(), exchange);
        if (endpoint.method().equals(HttpMethod.GET)) {
          exchanges.put(HttpMethod.HEAD, exchange);
        }
      }
      return new Resource(Map.copyOf(exchanges), HttpEdge.allow(exchanges.keySet()));
    }
  }

  /** Returns how many event streams are open. */
  public int streams() {
    return streams.size();
  }

  /** Ends the event streams, so that their clients go elsewhere, and opens no more. */
  public void stop() {
    streams.stop();
    cache.stop();
  }

  private Handler<RoutingContext> exchange(Endpoint endpoint) {
    var leaving = endpoint.leaving();
    var farewell = leaving == null ? null : new Farewell(endpoint, leaving);
    var gate = new RateGate(limits, endpoint.operation(), sheds);
    var begin = endpoint.events() == null ? calls(endpoint, gate) : streams(endpoint, gate);
    var target = new HttpEdge.Target(endpoint.operation(), endpoint.path());
    return context -> {
      HttpEdge.aims(context, target);
      if (farewell != null) {
        farewell.tell(context);
      }
      if (gate.admits(context)) {
        begin.handle(context);
      }
    };
  }

  private Handler<RoutingContext> calls(Endpoint endpoint, RateGate gate) {
    var wanted = HttpExchange.wanted(endpoint);
    return context ->
        new HttpExchange(
                context,
                endpoint,
                new RequestReader(context, endpoint, explains),
                access,
                gate,
                wanted)
            .run(cache, time.timers());
  }

  private Handler<RoutingContext> streams(Endpoint endpoint, RateGate gate) {
    var events = Objects.requireNonNull(endpoint.events());
    var of = Objects.requireNonNull(contract.byOperation().get(events.of()));
    return context -> {
      Crowd.streams(context);
      new EventExchange(
              context,
              endpoint,
              events,
              of,
              new RequestReader(context, endpoint, explains),
              streams,
              access,
              gate)
          .run(mesh, time);
    };
  }
}
