package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.Operation;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.routing.bridge.Bridge;
import io.weft.routing.contract.Contract;
import io.weft.routing.docs.Docs;
import io.weft.routing.gateway.Gateway;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.limit.Crowd;
import io.weft.routing.limit.Rates;
import io.weft.routing.limit.Settling;
import io.weft.routing.probe.Probes;
import java.net.BindException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
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
  private final Contract contract;
  private final Docs docs;
  private final int port;
  private final Rates limits;
  private final IntConsumer listening;
  private @Nullable HttpServer server;
  private @Nullable Bridge bridge;
  private @Nullable Gateway gateway;
  private @Nullable Settling settling;

  /** Whether it stops: read and written on the verticle's event loop only. */
  private boolean leaving;

  /**
   * Creates an instance.
   *
   * @param port where to listen; negative for one ephemeral port that all instances with the same
   *     number share
   * @param limits the node's, which all its instances share
   * @param listening is told the port on which the instance listens
   */
  RoutingVerticle(
      Host host, Contract contract, Docs docs, int port, Rates limits, IntConsumer listening) {
    this.host = host;
    this.contract = contract;
    this.docs = docs;
    this.port = port;
    this.limits = limits;
    this.listening = listening;
  }

  @Override
  public Future<?> start() {
    var http = RoutingProvider.http(host);
    var origins =
        http.getJsonArray("origins", new JsonArray()).stream().map(String::valueOf).toList();
    var clients = new Bridge(vertx, host.mesh(), host.time(), contract, origins);
    bridge = clients;
    var router = HttpEdge.router(vertx, host.time());
    router.route().handler(this::sayFarewell);
    // Before the crowd: whoever asks whether the gateway is well is told so in any crowd, and
    // clients of the bridge stay, within bounds of their own.
    new Probes(host.readiness(), host.time().timers()).mount(router);
    clients.mount(router);
    var crowd =
        new Crowd(
            http.getInteger("requestsMax", RoutingLimits.REQUESTS_MAX),
            http.getInteger("connectionsMax", RoutingLimits.CONNECTIONS_MAX));
    router.route().handler(crowd::arrived);
    var front = new Gateway(host.mesh(), host.time(), RoutingProvider.explains(host), limits);
    gateway = front;
    front.mount(router, contract);
    docs.mount(router);
    var settlement = new Settling(host.mesh(), host.time().timers(), limits);
    settling = settlement;
    var listener =
        vertx
            .createHttpServer(HttpEdge.options())
            .requestHandler(router)
            .connectionHandler(crowd::opened)
            .invalidRequestHandler(HttpEdge::unreadable);
    return listener
        .listen(port, RoutingProvider.hostName(host))
        .recover(e -> Future.failedFuture(cannotListen(e)))
        .compose(
            open -> {
              server = open;
              listening.accept(open.actualPort());
              return host.mesh()
                  .serve(CHECK, request -> Future.succeededFuture(ALIVE))
                  .compose(served -> settlement.start());
            });
  }

  @Override
  public Future<?> stop() {
    if (bridge != null) {
      bridge.stop();
    }
    if (settling != null) {
      settling.stop();
    }
    if (gateway != null) {
      gateway.stop();
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

  private Throwable cannotListen(Throwable e) {
    var name = RoutingProvider.hostName(host);
    var reason = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    return new IllegalStateException(
        e instanceof BindException && reason.contains("in use")
            ? "http port %d is taken (%s): choose another with --http-port".formatted(port, reason)
            : "http cannot listen on %s:%d (%s): choose another with --http-host or --http-port"
                .formatted(name, port, reason),
        e);
  }
}
