package io.weft.ledger;

import static io.weft.ledger.EventNode.CHANGED;
import static io.weft.ledger.EventNode.await;
import static io.weft.ledger.EventNode.failureOf;
import static io.weft.ledger.EventNode.refusalOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.ledger.EventNode.Change;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From an effect to the log: there is an event if and only if there is the effect, and once. */
@Timeout(120)
final class OutboxTest {
  private static final int WRITERS = 16;
  private static final int CHANGES_PER_WRITER = 25;

  private static String uri = "";

  @BeforeAll
  static void migrate() {
    uri = EventNode.database();
  }

  @BeforeEach
  void empty() {
    EventNode.empty(uri);
  }

  @Test
  void anEventIsReadOnceItsTransactionIsCommittedAndNotBefore() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.NEW);
      await(
          node.change(
              "a",
              "o",
              version -> {
                reader.assertNothingMore();
                return Future.succeededFuture();
              }));

      Event event = reader.next();

      assertEquals(1, event.position());
      assertEquals("things.changed", event.topic());
      assertEquals("a", event.aggregate());
      assertEquals("o", event.owner());
      assertEquals(new Change("a", 1), event.as(CHANGED));
      assertEquals("0", TestPostgres.query(uri, "select count(*) from things.outbox"));
    }
  }

  @Test
  void anEffectThatFailedLeavesNoEvent() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.NEW);
      failureOf(node.change("a", "o", version -> Future.failedFuture("no")));
      await(node.change("b"));
      assertEquals("b", reader.next().aggregate());
      assertEquals("1", TestPostgres.query(uri, "select count(*) from things.events"));
    }
  }

  @Test
  void anEventThatNobodyWokeTheRelayForIsFoundByItself() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.NEW);
      TestPostgres.execute(
          uri,
          """
          insert into things.outbox (topic, aggregate, owner, body)
          values ('things.changed', 'a', 'o', '{}')
          """);
      assertEquals("a", reader.next().aggregate());
    }
  }

  @Test
  void sixteenWritersOnTwoNodesKeepTheOrderOfEachThingAndLeaveNoGap() throws Exception {
    try (var one = new EventNode(uri).start();
        var two = new EventNode(uri).start()) {
      var written = new ArrayList<Future<?>>();
      for (int writer = 0; writer < WRITERS; writer++) {
        written.add(changes(writer % 2 == 0 ? one : two, writer, CHANGES_PER_WRITER));
      }
      var reader = one.read(EventQuery.after(0));
      await(Future.all(written));
      assertInOrderOnceAndWithoutGaps(reader.next(WRITERS * CHANGES_PER_WRITER));
    }
  }

  /** Four things, so that writers of both nodes wait for each other at every one of them. */
  private static Future<?> changes(EventNode node, int writer, int left) {
    return left == 0
        ? Future.succeededFuture()
        : node.change("thing" + (writer + left) % 4)
            .recover(failure -> node.change("thing" + (writer + left) % 4))
            .compose(done -> changes(node, writer, left - 1));
  }

  private static void assertInOrderOnceAndWithoutGaps(List<Event> events) {
    assertEquals(
        LongStream.rangeClosed(1, events.size()).boxed().toList(),
        events.stream().map(Event::position).toList());
    var versions = new HashMap<String, Long>();
    for (Event event : events) {
      long before = versions.getOrDefault(event.aggregate(), 0L);
      assertEquals(before + 1, event.as(CHANGED).version(), event.toString());
      versions.put(event.aggregate(), before + 1);
    }
  }

  @Test
  void aRelayWhoseConnectionBreaksAgainAndAgainLosesNothingAndDoublesNothing() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.after(0));
      int count = 400;
      for (int i = 0; i < count; i++) {
        // The line's statements run on connections of the pool too; one that broke did nothing.
        await(node.change("a").recover(failure -> node.change("a")));
        if (i % 20 == 0) {
          breakLines();
        }
      }
      assertInOrderOnceAndWithoutGaps(reader.next(count));
    }
  }

  /** Ends the connections that relay and listen, whatever they are doing. */
  private static void breakLines() {
    TestPostgres.execute(
        uri,
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and (query like '%relay_sized_events%' or query like '%events_end%' or query like 'listen%')
        """);
  }

  @Test
  void aRelayThatFindsAnotherAtWorkComesBack() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.NEW);
      try (var other = TestPostgres.connect(uri);
          var statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("select * from things.events_end for update");
        await(node.change("a"));
        assertNotRelayedYet();
        other.rollback();
      }
      assertEquals("a", reader.next().aggregate());
    }
  }

  private static void assertNotRelayedYet() throws SQLException {
    assertEquals("1", TestPostgres.query(uri, "select count(*) from things.outbox"));
  }

  @Test
  void aBatchEndsAtItsLimitOfRowsOrBytesAndHoldsOneEventAtLeast() throws Exception {
    fill(10, 1_000);
    assertEquals(4, relay(4, 1_000_000));
    // The second begins below the limit, the third does not.
    assertEquals(2, relay(4, 1_001));
    assertEquals(1, relay(4, 1));
    assertEquals(3, relay(4, 1_000_000));
    assertEquals(0, relay(4, 1_000_000));
    assertEquals("10", TestPostgres.query(uri, "select max(position) from things.events"));
  }

  private static int relay(int rows, int bytes) throws SQLException {
    try (var connection = relayConnection();
        var statement = connection.createStatement();
        var answer =
            statement.executeQuery(
                "select moved from relay_sized_events(%d, %d, 'c')".formatted(rows, bytes))) {
      assertTrue(answer.next());
      return answer.getInt(1);
    }
  }

  private static Connection relayConnection() throws SQLException {
    var connection = TestPostgres.connect(uri);
    try (var statement = connection.createStatement()) {
      statement.execute("set role weft_things");
      statement.execute("set search_path = things");
    }
    return connection;
  }

  private static void fill(int count, int bytes) {
    TestPostgres.execute(
        uri,
        """
        insert into things.outbox (topic, aggregate, owner, body)
        select 'things.changed', 'a' || n, 'o', convert_to('"' || repeat('x', %d - 2) || '"', 'UTF8')
        from generate_series(1, %d) n
        """
            .formatted(bytes, count));
  }

  @Test
  void aRelayThatIsRolledBackGivesNoPositionAway() throws Exception {
    fill(3, 10);
    try (var connection = relayConnection();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("select relay_sized_events(10, 1000, 'c')");
      connection.rollback();
    }
    assertEquals("3", TestPostgres.query(uri, "select count(*) from things.outbox"));
    try (var node = new EventNode(uri).start()) {
      assertEquals(
          List.of(1L, 2L, 3L),
          node.read(EventQuery.after(0)).next(3).stream().map(Event::position).toList());
    }
  }

  @Test
  void aBodyAtTheLimitGetsThroughAndOneAboveItIsRefusedWithItsEffect() throws Exception {
    try (var node = new EventNode(uri).start()) {
      int beside = "{\"thing\":\"\",\"version\":1}".length();
      var largest = "x".repeat(MeshLimits.EVENT_BODY_MAX_BYTES - beside);
      var reader = node.read(EventQuery.NEW);
      await(add(node, CHANGED, "a", new Change(largest, 1)));
      assertEquals(largest, reader.next().as(CHANGED).thing());

      var refusal = refusalOf(add(node, CHANGED, "a", new Change(largest + "x", 1)));

      assertEquals("event.too_large", refusal.code());
      assertEquals("event things.changed of 57,345 bytes (limit: 57,344)", refusal.getMessage());
    }
  }

  @Test
  void whatWouldNotBeAnEventOfTheServiceIsRefused() throws Exception {
    try (var node = new EventNode(uri)) {
      var other = Topic.of("others.changed", Change.class);
      var change = new Change("a", 1);
      assertTrue(
          String.valueOf(
                  assertInstanceOf(
                          IllegalArgumentException.class, failureOf(add(node, other, "a", change)))
                      .getMessage())
              .startsWith("topic: others.changed (expected: one that things declares: ["));
      assertEquals(
          "aggregate of 256 characters (limit: 255)",
          failureOf(add(node, CHANGED, "x".repeat(256), change)).getMessage());
      var outside =
          failureOf(
              node.database.withConnection(
                  connection -> node.outbox.add(connection, CHANGED, "a", "o", change)));
      assertEquals(
          "things.changed outside a transaction (expected: the one of its effect)",
          assertInstanceOf(IllegalStateException.class, outside).getMessage());
    }
  }

  private static <E> Future<Void> add(EventNode node, Topic<E> topic, String aggregate, E event) {
    return node.database.withTransaction(tx -> node.outbox.add(tx, topic, aggregate, "o", event));
  }

  @Test
  void aServiceDeclaresItsOwnTopicsOnly() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Outbox("others", List.of(CHANGED), () -> {}).hashCode());
  }
}
