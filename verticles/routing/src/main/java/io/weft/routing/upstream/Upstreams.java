package io.weft.routing.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.discovery.Published;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The upstreams that this node stands for: those of its settings, and those that the admin API was
 * told of while it runs.
 *
 * <p>Each is told to all nodes in this node's record, so that every gateway knows its routes for as
 * long as this node lives; and for each of its endpoints that is well there is an instance here.
 * Methods may be called from any thread; their futures fail with a {@link ProblemException} when
 * what is asked for is refused.
 */
public final class Upstreams {
  private final Host host;
  private final BusMesh mesh;
  private final String zone;
  private final Supplier<Collection<String>> own;
  private final Context context;
  private final HttpClientAgent client;
  private final Map<String, Registered> byName = new TreeMap<>();
  private boolean stopped;

  /** One upstream; used on the context only. */
  private static final class Registered {
    private final UpstreamSpec spec;
    private final boolean fixed;
    private final Map<EndpointAddress, WatchedEndpoint> endpoints =
        new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));

    Registered(UpstreamSpec spec, boolean fixed) {
      this.spec = spec;
      this.fixed = fixed;
    }
  }

  /**
   * Creates the upstreams of a node, of which there are none yet.
   *
   * @param zone the node's
   * @param own where this node listens, as {@code host:port}: no upstream may be there
   */
  public Upstreams(Host host, BusMesh mesh, String zone, Supplier<Collection<String>> own) {
    this.host = host;
    this.mesh = mesh;
    this.zone = zone;
    this.own = own;
    context = host.vertx().getOrCreateContext();
    client =
        host.vertx()
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setConnectTimeout((int) RoutingLimits.UPSTREAM_CONNECT_TIMEOUT.toMillis())
                    .setKeepAlive(false) // A check is to find out whether connections are taken.
                    .setMaxHeaderSize(RoutingLimits.HEADERS_MAX_BYTES))
            .with(new PoolOptions().setHttp1MaxSize(RoutingLimits.UPSTREAM_ENDPOINTS_MAX))
            .build();
  }

  /**
   * Takes on the upstreams of the settings.
   *
   * @param settings their descriptions by name, checked by {@link SpecReader#check}
   * @return completes when each of their endpoints has been checked once
   */
  public Future<Void> start(JsonObject settings) {
    return here(
        () -> {
          Future<Void> all = Future.succeededFuture();
          for (var name : settings.fieldNames()) {
            var spec = SpecReader.read(name, settings.getJsonObject(name));
            all = all.compose(before -> take(spec, true));
          }
          return all;
        });
  }

  /** Takes on an upstream, or one of that name as it is to be from now on. */
  public Future<JsonObject> put(String name, JsonObject source) {
    return here(
        () -> {
          var spec = SpecReader.read(name, source);
          notFixed(byName.get(name), "changed");
          return take(spec, false).map(taken -> json(name));
        });
  }

  /** Gives an upstream up. */
  public Future<Void> remove(String name) {
    return here(
        () -> {
          notFixed(known(name), "removed");
          var gone = byName.remove(name);
          return mesh.unpublish(registration(name))
              .eventually(() -> gone == null ? Future.succeededFuture() : stop(gone));
        });
  }

  /**
   * Takes note of a heartbeat of an endpoint, which is in the mesh for as long as they come.
   *
   * @param life how long this one counts
   */
  public Future<JsonObject> renew(String name, String address, Duration life) {
    return here(
        () -> {
          var registered = known(name);
          var at = address(address);
          var endpoint = registered.endpoints.get(at);
          if (endpoint != null) {
            if (endpoint.leased()) {
              endpoint.heard(life, () -> expire(registered, at));
            }
            return Future.succeededFuture(json(name));
          }
          room(registered.endpoints.size() + 1);
          foreign(List.of(at));
          var fresh = new WatchedEndpoint(host, registered.spec, at, client);
          registered.endpoints.put(at, fresh);
          fresh.heard(life, () -> expire(registered, at));
          return fresh.start().map(started -> json(name));
        });
  }

  /** Takes an endpoint that came by a heartbeat out of the mesh. */
  public Future<Void> withdraw(String name, String address) {
    return here(
        () -> {
          var registered = known(name);
          var at = address(address);
          var endpoint = registered.endpoints.get(at);
          if (endpoint == null || !endpoint.leased()) {
            throw new ProblemException(
                Problem.of(
                    404,
                    "endpoint.unknown",
                    address + " (expected: an endpoint of " + name + " that came by heartbeats)"));
          }
          registered.endpoints.remove(at);
          return endpoint.stop();
        });
  }

  private static void expire(Registered registered, EndpointAddress at) {
    var endpoint = registered.endpoints.remove(at);
    if (endpoint != null) {
      endpoint.stop();
    }
  }

  /** Returns the upstreams of this node, with their endpoints. */
  public Future<JsonObject> list() {
    return here(
        () -> {
          var all = new JsonArray();
          byName.keySet().forEach(name -> all.add(json(name)));
          return Future.succeededFuture(
              new JsonObject().put("node", mesh.node()).put("upstreams", all));
        });
  }

  /** Takes all endpoints out of the mesh; what they run is finished first. */
  public Future<Void> stop() {
    return here(
        () -> {
          stopped = true;
          var all = List.copyOf(byName.values());
          byName.clear();
          return Future.join(all.stream().map(Upstreams::stop).toList())
              .eventually(client::close)
              .mapEmpty();
        });
  }

  private static Future<Void> stop(Registered registered) {
    return Future.join(registered.endpoints.values().stream().map(WatchedEndpoint::stop).toList())
        .mapEmpty();
  }

  /** What was there before goes when what takes its place is there. */
  private Future<Void> take(UpstreamSpec spec, boolean fixed) {
    if (stopped) {
      throw new ProblemException(Problem.unavailable("node.stopping", "this node is stopping"));
    }
    room(spec.endpoints().size());
    foreign(spec.endpoints());
    nameIsFree(spec.name());
    routesAreFree(spec);
    var before = byName.get(spec.name());
    if (before == null && byName.size() >= RoutingLimits.UPSTREAMS_MAX) {
      throw new ProblemException(
          Problem.of(
              409,
              "upstream.limit",
              byName.size() + " upstreams (limit: " + RoutingLimits.UPSTREAMS_MAX + ")"));
    }
    var next = new Registered(spec, fixed);
    for (var address : spec.endpoints()) {
      next.endpoints.put(address, new WatchedEndpoint(host, spec, address, client));
    }
    byName.put(spec.name(), next);
    return publish(spec)
        .compose(
            told ->
                spec.zone() == null || spec.zone().equals(zone)
                    ? Future.join(
                        next.endpoints.values().stream().map(WatchedEndpoint::start).toList())
                    : Future.succeededFuture())
        .eventually(() -> before == null ? Future.succeededFuture() : stop(before))
        .mapEmpty();
  }

  private Future<Void> publish(UpstreamSpec spec) {
    return mesh.publish(
        new Published(
            registration(spec.name()),
            RouteTable.record(
                registration(spec.name()), spec, host.time().wall().now().toEpochMilli())));
  }

  private String registration(String name) {
    return RouteTable.TYPE + "/" + mesh.node() + "/" + name;
  }

  private static void room(int endpoints) {
    if (endpoints > RoutingLimits.UPSTREAM_ENDPOINTS_MAX) {
      throw new ProblemException(
          Problem.of(
              409,
              "endpoint.limit",
              endpoints + " endpoints (limit: " + RoutingLimits.UPSTREAM_ENDPOINTS_MAX + ")"));
    }
  }

  private void foreign(List<EndpointAddress> endpoints) {
    var ours = new HashSet<>(own.get());
    mesh.directory().nodes().forEach(node -> ours.addAll(node.addresses().values()));
    for (var endpoint : endpoints) {
      if (endpoint.isOneOf(ours)) {
        throw new ProblemException(
            Problem.invalid(
                "/endpoints",
                endpoint + " is a port of our own (expected: one of another program)"));
      }
    }
  }

  private void nameIsFree(String name) {
    var table = RouteTable.of(mesh.directory());
    for (var node : mesh.directory().nodes()) {
      boolean ours =
          node.hosts().contains(name)
              || (!table.has(name)
                  && !byName.containsKey(name)
                  && node.instances().stream().anyMatch(i -> i.service().equals(name)));
      if (ours) {
        throw new ProblemException(
            Problem.of(
                409,
                "upstream.name_taken",
                "\""
                    + name
                    + "\" is a service of node "
                    + node.id()
                    + " (expected: another name)"));
      }
    }
  }

  private void routesAreFree(UpstreamSpec spec) {
    var table = RouteTable.of(mesh.directory());
    for (var route : spec.routes()) {
      var owner = table.owner(route);
      if (owner != null && !owner.equals(spec.name())) {
        throw new ProblemException(
            Problem.of(
                409,
                "upstream.route_taken",
                route.path() + " goes to " + owner + " already (expected: another path or host)"));
      }
    }
  }

  private Registered known(String name) {
    var registered = byName.get(name);
    if (registered == null) {
      throw new ProblemException(
          Problem.of(
              404,
              "upstream.unknown",
              "\""
                  + name
                  + "\" (expected: one that was put at this node: PUT /v1/upstreams/NAME)"));
    }
    return registered;
  }

  private static void notFixed(@Nullable Registered registered, String what) {
    if (registered != null && registered.fixed) {
      throw new ProblemException(
          Problem.of(
              409,
              "upstream.fixed",
              registered.spec.name()
                  + " is in the node's settings (expected: to be "
                  + what
                  + " there)"));
    }
  }

  private static EndpointAddress address(String text) {
    try {
      return EndpointAddress.of(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Problem.invalid("/endpoint", String.valueOf(e.getMessage())));
    }
  }

  private JsonObject json(String name) {
    var registered = byName.get(name);
    if (registered == null) {
      return new JsonObject();
    }
    var endpoints = new JsonArray();
    registered.endpoints.values().forEach(each -> endpoints.add(each.json()));
    return new JsonObject()
        .put("name", name)
        .put("from", registered.fixed ? "settings" : "admin")
        .put("spec", registered.spec.withoutSecrets())
        .put("endpoints", endpoints);
  }

  /** Runs something on the context that has the state, and answers on that of the caller. */
  private <T> Future<T> here(Supplier<Future<T>> task) {
    var caller = Vertx.currentContext();
    Promise<T> done = Promise.promise();
    context.runOnContext(
        turn -> {
          Future<T> result;
          try {
            result = task.get();
          } catch (ProblemException e) {
            result = Future.failedFuture(e);
          }
          result.onComplete(
              answer -> {
                if (caller == null || caller == context) {
                  done.handle(answer);
                } else {
                  caller.runOnContext(back -> done.handle(answer));
                }
              });
        });
    return done.future();
  }

  /** Returns the names of the upstreams that the nodes of a site stand for. */
  public static Set<String> names(BusMesh mesh) {
    return RouteTable.of(mesh.directory()).names();
  }
}
