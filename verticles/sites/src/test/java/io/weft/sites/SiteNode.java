package io.weft.sites;

import static io.weft.sites.Await.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.LinkDoorway;
import io.weft.mesh.policy.Epochs;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.time.Time;
import io.weft.sites.api.ListSites;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.Sites;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node with the service sites and a gateway that does nothing but let links in, on a database
 * that it may share with other nodes of its site.
 */
final class SiteNode implements AutoCloseable {
  private static final CallOptions PATIENT =
      CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(20));
  private static final int CLOSED = 503;

  final Vertx vertx = Vertx.vertx();
  final Mesh mesh;
  final ServiceProvider.Host host;

  /** The node's part in the policies of its site. */
  final Epochs<Policies> policies;

  private final SitesProvider provider = new SitesProvider();
  private final HttpServer gateway;
  private String deployment = "";
  private volatile String unreadable = PolicyBoard.UNREADABLE;

  /**
   * Starts a node.
   *
   * @param hub the port of the hub's gateway, or null for a hub
   */
  SiteNode(String site, String node, String uri, @Nullable Integer hub) throws Exception {
    this(site, node, uri, hub, new PolicyBoard(), new JsonObject(), Duration.ZERO);
  }

  /**
   * Starts a node whose wall clock is wrong.
   *
   * @param ahead by how much; less than zero when it is behind
   */
  SiteNode(String site, String node, String uri, @Nullable Integer hub, Duration ahead)
      throws Exception {
    this(site, node, uri, hub, new PolicyBoard(), new JsonObject(), ahead);
  }

  /**
   * Starts a node.
   *
   * @param hub the port of the hub's gateway, or null for a hub
   * @param board where the nodes of its site find each other's policies
   * @param also further settings of links
   */
  SiteNode(
      String site,
      String node,
      String uri,
      @Nullable Integer hub,
      PolicyBoard board,
      JsonObject also)
      throws Exception {
    this(site, node, uri, hub, board, also, Duration.ZERO);
  }

  private SiteNode(
      String site,
      String node,
      String uri,
      @Nullable Integer hub,
      PolicyBoard board,
      JsonObject also,
      Duration ahead)
      throws Exception {
    var loop = vertx.getOrCreateContext();
    policies =
        board.node(
            node,
            "of " + site,
            text -> text.equals(unreadable),
            Time.of(vertx),
            task -> loop.runOnContext(turn -> task.run()));
    mesh = BusMesh.local(vertx, node);
    gateway = vertx.createHttpServer();
    var links = new LinkDoorway();
    gateway.requestHandler(
        request -> {
          if (!request.path().equals(HubAddress.PATH) || !links.enter(request)) {
            request.response().setStatusCode(CLOSED).end();
          }
        });
    await(gateway.listen(0, "127.0.0.1"));
    var sites = new JsonObject().put("hubTls", "off");
    sites.put("edgeImports", new JsonArray().add("machines"));
    sites.put(
        "exports", new JsonObject().put("*", new JsonArray().add("users.get").add("machines.*")));
    sites.mergeIn(also);
    sites.put("hub", hub == null ? "" : "127.0.0.1:" + hub);
    var settings =
        new JsonObject()
            .put("node", new JsonObject().put("site", site))
            .put("http", new JsonObject().put("host", "127.0.0.1").put("port", port()))
            .put("sites", sites)
            .put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4));
    host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            ahead(Time.of(vertx), ahead),
            settings,
            () -> Future.succeededFuture(new Readiness(List.of())),
            () -> {
              throw new IllegalStateException("no tokens here");
            },
            links,
            () -> policies);
    await(provider.open(host));
    deployment = await(vertx.deployVerticle(provider.instance(host)));
  }

  /** Lets the node not understand a document of policies, as one of an earlier release. */
  void unreadable(String text) {
    unreadable = text;
  }

  private static Time ahead(Time time, Duration ahead) {
    return new Time(time.ticker(), time.timers(), time.rng(), () -> time.wall().now().plus(ahead));
  }

  /** Returns the port of the gateway. */
  int port() {
    return gateway.actualPort();
  }

  <Q, R> Future<R> ask(Operation<Q, R> operation, Q request) {
    return mesh.call(operation, request, PATIENT);
  }

  /** Returns how the link to a site stands; null when it has none. */
  @Nullable SiteLink link(String site) throws Exception {
    var list = await(ask(Sites.LIST, new ListSites()));
    return list.sites().stream().filter(each -> each.site().equals(site)).findFirst().orElse(null);
  }

  /** Returns the state of the link to a site. */
  SiteLink.@Nullable State state(String site) throws Exception {
    var link = link(site);
    return link == null ? null : link.state();
  }

  /** Returns how many sessions of links the node holds. */
  int sessions() {
    return provider.linksHeld();
  }

  /** Stops the service in order; the node stays. */
  void leave() throws Exception {
    await(vertx.undeploy(deployment));
  }

  /** Starts the service again. */
  void come() throws Exception {
    deployment = await(vertx.deployVerticle(provider.instance(host)));
  }

  @Override
  public void close() throws Exception {
    await(mesh.close());
    await(provider.close());
    await(vertx.close());
  }
}
