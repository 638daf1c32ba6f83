package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.policy.PolicyException;
import io.weft.node.NodeLimits;
import io.weft.node.scale.DesiredCounts.Count;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document of desired counts. */
class DesiredCountsTest {
  @Test
  void aDocumentReadsBackAsItselfAndEqualCountsHaveEqualTexts() {
    var counts =
        DesiredCounts.NONE
            .with("users", 3, "a")
            .with("orders", "edge-1", 2, 0, "b")
            .with("orders", "cloud", 4, 0, "c");
    assertEquals(counts, DesiredCounts.read(counts.text()));
    var otherOrder =
        DesiredCounts.NONE
            .with("orders", "cloud", 4, 0, "a")
            .with("orders", "edge-1", 2, 0, "b")
            .with("users", 3, "c");
    assertEquals(counts.text(), otherOrder.text());
    assertEquals(DesiredCounts.NONE, DesiredCounts.read(""));
  }

  @Test
  void aNumberForAZoneIsTakenOutOfTheSitesOnce() {
    var counts = DesiredCounts.NONE.with("users", 6, "").with("users", "a", 5, 2, "");
    assertEquals(new Count(4, Map.of("a", 5)), counts.services().get("users"));
    // The zone has its own number already: the rest stays as it is.
    counts = counts.with("users", "a", 1, 5, "");
    assertEquals(new Count(4, Map.of("a", 1)), counts.services().get("users"));
    assertEquals(5, counts.services().get("users").total());
  }

  @Test
  void aNumberForTheSiteTakesThePlaceOfAllThatWereByZone() {
    var counts = DesiredCounts.NONE.with("users", "a", 5, 2, "").with("users", 3, "");
    assertEquals(Count.of(3), counts.services().get("users"));
  }

  @Test
  void aZoneOfAServiceThatNobodyCountedLeavesTheOtherZonesAsTheyStarted() {
    var counts = DesiredCounts.NONE.with("users", "a", 5, 2, "");
    assertEquals(new Count(null, Map.of("a", 5)), counts.services().get("users"));
    var groups =
        ScalePlan.groups(
            "users",
            counts.services().get("users"),
            List.of(Records.node("n1", "a", 1), Records.node("n2", "b", 9)));
    assertEquals(1, groups.size());
    assertEquals("a", groups.get(0).zone());
  }

  @Test
  void aReasonIsKeptAsFarAsAnybodyWouldReadIt() {
    var counts = DesiredCounts.NONE.with("users", 1, "x".repeat(5_000));
    assertEquals(NodeLimits.WHY_MAX_CHARS, counts.why().length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "[]",
        "{\"services\":3}",
        "{\"services\":{\"users\":3}}",
        "{\"services\":{\"users\":{\"site\":-1}}}",
        "{\"services\":{\"users\":{\"site\":\"many\"}}}",
        "{\"services\":{\"users\":{\"site\":1000001}}}",
        "{\"services\":{\"users\":{\"zones\":{\"a\":null}}}}",
        "{\"services\":{\"users\":null}}",
        "{\"why\":7}",
      })
  void whatIsNoDocumentIsRefused(String text) {
    var failure = assertThrows(PolicyException.class, () -> DesiredCounts.read(text));
    assertTrue(failure.getMessage().startsWith("desired counts: "), failure.getMessage());
  }

  @Test
  void aDocumentThatIsTooLongIsRefused() {
    var text = "{\"why\":\"" + "x".repeat(NodeLimits.COUNTS_MAX_BYTES) + "\"}";
    assertThrows(PolicyException.class, () -> DesiredCounts.read(text));
  }
}
