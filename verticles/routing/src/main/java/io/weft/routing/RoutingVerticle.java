package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Operation;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.telemetry.Sheds;
import io.weft.routing.access.Access;
import io.weft.routing.bridge.Bridge;
import io.weft.routing.gateway.Browsers;
import io.weft.routing.gateway.Gateway;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.PortTls;
import io.weft.routing.gateway.Responses;
import io.weft.routing.limit.Connections;
import io.weft.routing.limit.Crowd;
import io.weft.routing.limit.Settling;
import io.weft.routing.probe.Probes;
import io.weft.routing.problem.Problem;
import io.weft.routing.upstream.UpstreamGate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One instance of the gateway: an HTTP server on one event loop, which shares its port with the
 * node's other instances.
 */
final class RoutingVerticle extends VerticleBase {
  /** Answers that the instance is there, so that the mesh can see it like any other. */
  static final Operation<Buffer, Buffer> CHECK =
      Operation.query("routing.check", Buffer.class, Buffer.class);

  private static final Buffer ALIVE = Buffer.buffer("{\"status\":\"live\"}");

  private final Host host;
  private final NodeGateway node;
  private final int number;
  private final ObjIntConsumer<String> listening;
  private @Nullable HttpServer server;
  private @Nullable Bridge bridge;
  private @Nullable Gateway gateway;
  private @Nullable Settling settling;
  private @Nullable UpstreamGate upstreams;
  private @Nullable PortTls tls;
  private @Nullable Connections connections;

  /** Whether it stops: written on the verticle's event loop only. */
  private volatile boolean leaving;

  /**
   * Creates an instance.
   *
   * @param node what it has in common with the others of its node
   * @param number tells it from them
   * @param listening is told the ports on which the instance listens: of {@code http} and {@code
   *     bridge}
   */
  RoutingVerticle(Host host, NodeGateway node, int number, ObjIntConsumer<String> listening) {
    this.host = host;
    this.node = node;
    this.number = number;
    this.listening = listening;
  }

  @Override
  public Future<?> start() {
    var http = RoutingProvider.http(host);
    var origins =
        http.getJsonArray("origins", new JsonArray()).stream().map(String::valueOf).toList();
    var access =
        new Access(host.tokens().get(), host.mesh(), host.time().ticker(), node.contract());
    var clients =
        new Bridge(
            vertx,
            host.mesh(),
            host.time(),
            node.contract(),
            origins,
            access,
            RoutingProvider.bridge(host)
                .getInteger("messagesPerSecond", RoutingLimits.BRIDGE_MESSAGES_PER_SECOND));
    bridge = clients;
    tls = PortTls.of(vertx, http, "http");
    var open =
        new Connections(
            host.time(),
            http.getInteger("connectionsMax", RoutingLimits.CONNECTIONS_MAX),
            http.getInteger("connectionsPerAddressMax", RoutingLimits.CONNECTIONS_PER_ADDRESS_MAX));
    connections = open;
    open.start();
    var router = HttpEdge.router(vertx, host.time(), "http", host.mesh().spans());
    router
        .route()
        .handler(open::arrived)
        .handler(this::sayFarewell)
        .handler(new Browsers(origins, tls != null)::arrived);
    // Before the crowd: whoever asks whether the gateway is well is told so in any crowd, and
    // clients of the bridge and links of sites stay, within bounds of their own.
    new Probes(host.readiness(), host.time().timers()).mount(router);
    clients.mount(router);
    router.route(HubAddress.PATH).handler(this::letIn);
    var sheds = new Sheds(host.mesh().decisions(), host.time().ticker(), "gateway");
    var crowd = new Crowd(http.getInteger("requestsMax", RoutingLimits.REQUESTS_MAX), sheds);
    router.route().handler(crowd::arrived);
    var gate =
        new UpstreamGate(host.mesh(), host.time(), number, RoutingProvider.explains(host), access);
    upstreams = gate;
    gate.mountFirst(router);
    var front =
        new Gateway(
            host.mesh(),
            host.time(),
            RoutingProvider.explains(host),
            access,
            node.limits(),
            node.contract());
    gateway = front;
    front.mount(router);
    node.docs().mount(router);
    gate.mountLast(router);
    var settlement = new Settling(host.mesh(), host.time().timers(), node.limits());
    settling = settlement;
    return options()
        .compose(options -> listen(options, router, open))
        .compose(
            listens -> {
              server = listens;
              if (tls != null) {
                tls.watch(listens::updateSSLOptions, host.time().timers());
              }
              listening.accept("http", listens.actualPort());
              return listenTcp(clients);
            })
        .compose(listens -> host.mesh().serve(CHECK, request -> Future.succeededFuture(ALIVE)))
        .compose(served -> settlement.start())
        .compose(settled -> gate.open());
  }

  /** Takes a link of another site in, if this node has links. */
  private void letIn(RoutingContext context) {
    if (!host.links().enter(context.request())) {
      Responses.problem(
          context,
          Problem.unavailable(
              "link.closed",
              "no service sites runs on node "
                  + host.mesh().node()
                  + " (expected: one that takes links; try another node)"));
    }
  }

  private Future<Void> listenTcp(Bridge clients) {
    var asked = node.tcpPort();
    if (asked == null) {
      return Future.succeededFuture();
    }
    var at = RoutingProvider.bridgeHostName(host);
    return clients
        .listen(at, asked, PortTls.of(vertx, RoutingProvider.http(host), "http"))
        .recover(
            e -> Future.failedFuture(HttpEdge.cannotListen(e, "bridge", "bridge-tcp", at, asked)))
        .onSuccess(actual -> listening.accept("bridge", actual))
        .mapEmpty();
  }

  private Future<HttpServerOptions> options() {
    var options =
        HttpEdge.options()
            .setHttp2ClearTextEnabled("on".equals(RoutingProvider.http(host).getString("h2c")));
    return tls == null ? Future.succeededFuture(options) : tls.applyTo(options);
  }

  private Future<HttpServer> listen(HttpServerOptions options, Router router, Connections open) {
    var at = RoutingProvider.hostName(host);
    int port = node.port();
    return vertx
        .createHttpServer(options)
        .requestHandler(router)
        .connectionHandler(open::opened)
        .invalidRequestHandler(HttpEdge::unreadable)
        .listen(port, at)
        .recover(e -> Future.failedFuture(HttpEdge.cannotListen(e, "http", "http", at, port)));
  }

  /** Returns whether it stops, or has stopped. From any thread. */
  boolean leaving() {
    return leaving;
  }

  /** Reads how many clients the gateway has. From any thread. */
  Future<List<Measure>> measure() {
    Promise<List<Measure>> read = Promise.promise();
    context.runOnContext(
        go -> {
          var labels = Map.of("gateway", Integer.toString(number));
          var measures = new ArrayList<Measure>();
          if (bridge != null) {
            measures.add(
                new Measure(
                    "weft_bridge_clients", "Clients of the bridge", labels, bridge.clients()));
            measures.addAll(bridge.measure());
          }
          if (tls != null) {
            measures.addAll(tls.measure("http"));
          }
          if (gateway != null) {
            measures.add(
                new Measure(
                    "weft_event_streams",
                    "Streams of server-sent events that are open",
                    labels,
                    gateway.streams()));
          }
          read.complete(measures);
        });
    return read.future();
  }

  @Override
  public Future<?> stop() {
    if (tls != null) {
      tls.close();
    }
    if (connections != null) {
      connections.stop();
    }
    if (bridge != null) {
      bridge.stop();
    }
    if (settling != null) {
      settling.stop();
    }
    if (gateway != null) {
      gateway.stop();
    }
    if (upstreams != null) {
      upstreams.close();
    }
    if (server == null) {
      return Future.succeededFuture();
    }
    var closing = server;
    leaving = true;
    return graceIsOver()
        .compose(
            over ->
                closing.shutdown(RoutingLimits.DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
  }

  private Future<Void> graceIsOver() {
    Promise<Void> over = Promise.promise();
    host.time().timers().after(RoutingLimits.DRAIN_GRACE, over::complete);
    return over.future();
  }

  /**
   * Ends the connections of a gateway that stops, each with its next answer: closed from here while
   * it is idle, one might be closed just as its client sends the next request.
   */
  private void sayFarewell(RoutingContext context) {
    if (leaving) {
      var connection = context.request().connection();
      if (context.request().version() == HttpVersion.HTTP_2) {
        connection.shutdown(RoutingLimits.DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        context.addEndHandler(end -> connection.close());
      }
    }
    context.next();
  }
}
