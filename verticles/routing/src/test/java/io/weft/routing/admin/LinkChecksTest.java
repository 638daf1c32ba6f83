package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the doctor finds of links. */
class LinkChecksTest {
  private static List<Finding> of(String state, long clockOffMillis) {
    var site =
        new JsonObject()
            .put("site", "plant")
            .put("state", state)
            .put("since", "2026-01-01T00:00:00Z")
            .put("clockOffMillis", clockOffMillis);
    return LinkChecks.of(new JsonObject().put("sites", new JsonArray().add(site)));
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
  void nobodyExpectsALinkOfASiteThatIsInvitedOrRevoked() {
    assertEquals(List.of(), of("INVITED", 0));
    assertEquals(List.of(), of("REVOKED", 0));
    assertEquals(List.of(), LinkChecks.of(new JsonObject()));
  }
}
