package io.weft.mesh.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The API of the mesh, on one node. */
@ExtendWith(VertxExtension.class)
class BusMeshTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);
  static final Operation<Word, Word> ASK = Operation.query("asker.ask", Word.class, Word.class);

  /** A verticle made of the operations that it serves. */
  static VerticleBase serving(Consumer<VerticleBase> body) {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        body.accept(this);
        return Future.succeededFuture();
      }
    };
  }

  static <Q, R> VerticleBase serving(
      Mesh mesh, Operation<Q, R> operation, Function<Q, Future<R>> handler) {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return mesh.serve(operation, handler);
      }
    };
  }

  @Test
  void aCallReachesTheHandlerAndItsReplyComesBack(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(mesh, ECHO, word -> Future.succeededFuture(new Word(word.text() + "!"))))
        .compose(id -> mesh.call(ECHO, new Word("hello")))
        .onComplete(
            test.succeeding(
                reply -> {
                  test.verify(() -> assertEquals("hello!", reply.text()));
                  test.completeNow();
                }));
  }

  @Test
  void aCallThatNobodyServesFailsAtOnceAsNotSent(Vertx vertx, VertxTestContext test) {
    BusMesh.local(vertx)
        .call(ECHO, new Word("hello"))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(() -> assertInstanceOf(NotSent.class, failure));
                  test.completeNow();
                }));
  }

  @Test
  void anApplicationFailureArrivesWithCodeMessageAndPointer(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(
                mesh,
                ECHO,
                word -> Future.failedFuture(new Application("word.rude", "mind it", "/text"))))
        .compose(id -> mesh.call(ECHO, new Word("hello")))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(
                      () -> {
                        var application = assertInstanceOf(Application.class, failure);
                        assertEquals("word.rude", application.code());
                        assertEquals("mind it", application.getMessage());
                        assertEquals("/text", application.pointer());
                      });
                  test.completeNow();
                }));
  }

  @Test
  void aHandlerThatThrowsIsUnknownToTheCallerAndTellsNothingOfItsInside(
      Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(
                mesh,
                ECHO,
                word -> {
                  throw new IllegalStateException("secret");
                }))
        .compose(id -> mesh.call(ECHO, new Word("hello")))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(
                      () -> {
                        assertInstanceOf(Unknown.class, failure);
                        assertTrue(!failure.getMessage().contains("secret"), failure.getMessage());
                      });
                  test.completeNow();
                }));
  }

  @Test
  void aHandlerThatNeverAnswersIsUnknownWhenTheDeadlinePasses(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(serving(mesh, ECHO, word -> Promise.<Word>promise().future()))
        .compose(
            id ->
                mesh.call(
                    ECHO,
                    new Word("hello"),
                    CallOptions.DEFAULT.withTimeout(Duration.ofMillis(50))))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(() -> assertInstanceOf(Unknown.class, failure));
                  test.completeNow();
                }));
  }

  @Test
  void aCallMadeWhileServingInheritsDeadlineTraceAndCaller(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    var inner = new AtomicReference<Call>();
    var outer = new AtomicReference<Call>();
    vertx
        .deployVerticle(
            serving(
                mesh,
                ECHO,
                word -> {
                  inner.set(Call.current().orElseThrow());
                  return Future.succeededFuture(word);
                }))
        .compose(
            id ->
                vertx.deployVerticle(
                    serving(
                        mesh,
                        ASK,
                        word -> {
                          outer.set(Call.current().orElseThrow());
                          return mesh.call(ECHO, word);
                        })))
        .compose(
            id ->
                mesh.call(
                    ASK,
                    new Word("hello"),
                    CallOptions.DEFAULT
                        .withTimeout(Duration.ofMillis(700))
                        .withTraceparent(
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")))
        .onComplete(
            test.succeeding(
                reply -> {
                  test.verify(
                      () -> {
                        assertEquals("asker", inner.get().caller());
                        assertTrue(
                            inner.get().deadline().atNanos() <= outer.get().deadline().atNanos());
                        assertTrue(
                            inner
                                .get()
                                .traceparent()
                                .startsWith("00-0af7651916cd43dd8448eb211c80319c-"));
                      });
                  test.completeNow();
                }));
  }

  @Test
  void theCallFollowsItsHandlerThroughFuturesThatCompleteLater(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(
                mesh,
                STORE,
                word ->
                    vertx
                        .timer(5, java.util.concurrent.TimeUnit.MILLISECONDS)
                        .map(fired -> new Word(Call.current().orElseThrow().key()))))
        .compose(id -> mesh.call(STORE, new Word("hello"), CallOptions.DEFAULT.withKey("my-key")))
        .onComplete(
            test.succeeding(
                reply -> {
                  test.verify(() -> assertEquals("my-key", reply.text()));
                  test.completeNow();
                }));
  }

  @Test
  void aCommandAlwaysCarriesAKeyAndAQueryNever(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    Future.all(
            vertx.deployVerticle(
                serving(
                    mesh,
                    STORE,
                    word -> Future.succeededFuture(new Word(Call.current().orElseThrow().key())))),
            vertx.deployVerticle(
                serving(
                    mesh,
                    ECHO,
                    word -> Future.succeededFuture(new Word(Call.current().orElseThrow().key())))))
        .compose(
            deployed -> Future.all(mesh.call(STORE, new Word("a")), mesh.call(ECHO, new Word("a"))))
        .onComplete(
            test.succeeding(
                replies -> {
                  test.verify(
                      () -> {
                        assertTrue(!((Word) replies.resultAt(0)).text().isEmpty());
                        assertEquals("", ((Word) replies.resultAt(1)).text());
                      });
                  test.completeNow();
                }));
  }

  @Test
  void aReplayedAnswerIsMarkedAsSuchToTheCaller(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(
                mesh,
                STORE,
                word -> {
                  Call.current().orElseThrow().markReplayed();
                  return Future.succeededFuture(word);
                }))
        .compose(
            id ->
                mesh.exchange(
                    "words.store",
                    Operation.Kind.COMMAND,
                    Buffer.buffer("{\"text\":\"a\"}"),
                    CallOptions.DEFAULT))
        .onComplete(
            test.succeeding(
                reply -> {
                  test.verify(() -> assertTrue(reply.replayed()));
                  test.completeNow();
                }));
  }

  @Test
  void aRequestWithAnUnknownFieldIsRefusedWithItsPointer(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(serving(mesh, ECHO, Future::succeededFuture))
        .compose(
            id ->
                mesh.exchange(
                    "words.echo",
                    Operation.Kind.QUERY,
                    Buffer.buffer("{\"text\":\"a\",\"size\":3}"),
                    CallOptions.DEFAULT))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(
                      () -> {
                        var application = assertInstanceOf(Application.class, failure);
                        assertEquals("request.invalid", application.code());
                        assertEquals("/size", application.pointer());
                      });
                  test.completeNow();
                }));
  }

  @Test
  void everyInstanceOfAServiceGetsCalls(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    Map<Integer, AtomicInteger> served = new ConcurrentHashMap<>();
    var deployed = Future.<String>succeededFuture();
    for (int i = 0; i < 4; i++) {
      int number = i;
      deployed =
          deployed.compose(
              id ->
                  vertx.deployVerticle(
                      serving(
                          mesh,
                          ECHO,
                          word -> {
                            served
                                .computeIfAbsent(number, n -> new AtomicInteger())
                                .incrementAndGet();
                            return Future.succeededFuture(word);
                          })));
    }
    deployed
        .compose(
            id ->
                Future.all(IntStream.range(0, 16).mapToObj(i -> callRepeatedly(mesh, 50)).toList()))
        .onComplete(
            test.succeeding(
                done -> {
                  test.verify(
                      () -> {
                        assertEquals(4, served.size());
                        served.values().forEach(count -> assertTrue(count.get() > 10));
                      });
                  test.completeNow();
                }));
  }

  private static Future<Word> callRepeatedly(Mesh mesh, int times) {
    var call = mesh.call(ECHO, new Word("x"));
    return times == 1 ? call : call.compose(word -> callRepeatedly(mesh, times - 1));
  }

  @Test
  void aWithdrawnInstanceFinishesWhatItRunsAndGetsNothingNew(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    Promise<Word> running = Promise.promise();
    Promise<Void> arrived = Promise.promise();
    vertx
        .deployVerticle(
            serving(
                mesh,
                ECHO,
                word -> {
                  arrived.tryComplete();
                  return running.future();
                }))
        .compose(
            id -> {
              var first = mesh.call(ECHO, new Word("first"));
              return arrived
                  .future()
                  .compose(
                      here -> {
                        var withdrawn = mesh.withdraw(id);
                        vertx.setTimer(200, fired -> running.complete(new Word("finished")));
                        return withdrawn;
                      })
                  .compose(done -> first);
            })
        .compose(
            first -> {
              test.verify(() -> assertEquals("finished", first.text()));
              return mesh.call(ECHO, new Word("second"));
            })
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(() -> assertInstanceOf(NotSent.class, failure));
                  test.completeNow();
                }));
  }

  @Test
  void anUndeployedVerticleIsNoLongerAnInstance(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(serving(mesh, ECHO, Future::succeededFuture))
        .compose(
            id -> {
              test.verify(() -> assertEquals(1, mesh.nodes().get(0).serving("words")));
              return vertx.undeploy(id);
            })
        .onComplete(
            test.succeeding(
                done -> {
                  test.verify(() -> assertEquals(0, mesh.nodes().get(0).serving("words")));
                  test.completeNow();
                }));
  }

  @Test
  void servingAnOperationTwiceFromOneVerticleIsRefused(Vertx vertx, VertxTestContext test) {
    var mesh = BusMesh.local(vertx);
    vertx
        .deployVerticle(
            serving(
                verticle -> {
                  mesh.serve(ECHO, Future::succeededFuture);
                  test.verify(
                      () ->
                          assertThrows(
                              IllegalStateException.class,
                              () -> mesh.serve(ECHO, Future::succeededFuture)));
                }))
        .onComplete(test.succeedingThenComplete());
  }

  @Test
  void aBodyOverTheLimitIsRefusedAtTheCallerWithValueAndLimit(Vertx vertx, VertxTestContext test) {
    BusMesh.local(vertx)
        .call(ECHO, new Word("x".repeat(5_000_000)))
        .onComplete(
            test.failing(
                failure -> {
                  test.verify(
                      () -> {
                        assertInstanceOf(MeshFailure.class, failure);
                        assertEquals(
                            "body of 5000011 bytes (limit: 4194304)", failure.getMessage());
                      });
                  test.completeNow();
                }));
  }
}
