package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the customer of a site is told of one order, and what is wrong with it. */
class SiteOrderTest {
  private final SiteOrder order = new SiteOrder(1, "edge-1", "ada", "note", 7);

  @Test
  void aProvisionalOrderMayBeRejectedForAReason() {
    assertNull(order.heard(told("PROVISIONAL", null)));
    assertTrue(order.open());

    assertNull(order.heard(told("REJECTED", "credit.insufficient")));

    assertFalse(order.open());
    assertTrue(order.provisional());
    assertEquals("credit.insufficient", order.reason());
  }

  @Test
  void anOrderThatIsRejectedWithoutAReasonIsWrong() {
    assertNotNull(order.heard(told("REJECTED", null)));
  }

  @Test
  void whatWasPromisedMustNotBeTakenBack() {
    assertNull(order.heard(told("CONFIRMED", null)));

    assertNotNull(order.heard(told("REJECTED", "credit.insufficient")));
  }

  @Test
  void anOrderThatWasRefusedIsNotAcknowledged() {
    order.refused("user.inactive");

    assertFalse(order.acknowledged());
    assertEquals("user.inactive", order.refusal());
    assertNull(order.last());
  }

  private static JsonObject told(String status, @Nullable String reason) {
    return new JsonObject().put("id", "1").put("status", status).put("reason", reason);
  }
}
