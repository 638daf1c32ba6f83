package io.weft.lab.jmh;

import io.weft.mesh.balance.PeakEwma;
import io.weft.mesh.balance.PowerOfTwo;
import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to choose the endpoint of an attempt, and to measure it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PickBench {
  private static final Duration DECAY = Duration.ofSeconds(1);
  private static final Duration FLOOR = Duration.ofMillis(1);
  private static final long STEP_NANOS = 1_000;

  /** How many endpoints there are to choose from. */
  @Param({"1", "10", "1000"})
  private int endpoints;

  /** How long each takes; above a millisecond, the average has to be computed. */
  @Param({"500", "5000"})
  private int latencyMicros;

  private final PowerOfTwo picker = new PowerOfTwo(Rng.system());
  private final List<Measured> candidates = new ArrayList<>();
  private long nowNanos;

  private record Measured(PeakEwma load) implements PowerOfTwo.Candidate {
    @Override
    public double cost(long nowNanos) {
      return load.cost(nowNanos);
    }
  }

  /** Measures each endpoint once. */
  @Setup
  public void measure() {
    for (int i = 0; i < endpoints; i++) {
      var load = new PeakEwma(DECAY, FLOOR, 0);
      load.started();
      load.finished(i, latencyMicros * 1_000L + i);
      candidates.add(new Measured(load));
    }
  }

  /** Chooses, and no more. */
  @Benchmark
  public Object pick() {
    nowNanos += STEP_NANOS;
    return picker.pick(candidates, nowNanos);
  }

  /** Chooses, sends and takes note of the answer. */
  @Benchmark
  public Object pickAndMeasure() {
    nowNanos += STEP_NANOS;
    var picked = picker.pick(candidates, nowNanos);
    picked.load.started();
    picked.load.finished(nowNanos, latencyMicros * 900L);
    return picked;
  }
}
