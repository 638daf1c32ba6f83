package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is ordered, and how it is known again. */
class WantedTest {
  private static final String USER = "u";

  @Test
  void theSameNumberDrawsTheSameOrder() {
    assertEquals(Wanted.of("n", 7), Wanted.of("n", 7));
    assertNotEquals(Wanted.of("n", 7).lines(), Wanted.of("n", 8).lines());
  }

  @Test
  void aLineIsRoundedHalfUp() {
    assertEquals(1, new Wanted.Line("A", 1, 1, 5_000).total());
    assertEquals(0, new Wanted.Line("A", 1, 1, 5_001).total());
    assertEquals(1_819, new Wanted.Line("A", 3, 693, 1_250).total());
  }

  @Test
  void anOrderIsKnownAgainAsItIsAnswered() {
    assertTrue(wanted().isIn(answer(), USER));
  }

  @Test
  void anOrderThatDiffersInAnythingIsAnother() {
    assertFalse(wanted().isIn(answer(), "v"));
    assertFalse(wanted().isIn(answer().put("note", "m"), USER));
    assertFalse(wanted().isIn(answer().put("total", 11L), USER));
    assertFalse(wanted().isIn(answer().put("currency", "USD"), USER));
    assertFalse(wanted().isIn(answer().put("lines", new JsonArray()), USER));
    var line = answer().getJsonArray("lines").getJsonObject(0).copy().put("quantity", 3L);
    assertFalse(wanted().isIn(answer().put("lines", new JsonArray().add(line)), USER));
  }

  private static Wanted wanted() {
    return new Wanted("n", List.of(new Wanted.Line("A", 2, 5, 0)));
  }

  private static JsonObject answer() {
    return new JsonObject(
        """
        {"id": "i", "userId": "u", "note": "n", "currency": "EUR", "total": 10, "lines": [
          {"sku": "A", "quantity": 2, "unitPrice": 5, "discountBps": 0, "total": 10}]}
        """);
  }
}
