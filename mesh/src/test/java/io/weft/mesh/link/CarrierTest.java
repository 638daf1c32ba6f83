package io.weft.mesh.link;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.link.Loops.on;
import static io.weft.mesh.link.Loops.turns;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ProxyOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.bus.Wire;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.time.Time;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Links over real sockets, on wires that are cut, stalled and gone around. */
@Timeout(90)
class CarrierTest {
  private static final int MANY = 2_000;

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();

  /** Kept: Vert.x closes a client that is garbage, with its connections. */
  private final NetClient behindProxy = vertx.createNetClient();

  private final Heard atEdge = new Heard();
  private final Heard atHub = new Heard();
  private final MemoryEnrolments enrolments = new MemoryEnrolments();
  private Context edgeLoop;
  private Context hubLoop;
  private HubLinks links;

  @BeforeEach
  void startHub() throws Exception {
    edgeLoop = vertx.getOrCreateContext();
    hubLoop = on(vertx.getOrCreateContext(), vertx::getOrCreateContext);
    enrolments.enrol(Keys.EDGE);
    links =
        new HubLinks(
            Time.of(vertx),
            turns(hubLoop),
            Keys.HUB,
            enrolments,
            new MemoryInvitations(enrolments),
            atHub);
  }

  @AfterEach
  void closeAll() throws Exception {
    await(vertx.close());
  }

  @Test
  void messagesCrossInBothDirectionsOverTls() throws Exception {
    DevelopmentAuthority.in(folder).issue("hub", List.of());
    var server = listen(tls());

    start(new HubAddress("127.0.0.1", server.actualPort(), true), null, Time.of(vertx));
    eventually(() -> sessions(atEdge, edgeLoop) == 1);
    on(edgeLoop, () -> atEdge.last().offer("to the cloud"));
    on(hubLoop, () -> atHub.last().offer("to the edge"));

    eventually(() -> heard(atHub, hubLoop).equals(List.of("to the cloud")));
    eventually(() -> heard(atEdge, edgeLoop).equals(List.of("to the edge")));
    eventually(() -> on(edgeLoop, () -> atEdge.last().session.roundTripNanos()) > 0);
  }

  private HttpServerOptions tls() {
    return new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertPath(folder.resolve("hub.pem").toString())
                .setKeyPath(folder.resolve("hub.key").toString()));
  }

  @Test
  void aCertificateThatHasExpiredKeepsNoSiteAway() throws Exception {
    DevelopmentAuthority.in(folder)
        .issue("hub", List.of(), Duration.ofDays(10), Duration.ofDays(1));
    var hub = new HubAddress("127.0.0.1", listen(tls()).actualPort(), true);
    start(hub, null, Time.of(vertx));
    eventually(() -> sessions(atEdge, edgeLoop) == 1);
  }

  @Test
  void aCutLosesNothingAndRepeatsNothing() throws Exception {
    var server = listen(new HttpServerOptions());
    try (var wire = new Wire(server.actualPort())) {
      start(new HubAddress("127.0.0.1", wire.port(), false), null, Time.of(vertx));
      eventually(() -> sessions(atEdge, edgeLoop) == 1);
      for (int part = 0; part < 4; part++) {
        int from = part * MANY;
        on(edgeLoop, () -> offerAll(atEdge, from));
        on(hubLoop, () -> offerAll(atHub, from));
        wire.cut(); // Wherever it is with them.
      }

      var all = IntStream.range(0, 4 * MANY).mapToObj(CarrierTest::text).toList();
      eventually(() -> heard(atHub, hubLoop).size() >= all.size());
      eventually(() -> heard(atEdge, edgeLoop).size() >= all.size());
      assertEquals(all, heard(atHub, hubLoop));
      assertEquals(all, heard(atEdge, edgeLoop));
      assertTrue(on(edgeLoop, () -> atEdge.last().connections) > 1);
      assertEquals(1, sessions(atEdge, edgeLoop));
    }
  }

  @Test
  void aLinkThatIsHalfOpenCountsAsCutWithinItsBound() throws Exception {
    var server = listen(new HttpServerOptions());
    try (var wire = new Wire(server.actualPort())) {
      var hurried = Hurried.of(Time.of(vertx));
      var link = start(new HubAddress("127.0.0.1", wire.port(), false), null, hurried);
      eventually(() -> sessions(atEdge, edgeLoop) == 1);

      long stalledNanos = hurried.ticker().nanos();
      wire.stall();
      eventually(() -> !on(edgeLoop, () -> atEdge.last().session.connected()));
      var took = Duration.ofNanos(hurried.ticker().nanos() - stalledNanos);

      // LinkTest has the bound itself; here the machine may be slow.
      var bound = MeshLimits.LINK_SILENCE_MAX.multipliedBy(2);
      assertTrue(took.compareTo(bound) < 0, "noticed after " + took);
      assertEquals(LinkReason.SILENT, on(edgeLoop, () -> link.state().why().reason()));
      wire.mend();
      eventually(() -> on(edgeLoop, () -> atEdge.last().session.connected()));
      assertEquals(1, sessions(atEdge, edgeLoop));
    }
  }

  @Test
  void aReaderThatReadsNothingFillsTheWindowAndNoMore() throws Exception {
    var server = listen(new HttpServerOptions());
    try (var wire = new Wire(server.actualPort())) {
      start(new HubAddress("127.0.0.1", wire.port(), false), null, Time.of(vertx));
      eventually(() -> sessions(atEdge, edgeLoop) == 1);
      wire.stall();

      int taken = on(edgeLoop, this::fill);
      long kept = on(edgeLoop, () -> atEdge.last().session.unacknowledgedBytes());
      assertTrue(kept <= MeshLimits.LINK_WINDOW_BYTES, kept + " bytes kept");
      assertTrue(wire.takenBytes() < MeshLimits.LINK_WINDOW_BYTES / 2, "the network took all");

      var room = new AtomicInteger();
      on(
          edgeLoop,
          () -> {
            atEdge.last().session.whenRoom(room::incrementAndGet);
            return null;
          });
      assertEquals(0, room.get());
      wire.flow();
      eventually(() -> room.get() == 1);
      eventually(() -> heard(atHub, hubLoop).size() == taken);
    }
  }

  @Test
  void aLinkGoesThroughAProxy() throws Exception {
    var server = listen(new HttpServerOptions());
    var tunnels = new AtomicInteger();
    var proxy =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request -> tunnel(request, tunnels))
                .listen(0, "127.0.0.1"));

    start(
        new HubAddress("127.0.0.1", server.actualPort(), false),
        new ProxyOptions().setHost("127.0.0.1").setPort(proxy.actualPort()),
        Time.of(vertx));
    eventually(() -> sessions(atEdge, edgeLoop) == 1);
    on(edgeLoop, () -> atEdge.last().offer("around"));

    eventually(() -> heard(atHub, hubLoop).equals(List.of("around")));
    assertEquals(1, tunnels.get());
  }

  @Test
  void aProxyThatLetsNobodyThroughIsNamedWithItsReason() throws Exception {
    var proxy =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request -> request.response().setStatusCode(403).end())
                .listen(0, "127.0.0.1"));
    var link =
        start(
            new HubAddress("hub.example", 443, true),
            new ProxyOptions().setHost("127.0.0.1").setPort(proxy.actualPort()),
            Time.of(vertx));
    eventually(() -> on(edgeLoop, () -> link.state().why() != null));
    var why = on(edgeLoop, () -> link.state().why().getMessage());
    assertTrue(why.contains("by the proxy 127.0.0.1:" + proxy.actualPort()), why);
    assertTrue(why.contains("403"), why);
  }

  @Test
  void aFloodOfLinksIsLetInAtItsRateAndTheRestToldWhenToComeAgain() throws Exception {
    var now = new AtomicLong();
    var real = Time.of(vertx);
    var server =
        listen(new HttpServerOptions(), new Time(now::get, real.timers(), real.rng(), real.wall()));
    int beyond = 200;
    assertEquals(MeshLimits.LINK_ARRIVALS_BURST, letIn(server, beyond));
    assertEquals(0, letIn(server, 20));

    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertEquals(MeshLimits.LINK_ARRIVALS_PER_SECOND, letIn(server, beyond));
    now.addAndGet(Duration.ofSeconds(60).toNanos());
    start(new HubAddress("127.0.0.1", server.actualPort(), false), null, real);
    eventually(() -> sessions(atEdge, edgeLoop) == 1);
  }

  /** Asks for so many links at once, as nobody would; returns how many got a WebSocket. */
  private int letIn(HttpServer server, int count) throws Exception {
    var client = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(count));
    var asked =
        IntStream.range(0, count)
            .mapToObj(i -> client.connect(server.actualPort(), "127.0.0.1", HubAddress.PATH))
            .toList();
    await(Future.join(asked).otherwiseEmpty());
    for (var each : asked) {
      if (each.failed()) {
        var refused = assertInstanceOf(UpgradeRejectedException.class, each.cause());
        assertEquals(503, refused.getStatus());
        assertEquals("1", refused.getHeaders().get("retry-after"));
      }
    }
    await(client.close());
    return (int) asked.stream().filter(Future::succeeded).count();
  }

  @Test
  void whatIsNoLinkIsToldSo() throws Exception {
    var server = listen(new HttpServerOptions());
    var http = vertx.createHttpClient();
    var webSockets = vertx.createWebSocketClient();
    var answer =
        await(
            http.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", HubAddress.PATH)
                .compose(request -> request.send()));
    assertEquals(426, answer.statusCode());

    Promise<Buffer> said = Promise.promise();
    Promise<Void> closed = Promise.promise();
    var socket = await(webSockets.connect(server.actualPort(), "127.0.0.1", HubAddress.PATH));
    socket.handler(said::tryComplete).closeHandler(closed::complete);
    await(socket.writeBinaryMessage(Buffer.buffer("GET / HTTP/1.1")));

    var refused = assertInstanceOf(Greeting.Refused.class, Greeting.read(await(said.future())));
    assertEquals(LinkReason.MALFORMED, refused.reason());
    await(closed.future());
    await(Future.join(http.close(), webSockets.close()));
  }

  private static String text(int number) {
    return "message " + number;
  }

  private static Object offerAll(Heard heard, int from) {
    for (int i = 0; i < MANY; i++) {
      assertInstanceOf(Offer.Taken.class, heard.last().offer(text(from + i)));
    }
    return heard;
  }

  /** Offers until nothing is taken any more, and returns how many were. */
  private int fill() {
    var chance = Time.of(vertx).rng();
    var body = Buffer.buffer();
    for (int i = 0; i < 4_096; i++) {
      body.appendLong(chance.nextLong()); // Such that it cannot be compressed.
    }
    int taken = 0;
    while (atEdge.last().session.offer(body) instanceof Offer.Taken) {
      taken++;
    }
    assertInstanceOf(Offer.Full.class, atEdge.last().session.offer(body));
    return taken;
  }

  private void tunnel(HttpServerRequest request, AtomicInteger tunnels) {
    assertEquals(HttpMethod.CONNECT, request.method());
    tunnels.incrementAndGet();
    var to = request.uri().split(":", 2);
    behindProxy
        .connect(Integer.parseInt(to[1]), to[0])
        .onSuccess(
            far ->
                request
                    .toNetSocket()
                    .onSuccess(
                        near -> {
                          near.handler(far::write).closeHandler(gone -> far.close());
                          far.handler(near::write).closeHandler(gone -> near.close());
                        }))
        .onFailure(e -> request.response().setStatusCode(502).end());
  }

  private HttpServer listen(HttpServerOptions options) throws Exception {
    return listen(options, Time.of(vertx));
  }

  private HttpServer listen(HttpServerOptions options, Time time) throws Exception {
    var door = new HubDoor(links, hubLoop, time);
    return await(
        vertx
            .createHttpServer(
                options
                    .setMaxWebSocketFrameSize(MeshLimits.LINK_BATCH_MAX_BYTES)
                    .setMaxWebSocketMessageSize(MeshLimits.LINK_BATCH_MAX_BYTES))
            .requestHandler(door)
            .listen(0, "127.0.0.1"));
  }

  private EdgeLink start(HubAddress hub, @Nullable ProxyOptions proxy, Time time) throws Exception {
    return on(
        edgeLoop,
        () -> {
          var dialer = new WebSocketDialer(vertx, edgeLoop, time.timers(), hub, proxy);
          var link =
              new EdgeLink(
                  time,
                  turns(edgeLoop),
                  dialer,
                  Keys.EDGE,
                  Keys.HUB.key().shown(),
                  1,
                  atEdge,
                  state -> {});
          link.start();
          return link;
        });
  }

  private static int sessions(Heard heard, Context loop) {
    return on(loop, heard.sessions::size);
  }

  private static List<String> heard(Heard heard, Context loop) {
    return on(loop, () -> heard.none() ? List.of() : List.copyOf(heard.last().messages));
  }
}
