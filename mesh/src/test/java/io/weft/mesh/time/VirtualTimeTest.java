package io.weft.mesh.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The clock that tests and simulation move by hand. */
class VirtualTimeTest {
  private final VirtualTime time = new VirtualTime(7);
  private final List<String> ran = new ArrayList<>();

  @Test
  void tasksRunInTheOrderOfTheirTimesAndThenOfTheirScheduling() {
    time.after(Duration.ofMillis(2), () -> ran.add("late"));
    time.after(Duration.ofMillis(1), () -> ran.add("first"));
    time.after(Duration.ofMillis(1), () -> ran.add("second"));

    time.advance(Duration.ofMillis(2));

    assertEquals(List.of("first", "second", "late"), ran);
  }

  @Test
  void aTaskThatATaskSchedulesRunsInTheSameAdvanceWhenItFallsDue() {
    time.after(
        Duration.ofMillis(1), () -> time.after(Duration.ofMillis(1), () -> ran.add("inner")));

    time.advance(Duration.ofMillis(2));

    assertEquals(List.of("inner"), ran);
    assertEquals(Duration.ofMillis(2).toNanos(), time.nanos());
  }

  @Test
  void aCancelledTaskNeverRuns() {
    time.after(Duration.ofMillis(1), () -> ran.add("cancelled")).cancel();

    time.advance(Duration.ofSeconds(1));

    assertEquals(List.of(), ran);
    assertEquals(0, time.pending());
  }

  @Test
  void aTaskTakenBackTwiceOrAfterItRanIsCountedOnce() {
    var ran = time.after(Duration.ofMillis(1), () -> {});
    var cancelled = time.after(Duration.ofMillis(2), () -> {});
    time.after(Duration.ofMillis(3), () -> {});
    time.advance(Duration.ofMillis(1));

    ran.cancel();
    cancelled.cancel();
    cancelled.cancel();

    assertEquals(1, time.pending());
  }

  @Test
  void oneStepRunsOneTaskAndLeavesTheClockAtItsTime() {
    time.after(Duration.ofNanos(5), () -> ran.add("first"));
    time.after(Duration.ofNanos(7), () -> ran.add("second"));
    time.after(Duration.ofNanos(6), () -> ran.add("cancelled")).cancel();

    assertTrue(time.runNext(9));
    assertEquals(5, time.nanos());
    assertTrue(time.runNext(9));
    assertFalse(time.runNext(9));

    assertEquals(List.of("first", "second"), ran);
    assertEquals(7, time.nanos());
  }

  @Test
  void chanceRepeatsItselfFromItsSeedAndOnlyFromIt() {
    assertEquals(Rng.seeded(1).uuid(), Rng.seeded(1).uuid());
    assertNotEquals(Rng.seeded(1).uuid(), Rng.seeded(2).uuid());
    assertEquals(Rng.seeded(1).nextLong(), Rng.seeded(1).nextLong());
    assertNotEquals(Rng.seeded(1).nextLong(), Rng.seeded(2).nextLong());
  }
}
