package io.weft.mesh.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many deadlines behind one timer: ticks of 10 ms, 8 to a revolution. */
class TimingWheelTest {
  private static final Duration TICK = Duration.ofMillis(10);
  private static final int BUCKETS = 8;

  private final VirtualTime time = new VirtualTime(1);
  private final TimingWheel wheel = new TimingWheel(time, time, TICK, BUCKETS);
  private final List<String> fired = new ArrayList<>();

  @Test
  void anEntryFiresWithTheFirstTickThatIsNotBeforeItsDueTime() {
    schedule("at a tick", 20);
    schedule("within one", 21);

    advance(19);
    assertEquals(List.of(), fired);
    advance(1);
    assertEquals(List.of("at a tick@20"), fired);
    advance(9);
    assertEquals(1, fired.size());
    advance(1);
    assertEquals(List.of("at a tick@20", "within one@30"), fired);
  }

  @Test
  void oneTimerServesAllEntriesAndNoneIsSetWhenNothingWaits() {
    for (int i = 0; i < 100; i++) {
      schedule("entry", 100);
    }

    assertEquals(1, time.pending());
    advance(100);
    assertEquals(100, fired.size());
    assertEquals(0, wheel.size());
    assertEquals(0, time.pending());
  }

  @Test
  void theWheelWakesAgainAfterALongSleep() {
    schedule("before", 10);
    advance(1_000_000);
    schedule("after", 1_000_015);
    advance(14);
    assertEquals(List.of("before@10"), fired);
    advance(6);

    assertEquals(List.of("before@10", "after@1000020"), fired);
  }

  @Test
  void theTimerIsSetForTheNextEntryAndNotForEveryTick() {
    int[] wakes = {0};
    Timers counting =
        (delay, task) ->
            time.after(
                delay,
                () -> {
                  wakes[0]++;
                  task.run();
                });
    var counted = new TimingWheel(time, counting, TICK, 1_024);
    counted.schedule(entry("far"), millis(5_000));

    advance(5_000);

    assertEquals(List.of("far@5000"), fired);
    assertEquals(1, wakes[0]);
  }

  @Test
  void callsThatAreAnsweredInTimeDoNotSetATimerEach() {
    int[] timers = {0};
    Timers counting =
        (delay, task) -> {
          timers[0]++;
          return time.after(delay, task);
        };
    var counted = new TimingWheel(time, counting, TICK, 1_024);
    for (int i = 0; i < 1_000; i++) {
      var call = entry("call");
      counted.schedule(call, time.nanos() + millis(2_000));
      advance(1);
      counted.cancel(call);
    }

    assertEquals(1, timers[0]);
    advance(2_000);
    assertEquals(0, time.pending());
    assertEquals(List.of(), fired);
  }

  @Test
  void anEarlierEntryMovesTheTimerForward() {
    schedule("late", 70);
    schedule("early", 10);

    assertEquals(1, time.pending());
    advance(70);
    assertEquals(List.of("early@10", "late@70"), fired);
  }

  @Test
  void aCancelledEntryNeverFiresAndCancellingTwiceChangesNothing() {
    var kept = entry("kept");
    var cancelled = entry("cancelled");
    wheel.schedule(kept, millis(10));
    wheel.schedule(cancelled, millis(10));
    wheel.cancel(cancelled);
    wheel.cancel(cancelled);

    assertEquals(1, wheel.size());
    advance(100);
    assertEquals(List.of("kept@10"), fired);
    wheel.cancel(kept);
    assertEquals(0, wheel.size());
  }

  @Test
  void anEntryThatWasNeverScheduledCanBeCancelled() {
    wheel.cancel(entry("never"));

    assertEquals(0, wheel.size());
  }

  @Test
  void schedulingAnEntryAgainMovesIt() {
    var moved = entry("moved");
    wheel.schedule(moved, millis(10));
    wheel.schedule(moved, millis(50));

    assertEquals(1, wheel.size());
    advance(100);
    assertEquals(List.of("moved@50"), fired);
  }

  @Test
  void whatIsPastFiresAtOnce() {
    advance(1_000);
    schedule("past", 5);
    schedule("now", 1_000);
    advance(10);

    assertEquals(List.of("past@1000", "now@1000"), fired);
  }

  @Test
  void entriesBeyondOneRevolutionWaitForTheirRound() {
    schedule("three rounds", 3 * 80 + 10);
    schedule("this round", 10);

    advance(249);
    assertEquals(List.of("this round@10"), fired);
    advance(1);
    assertEquals(List.of("this round@10", "three rounds@250"), fired);
  }

  @Test
  void anEntryMayScheduleItselfFromItsOwnExpiryAndFiresOncePerTick() {
    wheel.schedule(
        new TimingWheel.Entry() {
          @Override
          protected void expired() {
            fired.add("self@" + time.nanos() / 1_000_000);
            if (fired.size() < 3) {
              wheel.schedule(this, 0);
            }
          }
        },
        millis(10));

    advance(100);

    assertEquals(List.of("self@10", "self@20", "self@30"), fired);
    assertEquals(0, time.pending());
  }

  @Test
  void anEntryMayCancelAnotherThatIsDueAtTheSameMoment() {
    var victim = entry("victim");
    wheel.schedule(
        new TimingWheel.Entry() {
          @Override
          protected void expired() {
            wheel.cancel(victim);
          }
        },
        millis(10));
    wheel.schedule(victim, millis(10));

    advance(100);

    assertEquals(List.of(), fired);
    assertEquals(0, wheel.size());
  }

  @Test
  void aClockThatJumpsFarAheadFiresAllThatIsDueInOnePassInTheOrderOfTheBuckets() {
    var clock = new long[1];
    var tasks = new ArrayList<Runnable>();
    Timers captured =
        (delay, task) -> {
          tasks.add(task);
          return () -> tasks.remove(task);
        };
    var jumping = new TimingWheel(() -> clock[0], captured, TICK, BUCKETS);
    jumping.schedule(entry("third"), millis(70));
    jumping.schedule(entry("first"), millis(10));
    jumping.schedule(entry("second"), millis(30));
    jumping.schedule(entry("not yet"), millis(10_000_010));

    clock[0] = millis(10_000_000);
    tasks.remove(0).run();

    assertEquals(List.of("first@0", "second@0", "third@0"), fired);
    assertEquals(1, tasks.size());
    assertEquals(1, jumping.size());
  }

  @Test
  void aTimerThatComesEarlyFiresNothingEarly() {
    var clock = new long[1];
    var tasks = new ArrayList<Runnable>();
    var early =
        new TimingWheel(
            () -> clock[0],
            (delay, task) -> {
              tasks.add(task);
              return () -> tasks.remove(task);
            },
            TICK,
            BUCKETS);
    early.schedule(entry("due"), millis(20));
    clock[0] = millis(20) - 1;
    tasks.remove(0).run();
    assertEquals(List.of(), fired);

    clock[0] = millis(20);
    tasks.remove(0).run();
    assertEquals(List.of("due@0"), fired);
  }

  @Test
  void anEntryThatThrowsHoldsUpTheOthersByNoMoreThanATick() {
    wheel.schedule(
        new TimingWheel.Entry() {
          @Override
          protected void expired() {
            throw new IllegalStateException("from an entry");
          }
        },
        millis(10));
    schedule("after it", 10);

    assertThrows(IllegalStateException.class, () -> advance(10));
    advance(10);

    assertEquals(List.of("after it@20"), fired);
    assertEquals(0, wheel.size());
  }

  @Test
  void aClockThatStartsAnywhereEvenBelowZeroMakesNoDifference() {
    var clock = new long[] {Long.MAX_VALUE - millis(15)};
    var tasks = new ArrayList<Runnable>();
    var wrapping =
        new TimingWheel(
            () -> clock[0],
            (delay, task) -> {
              tasks.add(task);
              return () -> tasks.remove(task);
            },
            TICK,
            BUCKETS);
    wrapping.schedule(entry("after the wrap"), clock[0] + millis(20));
    clock[0] += millis(19);
    tasks.remove(0).run();
    assertEquals(List.of(), fired);
    clock[0] += millis(1);
    tasks.remove(0).run();

    assertEquals(1, fired.size());
  }

  @Test
  @Timeout(20)
  void whatHasFiredOrWasCancelledIsNotHeld() {
    var gone = firedAndCancelled();

    while (gone.stream().anyMatch(entry -> entry.get() != null)) {
      System.gc();
    }
    gone.forEach(entry -> assertNull(entry.get()));
    assertEquals(0, wheel.size());
  }

  private List<WeakReference<TimingWheel.Entry>> firedAndCancelled() {
    var one = entry("fires");
    var other = entry("is cancelled");
    wheel.schedule(one, millis(10));
    wheel.schedule(other, millis(20));
    wheel.cancel(other);
    advance(100);
    assertFalse(one.scheduled());
    return List.of(new WeakReference<>(one), new WeakReference<>(other));
  }

  @Test
  void aTickOrANumberOfBucketsThatMakesNoWheelIsRefused() {
    var tick =
        assertThrows(
            IllegalArgumentException.class,
            () -> new TimingWheel(time, time, Duration.ZERO, BUCKETS));
    var buckets =
        assertThrows(IllegalArgumentException.class, () -> new TimingWheel(time, time, TICK, 0));

    assertEquals("tick: PT0S (expected: > 0)", tick.getMessage());
    assertEquals("buckets: 0 (expected: 1 to 2^30)", buckets.getMessage());
  }

  /**
   * The model is a map of due times: whatever is scheduled, moved and cancelled, each entry fires
   * once, not before it is due and at most one tick later, and no other fires.
   */
  @Property(tries = 300, seed = "42")
  void whateverHappensEachEntryFiresOnceInItsTick(@ForAll @Size(max = 200) List<Long> steps) {
    var clock = new VirtualTime(1);
    var tested = new TimingWheel(clock, clock, TICK, BUCKETS);
    Map<Integer, Long> due = new HashMap<>();
    var entries = new ArrayList<TimingWheel.Entry>();
    for (int i = 0; i < 10; i++) {
      entries.add(new Checked(i, clock, due));
    }
    for (long step : steps) {
      int which = (int) Math.floorMod(step, 10L);
      long amountNanos = millis(Math.floorMod(step / 30, 300L)) + Math.floorMod(step / 7, 5L);
      switch ((int) Math.floorMod(step / 10, 3L)) {
        case 0 -> {
          due.put(which, clock.nanos() + amountNanos);
          tested.schedule(entries.get(which), clock.nanos() + amountNanos);
        }
        case 1 -> {
          due.remove(which);
          tested.cancel(entries.get(which));
        }
        default -> {
          clock.advance(Duration.ofNanos(amountNanos));
          long overdue = clock.nanos() - TICK.toNanos();
          due.forEach((id, nanos) -> assertTrue(nanos > overdue, "entry " + id + " is overdue"));
        }
      }
      assertEquals(due.size(), tested.size());
    }
    clock.advance(Duration.ofSeconds(1));
    assertEquals(Map.of(), due);
    assertEquals(0, tested.size());
    assertEquals(0, clock.pending());
  }

  private static final class Checked extends TimingWheel.Entry {
    private final int id;
    private final VirtualTime clock;
    private final Map<Integer, Long> due;

    Checked(int id, VirtualTime clock, Map<Integer, Long> due) {
      this.id = id;
      this.clock = clock;
      this.due = due;
    }

    @Override
    protected void expired() {
      var dueNanos = due.remove(id);
      assertTrue(dueNanos != null && dueNanos <= clock.nanos(), "entry " + id + " is not due");
    }
  }

  private TimingWheel.Entry entry(String name) {
    return new TimingWheel.Entry() {
      @Override
      protected void expired() {
        fired.add(name + "@" + time.nanos() / 1_000_000);
      }
    };
  }

  private void schedule(String name, long dueMillis) {
    wheel.schedule(entry(name), millis(dueMillis));
  }

  private void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
