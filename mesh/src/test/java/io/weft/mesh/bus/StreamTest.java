package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.junit5.VertxExtension;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Codec;
import io.weft.mesh.Deadline;
import io.weft.mesh.ItemSource;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.bus.Numbers.Count;
import io.weft.mesh.discovery.InMemorySite;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.FrameReader;
import io.weft.mesh.wire.FrameWriter;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Streams of items: the same between a reader and a writer on one node and on two. */
@Timeout(60)
class StreamTest {
  record Ask(String text) {}

  static final StreamOperation<Ask, Count> COUNT =
      StreamOperation.of("numbers.count", Ask.class, Count.class);
  static final StreamOperation<Ask, Count> RELAY =
      StreamOperation.of("relay.count", Ask.class, Count.class);
  static final Operation<Ask, Ask> ECHO = Operation.query("numbers.echo", Ask.class, Ask.class);
  static final Operation<Ask, Ask> STORE = Operation.command("numbers.store", Ask.class, Ask.class);
  static final Ask ASK = new Ask("please");
  static final long MANY = 100_000;
  static final int WINDOW = MeshLimits.STREAM_WINDOW_ITEMS;

  static NodeRecord record(String id, int lanes, List<InstanceRecord> instances) {
    return new NodeRecord(
        id,
        "incarnation-of-" + id,
        1,
        id,
        "test",
        "test",
        "1",
        State.SERVING,
        lanes,
        List.of(),
        Map.of(BusMesh.BUS_ADDRESS, id + ":1"),
        instances);
  }

  static BusMesh mesh(Vertx vertx, String id, InMemorySite site) throws Exception {
    var mesh = new BusMesh(vertx, record(id, 0, List.of()), site, Time.of(vertx), Telemetry.NONE);
    await(mesh.open());
    return mesh;
  }

  /** What holds wherever the reader and the writer are. */
  @ExtendWith(VertxExtension.class)
  abstract static class Contract {
    Vertx vertx;

    /** Where streams are read. */
    BusMesh reading;

    /** Where streams are served. */
    BusMesh serving;

    final AtomicReference<Call> call = new AtomicReference<>();

    /** Serves both meshes, before each test. */
    abstract void open() throws Exception;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
      this.vertx = vertx;
      open();
    }

    /** Serves streams; the call that opened the latest is at hand. */
    String serve(Supplier<ReadStream<Count>> streams) throws Exception {
      return serve(streams, new DeploymentOptions());
    }

    String serve(Supplier<ReadStream<Count>> streams, DeploymentOptions options) throws Exception {
      return deploy(
          () ->
              serving.serve(
                  COUNT,
                  ask -> {
                    call.set(Call.current().orElseThrow());
                    return Future.succeededFuture(streams.get());
                  }),
          options);
    }

    String deploy(Supplier<Future<?>> start, DeploymentOptions options) throws Exception {
      return await(
          vertx.deployVerticle(
              new VerticleBase() {
                @Override
                public Future<?> start() {
                  return start.get();
                }
              },
              options));
    }

    void serveEcho() throws Exception {
      deploy(() -> serving.serve(ECHO, Future::succeededFuture), new DeploymentOptions());
    }

    /** Lets pass what is on its way between the meshes, several times over. */
    void settle() throws Exception {
      for (int i = 0; i < 20; i++) {
        await(reading.call(ECHO, ASK));
      }
    }

    Future<ItemStream<Count>> count() {
      return reading.open(COUNT, ASK);
    }

    boolean cancelled() {
      return call.get().cancellation().cancelled();
    }

    @Test
    void aHundredThousandItemsArriveInOrderAndThenTheEnd() throws Exception {
      serve(() -> new Numbers(MANY));

      assertEquals(MANY, Reader.of(count()).ended());
      assertFalse(cancelled());
    }

    @Test
    void aStreamWithoutItemsEnds() throws Exception {
      serve(() -> new Numbers(0));

      assertEquals(0, Reader.of(count()).ended());
    }

    @Test
    void aFailureOfTheSourceArrivesAsItIsAfterItsItems() throws Exception {
      serve(() -> new Numbers(300, "", new Application("count.lost", "lost count", "/text")));

      var reader = Reader.of(count());
      var failure = assertInstanceOf(Application.class, reader.failed());

      assertEquals("count.lost", failure.code());
      assertEquals("/text", failure.pointer());
      assertEquals(300, reader.count());
    }

    @Test
    void anyOtherFailureOfTheSourceIsUnknownAndTellsNothingOfItsInside() throws Exception {
      serve(() -> new Numbers(3, "", new IllegalStateException("secret")));

      var failure = assertInstanceOf(Unknown.class, Reader.of(count()).failed());

      assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
    }

    @Test
    void aSourceThatThrowsWhenItIsResumedFailsTheStream() throws Exception {
      serve(
          () ->
              new Numbers(3) {
                @Override
                public Numbers resume() {
                  throw new IllegalStateException("closed already");
                }
              });

      assertInstanceOf(Unknown.class, Reader.of(count()).failed());
    }

    @Test
    void aHandlerThatFailsTheOpeningFailsTheOpening() throws Exception {
      deploy(
          () ->
              serving.serve(
                  COUNT, ask -> Future.failedFuture(new Application("count.never", "no"))),
          new DeploymentOptions());

      var failure = assertInstanceOf(Application.class, failureOf(count()));

      assertEquals("count.never", failure.code());
    }

    @Test
    void aStreamThatNobodyServesIsNotSent() throws Exception {
      assertInstanceOf(NotSent.class, failureOf(count()));
    }

    @Test
    void aStreamCannotBeCalledAndLeavesNothingOpen() throws Exception {
      var numbers = new Numbers(MANY);
      serve(() -> numbers);

      var failure =
          failureOf(
              reading.exchange(
                  COUNT.name(),
                  Operation.Kind.QUERY,
                  Buffer.buffer("{\"text\":\"x\"}"),
                  CallOptions.DEFAULT));

      assertEquals("request.invalid", assertInstanceOf(Application.class, failure).code());
      assertEquals(null, call.get());
    }

    @Test
    void anOperationCannotBeOpenedAndIsNotRun() throws Exception {
      var ran = new AtomicLong();
      deploy(
          () ->
              serving.serve(
                  STORE,
                  ask -> {
                    ran.incrementAndGet();
                    return Future.succeededFuture(ask);
                  }),
          new DeploymentOptions());

      var failure =
          failureOf(reading.open(StreamOperation.of(STORE.name(), Ask.class, Count.class), ASK));

      assertEquals("request.invalid", assertInstanceOf(Application.class, failure).code());
      assertEquals(0, ran.get());
    }

    @Test
    void aReaderThatPausesStopsTheWriterWithinTheWindowUntilItResumes() throws Exception {
      serveEcho();
      var numbers = new Numbers(MANY);
      serve(() -> numbers);

      var reader = Reader.paused(count());
      eventually(() -> numbers.produced() == WINDOW);
      settle();

      assertEquals(WINDOW, numbers.produced());
      assertTrue(numbers.paused());
      assertEquals(0, reader.count());

      reader.stream().resume();
      assertEquals(MANY, reader.ended());
    }

    @Test
    void aReaderGetsAsManyItemsAsItFetches() throws Exception {
      serveEcho();
      var numbers = new Numbers(MANY);
      serve(() -> numbers);
      var reader = Reader.paused(count());

      reader.stream().fetch(10);
      eventually(() -> reader.count() == 10);
      reader.stream().fetch(500);
      eventually(() -> reader.count() == 510);
      settle();

      assertEquals(510, reader.count());
      assertTrue(numbers.produced() <= 510 + WINDOW, numbers.produced() + " produced");
    }

    @Test
    void aReaderThatFetchesFromItsHandlerReadsToTheEnd() throws Exception {
      serve(() -> new Numbers(10_000));
      var seen = new AtomicLong();
      Promise<Void> end = Promise.promise();

      await(
          count()
              .map(
                  stream -> {
                    stream.pause();
                    stream.endHandler(end::complete);
                    stream.handler(
                        item -> {
                          seen.incrementAndGet();
                          stream.fetch(1);
                        });
                    return stream.fetch(1);
                  }));
      await(end.future());

      assertEquals(10_000, seen.get());
    }

    /** Each item takes the reader one turn of its event loop more than it takes the writer. */
    @Test
    void aSlowReaderSlowsTheWriter() throws Exception {
      var numbers = new Numbers(5_000);
      serve(() -> numbers);
      var consumed = new AtomicLong();
      var ahead = new AtomicLong();
      Promise<Void> end = Promise.promise();

      await(
          count()
              .map(
                  stream -> {
                    stream.pause();
                    stream.endHandler(end::complete);
                    stream.handler(
                        item -> {
                          long gap = numbers.produced() - consumed.incrementAndGet();
                          ahead.accumulateAndGet(gap, Math::max);
                          vertx.runOnContext(turn -> vertx.runOnContext(later -> stream.fetch(1)));
                        });
                    return stream.fetch(1);
                  }));
      await(end.future());

      assertEquals(5_000, consumed.get());
      assertTrue(ahead.get() <= WINDOW, ahead + " items ahead of the reader");
    }

    @Test
    void whatIsCancelledReachesTheWriterAndCallsNoHandlerAnyMore() throws Exception {
      serveEcho();
      var numbers = new Numbers(Long.MAX_VALUE);
      serve(() -> numbers);
      var afterwards = new AtomicLong();
      var over = new AtomicReference<Boolean>(false);

      var stream =
          await(
              count()
                  .map(
                      opened -> {
                        opened.endHandler(end -> afterwards.incrementAndGet());
                        opened.exceptionHandler(failure -> afterwards.incrementAndGet());
                        return opened.handler(
                            item -> {
                              if (over.get()) {
                                afterwards.incrementAndGet();
                              } else if (item.value() == 1_000) {
                                opened.cancel();
                                over.set(true);
                              }
                            });
                      }));
      eventually(this::cancelled);
      settle();

      assertEquals(0, afterwards.get());
      assertTrue(numbers.paused());
      assertTrue(numbers.produced() <= 1_001 + WINDOW, numbers.produced() + " produced");
      assertInstanceOf(ItemStream.class, stream);
    }

    @Test
    void aStreamThatIsPassedOnIsCancelledAtItsSource() throws Exception {
      var numbers = new Numbers(Long.MAX_VALUE);
      serve(() -> numbers);
      deploy(() -> reading.serve(RELAY, ask -> reading.open(COUNT, ask)), new DeploymentOptions());

      var reader = Reader.of(reading.open(RELAY, ASK));
      eventually(() -> reader.count() > 1_000);
      reader.stream().cancel();

      eventually(this::cancelled);
      assertTrue(numbers.paused());
      assertFalse(reader.over());
    }

    @Test
    void aStreamThatIsPassedOnArrivesWhole() throws Exception {
      serve(() -> new Numbers(MANY));
      deploy(() -> reading.serve(RELAY, ask -> reading.open(COUNT, ask)), new DeploymentOptions());

      assertEquals(MANY, Reader.of(reading.open(RELAY, ASK)).ended());
    }

    @Test
    void anOpenerThatIsGivenUpEndsItsStreamOnBothSides() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var cancellation = new Cancellation();

      var reader =
          Reader.of(reading.open(COUNT, ASK, CallOptions.DEFAULT.withCancellation(cancellation)));
      eventually(() -> reader.count() > 1_000);
      cancellation.cancel();

      assertInstanceOf(Unknown.class, reader.failed());
      eventually(this::cancelled);
    }

    /** The stream comes when nobody waits for it any more. */
    @Test
    void aStreamWhoseOpenerGaveUpBeforeItCameIsCancelled() throws Exception {
      var numbers = new Numbers(Long.MAX_VALUE);
      Promise<Numbers> slow = Promise.promise();
      deploy(
          () ->
              serving.serve(
                  COUNT,
                  ask -> {
                    call.set(Call.current().orElseThrow());
                    return slow.future();
                  }),
          new DeploymentOptions());
      var cancellation = new Cancellation();

      var opening = reading.open(COUNT, ASK, CallOptions.DEFAULT.withCancellation(cancellation));
      eventually(() -> call.get() != null);
      cancellation.cancel();
      assertInstanceOf(Unknown.class, failureOf(opening));
      eventually(this::cancelled);
      slow.complete(numbers);

      serveEcho();
      settle();
      assertTrue(numbers.paused());
      assertEquals(0, numbers.produced());
      assertEquals(0, serving.openStreams());
    }

    /** The opener gives up in the very turn in which its stream comes. */
    @Test
    void aStreamWhoseOpenerGivesUpAsItComesIsCancelled() throws Exception {
      var cancellation = new Cancellation();
      serve(
          () -> {
            cancellation.cancel();
            return new Numbers(Long.MAX_VALUE);
          });

      var reader =
          reading
              .open(COUNT, ASK, CallOptions.DEFAULT.withCancellation(cancellation))
              .map(Reader::new);

      assertInstanceOf(Unknown.class, failureOf(reader.compose(Reader::end)));
      eventually(this::cancelled);
      eventually(() -> serving.openStreams() == 0);
    }

    @Test
    void aWithdrawnInstanceEndsItsStreamsAsDraining() throws Exception {
      var deployment = serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      await(serving.withdraw(deployment));

      assertEquals(
          Rejected.Reason.DRAINING, assertInstanceOf(Rejected.class, reader.failed()).reason());
      assertTrue(cancelled());
    }

    @Test
    void aCallThatHangsDoesNotKeepTheStreamsOfAStoppingInstanceOpen() throws Exception {
      Promise<Void> hangs = Promise.promise();
      var deployment =
          deploy(
              () ->
                  Future.all(
                      serving.serve(
                          STORE,
                          ask -> {
                            hangs.complete();
                            return Promise.<Ask>promise().future();
                          }),
                      serving.serve(
                          COUNT, ask -> Future.succeededFuture(new Numbers(Long.MAX_VALUE)))),
              new DeploymentOptions());
      var reader = Reader.of(count());
      var hanging =
          reading.call(STORE, ASK, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(60)));
      await(hangs.future());

      var withdrawn = serving.withdraw(deployment);

      assertInstanceOf(Rejected.class, reader.failed());
      assertFalse(hanging.isComplete());
      assertFalse(withdrawn.isComplete());
    }

    @Test
    void anUndeployedVerticleEndsItsStreams() throws Exception {
      var deployment = serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      await(vertx.undeploy(deployment));

      assertInstanceOf(Rejected.class, reader.failed());
      eventually(this::cancelled);
    }

    @Test
    void aVerticleThatReadsLetsItsStreamsGoWhenItIsUndeployed() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = new AtomicReference<Reader>();
      var deployment =
          deploy(() -> count().map(Reader::new).onSuccess(reader::set), new DeploymentOptions());
      eventually(() -> reader.get().count() > 1_000);

      await(vertx.undeploy(deployment));

      eventually(this::cancelled);
    }

    @Test
    void aReaderThatComesLateMissesNothing() throws Exception {
      serveEcho();
      serve(() -> new Numbers(100));
      var stream = await(count());
      settle();

      assertEquals(100, new Reader(stream).ended());
    }

    @Test
    void aReaderThatComesLateHearsOfTheFailure() throws Exception {
      serveEcho();
      serve(() -> new Numbers(100, "", new Application("count.lost", "lost count")));
      var stream = await(count());
      settle();
      var reader = new Reader(stream);

      assertInstanceOf(Application.class, reader.failed());
      assertEquals(100, reader.count());
    }

    @Test
    void aHandlerThatThrowsStopsNothing() throws Exception {
      serve(() -> new Numbers(1_000));
      var seen = new AtomicLong();
      Promise<Void> end = Promise.promise();

      await(
          count()
              .map(
                  stream ->
                      stream
                          .handler(
                              item -> {
                                if (seen.getAndIncrement() % 200 == 0) {
                                  throw new IllegalStateException("as this test wants it");
                                }
                              })
                          .endHandler(end::complete)));
      await(end.future());

      assertEquals(1_000, seen.get());
    }

    @Test
    void aSourceThatGoesOnWhileItIsPausedFailsAndPilesNothingUp() throws Exception {
      var numbers =
          new Numbers(MANY) {
            @Override
            public Numbers pause() {
              return this;
            }
          };
      serve(() -> numbers);

      var reader = Reader.paused(count());
      eventually(this::cancelled);
      reader.stream().resume();

      assertInstanceOf(Unknown.class, reader.failed());
      assertTrue(reader.count() <= WINDOW, reader.count() + " items");
    }

    @Test
    void anItemThatCannotBeReadFailsTheStreamAndLetsTheWriterGo() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var wrong = new StreamOperation<>(COUNT.name(), JsonCodec.of(Ask.class), new Refusing());
      Promise<Void> end = Promise.promise();

      await(
          reading
              .open(wrong, ASK)
              .map(
                  stream -> {
                    stream.exceptionHandler(end::fail);
                    return stream.handler(item -> {});
                  }));

      assertInstanceOf(Unknown.class, failureOf(end.future()));
      eventually(this::cancelled);
    }

    @Test
    void aWorkerServesAStream() throws Exception {
      var numbers = new Numbers(MANY);
      serve(
          () -> {
            assertTrue(Context.isOnWorkerThread());
            return numbers;
          },
          new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));

      assertEquals(MANY, Reader.of(count()).ended());
    }

    @Test
    void aWorkerReadsAStreamOnItsOwnThread() throws Exception {
      serve(() -> new Numbers(MANY));
      var items = new AtomicLong();
      var elsewhere = new AtomicLong();
      Promise<Void> end = Promise.promise();
      deploy(
          () ->
              count()
                  .map(
                      stream ->
                          stream
                              .handler(
                                  item -> {
                                    items.incrementAndGet();
                                    if (!Context.isOnWorkerThread()) {
                                      elsewhere.incrementAndGet();
                                    }
                                  })
                              .endHandler(end::complete)),
          new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));
      await(end.future());

      assertEquals(MANY, items.get());
      assertEquals(0, elsewhere.get());
    }

    @Test
    void aStreamWithoutItemsEndsForAWorker() throws Exception {
      serve(() -> new Numbers(0));
      var reader = new AtomicReference<Reader>();
      deploy(
          () -> count().map(Reader::new).onSuccess(reader::set),
          new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));

      assertEquals(0, reader.get().ended());
    }

    @Test
    void aReaderOnEachEventLoopReadsAStreamOfItsOwn() throws Exception {
      serve(() -> new Numbers(5_000));
      var readers = new ArrayList<Reader>();

      for (int i = 0; i < 8; i++) { // Each from a context of its own, on the next event loop.
        readers.add(Reader.of(count()));
      }

      for (var reader : readers) {
        assertEquals(5_000, reader.ended());
      }
    }

    @Test
    void whatAStreamCallsAsItGoesOnIsNotBoundByTheDeadlineOfItsOpening() throws Exception {
      serveEcho();
      var answered = new AtomicReference<Future<Ask>>();
      var context = new AtomicReference<Context>();
      serve(
          () -> {
            context.set(Vertx.currentContext());
            return new Numbers(Long.MAX_VALUE);
          });
      var timeout = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(300));
      var reader = Reader.paused(reading.open(COUNT, ASK, timeout));
      eventually(() -> call.get().deadline().expired());

      context.get().runOnContext(turn -> answered.set(serving.call(ECHO, ASK)));
      eventually(() -> answered.get() != null);

      assertEquals(ASK, await(answered.get()));
      reader.stream().cancel();
    }
  }

  /** Refuses each item, as a codec of an operation's own may. */
  private static final class Refusing implements Codec<Ask> {
    @Override
    public Class<Ask> type() {
      return Ask.class;
    }

    @Override
    public String contentType() {
      return JsonCodec.CONTENT_TYPE;
    }

    @Override
    public Buffer encode(Ask value) {
      throw new IllegalStateException("not to be written");
    }

    @Override
    public Ask decode(Buffer bytes) {
      throw new IllegalStateException("not to be read");
    }
  }

  @Nested
  class OnOneNode extends Contract {
    @Override
    void open() {
      reading = (BusMesh) BusMesh.local(vertx);
      serving = reading;
    }
  }

  @Nested
  class BetweenNodes extends Contract {
    private final InMemorySite site = new InMemorySite();

    @Override
    void open() throws Exception {
      reading = mesh(vertx, "one", site);
      serving = mesh(vertx, "two", site);
    }

    @Test
    void anItemOverTheLimitFailsTheStreamWithValueAndLimit() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE, "x".repeat(70_000), null));

      var failure = assertInstanceOf(Application.class, Reader.of(count()).failed());

      assertEquals("item.too_large", failure.code());
      assertTrue(failure.getMessage().contains("(limit: 65536)"), failure.getMessage());
      eventually(this::cancelled);
    }

    @Test
    void itemsThatFillManyFramesArriveInOrder() throws Exception {
      serve(() -> new Numbers(2_000, "x".repeat(60_000), null));

      assertEquals(2_000, Reader.of(count()).ended());
    }

    @Test
    void anItemThatCannotBeWrittenFailsTheStream() throws Exception {
      var broken = new StreamOperation<>("numbers.broken", JsonCodec.of(Ask.class), new Refusing());
      deploy(
          () ->
              serving.serve(
                  broken,
                  ask ->
                      Future.succeededFuture(
                          new Mapped<>(new Numbers(5), number -> new Ask("" + number.value())))),
          new DeploymentOptions());
      Promise<Void> end = Promise.promise();

      await(
          reading
              .open(broken, ASK)
              .map(
                  stream -> {
                    stream.exceptionHandler(end::fail);
                    return stream.handler(item -> {});
                  }));

      var failure = assertInstanceOf(Unknown.class, failureOf(end.future()));
      assertFalse(failure.getMessage().contains("not to be written"), failure.getMessage());
    }

    @Test
    void aConnectionThatClosesEndsTheStreamOnBothSides() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      reading.connectionClosed("two:1");

      assertInstanceOf(Unknown.class, reader.failed());
      eventually(this::cancelled);
    }

    @Test
    void aConnectionThatClosesAtTheWriterEndsTheStreamOnBothSides() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      serving.connectionClosed("one:1");

      assertInstanceOf(Unknown.class, reader.failed());
      eventually(this::cancelled);
    }

    @Test
    void aReaderWhoseMeshClosesHearsOfIt() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      await(reading.close());

      assertInstanceOf(Unknown.class, reader.failed());
      eventually(this::cancelled);
    }

    @Test
    void aReaderWhoseWriterClosesInOrderHearsThatItDrains() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var reader = Reader.of(count());
      eventually(() -> reader.count() > 1_000);

      await(serving.close());

      assertEquals(
          Rejected.Reason.DRAINING, assertInstanceOf(Rejected.class, reader.failed()).reason());
    }

    @Test
    void oneStreamMoreThanTheLimitIsRefusedUntilOneIsCancelled() throws Exception {
      serve(() -> new Numbers(Long.MAX_VALUE));
      var context = vertx.getOrCreateContext();
      var open = new CopyOnWriteArrayList<ItemStream<Count>>();
      for (int i = 0; i < MeshLimits.STREAMS_MAX; i += 64) {
        await(on(context, () -> Future.all(times(64, () -> count().onSuccess(open::add)))));
      }

      var failure = failureOf(on(context, this::count));

      assertEquals(Rejected.Reason.OVERLOADED, assertInstanceOf(Rejected.class, failure).reason());
      open.get(0).cancel();
      await(on(context, this::count));
    }

    private <T> Future<T> on(Context context, Supplier<Future<T>> action) {
      Promise<T> done = Promise.promise();
      context.runOnContext(turn -> action.get().onComplete(done));
      return done.future();
    }

    private List<Future<?>> times(int count, Supplier<Future<?>> action) {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < count; i++) {
        all.add(action.get());
      }
      return all;
    }

    @Test
    void aStreamOfWhichAnItemWasLostOnItsWayEndsThereAndSaysSo() throws Exception {
      var forged = new Forged();
      forged.serves();
      forged.onRequest((id, out) -> out.reply(id, streamReply(), Buffer.buffer()));
      forged.onCredit(
          (id, out) -> {
            for (long number : new long[] {0, 1, 3, 4}) {
              forged.item(out, id, number);
            }
          });

      var reader = Reader.paused(count());
      reader.stream().resume();

      var failure = assertInstanceOf(Unknown.class, reader.failed());
      assertTrue(failure.getMessage().contains("lost"), failure.getMessage());
      assertEquals(2, reader.count());
      eventually(() -> !forged.cancelled.isEmpty());
    }

    @Test
    void aStreamWhoseLastItemsWereLostDoesNotLookAsIfItWereWhole() throws Exception {
      var forged = new Forged();
      forged.serves();
      forged.onRequest((id, out) -> out.reply(id, streamReply(), Buffer.buffer()));
      forged.onCredit(
          (id, out) -> {
            forged.item(out, id, 0);
            out.ended(id, 3);
          });

      var reader = Reader.paused(count());
      reader.stream().resume();

      var failure = assertInstanceOf(Unknown.class, reader.failed());
      assertTrue(failure.getMessage().contains("lost"), failure.getMessage());
    }

    @Test
    void aPeerThatSendsMoreItemsThanWereAskedForIsRefused() throws Exception {
      var forged = new Forged();
      forged.serves();
      forged.onRequest(
          (id, out) -> {
            out.reply(id, streamReply(), Buffer.buffer());
            for (int i = 0; i < WINDOW + 1; i++) {
              forged.item(out, id, i);
            }
          });

      var reader = Reader.paused(count());
      reader.stream().resume();

      var failure = assertInstanceOf(Unknown.class, reader.failed());
      assertTrue(failure.getMessage().contains("more items"), failure.getMessage());
      assertTrue(reader.count() <= WINDOW);
      eventually(() -> !forged.cancelled.isEmpty());
    }

    @Test
    void aPeerThatAnswersACallWithAStreamIsToldToStop() throws Exception {
      var forged = new Forged();
      forged.serves();
      forged.onRequest((id, out) -> out.reply(id, streamReply(), Buffer.buffer()));

      assertInstanceOf(Unknown.class, failureOf(reading.call(ECHO, ASK)));
      eventually(() -> !forged.cancelled.isEmpty());
    }

    @Test
    void aPeerThatAsksForMoreItemsThanTheWindowIsRefused() throws Exception {
      var silent =
          new Numbers(MANY) {
            @Override
            public Numbers resume() {
              return this;
            }
          };
      serve(() -> silent);
      var forged = new Forged();
      var target = serving.nodes().get(0).instances().get(0);
      var lane = "weft.two." + target.lane();

      forged.send(
          lane,
          "incarnation-of-two",
          out ->
              out.request(
                  1,
                  target.id(),
                  new Request(
                      COUNT.name(),
                      Operation.Kind.STREAM,
                      Payload.of(Buffer.buffer("{\"text\":\"x\"}")),
                      Deadline.after(Time.of(vertx).ticker(), Duration.ofSeconds(10)),
                      "",
                      Origin.of(TraceContext.NONE, "forged"),
                      null,
                      Cancellation.NEVER,
                      Policy.DEFAULT),
                  Buffer.buffer("{\"text\":\"x\"}")));
      eventually(() -> call.get() != null);
      // The first is all that may be asked for before anything has come.
      forged.send(
          lane,
          "incarnation-of-two",
          out -> {
            out.credit(1, WINDOW);
            out.credit(1, 1);
          });

      eventually(() -> !forged.failures.isEmpty());
      assertInstanceOf(Unknown.class, forged.failures.get(0));
      eventually(this::cancelled);
    }

    private Reply streamReply() {
      return Reply.of(
          new ItemSource() {
            @Override
            public void start(Sink sink) {}

            @Override
            public void credit(int items) {}

            @Override
            public void cancel() {}
          });
    }

    /** A node that writes its frames by hand. */
    private final class Forged {
      final List<Long> cancelled = new CopyOnWriteArrayList<>();
      final List<MeshFailure> failures = new CopyOnWriteArrayList<>();
      private BiConsumer<Long, FrameWriter> answer = (id, out) -> {};
      private BiConsumer<Long, FrameWriter> items = (id, out) -> {};
      private final Set<Long> credited = new HashSet<>();

      Forged() throws Exception {
        await(
            vertx
                .eventBus()
                .<Buffer>consumer("weft.forged.0", message -> read(message.body()))
                .completion());
      }

      void serves() throws Exception {
        var instance =
            new InstanceRecord(
                "numbers-1",
                "numbers",
                "1",
                0,
                1,
                State.SERVING,
                List.of(COUNT.name(), ECHO.name()));
        await(site.put(record("forged", 1, List.of(instance))));
        eventually(() -> reading.nodes().stream().anyMatch(node -> node.id().equals("forged")));
      }

      void onRequest(BiConsumer<Long, FrameWriter> answer) {
        this.answer = answer;
      }

      /** Does something as soon as the first items of a stream are asked for. */
      void onCredit(BiConsumer<Long, FrameWriter> items) {
        this.items = items;
      }

      void item(FrameWriter out, long id, long value) {
        var body = JsonCodec.encode(new Count(value, ""));
        out.item(id, value, Payload.of(body), body);
      }

      void send(String lane, String target, Consumer<FrameWriter> entries) {
        var out = new FrameWriter(FrameWriter.header("forged", "incarnation-of-forged", 0, target));
        entries.accept(out);
        vertx.eventBus().send(lane, Buffer.buffer(Arrays.copyOf(out.bytes(), out.size())));
      }

      private void read(Buffer frame) {
        var reader = new FrameReader(frame, Time.of(vertx).ticker(), MeshLimits.FRAME_MAX_BYTES);
        reader.read(
            new FrameReader.Entries() {
              @Override
              public void request(long id, String instance, Request request) {
                answer(out -> answer.accept(id, out));
              }

              @Override
              public void failure(long id, MeshFailure failure, int spent) {
                failures.add(failure);
              }

              @Override
              public void cancel(long id) {
                cancelled.add(id);
              }

              @Override
              public void reply(long id, Reply reply, boolean stream) {}

              @Override
              public void item(long id, long number, Payload item) {}

              @Override
              public void ended(long id, long number) {}

              @Override
              public void credit(long id, int more) {
                if (credited.add(id)) {
                  answer(out -> items.accept(id, out));
                }
              }

              @Override
              public void piece(int transfer, int total, int offset, Buffer piece) {}

              @Override
              public void reset() {}

              @Override
              public void load(String instance, double load) {}

              private void answer(Consumer<FrameWriter> entries) {
                send("weft." + reader.node() + "." + reader.lane(), reader.incarnation(), entries);
              }
            });
      }
    }
  }

  /** A stream of what a function makes of another's items. */
  private record Mapped<T, R>(ReadStream<T> from, Function<T, R> function)
      implements ReadStream<R> {
    @Override
    public ReadStream<R> handler(Handler<R> handler) {
      from.handler(item -> handler.handle(function.apply(item)));
      return this;
    }

    @Override
    public ReadStream<R> exceptionHandler(Handler<Throwable> handler) {
      from.exceptionHandler(handler);
      return this;
    }

    @Override
    public ReadStream<R> endHandler(Handler<Void> handler) {
      from.endHandler(handler);
      return this;
    }

    @Override
    public ReadStream<R> pause() {
      from.pause();
      return this;
    }

    @Override
    public ReadStream<R> resume() {
      from.resume();
      return this;
    }

    @Override
    public ReadStream<R> fetch(long amount) {
      from.fetch(amount);
      return this;
    }
  }
}
