package io.weft.ledger;

import static io.weft.ledger.EventNode.await;
import static io.weft.ledger.EventNode.refusalOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Future;
import io.weft.ledger.EventNode.Reader;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers of one log: from any position, each at its own pace, none of them at another's cost. */
@Timeout(120)
final class EventFeedTest {
  private static final int MORE_THAN_RECENT = LedgerLimits.RECENT_EVENTS_MAX + 500;

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
  void aReaderFromTheBeginningGetsWhatIsNoLongerRecentAndThenWhatIsNew() throws Exception {
    log(1, MORE_THAN_RECENT);
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.after(0));
      assertEquals(positions(1, MORE_THAN_RECENT), positionsOf(reader.next(MORE_THAN_RECENT)));
      await(node.change("new"));
      assertEquals(MORE_THAN_RECENT + 1, reader.next().position());
    }
  }

  @Test
  void aReaderThatComesBackToAnotherNodeMissesNothingAndSeesNothingTwice() throws Exception {
    try (var one = new EventNode(uri).start();
        var two = new EventNode(uri).start()) {
      long seen = 0;
      for (int turn = 1; turn <= 20; turn++) {
        await(one.change("a"));
        await(two.change("b"));
        var reader = (turn % 2 == 0 ? one : two).read(EventQuery.after(seen));
        assertEquals(positions(seen + 1, seen + 2), positionsOf(reader.next(2)));
        reader.cancel();
        seen += 2;
      }
    }
  }

  @Test
  void aReaderOfNewEventsGetsNoneThatWereThereBefore() throws Exception {
    log(1, 10);
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.NEW);
      await(node.change("new"));
      assertEquals(11, reader.next().position());
    }
  }

  @Test
  void aReaderGetsOnlyWhatItAskedForWhetherRecentOrOldOrNew() throws Exception {
    log(1, MORE_THAN_RECENT);
    try (var node = new EventNode(uri).start()) {
      var thing = node.read(new EventQuery(0L, List.of(), "thing7", null));
      var owner = node.read(new EventQuery(0L, List.of(), null, "owner3"));
      var both = node.read(new EventQuery(0L, List.of("things.changed"), "thing7", "nobody"));
      var topic = node.read(new EventQuery(0L, List.of("things.broken"), null, null));
      await(node.change("thing7", "owner3", v -> Future.succeededFuture()));
      await(
          node.database.withTransaction(
              tx -> node.outbox.add(tx, EventNode.BROKEN, "x", "y", new EventNode.Change("x", 1))));

      long last = MORE_THAN_RECENT + 1;
      assertEquals(last, lastOf(thing, MORE_THAN_RECENT / 100 + 2, "thing7", null));
      assertEquals(last, lastOf(owner, MORE_THAN_RECENT / 10 + 2, null, "owner3"));
      assertEquals(last + 1, topic.next().position());
      both.assertNothingMore();
    }
  }

  private static long lastOf(
      Reader reader, int count, @Nullable String aggregate, @Nullable String owner)
      throws Exception {
    var events = reader.next(count);
    for (Event event : events) {
      assertEquals(aggregate == null ? event.aggregate() : aggregate, event.aggregate());
      assertEquals(owner == null ? event.owner() : owner, event.owner());
    }
    return events.get(count - 1).position();
  }

  @Test
  void aPositionBeyondTheEndIsUnknown() throws Exception {
    log(1, 3);
    try (var node = new EventNode(uri).start()) {
      var refusal = refusalOf(node.events.open(EventQuery.after(4)));
      assertEquals("event.position_unknown", refusal.code());
      assertEquals("/after", refusal.pointer());
      assertEquals(
          "after: 4 (expected: at most 3, the last position so far)", refusal.getMessage());
      assertEquals("request.invalid", refusalOf(node.events.open(EventQuery.after(-1))).code());
    }
  }

  @Test
  void aPositionThatAnotherNodeHasGivenOutIsKnownHereToo() throws Exception {
    try (var node = new EventNode(uri).start()) {
      await(node.events.open(EventQuery.NEW));
      // Nobody is told of these.
      log(1, 3);
      var reader = node.read(EventQuery.after(3));
      await(node.change("new"));
      assertEquals(4, reader.next().position());
    }
  }

  @Test
  void aPositionAfterWhichEventsWereDroppedIsGone() throws Exception {
    log(1, MORE_THAN_RECENT);
    TestPostgres.execute(uri, "delete from things.events where position <= 100");
    try (var node = new EventNode(uri).start()) {
      var refusal = refusalOf(node.events.open(EventQuery.after(99)));
      assertEquals("event.position_gone", refusal.code());
      assertEquals(101, node.read(EventQuery.after(100)).next().position());
      assertEquals(101, node.read(EventQuery.after(0)).next().position());
    }
  }

  @Test
  void aReaderThatIsTooSlowForWhatIsKeptIsTold() throws Exception {
    log(1, 200);
    try (var node = new EventNode(uri).start()) {
      var reader = node.read(EventQuery.after(0), 10);
      assertEquals(positions(1, 10), positionsOf(reader.next(10)));
      log(201, 201 + MORE_THAN_RECENT);
      await(node.change("new"));
      // Once the feed has read that far, it has forgotten what the reader wants next.
      node.read(EventQuery.after(201 + MORE_THAN_RECENT)).next();
      TestPostgres.execute(uri, "delete from things.events where position <= 1000");
      reader.fetch(Long.MAX_VALUE);
      long seen = 10;
      Object next = reader.any();
      while (next instanceof Event event) {
        assertEquals(++seen, event.position());
        next = reader.any();
      }
      assertEquals(
          "event.position_gone", assertInstanceOf(MeshFailure.Application.class, next).code());
    }
  }

  @Test
  void aLogThatWasDroppedWholeGoesOnWithItsPositions() throws Exception {
    log(1, 3);
    TestPostgres.execute(uri, "delete from things.events");
    try (var node = new EventNode(uri).start()) {
      assertEquals("event.position_gone", refusalOf(node.events.open(EventQuery.after(2))).code());
      var reader = node.read(EventQuery.after(3));
      var all = node.read(EventQuery.after(0));
      await(node.change("new"));
      assertEquals(4, reader.next().position());
      assertEquals(4, all.next().position());
    }
  }

  @Test
  void aPausedReaderGetsNothingAndHoldsUpNobody() throws Exception {
    try (var node = new EventNode(uri).start()) {
      var paused = node.read(EventQuery.NEW, 0);
      var other = node.read(EventQuery.NEW);
      for (int i = 0; i < 300; i++) {
        await(node.change("a"));
      }
      assertEquals(positions(1, 300), positionsOf(other.next(300)));
      paused.assertNothingMore();
      paused.fetch(5);
      assertEquals(positions(1, 5), positionsOf(paused.next(5)));
      paused.fetch(Long.MAX_VALUE);
      assertEquals(positions(6, 300), positionsOf(paused.next(295)));
    }
  }

  @Test
  void aThousandReadersAtTheEndOfTheLogCostNoQueryOfTheirOwn() throws Exception {
    try (var node = new EventNode(uri).start()) {
      log(1, 100);
      var readers = new ArrayList<Reader>();
      for (int i = 0; i < 1_000; i++) {
        readers.add(node.read(new EventQuery(50L, List.of(), null, "owner" + i)));
      }
      for (int i = 0; i < 1_000; i += 50) {
        var changed = new ArrayList<Future<?>>();
        for (int j = i; j < i + 50; j++) {
          changed.add(node.change("b" + j, "owner" + j, v -> Future.succeededFuture()));
        }
        await(Future.all(changed));
      }
      for (Reader reader : readers) {
        Event event = reader.next();
        while (event.position() <= 100) {
          event = reader.next();
        }
        assertEquals(event.owner().substring(5), event.aggregate().substring(1));
      }
      assertEquals(0L, await(node.events.pagesRead()));
    }
  }

  @Test
  void aConnectionThatHasGoneSilentIsMadeAnewAndNobodyMissesAnything() throws Exception {
    try (var proxy = new SilencedProxy(uri);
        var behind = new EventNode(proxy.uri()).start();
        var other = new EventNode(uri).start()) {
      var reader = behind.read(EventQuery.NEW);
      await(other.change("a"));
      assertEquals(1, reader.next().position());
      proxy.silence();
      await(other.change("b"));
      await(other.change("c"));
      assertEquals(positions(2, 3), positionsOf(reader.next(2)));
    }
  }

  @Test
  void aReaderThatLeavesIsForgotten() throws Exception {
    try (var node = new EventNode(uri).start()) {
      for (int i = 0; i < 50; i++) {
        var owner = node.read(new EventQuery(null, List.of(), null, "o" + i));
        var thing = node.read(new EventQuery(null, List.of(), "t" + i, null));
        var all = node.read(EventQuery.NEW);
        owner.cancel();
        thing.cancel();
        all.cancel();
      }
      await(node.change("a"));
      await(node.events.open(EventQuery.NEW));
      assertEquals(0, await(node.events.readersWaiting()));
    }
  }

  /** Writes events into the log as a relay of another node would, without telling anybody. */
  private static void log(int from, int to) {
    TestPostgres.execute(
        uri,
        """
        with logged as (
          insert into things.events (position, topic, aggregate, owner, at, body)
          select n, 'things.changed', 'thing' || n %% 100, 'owner' || n %% 10, now(), '{}'
          from generate_series(%d, %d) n)
        update things.events_end set position = %d
        """
            .formatted(from, to, to));
  }

  private static List<Long> positions(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private static List<Long> positionsOf(List<Event> events) {
    return events.stream().map(Event::position).toList();
  }
}
