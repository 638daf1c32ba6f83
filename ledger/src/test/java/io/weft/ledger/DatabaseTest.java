package io.weft.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.VirtualTime;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a unit of work does to the database, and what its failures mean. */
final class DatabaseTest {
  private static String uri = "";

  private final Vertx vertx = Vertx.vertx();
  private final Time time = Time.of(vertx);
  private Database database = open(uri, 2);

  @BeforeAll
  static void migrate() {
    uri = TestPostgres.freshDatabase();
    Migrations.migrate(uri, "things");
  }

  @BeforeEach
  void empty() {
    TestPostgres.execute(uri, "truncate things.things");
    database = open(uri, 2);
  }

  @AfterEach
  void close() throws Exception {
    await(database.close());
    await(vertx.close());
  }

  @Test
  void aDatabaseThatIsAwayIsNotAskedForAWhileAndEveryoneIsToldAtOnce() throws Exception {
    var nowhere = open("postgresql://weft:weft@127.0.0.1:1/weft", 2);
    for (int i = 0; i < LedgerLimits.BREAKER_FAILURES; i++) {
      failureOf(nowhere.withConnection(connection -> Future.succeededFuture()));
    }

    var refused = failureOf(nowhere.withConnection(connection -> Future.succeededFuture()));

    var rejected = assertInstanceOf(MeshFailure.Rejected.class, refused);
    assertEquals(MeshFailure.Rejected.Reason.UNAVAILABLE, rejected.reason());
    assertEquals("the database is away; it is tried again every 1000 ms", rejected.getMessage());
    assertEquals(LedgerLimits.RETRY_AFTER, rejected.retryAfter());
    await(nowhere.close());
  }

  @Test
  void whatTheDatabaseRefusesIsNoSignThatItIsAway() throws Exception {
    for (int i = 0; i <= LedgerLimits.BREAKER_FAILURES; i++) {
      failureOf(
          database.withConnection(connection -> connection.query("select nonsense").execute()));
    }
    await(database.withConnection(connection -> connection.query("select 1").execute()));
  }

  @Test
  void aDiskThatIsFullRefusesWhatIsWrittenAndIsReadAllTheSame() throws Exception {
    TestPostgres.execute(
        uri,
        "create function things.no_space() returns trigger language plpgsql as"
            + " $$ begin raise exception 'No space left on device' using errcode = 'disk_full';"
            + " end $$; create trigger no_space before insert on things.things"
            + " execute function things.no_space()");
    for (int i = 0; i <= LedgerLimits.BREAKER_FAILURES; i++) {
      var refused = failureOf(database.withTransaction(c -> insert(c, "one")));
      var rejected = assertInstanceOf(MeshFailure.Rejected.class, refused);
      // Not UNAVAILABLE, which would have callers leave the instance out, for reading too.
      assertEquals(MeshFailure.Rejected.Reason.OVERLOADED, rejected.reason());
      assertTrue(rejected.getMessage().contains("no room"), rejected.getMessage());
    }
    assertEquals("0", count());
    TestPostgres.execute(uri, "drop function things.no_space() cascade");
    await(database.withTransaction(c -> insert(c, "one")));
    assertEquals("1", count());
  }

  @Test
  void connectionsActAsTheServiceInItsSchema() throws Exception {
    assertEquals(
        "weft_things things", text("select current_user || ' ' || current_schema() as value"));
  }

  @Test
  void theServerBoundsStatementsLocksAndIdleTransactions() throws Exception {
    assertEquals("1500ms", text("select current_setting('statement_timeout') as value"));
    assertEquals("1s", text("select current_setting('lock_timeout') as value"));
    assertEquals(
        "5s", text("select current_setting('idle_in_transaction_session_timeout') as value"));
  }

  @Test
  void workThatFailsLeavesNothingBehind() throws Exception {
    var failure =
        failureOf(
            database.withTransaction(
                c ->
                    insert(c, "half")
                        .compose(done -> Future.failedFuture(new IllegalStateException("no")))));
    assertInstanceOf(IllegalStateException.class, failure);
    assertEquals("0", count());
  }

  @Test
  void workThatThrowsLeavesNothingBehindAndGivesItsConnectionBack() throws Exception {
    for (int i = 0; i < 5; i++) {
      var failure =
          failureOf(
              database.withTransaction(
                  c -> {
                    throw new IllegalStateException("no");
                  }));
      assertInstanceOf(IllegalStateException.class, failure);
    }
    assertEquals("0", count());
  }

  @Test
  void workThatHidesAFailedStatementIsNotTakenForCommitted() throws Exception {
    failureOf(
        database.withTransaction(
            c -> insert(c, "one").compose(done -> insert(c, "one")).otherwiseEmpty()));
    assertEquals("0", count());
  }

  @Test
  void aCallWhoseDeadlineHasPassedSendsNoSql() throws Exception {
    var ran = new AtomicBoolean();
    var failure =
        failureOf(
            serving(
                Duration.ofNanos(-1),
                () ->
                    database.withTransaction(
                        c -> {
                          ran.set(true);
                          return insert(c, "late");
                        })));
    assertInstanceOf(MeshFailure.Expired.class, failure);
    assertEquals(false, ran.get());
    assertEquals("0", count());
  }

  @Test
  void noStatementOutlivesTheDeadlineOfItsCall() throws Exception {
    var failure =
        failureOf(
            serving(
                Duration.ofMillis(200),
                () -> database.withTransaction(c -> c.query("select pg_sleep(60)").execute())));
    assertEquals(
        MeshFailure.Rejected.Reason.OVERLOADED,
        assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
  }

  @Test
  void workThatHangsIsGivenUpBeforeTheDeadlineOfItsCallAsHavingDoneNothing() throws Exception {
    var failure =
        failureOf(
            serving(
                Duration.ofMillis(500),
                () -> database.withConnection(c -> c.query("select pg_sleep(3)").execute())));
    assertEquals(
        MeshFailure.Rejected.Reason.UNAVAILABLE,
        assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
  }

  @Test
  void workThatFindsNoFreeConnectionIsRefusedInTime() throws Exception {
    var held = Promise.<Void>promise();
    var holders = new ArrayList<Future<?>>();
    var holding = new ArrayList<Future<?>>();
    for (int i = 0; i < 2; i++) {
      var has = Promise.<Void>promise();
      holders.add(has.future());
      holding.add(
          database.withTransaction(
              c -> {
                has.complete();
                return held.future();
              }));
    }
    await(Future.all(holders));

    var failure = failureOf(database.withConnection(c -> c.query("select 1").execute()));
    assertEquals(
        MeshFailure.Rejected.Reason.UNAVAILABLE,
        assertInstanceOf(MeshFailure.Rejected.class, failure).reason());

    held.complete();
    await(Future.all(holding));
    await(database.withConnection(c -> c.query("select 1").execute()));
  }

  @Test
  void moreWaitingWorkThanAllowedIsRefusedAtOnceAndTheRestIsDone() throws Exception {
    database = open(uri, 1);
    int surplus = 50;
    var held = Promise.<Void>promise();
    var holds = Promise.<Void>promise();
    var holder =
        database.withTransaction(
            c -> {
              holds.complete();
              return held.future();
            });
    await(holds.future());
    var refused = new ConcurrentLinkedQueue<Throwable>();
    var units = new ArrayList<Future<?>>();
    for (int i = 0; i < LedgerLimits.WAITING_PER_CONNECTION_MAX + surplus; i++) {
      units.add(
          database
              .withConnection(c -> c.query("select 1").execute())
              .onFailure(
                  e -> {
                    refused.add(e);
                    if (refused.size() == surplus) {
                      held.complete();
                    }
                  }));
    }
    await(Future.join(units).otherwiseEmpty());
    await(holder);
    assertEquals(surplus, refused.size());
    for (Throwable failure : refused) {
      assertEquals(
          MeshFailure.Rejected.Reason.OVERLOADED,
          assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
    }
  }

  @Test
  void aStatementIsATransactionByItself() throws Exception {
    await(database.withStatement(c -> insert(c, "one")));
    assertEquals("1", count());
    var refused = failureOf(database.withStatement(c -> insert(c, "one")));
    assertInstanceOf(PgException.class, refused);
    assertEquals("1", count());
  }

  @Test
  void noSingleStatementOutlivesTheDeadlineOfItsCall() throws Exception {
    for (Duration deadline : List.of(Duration.ofMillis(400), Duration.ofSeconds(3))) {
      var failure =
          failureOf(
              serving(
                  deadline,
                  () ->
                      database.withStatement(
                          c ->
                              c.query("insert into things select 'late' from pg_sleep(60)")
                                  .execute())));
      assertEquals(
          MeshFailure.Rejected.Reason.OVERLOADED,
          assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
    }
    assertEquals("0", count());
  }

  @Test
  void aLockThatIsHeldTooLongIsSaidToBeOverload() throws Exception {
    TestPostgres.execute(uri, "insert into things.things values ('one')");
    var held = Promise.<Void>promise();
    var holder =
        database.withTransaction(
            c ->
                c.query("select * from things for update")
                    .execute()
                    .compose(
                        rows -> {
                          var other =
                              database.withTransaction(
                                  d -> d.query("delete from things").execute());
                          return other.transform(
                              result -> {
                                held.complete();
                                return Future.succeededFuture(result.cause());
                              });
                        }));
    var failure = await(holder);
    assertEquals(
        MeshFailure.Rejected.Reason.OVERLOADED,
        assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
    assertTrue(held.future().succeeded());
  }

  @Test
  void aServerThatDiesMeansNothingHappenedBeforeCommitAndComesBackByItself(@TempDir Path data)
      throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    try {
      Migrations.migrate(postgres.uri(), "things");
      database = open(postgres.uri(), 2);
      var failure =
          failureOf(
              database.withTransaction(
                  c ->
                      insert(c, "lost")
                          .compose(
                              done -> {
                                ProcessHandle.of(postgres.serverPid())
                                    .orElseThrow()
                                    .descendants()
                                    .forEach(ProcessHandle::destroyForcibly);
                                return insert(c, "never");
                              })));
      assertEquals(
          MeshFailure.Rejected.Reason.UNAVAILABLE,
          assertInstanceOf(MeshFailure.Rejected.class, failure).reason());

      kill(postgres.serverPid());
      var away = failureOf(database.check());
      assertInstanceOf(MeshFailure.Rejected.class, away);

      postgres.ensureRunning();
      await(database.withTransaction(c -> insert(c, "kept")));
      await(database.check());
      assertEquals("kept", TestPostgres.query(postgres.uri(), "select name from things.things"));
    } finally {
      postgres.release();
    }
  }

  @Test
  void aConnectionLostWhileCommittingLeavesTheOutcomeUnknown() throws Exception {
    // A deferred trigger runs in COMMIT, and there the server ends this very connection.
    TestPostgres.execute(
        uri,
        """
        create table things.deadly (id int);
        create function things.die() returns trigger language plpgsql security definer as
          $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create constraint trigger die after insert on things.deadly
          deferrable initially deferred for each row execute function things.die();
        grant all on things.deadly to weft_things
        """);
    var failure =
        failureOf(
            database.withTransaction(c -> c.query("insert into deadly values (1)").execute()));
    assertInstanceOf(MeshFailure.Unknown.class, failure);
    var single =
        failureOf(database.withStatement(c -> c.query("insert into deadly values (1)").execute()));
    assertInstanceOf(MeshFailure.Unknown.class, single);
  }

  @Test
  void connectionsThatLeadNowhereAreMadeAnewAndWorkGoesOn() throws Exception {
    var answers = new AtomicBoolean();
    var target = URI.create(uri);
    var client = vertx.createNetClient();
    var proxy =
        vertx
            .createNetServer()
            .connectHandler(
                in -> {
                  if (answers.get()) {
                    in.pause();
                    client
                        .connect(target.getPort(), target.getHost())
                        .onSuccess(out -> Future.join(in.pipeTo(out), out.pipeTo(in)));
                  }
                });
    int port = await(proxy.listen(0, "127.0.0.1")).actualPort();
    var clock = new VirtualTime(1);
    var hung =
        Database.open(
            vertx, clock.time(), uri.replace(":" + target.getPort(), ":" + port), "things", 1);

    for (int i = 0; i < LedgerLimits.BREAKER_FAILURES; i++) {
      assertUnavailable(read(hung), clock);
    }
    clock.advance(LedgerLimits.HUNG_AFTER);
    assertUnavailable(asked(hung), clock);
    answers.set(true);

    // The one connection of the first pool still waits for its greeting.
    await(asked(hung));
    await(hung.close());
  }

  private <T> Future<T> serving(Duration remaining, Supplier<Future<T>> handler) {
    return new Calls(vertx).serving(remaining, handler);
  }

  private Database open(String at, int poolSize) {
    return at.isEmpty()
        ? Database.open(vertx, time, "postgresql://a:b@127.0.0.1:1/c", "things", poolSize)
        : Database.open(vertx, time, at, "things", poolSize);
  }

  private String text(String sql) throws Exception {
    return await(
        database
            .withConnection(c -> c.query(sql).execute())
            .map(rows -> rows.iterator().next().getString("value")));
  }

  private static String count() {
    return TestPostgres.query(uri, "select count(*) from things.things");
  }

  private static Future<RowSet<Row>> insert(SqlConnection connection, String name) {
    return connection.query("insert into things values ('" + name + "')").execute();
  }

  private static void kill(long pid) throws Exception {
    var server = ProcessHandle.of(pid).orElseThrow();
    assertTrue(server.destroyForcibly());
    server.onExit().get(10, TimeUnit.SECONDS);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Future<RowSet<Row>> read(Database database) {
    return database.withConnection(c -> c.query("select 1").execute());
  }

  /** Reads as soon as the breaker lets the database be asked again, which real time decides. */
  private static Future<RowSet<Row>> asked(Database database) throws Exception {
    while (true) {
      var answer = read(database);
      if (!answer.failed() || !answer.cause().getMessage().contains("is tried again")) {
        return answer;
      }
    }
  }

  private static void assertUnavailable(Future<?> answer, VirtualTime clock) throws Exception {
    clock.advance(LedgerLimits.ACQUIRE_TIMEOUT);
    assertEquals(
        MeshFailure.Rejected.Reason.UNAVAILABLE,
        assertInstanceOf(MeshFailure.Rejected.class, failureOf(answer)).reason());
  }

  private static Throwable failureOf(Future<?> future) throws TimeoutException {
    return future
        .<Throwable>transform(
            done ->
                done.succeeded()
                    ? Future.failedFuture("succeeded, and was expected to fail")
                    : Future.succeededFuture(done.cause()))
        .await(30, TimeUnit.SECONDS);
  }
}
