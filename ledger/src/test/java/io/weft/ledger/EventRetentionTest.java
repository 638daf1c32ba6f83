package io.weft.ledger;

import static io.weft.ledger.EventNode.await;
import static io.weft.ledger.EventNode.refusalOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.EventQuery;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is dropped of a log, and who is waited for. */
@Timeout(60)
final class EventRetentionTest {
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
  void whatIsPastItsAgeIsDroppedFromTheBeginningOnlyAndWithoutAGap() throws Exception {
    log(1, 5, "2 hours");
    log(6, 6, "1 minute");
    // Its transaction began long before it was relayed.
    log(7, 7, "2 hours");
    drop();
    assertEquals("6,7", positions());
  }

  @Test
  void moreThanOneBatchIsDroppedInSeveral() throws Exception {
    log(1, LedgerLimits.EVENTS_DROPPED_PER_BATCH + 10, "2 hours");
    drop();
    assertEquals("null", positions());
  }

  @Test
  void aConsumerOfTheServiceIsWaitedForAndAnotherServicesConsumerIsNot() throws Exception {
    log(1, 5, "2 hours");
    consumer("behind", "things", 3);
    consumer("elsewhere", "others", 1);
    drop();
    assertEquals("4,5", positions());
  }

  @Test
  void aConsumerIsNotWaitedForForEver() throws Exception {
    log(1, 3, "5 hours");
    log(4, 5, "2 hours");
    consumer("behind", "things", 1);
    drop();
    assertEquals("4,5", positions());
  }

  @Test
  void theOldestOfMoreBytesThanAreKeptAreDroppedWhateverTheirAge() throws Exception {
    relayed(10);
    long each = bytes() / 10;
    drop(3 * each);
    assertEquals("8,9,10", positions());
    drop(3 * each - 1);
    assertEquals("8,9,10", positions(), "the one that it begins in is kept");
    drop(2 * each);
    assertEquals("9,10", positions());
    drop(3 * each);
    assertEquals("9,10", positions());
    relayed(2);
    drop(3 * each);
    assertEquals("10,11,12", positions());
  }

  @Test
  void bytesAreThoseOfBodiesAndNames() throws Exception {
    relayed(1);
    assertEquals(
        bytes(),
        Long.parseLong(
            TestPostgres.query(
                uri,
                "select octet_length(body) + octet_length(topic || aggregate || owner || trace)"
                    + " from things.events")));
  }

  @Test
  void whatAReleaseRelayedThatDidNotCountGoesWithWhatCameAfterIt() throws Exception {
    log(1, 5, "1 minute");
    TestPostgres.execute(uri, "update things.events_end set position = 5");
    drop(1);
    assertEquals("1,2,3,4,5", positions());
    relayed(3);
    drop(1);
    assertEquals("8", positions(), "the newest is kept");
  }

  @Test
  void moreBytesThanOneBatchHasAreDroppedInSeveral() throws Exception {
    relayed(LedgerLimits.EVENTS_DROPPED_PER_BATCH + 10);
    drop(1);
    assertEquals(String.valueOf(LedgerLimits.EVENTS_DROPPED_PER_BATCH + 10), positions());
  }

  @Test
  void aConsumerOfTheServiceHasFourTimesTheBytes() throws Exception {
    relayed(10);
    long each = bytes() / 10;
    consumer("behind", "things", 4);
    drop(3 * each);
    assertEquals("5,6,7,8,9,10", positions());
    drop(each);
    assertEquals("7,8,9,10", positions(), "four times one");
  }

  @Test
  void aReaderBehindTheBytesThatAreKeptIsToldThatItsPositionIsGone() throws Exception {
    relayed(10);
    drop(bytes() / 2);
    try (var node = new EventNode(uri).start()) {
      var refusal = refusalOf(node.events.open(EventQuery.after(3)));
      assertEquals("event.position_gone", refusal.code());
      assertTrue(refusal.getMessage().contains("expected: at least 5"), refusal.getMessage());
      assertEquals(6, node.read(EventQuery.after(0)).next().position());
    }
  }

  private static void drop() throws Exception {
    drop(Long.MAX_VALUE / LedgerLimits.EVENTS_KEPT_FOR_CONSUMERS);
  }

  private static void drop(long bytes) throws Exception {
    try (var node = new EventNode(uri)) {
      var kept = new EventBound(Duration.ofHours(1), bytes);
      await(new EventRetention(node.database, node.time, "things", kept).drop());
    }
  }

  /** Events of one size, through the outbox, as nodes move them. */
  private static void relayed(int count) throws Exception {
    TestPostgres.execute(
        uri,
        """
        insert into things.outbox (topic, aggregate, owner, body, trace)
        select 'things.changed', 'ä', 'o', '{}', 't' from generate_series(1, %d)
        """
            .formatted(count));
    TestPostgres.execute(
        uri,
        """
        set search_path = things;
        select relay_sized_events(%d, 1000000000, 'c')
        """
            .formatted(count));
  }

  private static long bytes() {
    return Long.parseLong(TestPostgres.query(uri, "select bytes from things.events_end"));
  }

  private static void log(int from, int to, String age) {
    TestPostgres.execute(
        uri,
        """
        insert into things.events (position, topic, aggregate, owner, at, body)
        select n, 'things.changed', 'a', 'o', now() - interval '%s', '{}'
        from generate_series(%d, %d) n
        """
            .formatted(age, from, to));
  }

  private static void consumer(String name, String service, int position) {
    TestPostgres.execute(
        uri,
        "insert into things.positions (consumer, service, position) values ('%s', '%s', %d)"
            .formatted(name, service, position));
  }

  private static String positions() {
    return TestPostgres.query(
        uri, "select string_agg(position::text, ',' order by position) from things.events");
  }
}
