package io.weft.sites.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.sites.SitesLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The setting {@code sites.exports}. */
class ExportRulesTest {
  private static ExportRules rules(String json) {
    return ExportRules.of(new JsonObject(json));
  }

  @Test
  void byDefaultASiteMayDoWhatAnEdgeNeedsAndNothingThatOnlyOperatorsMay() {
    var rules = ExportRules.of(new JsonObject());
    for (var operation :
        List.of("users.get", "users.grant-escrow", "orders.place", "orders.replay")) {
      assertTrue(rules.allow("edge-1", operation), operation);
    }
    for (var operation :
        List.of(
            "users.grant",
            "users.set-password",
            "users.create",
            "users.create-client",
            "users.update",
            "users.settle-escrow",
            "users.decide-escrow",
            "users.close-escrow",
            "users.escrow",
            "users.reserve",
            "orders.unpark",
            "orders.rebuild-summaries",
            "sites.invite",
            "node.scale",
            "routing.check")) {
      assertFalse(rules.allow("edge-1", operation), operation);
    }
  }

  @Test
  void whatIsSaidOfASiteCountsInsteadOfWhatIsSaidOfAll() {
    var rules = rules("{\"*\":[\"words.*\"],\"edge-1\":[\"users.get\"],\"edge-2\":[]}");
    assertTrue(rules.allow("edge-1", "users.get"));
    assertFalse(rules.allow("edge-1", "words.say"));
    assertFalse(rules.allow("edge-2", "words.say"));
    assertTrue(rules.allow("edge-3", "words.say"));
    assertTrue(rules.allow("edge-3", "words.events"));
    assertFalse(rules.allow("edge-3", "users.get"));
  }

  @Test
  void whatIsNoNameOfAnOperationIsNeverAllowed() {
    var rules = rules("{\"*\":[\"words.*\"]}");
    for (var name :
        List.of(
            "words.", "words", "words.say.more", "words.SAY", "words.\u0000", "wordsX.say", "")) {
      assertFalse(rules.allow("edge-1", name), name);
    }
  }

  @Test
  void whatMakesNoSenseIsRefusedAndSaysWhatWasExpected() {
    for (var exports :
        List.of(
            "{\"*\":\"users.get\"}",
            "{\"*\":[\"users\"]}",
            "{\"*\":[\"*\"]}",
            "{\"*\":[\"users.*.get\"]}",
            "{\"edge-1\":[\"node.*\"]}",
            "{\"edge-1\":[\"sites.invite\"]}",
            "{\"edge-1\":[\"link.offers\"]}")) {
      var refused = assertThrows(IllegalArgumentException.class, () -> rules(exports));
      assertTrue(refused.getMessage().contains("expected"), refused.getMessage());
    }
    var many = new JsonArray();
    for (int i = 0; i <= SitesLimits.EXPORTED_MAX; i++) {
      many.add("users.a" + i);
    }
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ExportRules.of(new JsonObject().put("edge-1", many)));
    assertEquals("sites.exports: edge-1: 257 operations (limit: 256)", refused.getMessage());
  }
}
