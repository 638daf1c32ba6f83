package io.weft.lab.jmh;

import io.weft.mesh.time.Timers;
import io.weft.mesh.time.TimingWheel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the deadline of one call costs an event loop that has a thousand others to keep. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TimingWheelBench {
  private static final int IN_FLIGHT = 1_024;
  private static final Duration TICK = Duration.ofMillis(10);
  private static final int BUCKETS = 512;
  private static final long DUE_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long STEP_NANOS = 1_000;

  private long nowNanos;
  private Runnable wake = () -> {};
  private final Call[] calls = new Call[IN_FLIGHT];
  private final Timers timers =
      (delay, task) -> {
        wake = task;
        return () -> {};
      };
  private final TimingWheel wheel = new TimingWheel(() -> nowNanos, timers, TICK, BUCKETS);
  private int next;
  private int expired;

  private final class Call extends TimingWheel.Entry {
    @Override
    protected void expired() {
      expired++;
    }
  }

  /** Creates a wheel that keeps the deadlines of other calls. */
  public TimingWheelBench() {
    for (int i = 0; i < IN_FLIGHT; i++) {
      calls[i] = new Call();
      wheel.schedule(calls[i], DUE_NANOS + i * STEP_NANOS);
    }
  }

  /** A call is answered in time, and another begins. */
  @Benchmark
  public int cancelAndSchedule() {
    nowNanos += STEP_NANOS;
    var call = calls[next++ & (IN_FLIGHT - 1)];
    wheel.cancel(call);
    wheel.schedule(call, nowNanos + DUE_NANOS);
    return wheel.size();
  }

  /** A call is scheduled and expires, as one of a thousand in the same tick. */
  @Benchmark
  @OperationsPerInvocation(IN_FLIGHT)
  public int scheduleAndExpire() {
    for (var call : calls) {
      wheel.schedule(call, nowNanos + DUE_NANOS);
    }
    nowNanos += DUE_NANOS + TICK.toNanos();
    wake.run();
    return expired;
  }
}
