package io.weft.lab.link;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.Patience;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Readiness;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.TraceContext;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.link.EdgeLink;
import io.weft.mesh.link.Enrolment;
import io.weft.mesh.link.Enrolments;
import io.weft.mesh.link.HubAddress;
import io.weft.mesh.link.HubDoor;
import io.weft.mesh.link.HubLinks;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.Invitations;
import io.weft.mesh.link.LinkCalls;
import io.weft.mesh.link.LinkSession;
import io.weft.mesh.link.SiteIdentity;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.link.WebSocketDialer;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.Time;
import io.weft.sites.reach.ExportRules;
import io.weft.sites.reach.Exports;
import io.weft.sites.reach.Imports;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A hub and an edge in this process, each with a Vert.x, event loops and a mesh of its own, and a
 * WebSocket over loopback between them: one that is a link, and a bare one beside it.
 */
final class Sites implements AutoCloseable {
  private static final String SELF = "local";
  private static final String SERVICE = "echo";
  private static final String ECHO = "echo.say";
  private static final String BARE = "/bare";
  private static final SiteIdentity HUB = new SiteIdentity("cloud", SiteKey.create());
  private static final SiteIdentity EDGE = new SiteIdentity("edge-1", SiteKey.create());

  private final Vertx hub = Vertx.vertx();
  private final Vertx edge = Vertx.vertx();
  private final Mesh hubMesh = BusMesh.local(hub, "hub-1");
  private final Mesh edgeMesh = BusMesh.local(edge, "edge-1");
  private final Context hubLoop = loop(hub);
  private final Context edgeLoop = loop(edge);
  private final Context callerLoop = loop(edge);
  private final Time time = Time.of(edge);
  private final WebSocketClient bareClient = edge.createWebSocketClient();
  private final Deque<Promise<Buffer>> bareWaiting = new ArrayDeque<>();
  private final WebSocket bare;
  private volatile @Nullable LinkCalls calls;

  /** Opens everything, and waits until the edge reaches the hub's service. */
  Sites() {
    Deployable echo =
        context ->
            hubMesh.serve(
                Operation.query(ECHO, Buffer.class, Buffer.class),
                request -> Future.succeededFuture(Way.answer(request)));
    await(hub.deployVerticle(echo));
    int port = listen();
    bare = connect(port);
    link(port);
    Patience.until(
        "the hub's service at the edge", LinkLimits.PATIENCE, LinkLimits.LOOK, this::reached);
  }

  /** Returns the ways between the sites, the bare one first. */
  List<Way> ways() {
    return List.of(
        new Way("websocket", edgeLoop, this::overWebSocket),
        new Way("link", edgeLoop, this::overLink),
        new Way("import", callerLoop, this::overImport));
  }

  private int listen() {
    var links =
        new HubLinks(
            Time.of(hub),
            task -> hubLoop.runOnContext(go -> task.run()),
            HUB,
            new OneSite(),
            new Nobody(),
            session -> new Side(hub, hubMesh, session, Set.of()));
    var door = new HubDoor(links, hubLoop, Time.of(hub));
    var server =
        hub.createHttpServer(
                new HttpServerOptions()
                    .setTcpNoDelay(true)
                    .setMaxWebSocketFrameSize(MeshLimits.LINK_BATCH_MAX_BYTES)
                    .setMaxWebSocketMessageSize(MeshLimits.LINK_BATCH_MAX_BYTES))
            .requestHandler(request -> arrived(request, door))
            .listen(0, "127.0.0.1");
    return await(server).actualPort();
  }

  private static void arrived(HttpServerRequest request, HubDoor door) {
    if (!request.path().equals(BARE)) {
      door.handle(request);
      return;
    }
    request
        .toWebSocket()
        .onSuccess(
            socket ->
                socket.binaryMessageHandler(
                    message -> socket.writeBinaryMessage(Way.answer(message))));
  }

  private WebSocket connect(int port) {
    Promise<WebSocket> connected = Promise.promise();
    edgeLoop.runOnContext(
        go ->
            bareClient
                .connect(
                    new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI(BARE))
                .onSuccess(
                    socket ->
                        socket.binaryMessageHandler(
                            // Answers come in the order of their requests.
                            message -> bareWaiting.remove().complete(message)))
                .onComplete(connected));
    return await(connected.future());
  }

  private void link(int port) {
    edgeLoop.runOnContext(
        go ->
            new EdgeLink(
                    time,
                    task -> edgeLoop.runOnContext(turn -> task.run()),
                    new WebSocketDialer(
                        edge,
                        edgeLoop,
                        time.timers(),
                        new HubAddress("127.0.0.1", port, false),
                        null),
                    EDGE,
                    HUB.key().shown(),
                    1,
                    session -> new Side(edge, edgeMesh, session, Set.of(SERVICE)),
                    state -> {})
                .start());
  }

  private boolean reached() {
    return !edgeMesh.directory().serving(ECHO).isEmpty();
  }

  /** One side of the link's session. */
  private final class Side implements LinkSession.Listener {
    private final LinkCalls own;
    private final Imports imports;

    Side(Vertx vertx, Mesh mesh, LinkSession session, Set<String> services) {
      var host =
          new Host(
              vertx,
              mesh,
              Time.of(vertx),
              new JsonObject(),
              () -> Future.succeededFuture(new Readiness(List.of())));
      var rules = ExportRules.of(new JsonObject().put("*", new JsonArray().add(SERVICE + ".*")));
      own =
          new LinkCalls(
              session, session.site(), host.time(), new Exports(host, SELF, session.site(), rules));
      imports = new Imports(host, own, session, "hub", services);
      imports.start();
      if (mesh == edgeMesh) {
        calls = own;
      }
    }

    @Override
    public void message(Buffer message) {
      own.message(message);
    }

    @Override
    public void ended() {
      own.ended();
    }
  }

  private Future<Buffer> overWebSocket(Buffer request) {
    Promise<Buffer> answered = Promise.promise();
    bareWaiting.add(answered);
    return bare.writeBinaryMessage(request).compose(written -> answered.future());
  }

  private Future<Buffer> overLink(Buffer request) {
    var link = calls;
    if (link == null) {
      return Future.failedFuture("there is no link");
    }
    return link.take(
            new Request(
                ECHO,
                Kind.QUERY,
                Payload.of(request),
                Deadline.after(time.ticker(), MeshLimits.CALL_TIMEOUT),
                "",
                Origin.of(TraceContext.NONE, "bench"),
                null,
                Cancellation.NEVER,
                Policy.DEFAULT))
        .map(Reply::body);
  }

  private Future<Buffer> overImport(Buffer request) {
    return edgeMesh.exchange(ECHO, Kind.QUERY, request, CallOptions.DEFAULT).map(Reply::body);
  }

  @Override
  public void close() {
    await(edge.close());
    await(hub.close());
  }

  private static final class OneSite implements Enrolments {
    @Override
    public Future<Optional<Enrolment>> find(String site) {
      return Future.succeededFuture(
          Optional.of(new Enrolment(EDGE.name(), EDGE.key().shown(), false)));
    }

    @Override
    public Future<Long> claimTerm(String site, long term) {
      return Future.succeededFuture(term);
    }
  }

  private static final class Nobody implements Invitations {
    @Override
    public Future<Optional<Invitation>> find(String id) {
      return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<SitePublicKey> use(String id, SitePublicKey key) {
      return Future.failedFuture("nobody was invited");
    }
  }

  /** Returns the context of a verticle that does nothing, on an event loop that is its own. */
  private static Context loop(Vertx vertx) {
    Promise<Context> loop = Promise.promise();
    Deployable nothing =
        context -> {
          loop.complete(context);
          return Future.succeededFuture();
        };
    await(vertx.deployVerticle(nothing));
    return await(loop.future());
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the two sites", future, LinkLimits.PATIENCE);
  }
}
