package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import io.vertx.ext.web.handler.sockjs.Transport;
import io.weft.mesh.Mesh;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.contract.Contract;
import io.weft.routing.gateway.PortTls;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event-bus bridge: clients that speak the protocol of {@code @vertx/eventbus-bridge-client.js}
 * or, over TCP, of vertx-tcp-eventbus-bridge send to the operations of the contract, hear of its
 * topics, and reach nothing else.
 *
 * <p>It speaks those protocols itself and does not touch the event bus, where the bridges of Vert.x
 * would. So there is no address to guess, no reply handler per call, nothing in the cluster's
 * subscription map, and a message is checked exactly like an HTTP request.
 *
 * <p>One bridge belongs to one gateway instance and its event loop.
 */
public final class Bridge {
  private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
  private static final String PATH = "/eventbus";

  private final Vertx vertx;
  private final BridgeScope scope;
  private final Set<String> origins;
  private final Set<BridgeClient> clients = new HashSet<>();
  private @Nullable NetServer tcp;
  private @Nullable PortTls tls;
  private boolean stopping;

  /**
   * Creates a bridge.
   *
   * @param origins the origins from which browsers may use it, besides the gateway's own
   * @param access keeps the contract's rules of who may ask for what
   * @param messagesPerSecond how many messages a client may send per second
   */
  public Bridge(
      Vertx vertx,
      Mesh mesh,
      Time time,
      Contract contract,
      List<String> origins,
      Access access,
      int messagesPerSecond) {
    this.vertx = vertx;
    this.origins = Set.copyOf(origins);
    this.scope =
        new BridgeScope(
            mesh,
            time,
            access,
            contract.byOperation(),
            new Topics(mesh, time, contract.topics()),
            new BridgeLoad(),
            messagesPerSecond);
  }

  /** Adds the bridge to a router, at {@code /eventbus}. */
  public void mount(Router router) {
    var options =
        new SockJSHandlerOptions()
            .setInsertJSESSIONID(false)
            .setRegisterWriteHandler(false)
            // Relics of old browsers; the first loads its script from another host.
            .addDisabledTransport(Transport.HTML_FILE.name())
            .addDisabledTransport(Transport.JSON_P.name());
    router.route(PATH + "/*").handler(this::fromAllowedOrigin);
    router.routeWithRegex(PATH + "/iframe.*").handler(context -> context.fail(404));
    router
        .post(PATH + "/*")
        .handler(BodyHandler.create(false).setBodyLimit(RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES));
    router
        .route(PATH + "/*")
        .subRouter(SockJSHandler.create(vertx, options).socketHandler(this::connected));
  }

  /**
   * Lets TCP clients in, with all limits of others.
   *
   * @param port where to listen; negative for one ephemeral port that all instances with the same
   *     number share
   * @param tls what the port shows; null for clear text
   * @return completes with the port on which it listens
   */
  public Future<Integer> listen(String host, int port, @Nullable PortTls tls) {
    this.tls = tls;
    var options = new NetServerOptions().setTcpNoDelay(true);
    return (tls == null ? Future.succeededFuture(options) : tls.applyTo(options))
        .compose(
            set -> {
              var server =
                  vertx
                      .createNetServer(set)
                      .connectHandler(socket -> accept(new TcpClientSocket(socket, scope.load())));
              tcp = server;
              return server.listen(port, host);
            })
        .map(
            listens -> {
              if (tls != null) {
                tls.watch(listens::updateSSLOptions, scope.time().timers());
              }
              return listens.actualPort();
            });
  }

  /** Returns how many clients there are. */
  public int clients() {
    return clients.size();
  }

  /** Reads until when the certificate of the TCP port is good, if it shows one. */
  public List<Measure> measure() {
    return tls == null ? List.of() : tls.measure("bridge");
  }

  /** Tells every client to go elsewhere, and lets no more in. */
  public void stop() {
    stopping = true;
    scope.topics().stop();
    List.copyOf(clients).forEach(BridgeClient::stop);
    if (tls != null) {
      tls.close();
    }
    if (tcp != null) {
      tcp.shutdown(RoutingLimits.BRIDGE_CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .onFailure(e -> LOG.warn("the bridge's TCP port does not close", e));
    }
  }

  /** Refuses pages of other sites: a browser would lend them the network position of its user. */
  private void fromAllowedOrigin(RoutingContext context) {
    var origin = context.request().getHeader(HttpHeaders.ORIGIN);
    if (origin == null || origins.contains(origin) || isOwn(origin, context.request())) {
      context.next();
    } else {
      Responses.problem(
          context,
          Problem.of(
              403,
              "origin.refused",
              "Origin: " + origin + " (expected: this host, or one of http.origins)"));
    }
  }

  private static boolean isOwn(String origin, HttpServerRequest request) {
    var authority = request.authority();
    int scheme = origin.indexOf("://");
    return authority != null
        && scheme > 0
        && origin.substring(scheme + 3).equalsIgnoreCase(authority.toString());
  }

  private void connected(SockJSSocket socket) {
    accept(new SockJsClientSocket(socket, socket.uri().startsWith(PATH + "/websocket")));
  }

  /** Lets a client in by whatever carries its messages, or closes it when there is no room. */
  public void accept(ClientSocket socket) {
    if (stopping || clients.size() >= RoutingLimits.BRIDGE_CLIENTS_MAX) {
      socket.close(1013, "full, or about to stop; try again");
      return;
    }
    var client = new BridgeClient(scope, socket, clients::remove);
    clients.add(client);
    client.start();
  }
}
