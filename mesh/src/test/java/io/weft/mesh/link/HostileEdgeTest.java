package io.weft.mesh.link;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.link.Loops.on;
import static io.weft.mesh.link.Loops.turns;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A site that is enrolled, proves itself and then sends what it likes, over a real socket: its link
 * ends with a reason, and that of another site beside it loses nothing.
 */
@Timeout(90)
class HostileEdgeTest {
  private static final SiteIdentity HONEST = new SiteIdentity("edge-2", SiteKey.create());
  private static final int FAR_TOO_MUCH = 4 * MeshLimits.LINK_MESSAGE_MAX_BYTES;

  private final Vertx vertx = Vertx.vertx();
  private final Heard atHub = new Heard();
  private final Heard honest = new Heard();
  private final MemoryEnrolments enrolments = new MemoryEnrolments();
  private final Rng chance = Rng.system();
  private final List<String> offered = new ArrayList<>();

  /** Kept: Vert.x closes a client that is garbage, with its connections. */
  private final WebSocketClient client =
      vertx.createWebSocketClient(new WebSocketClientOptions().setMaxFrameSize(FAR_TOO_MUCH));

  private Context hubLoop;
  private Context edgeLoop;
  private HubLinks links;
  private HttpServer server;
  private long connections;

  @BeforeEach
  void start() throws Exception {
    edgeLoop = vertx.getOrCreateContext();
    hubLoop = on(vertx.getOrCreateContext(), vertx::getOrCreateContext);
    enrolments.enrol(Keys.EDGE);
    enrolments.enrol(HONEST);
    var time = Time.of(vertx);
    links =
        new HubLinks(
            time, turns(hubLoop), Keys.HUB, enrolments, new MemoryInvitations(enrolments), atHub);
    server =
        await(
            vertx
                .createHttpServer(
                    new HttpServerOptions()
                        .setMaxWebSocketFrameSize(MeshLimits.LINK_BATCH_MAX_BYTES)
                        .setMaxWebSocketMessageSize(MeshLimits.LINK_BATCH_MAX_BYTES))
                .requestHandler(new HubDoor(links, hubLoop, time))
                .listen(0, "127.0.0.1"));
    var hub = new HubAddress("127.0.0.1", server.actualPort(), false);
    on(
        edgeLoop,
        () -> {
          var dialer = new WebSocketDialer(vertx, edgeLoop, time.timers(), hub, null);
          var shown = Keys.HUB.key().shown();
          var link =
              new EdgeLink(time, turns(edgeLoop), dialer, HONEST, shown, 1, honest, state -> {});
          link.start();
          return link;
        });
    eventually(() -> on(edgeLoop, () -> honest.sessions.size()) == 1);
  }

  @AfterEach
  void theOtherSiteHasLostNothing() throws Exception {
    stillServed();
    assertEquals(1, on(edgeLoop, () -> honest.last().connections));
    await(vertx.close());
  }

  /** Sends something of the other site, and waits until all that it ever sent is there. */
  private void stillServed() {
    var text = "message " + offered.size();
    on(edgeLoop, () -> assertInstanceOf(Offer.Taken.class, honest.last().offer(text)));
    offered.add(text);
    eventually(() -> on(hubLoop, () -> List.copyOf(kept(HONEST).messages)).equals(offered));
  }

  private Heard.Kept kept(SiteIdentity site) {
    return atHub.sessions.stream()
        .filter(each -> each.session.site().equals(site.name()))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  /** What is enrolled and has proved itself, and is about to be hostile. */
  private final class Raw {
    private final WebSocket socket;
    private final BlockingQueue<Buffer> came = new LinkedBlockingQueue<>();
    private final Promise<Void> closed = Promise.promise();
    private final Seals seals;

    Raw() throws Exception {
      socket = await(client.connect(server.actualPort(), "127.0.0.1", HubAddress.PATH));
      socket
          .binaryMessageHandler(came::add)
          .exceptionHandler(e -> {})
          .closeHandler(closed::tryComplete);
      var edge = new EdgeHandshake(Keys.EDGE.name(), Keys.EDGE.key(), Keys.HUB.key().shown());
      write(edge.hello());
      write(edge.challenged(next(), new LinkEpoch(1, ++connections), Greeting.NO_SESSION, 0));
      edge.welcomed(next());
      seals = edge.seals();
    }

    private Buffer next() throws InterruptedException {
      var message = came.poll(30, TimeUnit.SECONDS);
      assertTrue(message != null, "nothing came");
      return message;
    }

    void write(Buffer message) throws Exception {
      await(socket.writeBinaryMessage(message));
    }

    void send(Buffer batch) throws Exception {
      write(seals.out().close(batch));
    }

    /** Waits for the hub's last word, and returns why it ends the link. */
    LinkReason goodbye() throws Exception {
      var said = new Goodbye();
      while (said.reason == null) {
        new BatchReader(seals.in().open(next())).read(said);
      }
      await(closed.future());
      return said.reason;
    }
  }

  private static final class Goodbye implements BatchReader.Entries {
    private LinkReason reason;

    @Override
    public void message(long number, Packed packed) {}

    @Override
    public void ping(long token) {}

    @Override
    public void pong(long token) {}

    @Override
    public void goodbye(LinkReason why, String message) {
      reason = why;
    }
  }

  private byte[] rubbish(int length) {
    var bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) chance.nextLong();
    }
    return bytes;
  }

  private static Packed deflated(int length, long said) {
    var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(new byte[length]);
    deflater.finish();
    var room = new byte[length / 100 + 100];
    int size = deflater.deflate(room);
    deflater.end();
    return new Packed(true, Buffer.buffer().appendUnsignedInt(said).appendBytes(room, 0, size));
  }

  @Test
  void rubbishAfterTheHandshakeEndsItsConnectionOrItsSession() throws Exception {
    for (int i = 0; i < 20; i++) {
      var raw = new Raw();
      raw.write(Buffer.buffer(rubbish(1 + i * 37))); // Not sealed: whoever is on the way did it.
      await(raw.closed.future());
      var other = new Raw();
      var batch = Buffer.buffer(rubbish(20 + i * 37));
      other.send(batch.setByte(0, (byte) -1));
      assertEquals(LinkReason.MALFORMED, other.goodbye());
      stillServed();
    }
  }

  @Test
  void whatTheHubCannotHaveSaidIsNotAcknowledgedAndNoMessageIsLeftOut() throws Exception {
    var ahead = new Raw();
    ahead.send(new BatchWriter(1_000).bytes());
    assertEquals(LinkReason.MALFORMED, ahead.goodbye());
    var gap = new Raw();
    var batch = new BatchWriter(0);
    batch.message(2, new Packed(false, Buffer.buffer("second")));
    gap.send(batch.bytes());
    assertEquals(LinkReason.MALFORMED, gap.goodbye());
    var late = new Raw();
    var largest = new BatchWriter(0);
    largest.message(Long.MAX_VALUE, new Packed(false, Buffer.buffer("last")));
    late.send(largest.bytes());
    assertEquals(LinkReason.MALFORMED, late.goodbye());
    assertEquals(List.of(), on(hubLoop, () -> kept(Keys.EDGE).messages));
  }

  @Test
  void aMessageThatSwellsBeyondItsBoundOrIsNotAsLongAsItSaysEndsTheLink() throws Exception {
    int most = MeshLimits.LINK_MESSAGE_MAX_BYTES;
    for (var bomb :
        List.of(
            deflated(64 * 1024 * 1024, most), // Goes on far behind what it says.
            deflated(most + 1, most + 1),
            deflated(10, 0xFFFF_FFFFL),
            deflated(10, 11),
            new Packed(true, Buffer.buffer(rubbish(500)).setInt(0, 5_000)),
            new Packed(true, Buffer.buffer(new byte[3])))) {
      var raw = new Raw();
      var batch = new BatchWriter(0);
      batch.message(1, bomb);
      raw.send(batch.bytes());
      assertEquals(LinkReason.MALFORMED, raw.goodbye());
      stillServed();
    }
    assertEquals(List.of(), on(hubLoop, () -> kept(Keys.EDGE).messages));
  }

  @Test
  void aBatchOfManySmallMessagesThatSwellIsCutOffAtItsBound() throws Exception {
    var raw = new Raw();
    var batch = new BatchWriter(0);
    var bomb = deflated(MeshLimits.LINK_MESSAGE_MAX_BYTES, MeshLimits.LINK_MESSAGE_MAX_BYTES);
    for (int i = 1; batch.bytes().length() < MeshLimits.LINK_BATCH_FULL_BYTES; i++) {
      batch.message(i, bomb);
    }
    raw.send(batch.bytes());
    assertEquals(LinkReason.MALFORMED, raw.goodbye());
    long taken =
        on(hubLoop, () -> kept(Keys.EDGE).messages.stream().mapToLong(String::length).sum());
    assertTrue(taken <= MeshLimits.LINK_BATCH_INFLATED_MAX_BYTES, taken + " bytes");
  }

  @Test
  void aBatchThatIsTooLongEndsItsConnection() throws Exception {
    var raw = new Raw();
    raw.send(Buffer.buffer(new byte[2 * MeshLimits.LINK_BATCH_MAX_BYTES]));
    await(raw.closed.future());
  }

  @Test
  void whoeverAcknowledgesNothingIsKeptNoMoreThanAWindowFor() throws Exception {
    var raw = new Raw();
    eventually(() -> !on(hubLoop, () -> atHub.sessions.isEmpty()));
    eventually(() -> on(hubLoop, () -> kept(Keys.EDGE).session.connected()));
    var body = Buffer.buffer(rubbish(32 * 1024));
    var last = on(hubLoop, () -> offerAll(kept(Keys.EDGE), body));
    assertInstanceOf(Offer.Full.class, last);
    // It says that it lives, and never what it has taken.
    for (int i = 0; i < 10; i++) {
      var alive = new BatchWriter(0);
      alive.ping(i);
      raw.send(alive.bytes());
    }
    long kept = on(hubLoop, () -> kept(Keys.EDGE).session.unacknowledgedBytes());
    assertTrue(kept <= MeshLimits.LINK_WINDOW_BYTES, kept + " bytes");
    assertInstanceOf(Offer.Full.class, on(hubLoop, () -> kept(Keys.EDGE).session.offer(body)));
  }

  private static Offer offerAll(Heard.Kept to, Buffer body) {
    for (int i = 0; i < 1_000; i++) {
      var offer = to.session.offer(body);
      if (!(offer instanceof Offer.Taken)) {
        return offer;
      }
    }
    throw new AssertionError("all was taken (expected: a window of it)");
  }

  @Test
  void questionsWithoutEndAreAnsweredByTheLastOfThem() throws Exception {
    var raw = new Raw();
    var batch = new BatchWriter(0);
    for (int i = 1; i <= 20_000; i++) {
      batch.ping(i);
    }
    raw.send(batch.bytes());
    var pongs = new ArrayList<Long>();
    while (pongs.isEmpty()) {
      new BatchReader(raw.seals.in().open(raw.next())).read(new Pongs(pongs));
    }
    assertEquals(List.of(20_000L), pongs);
  }

  private record Pongs(List<Long> said) implements BatchReader.Entries {
    @Override
    public void message(long number, Packed packed) {}

    @Override
    public void ping(long token) {}

    @Override
    public void pong(long token) {
      said.add(token);
    }

    @Override
    public void goodbye(LinkReason reason, String message) {}
  }

  @Test
  void aSiteWhoseConnectionsChaseEachOtherHasOneSessionOfEachAtATime() throws Exception {
    for (int i = 0; i < 50; i++) {
      new Raw();
    }
    assertEquals(2, on(hubLoop, () -> links.sessions().size()));
    long alive = on(hubLoop, () -> atHub.sessions.stream().filter(each -> !each.ended).count());
    assertEquals(2, alive);
  }
}
