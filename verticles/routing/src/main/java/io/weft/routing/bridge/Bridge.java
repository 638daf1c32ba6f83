package io.weft.routing.bridge;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import io.vertx.ext.web.handler.sockjs.Transport;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.contract.Contract;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The event-bus bridge: clients that speak the protocol of {@code @vertx/eventbus-bridge-client.js}
 * send to the operations of the contract, hear of its topics, and reach nothing else.
 *
 * <p>It speaks that protocol itself and does not touch the event bus, where vertx-web's bridge
 * would. So there is no address to guess, no reply handler per call, nothing in the cluster's
 * subscription map, and a message is checked exactly like an HTTP request.
 *
 * <p>One bridge belongs to one gateway instance and its event loop.
 */
public final class Bridge {
  private static final String PATH = "/eventbus";

  private final Vertx vertx;
  private final Mesh mesh;
  private final Time time;
  private final Map<String, Endpoint> endpoints;
  private final Topics topics;
  private final Set<String> origins;
  private final Access access;
  private final Set<BridgeClient> clients = new HashSet<>();
  private boolean stopping;

  /**
   * Creates a bridge.
   *
   * @param origins the origins from which browsers may use it, besides the gateway's own
   * @param access keeps the contract's rules of who may ask for what
   */
  public Bridge(
      Vertx vertx, Mesh mesh, Time time, Contract contract, List<String> origins, Access access) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.time = time;
    this.endpoints = contract.byOperation();
    this.topics = new Topics(mesh, time, contract.topics());
    this.origins = Set.copyOf(origins);
    this.access = access;
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

  /** Tells every client to go elsewhere, and lets no more in. */
  public void stop() {
    stopping = true;
    topics.stop();
    List.copyOf(clients).forEach(BridgeClient::stop);
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
    if (stopping || clients.size() >= RoutingLimits.BRIDGE_CLIENTS_MAX) {
      socket.close(1013, "full, or about to stop; try again");
      return;
    }
    var client = new BridgeClient(socket, mesh, time, endpoints, topics, access);
    clients.add(client);
    client.start(
        () -> {
          clients.remove(client);
          topics.forget(client);
        });
  }
}
