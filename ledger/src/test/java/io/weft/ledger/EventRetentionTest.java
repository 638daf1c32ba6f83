package io.weft.ledger;

import static io.weft.ledger.EventNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

  private static void drop() throws Exception {
    try (var node = new EventNode(uri)) {
      await(new EventRetention(node.database, node.time, "things", Duration.ofHours(1)).drop());
    }
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
