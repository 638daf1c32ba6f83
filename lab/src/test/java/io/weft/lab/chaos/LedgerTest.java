package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.chaos.FailoverClient.Answer;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Entry;
import io.weft.lab.chaos.Ledger.Told;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a client's ledger makes of the answers that it is given. */
class LedgerTest {
  private static final String USER = "u";

  private final Findings findings = new Findings();
  private final Ledger ledger = new Ledger(1, findings);
  private final Entry entry = ledger.open(0, "k");

  @Test
  void whatIsInDoubtIsNothingUntilItIsDecided() {
    placed(503, new JsonObject());
    assertEquals(Told.NOTHING, entry.told());

    placed(202, order("o", "PENDING"));
    assertEquals(Told.PENDING, entry.told());
    assertEquals("o", entry.id());

    placed(201, order("o", "CONFIRMED"));
    assertEquals(Told.CONFIRMED, entry.told());
    assertNone();
  }

  @Test
  void theSameAnswerAgainIsARepetitionAndNothingElse() {
    placed(201, order("o", "CONFIRMED"));
    placed(201, order("o", "CONFIRMED"));

    assertEquals(1, ledger.repeated());
    assertNone();
  }

  @Test
  void anotherAnswerToTheSameKeyIsFound() {
    placed(201, order("o", "CONFIRMED"));
    placed(201, order("o", "REJECTED"));

    assertEquals(1, findings.count(Kind.ANSWER));
  }

  @Test
  void anotherOrderForTheSameKeyIsFound() {
    placed(202, order("o", "PENDING"));
    placed(201, order("p", "CONFIRMED"));

    assertEquals(1, findings.count(Kind.ANSWER));
  }

  @Test
  void anAcknowledgedOrderThatIsNotTheOneWantedIsFound() {
    placed(201, order("o", "CONFIRMED").put("total", 0L));

    assertEquals(1, findings.count(Kind.LOST));
  }

  @Test
  void aRefusalWithoutReasonIsFound() {
    placed(422, new JsonObject().put("code", "user.not_found"));

    assertEquals(Told.REFUSED, entry.told());
    assertEquals(1, findings.count(Kind.REFUSED));
  }

  @Test
  void aKeyThatIsStillAtWorkIsInDoubt() {
    placed(409, new JsonObject().put("code", "order.in_progress"));

    assertEquals(Told.NOTHING, entry.told());
    assertNone();
  }

  @Test
  void aConfirmedOrderIsCancelledAndMayBeAgain() {
    placed(201, order("o", "CONFIRMED"));

    ledger.cancelled(entry, new Answer(202, order("o", "CANCELLING")));
    assertEquals(Told.CONFIRMED, entry.told());
    ledger.cancelled(entry, new Answer(200, order("o", "CANCELLED")));
    ledger.cancelled(entry, new Answer(200, order("o", "CANCELLED")));

    assertEquals(Told.CANCELLED, entry.told());
    assertNone();
  }

  @Test
  void aRejectedOrderThatIsCancelledIsFound() {
    placed(201, order("o", "REJECTED"));

    ledger.cancelled(entry, problem(409, "order.not_cancellable"));
    assertNone();
    ledger.cancelled(entry, new Answer(200, order("o", "CANCELLED")));
    assertEquals(1, findings.count(Kind.ANSWER));
  }

  @Test
  void aConfirmedOrderThatCannotBeCancelledIsFound() {
    placed(201, order("o", "CONFIRMED"));

    ledger.cancelled(entry, problem(404, "order.not_found"));

    assertEquals(1, findings.count(Kind.ANSWER));
  }

  @Test
  void anotherOrderWithAUsedKeyMustBeRefusedForThat() {
    ledger.clashed(entry, problem(422, "order.key_reused"));
    assertNone();

    ledger.clashed(entry, new Answer(201, order("o", "CONFIRMED")));
    assertEquals(1, findings.count(Kind.KEY));
  }

  @Test
  void anOrderIsKnownByItsNoteAndNoOtherIs() {
    assertSame(entry, ledger.named(ledger.wanted(entry).note()));

    assertNull(ledger.named(ledger.other(entry).note()));
    assertNull(ledger.named(ledger.run() + "-1"));
    assertNull(ledger.named(null));
  }

  private void placed(int status, JsonObject body) {
    ledger.placed(entry, USER, new Answer(status, body));
  }

  private static Answer problem(int status, String code) {
    return new Answer(status, new JsonObject().put("code", code));
  }

  private JsonObject order(String id, String status) {
    return order(ledger, entry, USER, id, status);
  }

  /** Returns the order of an entry as a node answers it. */
  static JsonObject order(Ledger ledger, Entry entry, String user, String id, String status) {
    var wanted = ledger.wanted(entry);
    var order = wanted.body(user).put("id", id).put("status", status).put("total", wanted.total());
    var lines = new JsonArray();
    for (int i = 0; i < wanted.lines().size(); i++) {
      var line = order.getJsonArray("lines").getJsonObject(i);
      lines.add(line.put("total", wanted.lines().get(i).total()));
    }
    return order.put("lines", lines);
  }

  private void assertNone() {
    assertEquals(List.of(), findings.told());
  }
}
