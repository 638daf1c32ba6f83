package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.access.Loopback;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.contract.Contract;
import io.weft.routing.docs.Docs;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.PortTls;
import io.weft.routing.gateway.Responses;
import io.weft.routing.probe.Probes;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import io.weft.routing.upstream.Upstreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' API of one node: who is in the cluster, scaling, settings, policies, health and
 * metrics.
 *
 * <p>On loopback it asks nobody who they are; anywhere else it wants a token with the scope {@code
 * operate}. Health and metrics are open, as they are on the gateway, and so are the files of the
 * console. Other pages of a browser are refused.
 */
public final class AdminServer {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  /** Known by its name: the gateway knows no service. */
  private static final String REBUILD_SUMMARIES = "orders.rebuild-summaries";

  private final Vertx vertx;
  private final Mesh mesh;
  private final Time time;
  private final Supplier<Future<Readiness>> readiness;
  private final JsonObject settings;
  private final Scaling scaling;
  private final Supplier<Tokens> tokens;
  private final Everyone everyone;
  private final Streams streams = new Streams();
  private final List<Supplier<Future<List<Finding>>>> checks = new ArrayList<>();
  private @Nullable AuditLog audit;
  private @Nullable String contract;
  private @Nullable PolicyControl policies;
  private @Nullable Upstreams upstreams;
  private volatile @Nullable PortTls tls;
  private @Nullable HttpServer server;

  /**
   * Creates the server of a node.
   *
   * @param readiness asks the node whether it can do its work
   * @param settings the node's settings with where each came from; secrets in it are not shown
   * @param scaling scales services, drains nodes and plans capacity
   * @param tokens makes what checks tokens
   */
  public AdminServer(
      Vertx vertx,
      Mesh mesh,
      Time time,
      Supplier<Future<Readiness>> readiness,
      JsonObject settings,
      Scaling scaling,
      Supplier<Tokens> tokens) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.time = time;
    this.readiness = readiness;
    this.settings = Settings.shown(settings);
    this.scaling = scaling;
    this.tokens = tokens;
    everyone = new Everyone(mesh, time);
    checks.add(() -> Future.succeededFuture(SiteChecks.counts(scaling.show())));
    checks.add(new LinkChecks(mesh, time.wall())::make);
  }

  /** Offers the site's policies too; to be called before {@link #start}. */
  public void policies(PolicyControl control) {
    policies = control;
  }

  /** Offers the node's upstreams too; to be called before {@link #start}. */
  public void upstreams(Upstreams all) {
    upstreams = all;
  }

  /** Speaks TLS, unless this is null; to be called before {@link #start}. */
  public void secure(@Nullable PortTls shown) {
    tls = shown;
  }

  /** Reads until when the certificate of the port is good, if it shows one. From any thread. */
  public List<Measure> measure() {
    var shown = tls;
    return shown == null ? List.of() : shown.measure("admin");
  }

  /** Writes down who asks for which change; to be called before {@link #start}. */
  public void audit(AuditLog log) {
    audit = log;
  }

  /** Shows a contract of the API; to be called before {@link #start}. */
  public void contract(String file) {
    contract = file;
  }

  /** Has the doctor make a further check of the site; to be called before {@link #start}. */
  public void check(Supplier<Future<List<Finding>>> check) {
    checks.add(check);
  }

  /**
   * Listens.
   *
   * @param port 0 for any free one
   * @return the port on which it listens; a failure's message is one line that says what to do
   */
  public Future<Integer> start(String host, int port) {
    var options = HttpEdge.options();
    var shown = tls;
    return (shown == null ? Future.succeededFuture(options) : shown.applyTo(options))
        .compose(set -> docs().compose(docs -> listen(set, docs, host, port)))
        .map(
            open -> {
              server = open;
              if (shown != null) {
                shown.watch(open::updateSSLOptions, time.timers());
              }
              return open.actualPort();
            });
  }

  private Future<HttpServer> listen(
      HttpServerOptions options, @Nullable Docs docs, String host, int port) {
    return vertx
        .createHttpServer(options)
        .requestHandler(router(Loopback.is(host), docs))
        .invalidRequestHandler(HttpEdge::unreadable)
        .listen(port, host)
        .recover(e -> Future.failedFuture(HttpEdge.cannotListen(e, "admin", "admin", host, port)));
  }

  /** Stops accepting, finishes what runs, and closes. */
  public Future<Void> close() {
    var shown = tls;
    if (shown != null) {
      shown.close();
    }
    streams.stop();
    return server == null
        ? Future.succeededFuture()
        : server.shutdown(RoutingLimits.DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** An API without its description is of more use than none. */
  private Future<@Nullable Docs> docs() {
    if (contract == null) {
      return Future.succeededFuture();
    }
    return vertx
        .fileSystem()
        .readFile(contract)
        .map(source -> Docs.of(new Contract(List.of(), Map.of(), source)))
        .recover(
            e -> {
              LOG.warn("the admin API does not show its contract: {}", e.toString());
              return Future.succeededFuture();
            });
  }

  Router router(boolean onLoopback, @Nullable Docs docs) {
    var router = HttpEdge.router(vertx, time, "admin", SpanSink.NONE);
    router.route().handler(new Pages(onLoopback)::admit);
    new Console().mount(router);
    new Probes(readiness, time.timers()).mount(router);
    if (docs != null) {
      docs.mount(router);
    }
    if (!onLoopback) {
      var checking = tokens.get();
      router.route().handler(context -> ofOperators(context, checking));
    }
    if (audit != null) {
      var watch = new Audit(audit, everyone, time.wall(), mesh.node());
      router.route().handler(watch::watch);
      watch.mount(router);
    }
    router.get("/v1/nodes").handler(c -> send(c, nodes()));
    router.get("/v1/config").handler(c -> send(c, settings));
    new ScaleRoutes(scaling, mesh, time.timers()).mount(router);
    router.post("/v1/summaries/rebuild").handler(this::rebuildSummaries);
    new StatRoutes(everyone, mesh, time, streams).mount(router);
    new TapRoutes(mesh, time, streams).mount(router);
    new CallRoutes(mesh, time, streams).mount(router);
    new LogRoutes(everyone, time.timers()).mount(router);
    new SagaRoutes(mesh).mount(router);
    new SiteRoutes(mesh, time.timers()).mount(router);
    new Doctor(everyone, mesh, time, checks).mount(router);
    new Explain(everyone).mount(router);
    new TraceRoutes(everyone).mount(router);
    if (policies != null) {
      new PolicyRoutes(policies, time.timers()).mount(router);
    }
    if (upstreams != null) {
      new UpstreamRoutes(upstreams, time.timers()).mount(router);
    }
    HttpEdge.otherMethods(router, "/v1/nodes", Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, "/v1/config", Set.of(HttpMethod.GET));
    HttpEdge.otherMethods(router, "/v1/summaries/rebuild", Set.of(HttpMethod.POST));
    return router;
  }

  private static void ofOperators(RoutingContext context, Tokens tokens) {
    var request = context.request();
    var identity =
        Access.identify(tokens, request.headers().getAll(HttpHeaders.AUTHORIZATION))
            .compose(
                who -> {
                  Access.permit(Set.of(Principal.OPERATE), who.principal());
                  return Future.succeededFuture(who);
                });
    Access.hold(
        request,
        identity,
        known ->
            known
                .onSuccess(
                    who -> {
                      Audit.who(context, who.principal());
                      context.next();
                    })
                .onFailure(e -> Responses.problem(context, problem(e))));
  }

  private static void send(RoutingContext context, JsonObject json) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Responses.send(context, 200, Responses.JSON, json.toBuffer());
  }

  private JsonObject nodes() {
    var nodes = new JsonArray();
    mesh.nodes().forEach(node -> nodes.add(json(node)));
    return new JsonObject().put("node", mesh.node()).put("nodes", nodes);
  }

  private static JsonObject json(NodeRecord node) {
    var instances = new JsonArray();
    var services = new TreeMap<String, Object>();
    for (var instance : node.instances()) {
      var json = new JsonObject();
      if (instance.local()) {
        services.put(instance.service(), node.serving(instance.service()));
      } else {
        json.put("site", instance.site());
      }
      instances.add(
          json.put("id", instance.id())
              .put("service", instance.service())
              .put("version", instance.version())
              .put("state", instance.state().name())
              .put("lane", instance.lane())
              .put("weight", instance.weight())
              .put("operations", new JsonArray(instance.operations())));
    }
    return new JsonObject()
        .put("id", node.id())
        .put("incarnation", node.incarnation())
        .put("site", node.site())
        .put("zone", node.zone())
        .put("version", node.version())
        .put("state", node.state().name())
        .put("hosts", new JsonArray(node.hosts()))
        .put("addresses", new JsonObject(new TreeMap<String, Object>(node.addresses())))
        .put("services", new JsonObject(services))
        .put("instances", instances);
  }

  private void rebuildSummaries(RoutingContext context) {
    mesh.exchange(
            REBUILD_SUMMARIES,
            Operation.Kind.COMMAND,
            Buffer.buffer("{}"),
            CallOptions.DEFAULT.withTimeout(RoutingLimits.REBUILD_TIMEOUT))
        .onSuccess(reply -> send(context, reply.body().toJsonObject()))
        .onFailure(e -> Responses.problem(context, rebuildProblem(e)));
  }

  private static Problem rebuildProblem(Throwable failure) {
    LOG.warn("{} failed: {}", REBUILD_SUMMARIES, failure.toString());
    return Problem.unavailable(
        "rebuild.failed",
        "summaries are as they were, or being made anew: " + failure.getMessage());
  }

  private static Problem problem(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("who asks could not be found out", failure);
    return Problem.internal();
  }
}
