package io.weft.mesh.breaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The sliding window, against a list of everything that happened. */
class WindowTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private record Attempt(long second, boolean failed, boolean slow) {}

  @Property(tries = 300, seed = "31")
  void itCountsWhatHappenedInTheLastSeconds(
      @ForAll @Size(max = 80) List<@IntRange(max = 4_000) Integer> pausesMillis,
      @ForAll @IntRange(min = 1, max = 20) int firstSeconds,
      @ForAll @IntRange(min = 1, max = 60) int laterSeconds,
      @ForAll @IntRange(min = -50, max = 50) int startSeconds) {
    long now = startSeconds * SECOND;
    var window = new Window(Duration.ofSeconds(firstSeconds), now);
    var model = new ArrayList<Attempt>();
    int remembers = firstSeconds;
    for (int i = 0; i < pausesMillis.size(); i++) {
      now += pausesMillis.get(i) * 1_000_000L;
      if (i == pausesMillis.size() / 2) { // A policy that looks back further.
        window.reach(Duration.ofSeconds(laterSeconds), now);
        long oldest = Math.floorDiv(now, SECOND) - remembers;
        model.removeIf(attempt -> attempt.second() <= oldest);
        remembers = Math.max(remembers, laterSeconds);
      }
      boolean failed = i % 3 == 0;
      boolean slow = i % 4 == 0;
      window.add(now, failed, slow);
      long second = Math.floorDiv(now, SECOND);
      model.add(new Attempt(second, failed, slow));
      var back = Duration.ofSeconds(remembers);
      long oldest = second - remembers;
      var recent = model.stream().filter(attempt -> attempt.second() > oldest).toList();

      assertEquals(recent.size(), window.all(now, back));
      assertEquals(recent.stream().filter(Attempt::failed).count(), window.failed(now, back));
      assertEquals(recent.stream().filter(Attempt::slow).count(), window.slow(now, back));
    }
  }

  @Test
  void aShorterTimeCountsLess() {
    var window = new Window(Duration.ofSeconds(10), 0);
    window.add(0, true, false);
    window.add(5 * SECOND, true, false);

    assertEquals(2, window.failed(5 * SECOND, Duration.ofSeconds(10)));
    assertEquals(1, window.failed(5 * SECOND, Duration.ofSeconds(5)));
  }

  @Test
  void noPolicyMakesItRememberLongerThanTheLimit() {
    var window = new Window(Duration.ofDays(1), 0);
    window.add(0, true, false);

    assertEquals(1, window.failed(59 * SECOND, Duration.ofDays(1)));
    assertEquals(0, window.failed(60 * SECOND, Duration.ofDays(1)));
  }
}
