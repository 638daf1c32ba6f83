package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One effect per key, however often and however concurrently a command arrives. */
final class InboxTest {
  private static String uri = "";

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger effects = new AtomicInteger();
  private Database database = Database.open(vertx, Time.of(vertx), uri, "things", 4);

  record Ask(String name) {}

  record Answer(int number) {}

  @BeforeAll
  static void migrate() {
    uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
  }

  @BeforeEach
  void empty() {
    TestPostgres.execute(uri, "truncate things.things, things.inbox");
    database = Database.open(vertx, Time.of(vertx), uri, "things", 4);
  }

  @AfterEach
  void close() throws Exception {
    await(database.close());
    await(vertx.close());
  }

  @Test
  void aRepetitionGetsTheFirstAnswerAndHasNoEffect() throws Exception {
    assertEquals(new Answer(1), await(once("key", new Ask("a"))));
    assertEquals(new Answer(1), await(once("key", new Ask("a"))));
    assertEquals("1", TestPostgres.query(uri, "select count(*) from things.things"));
  }

  @Test
  void twentyAtOnceHaveOneEffectAndOneAnswer() throws Exception {
    var all = new ArrayList<Future<Answer>>();
    for (int i = 0; i < 20; i++) {
      all.add(once("key", new Ask("a")));
    }
    await(Future.join(all));
    for (var one : all) {
      assertEquals(new Answer(1), one.result());
    }
    assertEquals("1", TestPostgres.query(uri, "select count(*) from things.things"));
  }

  @Test
  void anotherRequestWithTheSameKeyIsRefused() throws Exception {
    await(once("key", new Ask("a")));
    assertEquals("key.reused", codeOf(once("key", new Ask("b"))));
  }

  @Test
  void theSameKeyInAnotherScopeIsAnotherCommand() throws Exception {
    await(once("key", new Ask("a")));
    var other = Command.of("other", "key", new Ask("a"));
    assertEquals(
        new Answer(9),
        await(
            database.withTransaction(
                c ->
                    Inbox.once(
                        c, other, Answer.class, () -> Future.succeededFuture(new Answer(9))))));
  }

  @Test
  void anEffectThatFailedLeavesTheKeyFree() throws Exception {
    var command = Command.of("scope", "key", new Ask("a"));
    var failed =
        database.withTransaction(
            c ->
                Inbox.once(
                    c,
                    command,
                    Answer.class,
                    () -> Future.failedFuture(new MeshFailure.Application("no", "no"))));
    assertEquals("no", codeOf(failed));
    assertEquals(new Answer(1), await(once("key", new Ask("a"))));
  }

  @Test
  void aRepetitionGivesUpWaitingForAFirstThatTakesTooLong() throws Exception {
    var command = Command.of("scope", "key", new Ask("a"));
    var code =
        database.withTransaction(
            c ->
                Inbox.begin(c, command, null)
                    .compose(
                        first ->
                            once("key", new Ask("a"))
                                .transform(second -> Future.succeededFuture(second.cause()))));
    assertEquals(
        "key.in_progress", assertInstanceOf(MeshFailure.Application.class, await(code)).code());
  }

  @Test
  void aRepetitionWaitsForAFirstAsLongAsItsCallHasTime() throws Exception {
    var command = Command.of("scope", "key", new Ask("a"));
    Promise<Void> took = Promise.promise();
    Promise<Void> leave = Promise.promise();
    // As a node that stood still in its transaction, and whose connection is then lost.
    var first =
        database.withTransaction(
            c ->
                Inbox.begin(c, command, null)
                    .compose(
                        taken -> {
                          took.complete();
                          return leave.future();
                        }));
    await(took.future());
    var calls = new Calls(vertx);
    var second =
        calls.serving(
            Duration.ofSeconds(20),
            () ->
                Inbox.perform(
                    database, command, Answer.class, c -> Future.succeededFuture(new Answer(7))));
    // Longer than the wait for one lock, by the clock of the server.
    await(
        database.withTransaction(
            c ->
                c.query("set local statement_timeout = 0")
                    .execute()
                    .compose(set -> c.query("select pg_sleep(1.5)").execute())));
    leave.fail("lost");

    assertEquals(new Answer(7), await(second));
    await(first.otherwiseEmpty());
  }

  @Test
  void aRepetitionWhoseCallHasNoTimeIsToldThatTheFirstIsAtWork() throws Exception {
    var command = Command.of("scope", "key", new Ask("a"));
    var calls = new Calls(vertx);
    var told =
        database.withTransaction(
            c ->
                Inbox.begin(c, command, null)
                    .compose(
                        first ->
                            calls.serving(
                                Duration.ofMillis(1_800),
                                () ->
                                    Inbox.perform(
                                        database,
                                        command,
                                        Answer.class,
                                        d -> Future.succeededFuture(new Answer(7)))))
                    .transform(second -> Future.succeededFuture(second.cause())));
    assertEquals(
        "key.in_progress", assertInstanceOf(MeshFailure.Application.class, await(told)).code());
  }

  @Test
  void aKeyThatTheDatabaseCannotKeepIsRefused() {
    for (String key : List.of("", "k".repeat(256), "a\u0000b", "a\nb", "\ud800")) {
      var refusal =
          assertThrows(MeshFailure.Application.class, () -> Command.of("scope", key, new Ask("a")));
      assertEquals("idempotency_key.invalid", refusal.code());
    }
  }

  @Test
  void aCommandInSeveralStepsIsRunningUntilItIsComplete() throws Exception {
    var command = Command.of("scope", "key", new Ask("a"));
    assertEquals(
        new Inbox.Arrival.Fresh(), await(database.withTransaction(c -> begin(c, command))));
    assertEquals(
        new Inbox.Arrival.Running("the subject"),
        await(database.withTransaction(c -> begin(c, command))));
    assertEquals(
        new Inbox.Arrival.Reused(),
        await(
            database.withConnection(c -> Inbox.find(c, Command.of("scope", "key", new Ask("b"))))));

    await(
        database.withTransaction(
            c -> Inbox.complete(c, "scope", "key", Buffer.buffer("the answer"))));
    assertEquals(
        new Inbox.Arrival.Answered(Buffer.buffer("the answer")),
        await(database.withTransaction(c -> begin(c, command))));
  }

  @Test
  void onlyAnswersPastTheirAgeAreForgottenAndNeverCommandsOnTheirWay() throws Exception {
    TestPostgres.execute(
        uri,
        """
        insert into things.inbox (scope, key, fingerprint, response, created_at) values
          ('s', 'old', '', 'a', now() - interval '2 hours'),
          ('s', 'old and running', '', null, now() - interval '2 hours'),
          ('s', 'young', '', 'a', now())
        """);
    int forgotten = await(database.withTransaction(c -> Inbox.expire(c, Duration.ofHours(1))));
    assertEquals(1, forgotten);
    assertEquals(
        "old and running,young",
        TestPostgres.query(uri, "select string_agg(key, ',' order by key) from things.inbox"));
  }

  private Future<Answer> once(String key, Ask ask) {
    return database.withTransaction(
        c ->
            Inbox.once(
                c,
                Command.of("scope", key, ask),
                Answer.class,
                () ->
                    c.query("insert into things values ('" + ask.name() + "')")
                        .execute()
                        .map(rows -> new Answer(effects.incrementAndGet()))));
  }

  private static Future<Inbox.Arrival> begin(SqlConnection connection, Command command) {
    return Inbox.begin(connection, command, "the subject");
  }

  private static String codeOf(Future<?> future) throws Exception {
    var failure = await(future.<Throwable>transform(done -> Future.succeededFuture(done.cause())));
    return assertInstanceOf(MeshFailure.Application.class, failure).code();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
