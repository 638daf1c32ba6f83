package io.weft.lab.jmh;

import io.weft.mesh.Request;
import io.weft.mesh.balance.Candidate;
import io.weft.mesh.balance.HashRing;
import io.weft.mesh.balance.PeakEwma;
import io.weft.mesh.balance.Picker;
import io.weft.mesh.balance.Tally;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.time.Rng;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private static final int KEYS = 1_024;
  private static final String KEY = "client";

  /** How many endpoints there are to choose from. */
  @Param({"1", "10", "1000"})
  private int endpoints;

  /** How they are chosen from. */
  @Param private BalancePolicy.Algorithm algorithm = BalancePolicy.Algorithm.PEAK_EWMA;

  /** Whether they all weigh the same, or two kinds differ by five. */
  @Param({"false", "true"})
  private boolean weighted;

  private final Request[] requests = new Request[KEYS];
  private List<Measured> candidates = List.of();
  private Picker<Measured> picker = (request, now) -> candidates.get(0);
  private long nowNanos;
  private int next;

  /** An endpoint as the balancer sees it. */
  private static final class Measured implements Candidate {
    /** Above a millisecond, so that the average has to be computed. */
    static final long LATENCY_NANOS = 5_000_000;

    private final String name;
    private final int weight;
    private final Tally tally;
    private final PeakEwma load = new PeakEwma(DECAY, FLOOR, 0);

    Measured(int number, boolean weighted, Tally tally) {
      name = "n" + number;
      weight = weighted && number % 2 == 0 ? 5 : 1;
      this.tally = tally;
    }

    void took(long nowNanos, long latencyNanos) {
      tally.started();
      load.started();
      tally.finished();
      load.finished(nowNanos, latencyNanos);
    }

    @Override
    public String id() {
      return name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int weight() {
      return weight;
    }

    @Override
    public double warmth(long nowNanos) {
      return 1;
    }

    @Override
    public int inFlight() {
      return load.inFlight();
    }

    @Override
    public Tally tally() {
      return tally;
    }

    @Override
    public double cost(long nowNanos) {
      return load.cost(nowNanos, weight);
    }

    @Override
    public boolean ejected() {
      return false;
    }
  }

  /** Measures each endpoint once. */
  @Setup
  public void measure() {
    var tally = new Tally();
    var measured = new ArrayList<Measured>();
    for (int i = 0; i < endpoints; i++) {
      var candidate = new Measured(i, weighted, tally);
      candidate.took(i, Measured.LATENCY_NANOS + i);
      measured.add(candidate);
    }
    candidates = List.copyOf(measured);
    picker = picker();
    for (int i = 0; i < KEYS; i++) {
      requests[i] = Stub.request(Map.of(KEY, "10.0." + i / 256 + "." + i % 256));
    }
  }

  private Picker<Measured> picker() {
    var defaults = BalancePolicy.DEFAULT;
    var policy =
        new BalancePolicy(
            algorithm,
            KEY,
            defaults.loadBound(),
            defaults.locality(),
            defaults.spillOver(),
            defaults.slowStart());
    var chosen = Picker.of(policy, candidates, Rng.system(), 0);
    return algorithm == BalancePolicy.Algorithm.CONSISTENT_HASH
        ? new HashRing<>(candidates, KEY, policy.loadBound(), chosen)
        : chosen;
  }

  /** Chooses, and no more. */
  @Benchmark
  public Object pick() {
    nowNanos += STEP_NANOS;
    return picker.pick(request(), nowNanos);
  }

  /** Chooses, sends and takes note of the answer. */
  @Benchmark
  public Object pickAndMeasure() {
    nowNanos += STEP_NANOS;
    var picked = picker.pick(request(), nowNanos);
    picked.took(nowNanos, Measured.LATENCY_NANOS * 9 / 10);
    return picked;
  }

  private Request request() {
    next = (next + 1) % KEYS;
    return requests[next];
  }
}
