package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When nodes were tried, and when they answered. */
class PicksTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final VirtualTime time = new VirtualTime(1);
  private final Picks picks = new Picks(time);

  @Test
  void aNodeWasLastTriedWhenTheLastAttemptBeganNotWhenItEnded() {
    time.advance(Duration.ofMillis(900));

    picks.attempts("chaos.ask", "n1").record(Outcome.UNKNOWN, 700 * MILLI);

    assertEquals(100, picks.lastMillisAfter("n1", 100 * MILLI));
  }

  @Test
  void aNodeThatWasNotTriedSinceCountsAsZero() {
    picks.attempts("chaos.ask", "n1").record(Outcome.OK, 0);
    time.advance(Duration.ofSeconds(1));

    assertEquals(0, picks.lastMillisAfter("n1", time.nanos()));
    assertEquals(0, picks.lastMillisAfter("n2", 0));
  }

  @Test
  void onlyAnAnswerShowsThatANodeIsBack() {
    picks.attempts("chaos.ask", "n1").record(Outcome.OK, 0);
    picks.forgetAnswer("n1");

    picks.attempts("chaos.ask", "n1").record(Outcome.UNKNOWN, 0);
    assertTrue(picks.answeredMillisAfter("n1", 0) < 0);

    time.advance(Duration.ofMillis(30));
    picks.attempts("chaos.tell", "n1").record(Outcome.OK, 0);
    assertEquals(30, picks.answeredMillisAfter("n1", 0));
    assertEquals(3, picks.attempts());
  }
}
