package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the doctor finds of links. */
class LinkChecksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

  private static List<Finding> of(String state, long clockOffMillis) {
    return of(site(state).put("clockOffMillis", clockOffMillis));
  }

  private static JsonObject site(String state) {
    return new JsonObject()
        .put("site", "plant")
        .put("state", state)
        .put("since", "2026-01-01T00:00:00Z");
  }

  private static List<Finding> of(JsonObject site) {
    return LinkChecks.of(new JsonObject().put("sites", new JsonArray().add(site)), NOW);
  }

  private static JsonObject edge(long orders, long oldestSeconds, long disputed) {
    return new JsonObject()
        .put("journalOrders", orders)
        .put("journalOldestSeconds", oldestSeconds)
        .put("journalDisputed", disputed);
  }

  /** What a hub finds of an edge of which it has heard for so long. */
  private static List<Finding> ofEdge(String state, long linkedSeconds, @Nullable JsonObject edge) {
    var site =
        new JsonObject()
            .put("site", "plant")
            .put("state", state)
            .put("since", NOW.minusSeconds(linkedSeconds).toString())
            .put("edge", edge);
    var list = new JsonObject().put("self", "cloud").put("sites", new JsonArray().add(site));
    return LinkChecks.of(list, NOW);
  }

  private static Finding only(String code, List<Finding> findings) {
    var found = findings.stream().filter(each -> each.code().equals(code)).toList();
    assertEquals(1, found.size(), found.toString());
    return found.get(0);
  }

  @Test
  void ordersThatWaitAlthoughTheLinkHasBeenThereForAMinuteAreAWarning() {
    var stuck = only("W0604", ofEdge("SERVING", 61, edge(312, 61, 0)));
    assertEquals(Status.WARN, stuck.status());
    assertEquals("plant", stuck.subject());
    assertTrue(stuck.detail().contains("312 orders wait, the oldest for 61 s"), stuck.detail());
    for (var well :
        List.of(
            ofEdge("SERVING", 60, edge(312, 900, 0)), // It has come back just now.
            ofEdge("SERVING", 900, edge(312, 60, 0)), // They have come just now.
            ofEdge("SERVING", 900, edge(0, 0, 0)),
            ofEdge("CUT_OFF", 900, edge(312, 900, 0)))) {
      assertEquals(Status.PASS, only("W0604", well).status());
    }
  }

  @Test
  void anOrderInDisputeIsAWarningWhetherThereIsALinkOrNot() {
    for (var state : List.of("SERVING", "CUT_OFF", "DEAD")) {
      var dispute = only("W0605", ofEdge(state, 9, edge(0, 0, 2)));
      assertEquals(Status.WARN, dispute.status());
      assertTrue(String.valueOf(dispute.fix()).contains("retry-disputed"), dispute.fix());
    }
    assertEquals(Status.PASS, only("W0605", ofEdge("SERVING", 9, edge(0, 0, 0))).status());
  }

  @Test
  void ofAJournalThatIsNotKnownNothingIsSaid() {
    for (var known :
        List.of(
            ofEdge("SERVING", 900, null),
            ofEdge("SERVING", 900, new JsonObject()),
            ofEdge("SERVING", 900, new JsonObject().putNull("journalOrders")))) {
      assertEquals(List.of("W0601", "W0602"), known.stream().map(Finding::code).toList());
    }
    assertEquals(List.of(), ofEdge("REVOKED", 900, edge(9, 900, 9)));
  }

  /** The edge finds the same of itself, under its own name. */
  @Test
  void anEdgeFindsItsOwnJournal() {
    var hub =
        new JsonObject()
            .put("site", "cloud")
            .put("state", "SERVING")
            .put("since", NOW.minusSeconds(61).toString());
    var list =
        new JsonObject()
            .put("self", "plant")
            .put("edge", edge(1, 61, 1))
            .put("sites", new JsonArray().add(hub));
    var findings = LinkChecks.of(list, NOW);
    assertEquals("plant", only("W0604", findings).subject());
    assertEquals(Status.WARN, only("W0604", findings).status());
    assertEquals(Status.WARN, only("W0605", findings).status());
    list.getJsonArray("sites").clear(); // It has never joined.
    assertEquals(Status.PASS, only("W0604", LinkChecks.of(list, NOW)).status());
  }

  @Test
  void aLinkThatIsThereIsWell() {
    assertEquals(
        List.of(Status.PASS, Status.PASS),
        of("SERVING", -29_000).stream().map(Finding::status).toList());
  }

  @Test
  void aSiteThatIsCutOffIsNamedWithSinceWhenAndADeadOneFails() {
    var cut = of("CUT_OFF", 0).get(0);
    assertEquals("W0601", cut.code());
    assertEquals(Status.WARN, cut.status());
    assertTrue(cut.detail().contains("2026-01-01"), cut.detail());
    assertEquals(Status.FAIL, of("DEAD", 0).get(0).status());
  }

  @Test
  void aClockThatIsFarOffIsNamedWithTheSideThatItIsOn() {
    var clock = of("SERVING", -31_000).get(1);
    assertEquals("W0602", clock.code());
    assertEquals(Status.WARN, clock.status());
    assertTrue(clock.detail().contains("31 s behind"), clock.detail());
  }

  @Test
  void aSiteThatIsBehindItsHubsPoliciesIsNamedWithSinceWhenAndWhy() {
    var policies = new JsonObject().put("state", "CURRENT").put("hubEpoch", 7).put("takenEpoch", 7);
    var current = of(site("SERVING").put("policies", policies)).get(2);
    assertEquals("W0603", current.code());
    assertEquals(Status.PASS, current.status());

    policies
        .put("state", "REFUSED")
        .put("takenEpoch", 5)
        .put("since", "2026-02-03T00:00:00Z")
        .put("why", "line 3: a later key");
    var refused = of(site("CUT_OFF").put("policies", policies)).get(1);
    assertEquals(Status.WARN, refused.status());
    for (var part : List.of("REFUSED", "2026-02-03", "epoch 5", "at 7", "line 3: a later key")) {
      assertTrue(refused.detail().contains(part), refused.detail());
    }
    policies.remove("why");
    policies.remove("since");
    for (var state : List.of("BEHIND", "CHANGED", "AHEAD")) {
      policies.put("state", state);
      assertEquals(Status.WARN, of(site("SERVING").put("policies", policies)).get(2).status());
    }
  }

  @Test
  void nobodyExpectsALinkOfASiteThatIsInvitedOrRevoked() {
    assertEquals(List.of(), of("INVITED", 0));
    assertEquals(List.of(), of("REVOKED", 0));
    assertEquals(List.of(), of(site("REVOKED").put("policies", new JsonObject())));
    assertEquals(List.of(), LinkChecks.of(new JsonObject(), NOW));
  }
}
