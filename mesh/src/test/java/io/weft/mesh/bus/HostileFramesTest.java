package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.FrameWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * A live lane that anybody can send anything to. Two nodes on one Vert.x with one event loop: calls
 * between them go in frames, as over a network.
 */
@Timeout(60)
class HostileFramesTest {
  private static final int FRAMES = 20_000;
  private static final int FRAMES_A_TURN = 500;
  private static final String LIVE = "weft.live.0";

  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final StreamOperation<Word, Word> WATCH =
      StreamOperation.of("words.watch", Word.class, Word.class);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final InMemorySite site = new InMemorySite();
  private final Time time = Time.of(vertx);
  private final AtomicReference<Throwable> thrown = new AtomicReference<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private BusMesh live;
  private BusMesh caller;

  @BeforeEach
  void start() throws Exception {
    vertx.exceptionHandler(thrown::set);
    live = node("live");
    caller = node("caller");
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void stop() throws Exception {
    logger().detachAppender(log);
    await(vertx.close());
    assertNull(thrown.get());
  }

  @Test
  void mutatedFramesNeitherStopANodeNorFailTheCallsOfOthers() throws Exception {
    serve(word -> Future.succeededFuture(word));
    var corpus = corpus();
    var random = new SplittableRandom(42);

    for (int sent = 0; sent < FRAMES; sent += FRAMES_A_TURN) {
      for (int i = 0; i < FRAMES_A_TURN; i++) {
        vertx.eventBus().send(LIVE, mutated(corpus.get(random.nextInt(corpus.size())), random));
      }
      assertEquals("hello", await(caller.call(ECHO, new Word("hello"))).text());
    }

    assertTrue(log.list.size() <= 6, "lines logged: " + log.list);
  }

  @Test
  void whatIsNoFrameIsRefusedInOneLine() throws Exception {
    serve(word -> Future.succeededFuture(word));
    for (var body : new Object[] {null, "text", 7, new JsonObject(), Buffer.buffer("W")}) {
      vertx.eventBus().send(LIVE, body);
    }

    assertEquals("hello", await(caller.call(ECHO, new Word("hello"))).text());
    assertEquals(1, log.list.size());
    assertEquals(
        "A message that is not ours came to weft.live.0: no body (expected: a frame)"
            + " (0 more like it were not logged)",
        log.list.get(0).getFormattedMessage());
  }

  @Test
  void anAnswerToAnEarlierIncarnationOfTheCallerAnswersNoCallOfThisOne() throws Exception {
    Promise<Void> arrived = Promise.promise();
    Promise<Word> answer = Promise.promise();
    serve(
        word -> {
          arrived.complete();
          return answer.future();
        });
    var call = caller.call(ECHO, new Word("hello"));
    await(arrived.future());

    var stale = FrameWriter.header("live", incarnation(live), 0, "earlier");
    var forged = Buffer.buffer("{\"text\":\"of another call\"}");
    for (long id = 1L << 32; id < (1L << 32) + 4; id++) {
      long each = id;
      send("weft.caller.0", stale, frame -> frame.failure(each, new Unknown("of another call")));
      send("weft.caller.0", stale, frame -> frame.failure(each, new NotSent("of another call")));
      send("weft.caller.0", stale, frame -> frame.reply(each, reply(forged), forged));
    }
    answer.complete(new Word("of this call"));

    assertEquals("of this call", await(call).text());
  }

  @Test
  void aResetBetweenThePiecesOfAFrameDoesNotLoseIt() throws Exception {
    serve(word -> Future.succeededFuture(word));
    Promise<String> answered = Promise.promise();
    vertx
        .eventBus()
        .<Buffer>consumer(
            "weft.stranger.0",
            message -> answered.tryComplete(message.body().toString("ISO-8859-1")));
    var whole = new FrameWriter(FrameWriter.header("stranger", "s", 0, incarnation(live)));
    request(whole, 9, "words.echo", Kind.QUERY, Buffer.buffer("{\"text\":\"in pieces\"}"));
    int half = whole.size() / 2;

    toLive(frame -> frame.piece(1, whole.size(), 0, whole.bytes(), half));
    toLive(FrameWriter::reset);
    toLive(frame -> frame.piece(1, whole.size(), half, whole.bytes(), whole.size() - half));

    assertTrue(await(answered.future()).contains("{\"text\":\"in pieces\"}"));
  }

  @Test
  void aReaderThatAsksForMoreThanAWindowLosesItsStream() throws Exception {
    serve(word -> Future.succeededFuture(word));
    Promise<String> answered = Promise.promise();
    vertx
        .eventBus()
        .<Buffer>consumer(
            "weft.stranger.0",
            message -> {
              var text = message.body().toString("ISO-8859-1");
              if (text.contains("items asked for at a time")) {
                answered.tryComplete(text);
              }
            });

    toLive(frame -> request(frame, 9, "words.watch", Kind.STREAM, Buffer.buffer("{}")));
    toLive(frame -> frame.credit(9, MeshLimits.STREAM_WINDOW_ITEMS));
    toLive(frame -> frame.credit(9, 1));

    assertTrue(await(answered.future()).contains("129 items asked for at a time (limit: 128)"));
  }

  @Test
  void aCommandWithoutAKeyIsNotRun() throws Exception {
    var ran = new ArrayList<Word>();
    serve(
        word -> {
          ran.add(word);
          return Future.succeededFuture(word);
        });

    toLive(frame -> request(frame, 1, "words.echo", Kind.COMMAND, Buffer.buffer("{}")));

    assertEquals("hello", await(caller.call(ECHO, new Word("hello"))).text());
    assertEquals(List.of(new Word("hello")), ran);
  }

  private BusMesh node(String name) throws Exception {
    var record =
        new NodeRecord(
            name,
            name + "-1",
            1,
            name,
            "s",
            "z",
            "1",
            State.SERVING,
            0,
            List.of(),
            Map.of(),
            List.of());
    var mesh = new BusMesh(vertx, record, site, time, Telemetry.NONE);
    await(mesh.open());
    return mesh;
  }

  private void serve(Function<Word, Future<Word>> handler) throws Exception {
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return live.serve(ECHO, handler)
                    .compose(
                        served -> live.serve(WATCH, word -> Future.succeededFuture(new Silence())));
              }
            }));
    Await.eventually(
        () -> caller.nodes().stream().mapToInt(node -> node.serving("words")).sum() == 1);
  }

  private static String incarnation(BusMesh mesh) {
    return mesh.nodes().get(0).incarnation();
  }

  private void toLive(Consumer<FrameWriter> entries) {
    send(LIVE, FrameWriter.header("stranger", "s", 0, incarnation(live)), entries);
  }

  private void send(String address, byte[] header, Consumer<FrameWriter> entries) {
    vertx.eventBus().send(address, frame(header, entries));
  }

  private static Buffer frame(byte[] header, Consumer<FrameWriter> entries) {
    var writer = new FrameWriter(header);
    entries.accept(writer);
    return Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size());
  }

  /** Returns frames as a node might write them, with an entry of each type among them. */
  private List<Buffer> corpus() {
    var header = FrameWriter.header("stranger", "s", 1, incarnation(live));
    var other = FrameWriter.header("caller", incarnation(caller), 0, "earlier");
    var body = Buffer.buffer("{\"text\":\"hostile\"}");
    var corpus = new ArrayList<Buffer>();
    for (var each : new byte[][] {header, other}) {
      corpus.add(frame(each, w -> request(w, 1, "words.echo", Kind.QUERY, body)));
      corpus.add(frame(each, w -> request(w, 2, "words.watch", Kind.STREAM, body)));
      corpus.add(frame(each, w -> w.reply(3, reply(body), body)));
      corpus.add(frame(each, w -> w.failure(4, new Application("a.b", "c", "/d"))));
      corpus.add(frame(each, w -> w.item(5, 0, Payload.of(body), body)));
      corpus.add(frame(each, w -> w.credit(2, 64)));
      corpus.add(frame(each, w -> w.cancel(2)));
      corpus.add(frame(each, FrameWriter::reset));
      corpus.add(frame(each, w -> w.piece(6, 4_000_000, 0, new byte[32_768], 32_768)));
      var whole = corpus.get(0).getBytes();
      corpus.add(frame(each, w -> w.piece(7, whole.length, 0, whole, whole.length)));
    }
    return corpus;
  }

  private static Buffer mutated(Buffer frame, SplittableRandom random) {
    var bytes = frame.copy();
    switch (random.nextInt(6)) {
      case 0 -> {} // As it is: one that came before comes again.
      case 1 -> bytes = bytes.getBuffer(0, random.nextInt(bytes.length()));
      case 2 -> bytes.appendBytes(new byte[random.nextInt(300_000)]);
      default -> {
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          bytes.setByte(random.nextInt(bytes.length()), (byte) random.nextInt(256));
        }
      }
    }
    return bytes;
  }

  private static Reply reply(Buffer body) {
    return new Reply(Payload.of(body), false);
  }

  private void request(FrameWriter writer, long id, String operation, Kind kind, Buffer body) {
    var request =
        new Request(
            operation,
            kind,
            Payload.of(body),
            Deadline.after(time.ticker(), Duration.ofSeconds(1)),
            "",
            Origin.of(TraceContext.NONE, "stranger"),
            null,
            Cancellation.NEVER,
            Policy.DEFAULT);
    writer.request(id, "words-1", request, body);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.weft.mesh");
  }

  /** A stream of which nothing ever comes. */
  private static final class Silence implements ReadStream<Word> {
    @Override
    public Silence exceptionHandler(Handler<Throwable> handler) {
      return this;
    }

    @Override
    public Silence handler(Handler<Word> handler) {
      return this;
    }

    @Override
    public Silence pause() {
      return this;
    }

    @Override
    public Silence resume() {
      return this;
    }

    @Override
    public Silence fetch(long amount) {
      return this;
    }

    @Override
    public Silence endHandler(Handler<Void> handler) {
      return this;
    }
  }
}
