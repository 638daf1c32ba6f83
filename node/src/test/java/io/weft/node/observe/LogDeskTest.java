package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshFailure;
import io.weft.routing.admin.api.LogChange;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is logged, changed while it is. */
class LogDeskTest {
  private static final String LOGGER = "io.weft.of.this.test";

  @Test
  void aLevelCountsForALoggerAndThoseBelowUntilItIsTakenBack() {
    var below = LoggerFactory.getLogger(LOGGER + ".below");
    boolean before = below.isTraceEnabled();

    var levels = LogDesk.change("n1", new LogChange("trace", LOGGER)).loggers();
    assertEquals("TRACE", levels.get(LOGGER));
    assertTrue(levels.containsKey("ROOT"));
    assertTrue(below.isTraceEnabled());

    assertFalse(
        LogDesk.change("n1", new LogChange("inherit", LOGGER)).loggers().containsKey(LOGGER));
    assertEquals(before, below.isTraceEnabled());
  }

  @Test
  void aLevelThatIsNoneIsRefused() {
    for (var level : new String[] {"loud", "inherit"}) {
      var refused =
          assertThrows(
              MeshFailure.Application.class,
              () -> LogDesk.change("n1", new LogChange(level, null)));
      assertEquals("log.level_invalid", refused.code());
    }
  }
}
