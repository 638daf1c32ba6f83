package io.weft.mesh.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.server.AdaptiveLimit.Sample;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How often half of a limit is tried that more calls cannot be had by. */
class AdaptiveLimitTest {
  private static final long MINUTE_MILLIS = Duration.ofMinutes(1).toMillis();
  private static final long PAUSE_MILLIS = 10;

  private final AdaptiveLimit limit = new AdaptiveLimit(0);

  @Test
  void halfOfALimitThatCannotMoveIsNeverTried() {
    limit.atMost(7);

    assertEquals(7, limit.now());
    assertEquals(0, millisHalved());
  }

  @Test
  void halfOfALimitThatIsAtItsMostIsTriedOneFifthOfTheTimeAndNotHalf() {
    limit.atMost(16);

    long halved = millisHalved();

    assertEquals(16, limit.whole());
    assertTrue(halved > 0 && halved <= MINUTE_MILLIS / 4, halved + " ms of a minute");
  }

  /** Calls that take as long beside half as many: with more at a time more would be done. */
  private long millisHalved() {
    long halved = 0;
    for (long millis = 0; millis < MINUTE_MILLIS; millis += PAUSE_MILLIS) {
      long now = Duration.ofMillis(millis).toNanos();
      limit.press();
      if (limit.begins(now, limit.now()) == Sample.HALF) {
        limit.tried(1, now);
      } else {
        limit.learns();
      }
      limit.ended(false, now);
      halved += limit.now() < limit.whole() ? PAUSE_MILLIS : 0;
    }
    return halved;
  }
}
