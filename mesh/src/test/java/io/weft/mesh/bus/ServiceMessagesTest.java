package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;
import static io.weft.mesh.bus.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import io.vertx.serviceproxy.ServiceProxyBuilder;
import io.weft.mesh.Call;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.bus.Numbers.Count;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services as programs reach them that do not use the library. */
@Timeout(60)
@ExtendWith(VertxExtension.class)
class ServiceMessagesTest {
  record Word(String text) {}

  static final Operation<Word, Word> ECHO = Operation.query("words.echo", Word.class, Word.class);
  static final Operation<Word, Word> STORE =
      Operation.command("words.store", Word.class, Word.class);
  static final Operation<Word, Word> STORE_ALL =
      Operation.command("words.store-all", Word.class, Word.class);
  static final StreamOperation<Word, Count> WATCH =
      StreamOperation.of("words.watch", Word.class, Count.class);
  static final String ADDRESS = "weft.service.words";
  static final JsonObject HELLO = new JsonObject().put("text", "hello");

  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private Vertx vertx;
  private Mesh mesh;

  @BeforeEach
  void open(Vertx vertx) {
    this.vertx = vertx;
    mesh = BusMesh.local(vertx);
  }

  @Test
  void aProxyAsTheyAreGeneratedGetsTheReply() throws Exception {
    serve(ECHO, word -> Future.succeededFuture(new Word(word.text() + "!")));

    assertEquals("hello!", await(proxy(new DeliveryOptions()).echo("hello")).getString("text"));
  }

  @Test
  void anApplicationFailureReachesTheProxyWithItsCodeFirst() throws Exception {
    serve(ECHO, word -> Future.failedFuture(new Application("word.rude", "mind it", "/text")));

    var failure =
        assertInstanceOf(
            ReplyException.class, failureOf(proxy(new DeliveryOptions()).echo("hello")));

    assertEquals(ReplyFailure.RECIPIENT_FAILURE, failure.failureType());
    assertEquals(400, failure.failureCode());
    assertEquals("word.rude: mind it (at /text)", failure.getMessage());
  }

  @Test
  void eachKindOfFailureHasItsCodeAndItsWord() throws Exception {
    var after = Duration.ofSeconds(1);
    var failures =
        List.<MeshFailure>of(
            new NotSent("why"),
            new Rejected(Rejected.Reason.OVERLOADED, "why", after),
            new Rejected(Rejected.Reason.FORBIDDEN, "why", after),
            new Expired("why"),
            new Unknown("why"));
    var next = new ArrayList<MeshFailure>(failures);
    serve(ECHO, word -> Future.failedFuture(next.get(0)));
    var seen = new ArrayList<String>();

    for (int i = 0; i < failures.size(); i++) {
      var failure = failure(HELLO, "echo");
      seen.add(failure.failureCode() + " " + failure.getMessage());
      next.remove(0);
    }

    assertEquals(
        List.of(
            "503 NotSent: why",
            "503 Rejected: why",
            "403 Rejected: why",
            "504 Expired: why",
            "504 Unknown: why"),
        seen);
  }

  @Test
  void aBodyMayBeAnObjectOrItsTextOrItsBytes() throws Exception {
    serve(ECHO, Future::succeededFuture);

    for (var body : List.of(HELLO, HELLO.encode(), HELLO.toBuffer())) {
      assertEquals(HELLO, await(send(body, "echo", new DeliveryOptions())).body());
    }
  }

  @Test
  void noBodyIsAnEmptyObject() throws Exception {
    serve(ECHO, word -> Future.succeededFuture(new Word("was " + word.text())));

    var reply = await(vertx.eventBus().request(ADDRESS, null, action("echo")));

    assertEquals(new JsonObject().put("text", "was null"), reply.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "", "null", "{\"text\":1}", "{\"unknown\":\"x\"}"})
  void aBodyThatIsNoRequestIsRefused(String body) throws Exception {
    serve(ECHO, Future::succeededFuture);

    var failure = failure(body, "echo");

    assertEquals(400, failure.failureCode());
    assertTrue(failure.getMessage().startsWith("request.invalid: "), failure.getMessage());
    assertEquals(List.of(), calls);
  }

  @Test
  void aBodyThatIsNoJsonAtAllIsRefused() throws Exception {
    serve(ECHO, Future::succeededFuture);

    assertEquals(
        "request.invalid: body of java.lang.Integer (expected: a JsonObject, or JSON as text)",
        failure(5, "echo").getMessage());
  }

  @Test
  void aBodyOverTheLimitIsRefusedWithValueAndLimit() throws Exception {
    serve(ECHO, Future::succeededFuture);

    assertEquals(
        "body.too_large: body of 5000000 bytes (limit: 4194304)",
        failure(Buffer.buffer(new byte[5_000_000]), "echo").getMessage());
  }

  @Test
  void anActionThatIsMissingOrUnknownIsRefusedWithThoseThatThereAre() throws Exception {
    serve(ECHO, Future::succeededFuture);
    serve(STORE, Future::succeededFuture);
    deploy(() -> mesh.serve(WATCH, word -> Future.succeededFuture(new Numbers(1))));

    assertEquals(
        "action.unknown: action of words.shout (expected: echo, store)",
        failure(HELLO, "shout").getMessage());
    assertEquals(
        "action.unknown: action of words.watch (expected: echo, store)",
        failure(HELLO, "watch").getMessage());
    var missing = failureOf(vertx.eventBus().request(ADDRESS, HELLO));
    assertEquals("request.invalid: no header action (expected: echo, store)", missing.getMessage());
    var lengthy = failure(HELLO, "x".repeat(10_000));
    assertEquals("request.invalid: action of 10000 characters (limit: 255)", lengthy.getMessage());
  }

  @Test
  void aMethodNamedAsInJavaFindsItsOperation() throws Exception {
    serve(STORE_ALL, Future::succeededFuture);

    assertEquals(HELLO, await(send(HELLO, "storeAll", new DeliveryOptions())).body());
  }

  @Test
  void deadlineKeyAndTraceTravelAlong() throws Exception {
    serve(STORE, Future::succeededFuture);
    var trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    await(
        send(
            HELLO,
            "store",
            new DeliveryOptions()
                .addHeader("deadline-millis", "60000")
                .addHeader("idempotency-key", "key-1")
                .addHeader("traceparent", trace)));

    var call = calls.get(0);
    assertEquals("key-1", call.key());
    assertEquals("0af7651916cd43dd8448eb211c80319c", call.trace().traceId());
    assertTrue(call.deadline().remaining().compareTo(MeshLimits.CALL_TIMEOUT) > 0);
    assertTrue(call.deadline().remaining().compareTo(Duration.ofSeconds(60)) <= 0);
  }

  @Test
  void aReplyThatWasGivenBeforeSaysSo() throws Exception {
    serve(
        STORE,
        word -> {
          Call.current().orElseThrow().markReplayed();
          return Future.succeededFuture(word);
        });

    var reply = await(send(HELLO, "store", new DeliveryOptions()));

    assertEquals("true", reply.headers().get("idempotency-replayed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "1.5", "99999999999999999999", "600001"})
  void aDeadlineThatIsNoneIsRefused(String millis) throws Exception {
    serve(ECHO, Future::succeededFuture);
    var options = new DeliveryOptions().addHeader("deadline-millis", millis);

    var failure = assertInstanceOf(ReplyException.class, failureOf(send(HELLO, "echo", options)));

    assertEquals(400, failure.failureCode());
    assertEquals(List.of(), calls);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-5"})
  void aMessageThatComesTooLateIsNotRun(String millis) throws Exception {
    serve(ECHO, Future::succeededFuture);
    var options = new DeliveryOptions().addHeader("deadline-millis", millis);

    var failure = assertInstanceOf(ReplyException.class, failureOf(send(HELLO, "echo", options)));

    assertEquals(504, failure.failureCode());
    assertTrue(failure.getMessage().startsWith("Expired: "), failure.getMessage());
    assertEquals(List.of(), calls);
  }

  @Test
  void aKeyThatIsNoneIsRefused() throws Exception {
    serve(STORE, Future::succeededFuture);

    for (var key : List.of("", "x".repeat(256), "ä")) {
      var options = new DeliveryOptions().addHeader("idempotency-key", key);
      var failure =
          assertInstanceOf(ReplyException.class, failureOf(send(HELLO, "store", options)));
      assertEquals(400, failure.failureCode());
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void aMessageThatWantsNoReplyIsRun() throws Exception {
    serve(STORE, word -> Future.failedFuture(new Application("word.rude", "mind it")));

    vertx.eventBus().send(ADDRESS, HELLO, action("store"));

    eventually(() -> calls.size() == 1);
  }

  /** All nodes that host the service would get it, and all would run it. */
  @Test
  void aMessageThatIsPublishedIsNotRun() throws Exception {
    serve(STORE, Future::succeededFuture);

    vertx.eventBus().publish(ADDRESS, HELLO, action("store"));
    await(send(HELLO, "store", new DeliveryOptions())); // Comes after it.

    assertEquals(1, calls.size());
  }

  @Test
  void oneMessageMoreThanMayRunIsRefused() throws Exception {
    Promise<Word> slow = Promise.promise();
    serve(ECHO, word -> slow.future());
    var running = new ArrayList<Future<?>>();
    for (int i = 0; i < MeshLimits.MESSAGES_RUNNING_MAX; i++) {
      running.add(send(HELLO, "echo", new DeliveryOptions()));
    }

    var failure = failure(HELLO, "echo");
    slow.complete(new Word("at last"));

    assertEquals(503, failure.failureCode());
    assertEquals("Rejected: 256 messages to words are running (limit: 256)", failure.getMessage());
    await(Future.all(running));
    await(send(HELLO, "echo", new DeliveryOptions()));
  }

  @Test
  void theAddressIsThereAsLongAsAnInstanceOfTheServiceIs() throws Exception {
    var first = serve(ECHO, Future::succeededFuture);
    var second = serve(ECHO, Future::succeededFuture);

    await(vertx.undeploy(first));
    await(send(HELLO, "echo", new DeliveryOptions()));
    await(vertx.undeploy(second));
    var gone = failure(HELLO, "echo");
    serve(ECHO, Future::succeededFuture);

    assertEquals(ReplyFailure.NO_HANDLERS, gone.failureType());
    await(send(HELLO, "echo", new DeliveryOptions()));
  }

  @Test
  void aCallIsNotPartOfAnother() throws Exception {
    serve(ECHO, Future::succeededFuture);

    await(send(HELLO, "echo", new DeliveryOptions()));

    assertEquals("local", calls.get(0).caller());
    assertNull(vertx.getOrCreateContext().deploymentID());
  }

  private Words proxy(DeliveryOptions options) {
    return new ServiceProxyBuilder(vertx)
        .setAddress(ADDRESS)
        .setOptions(options)
        .build(Words.class);
  }

  private ReplyException failure(Object body, String action) throws Exception {
    return assertInstanceOf(
        ReplyException.class, failureOf(send(body, action, new DeliveryOptions())));
  }

  private Future<Message<Object>> send(Object body, String action, DeliveryOptions options) {
    return vertx.eventBus().request(ADDRESS, body, options.addHeader("action", action));
  }

  private static DeliveryOptions action(String action) {
    return new DeliveryOptions().addHeader("action", action);
  }

  private String serve(Operation<Word, Word> operation, Function<Word, Future<Word>> handler)
      throws Exception {
    return deploy(
        () ->
            mesh.serve(
                operation,
                word -> {
                  calls.add(Call.current().orElseThrow());
                  return handler.apply(word);
                }));
  }

  private String deploy(Supplier<Future<?>> start) throws Exception {
    return await(
        vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return start.get();
              }
            }));
  }
}
