package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
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
  static final Word HELLO = new Word("hello");

  private Vertx vertx;
  private Mesh mesh;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    mesh = BusMesh.local(vertx);
  }

  @Test
  void aCallReachesTheHandlerAndItsReplyComesBack() throws Exception {
    serve(ECHO, word -> Future.succeededFuture(new Word(word.text() + "!")));

    assertEquals("hello!", await(mesh.call(ECHO, HELLO)).text());
  }

  @Test
  void aCallThatNobodyServesFailsAtOnceAsNotSent() throws Exception {
    assertInstanceOf(NotSent.class, failureOf(mesh.call(ECHO, HELLO)));
  }

  @Test
  void whatIsServedByNameGetsRequestsAndGivesAnswersAsTheyTravel() throws Exception {
    var asked = new AtomicReference<Request>();
    var keys = new CopyOnWriteArrayList<String>();
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return mesh.serve(
                    STORE.name(),
                    request -> {
                      asked.set(request);
                      keys.add(Call.current().orElseThrow().key());
                      return Future.succeededFuture(
                          new Reply(Payload.of(Buffer.buffer("{\"text\":\"kept\"}")), true));
                    });
              }
            }));

    var reply =
        await(
            mesh.exchange(
                STORE.name(),
                Kind.COMMAND,
                Buffer.buffer("{\"text\":\"a\"}"),
                CallOptions.DEFAULT.withKey("key-1")));

    assertEquals("{\"text\":\"kept\"}", reply.body().toString());
    assertTrue(reply.replayed());
    assertEquals(List.of("key-1"), keys);
    assertEquals("{\"text\":\"a\"}", asked.get().payload().bytes().toString());
    assertEquals(
        "kept", await(mesh.call(STORE, HELLO, CallOptions.DEFAULT.withKey("key-1"))).text());
    await(mesh.exchange(STORE.name(), Kind.QUERY, Buffer.buffer("{}"), CallOptions.DEFAULT));
    assertEquals(Kind.QUERY, asked.get().kind());
    var stream = new StreamOperation<>(STORE.name(), STORE.request(), STORE.reply());
    var misused = assertInstanceOf(Application.class, failureOf(mesh.open(stream, HELLO)));
    assertEquals("request.invalid", misused.code());
    assertThrows(
        IllegalArgumentException.class,
        () -> mesh.serve("words", request -> Future.failedFuture("no")));
  }

  @Test
  void aVerticleThatStandsForAnotherSiteIsCalledWhenNobodyOfThisOneServes() throws Exception {
    var hub = new DeploymentOptions().setConfig(new JsonObject().put(BusMesh.SITE, "hub"));
    await(vertx.deployVerticle(answering("far"), hub));
    assertEquals("far", await(mesh.call(ECHO, HELLO)).text());
    var here = CallOptions.DEFAULT.withSite("local");
    assertInstanceOf(NotSent.class, failureOf(mesh.call(ECHO, HELLO, here)));

    var near = await(vertx.deployVerticle(answering("near")));
    for (int i = 0; i < 50; i++) {
      assertEquals("near", await(mesh.call(ECHO, HELLO)).text());
    }
    assertEquals("near", await(mesh.call(ECHO, HELLO, here)).text());
    var there = CallOptions.DEFAULT.withSite("hub");
    assertEquals("far", await(mesh.call(ECHO, HELLO, there)).text());
    assertEquals(1, mesh.nodes().get(0).serving("words"));

    await(vertx.undeploy(near));
    assertEquals("far", await(mesh.call(ECHO, HELLO)).text());
  }

  @Test
  void whatStandsForAnotherSiteSaysSoInItsGaugesAndIsNoInstanceOfTheSite() throws Exception {
    var hub = new DeploymentOptions().setConfig(new JsonObject().put(BusMesh.SITE, "hub"));
    await(vertx.deployVerticle(answering("far"), hub));
    await(vertx.deployVerticle(answering("near")));
    var bus = assertInstanceOf(BusMesh.class, mesh);
    eventually(() -> bus.gauges().instances().size() == 2);
    var gauges = bus.gauges();
    assertEquals(1, gauges.instances().stream().filter(InstanceGauge::local).count());
    assertEquals(
        List.of("hub"),
        gauges.instances().stream()
            .filter(each -> !each.local())
            .map(InstanceGauge::site)
            .toList());
    assertEquals(1, gauges.site().instances());
  }

  private VerticleBase answering(String text) {
    return new VerticleBase() {
      @Override
      public Future<?> start() {
        return mesh.serve(ECHO, word -> Future.succeededFuture(new Word(text)));
      }
    };
  }

  @Test
  void anInstanceThatIsThereSaysSoWithoutRunningAnythingAndOneThatIsGoneDoesNot() throws Exception {
    serve(
        ECHO,
        word -> {
          throw new AssertionError("it was only to say that it is there");
        });
    var there = mesh.directory().serving(ECHO.name()).get(0);
    var gone =
        new Endpoint(
            there.id() + "0",
            there.node(),
            there.incarnation(),
            there.instance() + "0",
            there.service(),
            there.site(),
            there.zone(),
            there.lane(),
            there.version(),
            there.weight(),
            there.operations());

    await(mesh.present(there));

    assertInstanceOf(NotSent.class, failureOf(mesh.present(gone)));
  }

  @Test
  void anApplicationFailureArrivesWithCodeMessageAndPointer() throws Exception {
    serve(ECHO, word -> Future.failedFuture(new Application("word.rude", "mind it", "/text")));

    var failure = assertInstanceOf(Application.class, failureOf(mesh.call(ECHO, HELLO)));

    assertEquals("word.rude", failure.code());
    assertEquals("mind it", failure.getMessage());
    assertEquals("/text", failure.pointer());
  }

  @Test
  void aVerticleThatServesNobodyCallsInTheNameOfItsServiceAndWhoIsNoneInThatOfItsNode()
      throws Exception {
    var callers = new CopyOnWriteArrayList<String>();
    serve(
        ECHO,
        word -> {
          callers.add(Call.current().orElseThrow().caller());
          return Future.succeededFuture(word);
        });
    Promise<Word> called = Promise.promise();
    await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return mesh.serve(ASK, Future::succeededFuture)
                    .onSuccess(
                        served ->
                            vertx.setTimer(1, fired -> mesh.call(ECHO, HELLO).onComplete(called)));
              }
            }));

    await(called.future());
    await(mesh.call(ECHO, HELLO));

    assertEquals(List.of("asker", "local"), callers);
  }

  @Test
  void aHandlerThatThrowsIsUnknownToTheCallerAndTellsNothingOfItsInside() throws Exception {
    serve(
        ECHO,
        word -> {
          throw new IllegalStateException("secret");
        });

    var failure = assertInstanceOf(Unknown.class, failureOf(mesh.call(ECHO, HELLO)));

    assertFalse(failure.getMessage().contains("secret"), failure.getMessage());
  }

  @Test
  void aHandlerThatNeverAnswersIsUnknownWhenTheDeadlinePasses() throws Exception {
    serve(ECHO, word -> Promise.<Word>promise().future());

    var options = CallOptions.DEFAULT.withTimeout(Duration.ofMillis(50));

    assertInstanceOf(Unknown.class, failureOf(mesh.call(ECHO, HELLO, options)));
  }

  @Test
  void aCallMadeWhileServingInheritsDeadlineTraceCallerAndWhoAsked() throws Exception {
    var inner = new AtomicReference<Call>();
    var outer = new AtomicReference<Call>();
    serve(
        ECHO,
        word -> {
          inner.set(Call.current().orElseThrow());
          return Future.succeededFuture(word);
        });
    serve(
        ASK,
        word -> {
          outer.set(Call.current().orElseThrow());
          return mesh.call(ECHO, word);
        });
    var options =
        CallOptions.DEFAULT
            .withTimeout(Duration.ofMillis(700))
            .withPrincipal(Role.CUSTOMER.principal("anna"))
            .withTrace(
                TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

    await(mesh.call(ASK, HELLO, options));

    assertEquals("asker", inner.get().caller());
    assertEquals("anna", inner.get().principal().subject());
    assertEquals(Principal.ANONYMOUS, principalOfACallOfOurOwn());
    assertTrue(inner.get().deadline().atNanos() <= outer.get().deadline().atNanos());
    assertEquals("0af7651916cd43dd8448eb211c80319c", inner.get().trace().traceId());
  }

  private Principal principalOfACallOfOurOwn() throws Exception {
    var served = new AtomicReference<Principal>();
    serve(
        STORE,
        word -> {
          served.set(Call.current().orElseThrow().principal());
          return Future.succeededFuture(word);
        });
    await(mesh.call(STORE, HELLO));
    return served.get();
  }

  @Test
  void aCallThatAsksForItIsExplainedWithAllThatIsCalledOnItsBehalf() throws Exception {
    serve(ECHO, Future::succeededFuture);
    serve(ASK, word -> mesh.call(ECHO, word));
    var trace = TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    await(mesh.call(ASK, HELLO));
    await(mesh.call(ASK, HELLO, CallOptions.DEFAULT.withTrace(trace).withExplain()));

    var told =
        ((BusMesh) mesh)
            .explanations().of(trace.traceId()).stream().map(Explanation::told).toList();

    assertEquals(
        List.of("asker.ask", "words.echo"),
        told.stream().map(Explanation.Told::operation).toList());
    assertEquals(List.of("local", "asker"), told.stream().map(Explanation.Told::caller).toList());
    assertTrue(told.stream().allMatch(t -> t.attempts().size() == 1 && t.tookMicros() != null));
    assertEquals(2, ((BusMesh) mesh).explanations().recent().size());
  }

  @Test
  void theSpansOfACallHangTogetherFromTheCallerToTheLastHandler() throws Exception {
    serve(ECHO, Future::succeededFuture);
    serve(ASK, word -> mesh.call(ECHO, word));
    var trace = TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    await(mesh.call(ASK, HELLO, CallOptions.DEFAULT.withTrace(trace)));

    var spans = ((BusMesh) mesh).spans().store().trace(trace.high(), trace.low()).spans();
    var byId = new HashMap<Long, Span>();
    spans.forEach(span -> byId.put(span.span(), span));
    assertEquals(6, byId.size(), spans.toString());
    var last =
        spans.stream()
            .filter(s -> s.kind() == Span.Kind.SERVER && s.name().equals("words.echo"))
            .findFirst()
            .orElseThrow();
    var names = new ArrayList<String>();
    for (var span = last; span != null; span = byId.get(span.parent())) {
      names.add(span.name() + " " + span.kind());
    }
    assertEquals(
        List.of(
            "words.echo SERVER",
            "words.echo attempt CLIENT",
            "words.echo CLIENT",
            "asker.ask SERVER",
            "asker.ask attempt CLIENT",
            "asker.ask CLIENT"),
        names);
    assertEquals(
        1, spans.stream().filter(span -> span.parent() == trace.span()).count(), "the root");
  }

  @Test
  void oneCallInSoManyIsExplainedWhenTheNodeWantsIt() throws Exception {
    serve(ECHO, Future::succeededFuture);
    var explanations = ((BusMesh) mesh).explanations();
    ((BusMesh) mesh).explainOneIn(1);
    await(mesh.call(ECHO, HELLO));
    assertEquals(1, explanations.recent().size());
    ((BusMesh) mesh).explainOneIn(0);
    await(mesh.call(ECHO, HELLO));
    assertEquals(1, explanations.recent().size());
  }

  @Test
  void theCallFollowsItsHandlerThroughFuturesThatCompleteLater() throws Exception {
    serve(
        STORE,
        word ->
            vertx
                .timer(5, TimeUnit.MILLISECONDS)
                .map(fired -> new Word(Call.current().orElseThrow().key())));

    var reply = await(mesh.call(STORE, HELLO, CallOptions.DEFAULT.withKey("my-key")));

    assertEquals("my-key", reply.text());
  }

  @Test
  void aCommandAlwaysCarriesAKeyAndAQueryNever() throws Exception {
    serve(STORE, word -> Future.succeededFuture(new Word(Call.current().orElseThrow().key())));
    serve(ECHO, word -> Future.succeededFuture(new Word(Call.current().orElseThrow().key())));

    assertFalse(await(mesh.call(STORE, HELLO)).text().isEmpty());
    assertEquals("", await(mesh.call(ECHO, HELLO)).text());
  }

  @Test
  void aReplayedAnswerIsMarkedAsSuchToTheCaller() throws Exception {
    serve(
        STORE,
        word -> {
          Call.current().orElseThrow().markReplayed();
          return Future.succeededFuture(word);
        });

    assertTrue(await(exchange("words.store", Kind.COMMAND, "{\"text\":\"a\"}")).replayed());
  }

  @Test
  void aRequestWithAnUnknownFieldIsRefusedWithItsPointer() throws Exception {
    serve(ECHO, Future::succeededFuture);

    var failure =
        assertInstanceOf(
            Application.class,
            failureOf(exchange("words.echo", Kind.QUERY, "{\"text\":\"a\",\"size\":3}")));

    assertEquals("request.invalid", failure.code());
    assertEquals("/size", failure.pointer());
  }

  @Test
  void aCommandIsNotRunAsAQuery() throws Exception {
    serve(STORE, Future::succeededFuture);

    var failure =
        assertInstanceOf(
            Application.class, failureOf(exchange("words.store", Kind.QUERY, "{\"text\":\"a\"}")));

    assertEquals("request.invalid", failure.code());
    assertEquals(
        "words.store is a command (expected: to be used as one, not as a query)",
        failure.getMessage());
  }

  @Test
  void everyInstanceOfAServiceGetsCalls() throws Exception {
    Map<Integer, AtomicInteger> served = new ConcurrentHashMap<>();
    for (int i = 0; i < 4; i++) {
      var count = served.computeIfAbsent(i, number -> new AtomicInteger());
      serve(
          ECHO,
          word -> {
            count.incrementAndGet();
            return Future.succeededFuture(word);
          });
    }

    await(Future.all(IntStream.range(0, 16).mapToObj(i -> callRepeatedly(50)).toList()));

    served.values().forEach(count -> assertTrue(count.get() > 10, served.toString()));
  }

  @Test
  void aWithdrawnInstanceFinishesWhatItRunsAndGetsNothingNew() throws Exception {
    Promise<Word> running = Promise.promise();
    Promise<Void> arrived = Promise.promise();
    var deployment =
        serve(
            ECHO,
            word -> {
              arrived.tryComplete();
              return running.future();
            });
    var first = mesh.call(ECHO, new Word("first"));
    await(arrived.future());

    var withdrawn = mesh.withdraw(deployment);
    vertx.setTimer(200, fired -> running.complete(new Word("finished")));
    await(withdrawn);

    assertEquals("finished", await(first).text());
    assertInstanceOf(NotSent.class, failureOf(mesh.call(ECHO, new Word("second"))));
  }

  @Test
  void anUndeployedVerticleIsNoLongerAnInstance() throws Exception {
    var deployment = serve(ECHO, Future::succeededFuture);
    assertEquals(1, mesh.nodes().get(0).serving("words"));

    await(vertx.undeploy(deployment));

    assertEquals(0, mesh.nodes().get(0).serving("words"));
  }

  @Test
  void servingAnOperationTwiceFromOneVerticleIsRefused() throws Exception {
    var twice =
        new VerticleBase() {
          @Override
          public Future<?> start() {
            return mesh.serve(ECHO, Future::<Word>succeededFuture)
                .compose(served -> mesh.serve(ECHO, Future::<Word>succeededFuture));
          }
        };

    assertInstanceOf(IllegalStateException.class, failureOf(vertx.deployVerticle(twice)));
  }

  @Test
  void aBodyOverTheLimitIsRefusedAtTheCallerWithValueAndLimit() throws Exception {
    var failure = failureOf(exchange("words.echo", Kind.QUERY, "x".repeat(5_000_000)));

    assertInstanceOf(MeshFailure.class, failure);
    assertEquals("body of 5000000 bytes (limit: 4194304)", failure.getMessage());
  }

  /** Deploys a verticle that serves one operation, and returns its deployment's id. */
  private <Q, R> String serve(Operation<Q, R> operation, Function<Q, Future<R>> handler)
      throws Exception {
    return await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return mesh.serve(operation, handler);
              }
            }));
  }

  private Future<Reply> exchange(String operation, Kind kind, String body) {
    return mesh.exchange(operation, kind, Buffer.buffer(body), CallOptions.DEFAULT);
  }

  private Future<Word> callRepeatedly(int times) {
    var call = mesh.call(ECHO, new Word("x"));
    return times == 1 ? call : call.compose(word -> callRepeatedly(times - 1));
  }
}
