package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.time.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node remembers of what it decided, and whom it tells. */
class DecisionsTest {
  private final VirtualTime time = new VirtualTime(1);
  private final Decisions decisions = new Decisions("n1", time);

  @Test
  void aDecisionIsRememberedWithWhenWhatAndWhy() {
    decisions.add(Kind.EJECTION, "n2/users-1", "5 failures in a row");
    decisions.add(Kind.RETURN, "n2/users-1", "5 good probes in a row");

    assertEquals(
        List.of(
            new Decision(Instant.EPOCH, "n1", Kind.RETURN, "n2/users-1", "5 good probes in a row"),
            new Decision(Instant.EPOCH, "n1", Kind.EJECTION, "n2/users-1", "5 failures in a row")),
        decisions.latest(10));
    assertEquals(1, decisions.latest(1).size());
  }

  @Test
  void onlyTheLatestAreRememberedAndAllAreCounted() {
    for (int i = 0; i < MeshLimits.DECISIONS_MAX + 10; i++) {
      decisions.add(Kind.SHED, "users-" + i, "full");
    }

    var kept = decisions.latest(Integer.MAX_VALUE);
    assertEquals(MeshLimits.DECISIONS_MAX, kept.size());
    assertEquals("users-10", kept.get(kept.size() - 1).subject());
    assertEquals(Map.of(Kind.SHED, MeshLimits.DECISIONS_MAX + 10L), decisions.counts());
  }

  @Test
  void aReasonWithoutEndIsCutOff() {
    decisions.add(Kind.ALERT, "n1", "x".repeat(MeshLimits.DECISION_MAX_CHARS + 1));

    assertEquals(MeshLimits.DECISION_MAX_CHARS, decisions.latest(1).get(0).why().length());
  }

  @Test
  void whoListensIsToldUntilItListensNoMore() {
    var heard = new ArrayList<String>();
    var listening = decisions.listen(decision -> heard.add(decision.subject()));
    decisions.add(Kind.SCALE, "users", "3 instances");
    listening.run();
    decisions.add(Kind.SCALE, "orders", "2 instances");

    assertEquals(List.of("users"), heard);
  }

  @Test
  void onlySoManyMayListen() {
    for (int i = 0; i < MeshLimits.DECISION_LISTENERS_MAX; i++) {
      decisions.listen(decision -> {});
    }

    var refusal = assertThrows(IllegalStateException.class, () -> decisions.listen(decision -> {}));
    assertTrue(refusal.getMessage().contains("(limit: 64)"), refusal.getMessage());
  }

  @Test
  void anInstanceThatRefusesManyCallsSaysSoAtOnceAndThenHowMany() {
    var sheds = new Sheds(decisions, time, "users-1");
    sheds.shed("users.get", "full");
    sheds.shed("users.get", "full");
    sheds.shed("users.list", "full");
    assertEquals(1, decisions.latest(10).size());
    assertEquals("users.get: full", decisions.latest(1).get(0).why());

    time.advance(MeshLimits.SHED_TOLD_INTERVAL);
    sheds.shed("users.get", "full");
    assertEquals(
        "users.get: full (and 2 more calls since it was last told)",
        decisions.latest(1).get(0).why());
  }
}
