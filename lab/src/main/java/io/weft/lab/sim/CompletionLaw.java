package io.weft.lab.sim;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Each call completes exactly once, by its deadline plus one tick of the timing wheel, on its
 * caller's clock; with a reply or with one of the five failures.
 *
 * <p>A process that is paused can complete nothing; it has one tick after it went on. The calls of
 * a process that was killed are nobody's any more.
 */
final class CompletionLaw extends Law {
  static final String ONCE = "completes once";
  static final String IN_TIME = "by its deadline";
  static final String TYPED = "typed failure";

  /** Clocks are rounded to nanoseconds, once for each of a few conversions. */
  private static final long ROUNDING_NANOS = 1_000;

  private static final long TICK_NANOS = MeshLimits.WHEEL_TICK.toNanos() + ROUNDING_NANOS;

  private final World world;
  private final PriorityQueue<Due> due = new PriorityQueue<>();

  private record Due(long nanos, SimCall call) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.compare(nanos, other.nanos);
    }
  }

  CompletionLaw(World world) {
    this.world = world;
  }

  @Override
  public void called(SimCall call) {
    var clock = call.caller().node().clock();
    due.add(new Due(clock.worldNanos(call.deadline().atNanos() + TICK_NANOS), call));
  }

  @Override
  public void completed(SimCall call, @Nullable Throwable failure) {
    int times = call.completed();
    if (times > 1) {
      throw new Violation(ONCE, "call #" + call.id() + " completed " + times + " times");
    }
    if (failure != null && !(failure instanceof MeshFailure)) {
      throw new Violation(TYPED, "call #" + call.id() + " failed with " + failure);
    }
  }

  @Override
  public void afterStep(@Nullable Incarnation touched) {
    long now = world.nanos();
    for (var first = due.peek(); first != null && first.nanos < now; first = due.peek()) {
      due.remove();
      var call = first.call;
      if (call.completions() == 0 && call.caller().alive()) {
        stillOpen(call, now);
      }
    }
  }

  private void stillOpen(SimCall call, long now) {
    var node = call.caller().node();
    if (node.paused()) {
      due.add(new Due(now + TICK_NANOS, call));
    } else if (now <= node.resumedNanos() + TICK_NANOS) {
      due.add(new Due(node.resumedNanos() + TICK_NANOS, call));
    } else {
      throw new Violation(
          IN_TIME,
          "call #"
              + call.id()
              + " of "
              + call.caller().member()
              + " is open "
              + -call.deadline().remainingNanos() / 1_000
              + " us after its deadline");
    }
  }

  @Override
  public void atEnd() {
    if (!due.isEmpty()) {
      afterStep(null);
    }
  }
}
