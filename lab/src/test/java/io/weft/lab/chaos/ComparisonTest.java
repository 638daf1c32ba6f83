package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.Comparison.CreditRow;
import io.weft.lab.chaos.Comparison.OrderRow;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found when rows are not as their client was told. */
class ComparisonTest {
  private static final String USER = "u";

  private final Findings findings = new Findings();
  private final Ledger ledger = new Ledger(1, findings);
  private final Comparison comparison = new Comparison(ledger, entry -> USER, findings);
  private final Entry entry = ledger.open(0, "k");

  @Test
  void nothingIsFoundWhereAllIsAsTold() {
    told("CONFIRMED");

    comparison.order(row("CONFIRMED", ""));
    comparison.missing();
    comparison.credit(new CreditRow(USER, total(), total()));
    comparison.told(USER, total());

    assertEquals(List.of(), findings.told());
    assertEquals(0, comparison.off());
    assertEquals(total(), comparison.reserved());
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "user", "reason", "currency", "total", "key", "lines", "summed"})
  void anOrderThatDiffersInAnythingIsLost(String field) {
    told("CONFIRMED");

    comparison.order(row("CONFIRMED", field));

    assertEquals(1, findings.count(Kind.LOST));
  }

  @Test
  void anotherStatusThanToldIsFoundByWhatWasTold() {
    told("CONFIRMED");
    comparison.order(row("REJECTED", ""));
    assertEquals(1, findings.count(Kind.LOST));
  }

  @Test
  void aRejectedOrderThatIsConfirmedIsFound() {
    told("REJECTED");
    comparison.order(row("CONFIRMED", ""));
    assertEquals(1, findings.count(Kind.REFUSED));
  }

  @Test
  void anAcknowledgedOrderThatIsNotThereIsFound() {
    told("CONFIRMED");
    comparison.missing();
    assertEquals(1, findings.count(Kind.LOST));
  }

  @Test
  void anOrderThatIsThereTwiceIsFound() {
    told("CONFIRMED");
    comparison.order(row("CONFIRMED", ""));
    comparison.order(row("CONFIRMED", ""));
    assertEquals(1, findings.count(Kind.DOUBLED));
  }

  @Test
  void anOrderThatNobodyWantedIsFound() {
    comparison.order(row("CONFIRMED", "note"));
    assertEquals(1, findings.count(Kind.DOUBLED));
  }

  @Test
  void anOrderThatWasNeverDecidedIsFound() {
    comparison.missing();
    assertEquals(1, findings.count(Kind.UNANSWERED));
  }

  @Test
  void creditIsComparedToTheCentOnceByTheAccountAndOnceByItsReservations() {
    told("CONFIRMED");
    comparison.order(row("CONFIRMED", ""));
    comparison.credit(new CreditRow(USER, total() + 1, total() - 1));
    assertEquals(2, comparison.off());
  }

  @Test
  void creditThatIsHeldForNoOrderIsFound() {
    told("REJECTED");
    comparison.order(row("REJECTED", ""));
    comparison.credit(new CreditRow(USER, 7, 7));
    assertEquals(14, comparison.off());
  }

  @Test
  void whatTheApiTellsOtherwiseIsFound() {
    told("CONFIRMED");
    comparison.listed(entry, USER, answer("CANCELLED"));
    comparison.listed(null, USER, answer("CONFIRMED"));
    comparison.unlisted(entry);
    comparison.told(USER, 1);
    assertEquals(4, findings.count(Kind.API));
  }

  private void told(String status) {
    ledger.placed(entry, USER, new FailoverClient.Answer(201, answer(status)));
  }

  private JsonObject answer(String status) {
    return LedgerTest.order(ledger, entry, USER, "o", status);
  }

  private long total() {
    return ledger.wanted(entry).total();
  }

  /** Returns the order's row, with another value in one field. */
  private OrderRow row(String status, String other) {
    var wanted = ledger.wanted(entry);
    return new OrderRow(
        other.equals("id") ? "p" : "o",
        other.equals("user") ? "v" : USER,
        status,
        other.equals("reason") ? "why" : null,
        other.equals("currency") ? "USD" : Wanted.CURRENCY,
        other.equals("total") ? 1 : wanted.total(),
        other.equals("note") ? ledger.other(entry).note() : wanted.note(),
        other.equals("key") ? "l" : "k",
        other.equals("lines") ? 0 : wanted.lines().size(),
        other.equals("summed") ? 0 : wanted.total());
  }
}
