package io.weft.ledger;

import static io.weft.ledger.EventNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.telemetry.Measure;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the metrics say of the events of a service. */
final class EventMeasuresTest {
  private static String uri = "";
  private static EventNode node;

  @BeforeAll
  static void open() {
    uri = EventNode.database();
    node = new EventNode(uri);
  }

  @AfterAll
  static void close() throws Exception {
    node.close();
  }

  @BeforeEach
  void empty() {
    EventNode.empty(uri);
  }

  @Test
  void anOutboxWithNothingInItWaitsForNothing() throws Exception {
    assertEquals(
        Map.of("weft_outbox_events things", 0.0, "weft_outbox_age_seconds things", 0.0), read());
  }

  @Test
  void whatWaitsIsCountedWithTheAgeOfTheOldest() throws Exception {
    TestPostgres.execute(
        uri,
        "insert into things.outbox (topic, aggregate, owner, at, body) values"
            + " ('things.changed', 'a', 'u', now() - interval '90 seconds', ''),"
            + " ('things.changed', 'b', 'u', now(), '')");

    var read = read();
    assertEquals(2, read.get("weft_outbox_events things"));
    double seconds = read.get("weft_outbox_age_seconds things");
    assertTrue(seconds >= 90 && seconds < 150, () -> seconds + " s");
  }

  @Test
  void aConsumerIsBehindTheLogOfItsOwnServiceAndHowFarOfAnotherIsNotSaid() throws Exception {
    TestPostgres.execute(uri, "update things.events_end set position = 10");
    TestPostgres.execute(
        uri,
        "insert into things.positions (consumer, service, position, failed_attempts) values"
            + " ('own', 'things', 3, 0), ('foreign', 'others', 3, 4)");

    var read = read();
    assertEquals(7, read.get("weft_consumer_lag_events own things"));
    assertEquals(null, read.get("weft_consumer_lag_events foreign things"));
    assertEquals(4, read.get("weft_consumer_failed_attempts foreign things"));
  }

  private static Map<String, Double> read() throws Exception {
    List<Measure> measures = await(EventMeasures.read(node.database, "things"));
    var values = new TreeMap<String, Double>();
    for (var each : measures) {
      values.put(each.name() + " " + String.join(" ", each.labels().values()), each.value());
    }
    return values;
  }
}
