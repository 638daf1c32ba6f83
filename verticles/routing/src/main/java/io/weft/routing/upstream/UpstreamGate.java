package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.routing.access.Access;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The way from one gateway instance to the upstreams: requests that match a route of one go there.
 *
 * <p>Routes that name a host or a header are looked at before the paths of the contract, those that
 * name a path alone after them. The routes are those of the whole site, drawn anew when its
 * directory changes; until then a request costs one comparison. For one event loop.
 */
public final class UpstreamGate {
  private final Mesh mesh;
  private final Time time;
  private final boolean explains;
  private final Access access;
  private final BodyShelf shelf;
  private RouteTable table = RouteTable.EMPTY;

  /**
   * Creates the gate of a gateway instance.
   *
   * @param number tells the instance from the others of its node
   * @param explains whether a client may ask that it be kept how its calls are made
   * @param access finds out who asks
   */
  public UpstreamGate(Mesh mesh, Time time, int number, boolean explains, Access access) {
    this.mesh = mesh;
    this.time = time;
    this.explains = explains;
    this.access = access;
    shelf = new BodyShelf(mesh, time, "routing", number);
  }

  /** Lets the mesh fetch long bodies. To be called when the verticle starts. */
  public Future<Void> open() {
    return shelf.serve();
  }

  /** Adds the routes that go before all others. */
  public void mountFirst(Router router) {
    router.route().handler(context -> route(context, table().special()));
  }

  /** Adds the routes that come after all others. */
  public void mountLast(Router router) {
    router.route().handler(context -> route(context, table().byPath()));
  }

  /** Drops the bodies that nobody has fetched. */
  public void close() {
    shelf.close();
  }

  private RouteTable table() {
    var directory = mesh.directory();
    if (directory.version() != table.version()) {
      table = RouteTable.of(directory);
    }
    return table;
  }

  private void route(RoutingContext context, List<RouteTable.Entry> routes) {
    if (routes.isEmpty()) {
      context.next();
      return;
    }
    var entry = find(context.request(), routes);
    if (entry == null) {
      context.next();
    } else {
      new UpstreamExchange(context, entry, mesh, time, shelf, explains).run(access);
    }
  }

  private static RouteTable.@Nullable Entry find(
      HttpServerRequest request, List<RouteTable.Entry> routes) {
    var path = request.path();
    if (path == null) {
      return null;
    }
    for (var entry : routes) {
      var route = entry.route();
      if (route.matchesPath(path) && hostMatches(route, request) && headerMatches(route, request)) {
        return entry;
      }
    }
    return null;
  }

  private static boolean hostMatches(UpstreamRoute route, HttpServerRequest request) {
    if (route.host() == null) {
      return true;
    }
    var authority = request.authority();
    return authority != null && route.host().equals(authority.host().toLowerCase(Locale.ROOT));
  }

  private static boolean headerMatches(UpstreamRoute route, HttpServerRequest request) {
    var wanted = route.header();
    return wanted == null || wanted.value().equals(request.getHeader(wanted.name()));
  }
}
