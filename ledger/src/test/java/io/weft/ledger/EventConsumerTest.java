package io.weft.ledger;

import static io.weft.ledger.EventNode.CHANGED;
import static io.weft.ledger.EventNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Topic;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Effects of events: once each and in order, whoever dies in between. */
@Timeout(120)
final class EventConsumerTest {
  private static String uri = "";

  private final BlockingQueue<Long> applied = new LinkedBlockingQueue<>();

  @BeforeAll
  static void migrate() {
    uri = EventNode.database();
    TestPostgres.execute(uri, "create table things.seen (position bigint, thing text)");
    TestPostgres.execute(uri, "alter table things.seen owner to weft_things");
  }

  @BeforeEach
  void empty() {
    EventNode.empty(uri);
    TestPostgres.execute(uri, "truncate things.seen");
  }

  /** Stores what it saw, without a constraint that would hide a second time. */
  private Future<Void> see(SqlConnection tx, Event event) {
    return tx.preparedQuery("insert into seen values ($1, $2)")
        .execute(Tuple.of(event.position(), event.aggregate()))
        .onSuccess(stored -> applied.add(event.position()))
        .mapEmpty();
  }

  @Test
  void eachEventIsAppliedOnceAndInOrder() throws Exception {
    try (var node = new EventNode(uri).start();
        var consumer = new Consumer(node, this::see)) {
      for (int i = 0; i < 200; i++) {
        await(node.change("a"));
      }
      awaitPosition(200);
      assertSeenOnce(200);
    }
  }

  @Test
  void anotherInstanceTakesOverWhereTheFirstStopped() throws Exception {
    try (var node = new EventNode(uri).start()) {
      try (var first = new Consumer(node, this::see)) {
        await(node.change("a"));
        awaitPosition(1);
      }
      await(node.change("b"));
      try (var second = new Consumer(node, this::see)) {
        awaitPosition(2);
      }
      assertSeenOnce(2);
    }
  }

  @Test
  void ofTwoInstancesOneIsActiveAndTheOtherTakesOverWhenItDies() throws Exception {
    try (var node = new EventNode(uri).start();
        var other = new EventNode(uri).start();
        var first = new Consumer(node, this::see)) {
      await(node.change("a"));
      awaitPosition(1);
      String holder = holder();
      try (var second = new Consumer(other, this::see)) {
        for (int i = 0; i < 20; i++) {
          await(node.change("a"));
        }
        awaitPosition(21);
        assertEquals(holder, holder());
        // As if it had crashed: nobody renews for it, and nobody says goodbye.
        await(node.database.close());
        for (int i = 0; i < 20; i++) {
          await(other.change("a"));
        }
        awaitPosition(41);
        assertSeenOnce(41);
      }
    }
  }

  private static String holder() {
    return TestPostgres.query(uri, "select holder from things.positions");
  }

  @Test
  void aConsumerWhoseConnectionsBreakAgainAndAgainAppliesEachEventOnce() throws Exception {
    try (var node = new EventNode(uri).start();
        var consumer = new Consumer(node, this::see)) {
      int written = 0;
      for (int turn = 0; turn < 5; turn++) {
        for (int i = 0; i < 40; i++) {
          awaitChange(node);
          written++;
        }
        applied.poll(10, TimeUnit.SECONDS);
        TestPostgres.execute(
            uri,
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """);
      }
      awaitPosition(written);
      assertSeenOnce(written);
    }
  }

  /** Again until it finds a connection that was not broken; what finds none changes nothing. */
  private static void awaitChange(EventNode node) throws Exception {
    for (var done = node.change("a"); ; done = node.change("a")) {
      Throwable failure = await(done.transform(d -> Future.succeededFuture(d.cause())));
      if (failure == null) {
        return;
      }
      assertInstanceOf(MeshFailure.Rejected.class, failure);
    }
  }

  @Test
  void aTransactionThatEndsBeforeEachOfItsStatementsAppliesNothing() throws Exception {
    try (var node = new EventNode(uri).start()) {
      for (int i = 0; i < 3; i++) {
        await(node.change("a"));
      }
      // The handler ends its own connection: before its effect, after it, and before COMMIT.
      var cuts = new LinkedBlockingQueue<>(List.of("before", "after", "commit"));
      EventHandler dying =
          (tx, event) -> {
            String cut = cuts.poll();
            if (cut == null) {
              return see(tx, event);
            }
            return switch (cut) {
              case "before" -> die(tx);
              case "after" -> see(tx, event).compose(done -> die(tx));
              default -> see(tx, event).onSuccess(done -> dieLater(tx));
            };
          };
      try (var consumer = new Consumer(node, dying)) {
        awaitPosition(3);
        assertEquals(0, cuts.size());
        assertSeenOnce(3);
      }
    }
  }

  private static Future<Void> die(SqlConnection tx) {
    return tx.query("select pg_terminate_backend(pg_backend_pid())").execute().mapEmpty();
  }

  /** Not waited for, so that the end comes between the effect and COMMIT. */
  private static void dieLater(SqlConnection tx) {
    tx.query("select pg_terminate_backend(pg_backend_pid())").execute();
  }

  @Test
  void anEventThatCannotBeAppliedStopsItsConsumerThereAndNobodyElse() throws Exception {
    var asked = new LinkedBlockingQueue<Long>();
    var healed = Promise.<Void>promise();
    EventHandler poisoned =
        (tx, event) -> {
          asked.add(event.position());
          return event.aggregate().equals("poison") && !healed.future().isComplete()
              ? Future.failedFuture("cannot apply poison")
              : see(tx, event);
        };
    try (var node = new EventNode(uri).start()) {
      await(node.change("a"));
      await(node.change("b"));
      await(node.change("poison"));
      await(node.change("c"));
      try (var stuck = new Consumer(node, "stuck", poisoned);
          var well = new Consumer(node, "well", (tx, event) -> Future.succeededFuture())) {
        awaitPosition("well", 4);
        awaitPosition("stuck", 2);
        for (int tries = 0; tries < 2; ) {
          Long position = asked.poll(30, TimeUnit.SECONDS);
          if (position != null && position == 3) {
            tries++;
          }
        }
        eventually("failure like '%cannot apply poison%' and failed_attempts > 0 and position = 2");
        assertSeenOnce(2);
        healed.complete();
        awaitPosition("stuck", 4);
        eventually("failure is null and failed_attempts = 0 and consumer = 'stuck'");
        assertSeenOnce(4);
      }
    }
  }

  @Test
  void aHandlerThatThrowsIsAFailureLikeAnyOther() throws Exception {
    try (var node = new EventNode(uri).start()) {
      await(node.change("a"));
      try (var consumer =
          new Consumer(
              node,
              (tx, event) -> {
                throw new IllegalStateException("thrown");
              })) {
        eventually("failure = 'java.lang.IllegalStateException: thrown'");
      }
    }
  }

  @Test
  void aConsumerThatIsSetBackAppliesAgainWhatIsKept() throws Exception {
    try (var node = new EventNode(uri).start();
        var consumer = new Consumer(node, this::see)) {
      for (int i = 0; i < 10; i++) {
        await(node.change("a"));
      }
      awaitPosition(10);
      await(
          node.database.withTransaction(
              tx ->
                  tx.query("delete from seen")
                      .execute()
                      .compose(gone -> EventConsumer.restart(tx, "seer", "things", 4))));
      awaitPosition(10);
      await(node.change("a"));
      awaitPosition(11);
      assertEquals("7 5 11", seen());
    }
  }

  @Test
  void aConsumerWhosePositionIsGoneSaysSoAndWaitsToBeSetAnew() throws Exception {
    try (var node = new EventNode(uri).start()) {
      for (int i = 0; i < 10; i++) {
        await(node.change("a"));
      }
      awaitRelayed(10);
      TestPostgres.execute(uri, "delete from things.events where position <= 5");
      TestPostgres.execute(
          uri,
          "insert into things.positions (consumer, service, position) values ('seer', 'things', 2)");
      try (var fresh = new EventNode(uri).start();
          var consumer = new Consumer(fresh, this::see)) {
        eventually("failure like '%expected: at least 5%'");
        await(fresh.database.withTransaction(tx -> EventConsumer.restart(tx, "seer", "things", 0)));
        awaitPosition(10);
        assertEquals("5 6 10", seen());
      }
    }
  }

  @Test
  void topicsThatAreNotAskedForAreSkippedAndCountAsApplied() throws Exception {
    try (var node = new EventNode(uri).start();
        var consumer = new Consumer(node, this::see)) {
      await(node.change("a"));
      await(
          node.database.withTransaction(
              tx -> node.outbox.add(tx, EventNode.BROKEN, "a", "o", new EventNode.Change("a", 1))));
      awaitPosition(2);
      assertSeenOnce(1);
    }
  }

  @Test
  void aConsumerIsOfOneService() {
    var others = Topic.of("others.changed", EventNode.Change.class);
    try (var node = new EventNode(uri)) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new Consumer(node, "c", this::see, List.of(CHANGED, others)));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertSeenOnce(int count) {
    assertEquals(count == 0 ? "0  " : count + " 1 " + count, seen());
  }

  /** Returns how many were seen, the first and the last; fails if one was seen twice. */
  private static String seen() {
    assertEquals(
        "0",
        TestPostgres.query(uri, "select count(*) - count(distinct position) from things.seen"));
    return TestPostgres.query(
        uri, "select concat_ws(' ', count(*), min(position), max(position)) from things.seen");
  }

  private static void awaitPosition(long position) throws SQLException {
    awaitPosition("seer", position);
  }

  private static void awaitPosition(String consumer, long position) throws SQLException {
    eventually("consumer = '" + consumer + "' and position = " + position);
  }

  private static void awaitRelayed(long position) throws SQLException {
    until("select from things.events_end where position = " + position);
  }

  private static void eventually(String condition) throws SQLException {
    until("select from things.positions where " + condition);
  }

  private static void until(String query) throws SQLException {
    try (var connection = TestPostgres.connect(uri);
        var statement = connection.createStatement()) {
      statement.execute(
          """
          do $$
          declare
            deadline timestamptz := clock_timestamp() + interval '40 seconds';
          begin
            while not exists (%s) loop
              if clock_timestamp() > deadline then
                raise exception 'not met in time';
              end if;
              perform pg_sleep(0.01);
            end loop;
          end $$
          """
              .formatted(query));
    }
  }

  /** An instance of a consumer on a node. */
  private static final class Consumer implements AutoCloseable {
    private final EventNode node;
    private final String deployment;

    Consumer(EventNode node, EventHandler handler) throws Exception {
      this(node, "seer", handler);
    }

    Consumer(EventNode node, String name, EventHandler handler) throws Exception {
      this(node, name, handler, List.of(CHANGED));
    }

    Consumer(EventNode node, String name, EventHandler handler, List<Topic<?>> topics)
        throws Exception {
      this.node = node;
      var consumer = new EventConsumer(node.mesh, node.database, node.time, name, topics, handler);
      deployment = await(node.vertx.deployVerticle(verticle(consumer)));
    }

    private static Deployable verticle(EventConsumer consumer) {
      return new VerticleBase() {
        @Override
        public Future<?> start() {
          consumer.start();
          return Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
          return consumer.stop();
        }
      };
    }

    @Override
    public void close() throws Exception {
      await(node.vertx.undeploy(deployment));
    }
  }
}
