package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.EventComparison.EventRow;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is found when the log of events, or what was seen of it, is not as it should be. */
class EventComparisonTest {
  private static final String USER = "u";

  private final Findings findings = new Findings();
  private final Ledger ledger = new Ledger(1, findings);
  private final Entry entry = ledger.open(0, "k");

  @Test
  void nothingIsFoundWhereEveryEventIsThereOnceAndInOrder() {
    var comparison = confirmed();
    comparison.event(event(1, "orders.placed"));
    comparison.event(event(2, "orders.confirmed"));
    comparison.orders();
    comparison.read(USER, List.of(1L, 2L), true, "reads");

    assertEquals(List.of(), findings.told());
  }

  @Test
  void anEventThatIsMissingDoubledOrOutOfOrderIsFound() {
    assertFound("orders.placed");
    assertFound("orders.placed", "orders.confirmed", "orders.confirmed");
    assertFound("orders.confirmed", "orders.placed");
    assertFound("orders.placed", "orders.rejected");
  }

  @Test
  void aGapInThePositionsIsFound() {
    confirmed().event(event(2, "orders.placed"));
    assertEquals(1, findings.count(Kind.EVENTS));
  }

  @Test
  void anEventOfAnotherOrderThanItSaysIsFound() {
    confirmed().event(new EventRow(1, "orders.placed", "p", USER, body()));
    assertEquals(1, findings.count(Kind.EVENTS));
  }

  @Test
  void aReaderThatMissedOneOrSawOneTwiceIsFound() {
    var comparison = confirmed();
    comparison.event(event(1, "orders.placed"));
    comparison.event(event(2, "orders.confirmed"));

    comparison.read(USER, List.of(1L), true, "reads");
    comparison.read(USER, List.of(1L, 1L, 2L), true, "reads");
    comparison.read(USER, List.of(2L), false, "reads");
    assertEquals(3, findings.count(Kind.READ));

    comparison.read(USER, List.of(1L), false, "reads");
    assertEquals(3, findings.count(Kind.READ));
  }

  private void assertFound(String... topics) {
    long before = findings.count(Kind.EVENTS);
    var comparison = confirmed();
    for (int i = 0; i < topics.length; i++) {
      comparison.event(event(i + 1, topics[i]));
    }
    comparison.orders();
    assertEquals(before + 1, findings.count(Kind.EVENTS));
  }

  private EventComparison confirmed() {
    if (entry.id() == null) {
      var order = LedgerTest.order(ledger, entry, USER, "o", "CONFIRMED");
      ledger.placed(entry, USER, new FailoverClient.Answer(201, order));
    }
    var comparison = new EventComparison(ledger, findings);
    comparison.follow(USER);
    return comparison;
  }

  private EventRow event(long position, String topic) {
    return new EventRow(position, topic, "o", USER, body());
  }

  private JsonObject body() {
    return new JsonObject()
        .put("orderId", "o")
        .put("userId", USER)
        .put("total", ledger.wanted(entry).total());
  }
}
