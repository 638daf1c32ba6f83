package io.weft.lab.jmh;

import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Recorder;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.WallClock;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to tell what became of one call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TelemetryBench {
  private static final int LATENCIES = 4_096;

  private final CallHistograms telemetry = new CallHistograms(Ticker.system());
  private final Recorder recorder = telemetry.calls("users.get");
  private final Spans spans = new Spans("local", Ticker.system(), WallClock.system());
  private final TraceContext trace = new TraceContext(1, Long.MAX_VALUE, 1, (byte) 0);
  private final long[] latencies = new Random(1).longs(LATENCIES, 50_000, 5_000_000).toArray();

  /** Where each thread is in the list of latencies. */
  @State(Scope.Thread)
  public static class Position {
    private int next;

    int next() {
      return next++ & (LATENCIES - 1);
    }
  }

  /** Through a recorder that was looked up before, as layers do. */
  @Benchmark
  public void record(Position position) {
    recorder.record(Outcome.OK, latencies[position.next()]);
  }

  /** To find that nobody wants the span of a call: of three that a call has. */
  @Benchmark
  public boolean wantNoSpan(Position position) {
    return spans.wants(trace, Outcome.OK, latencies[position.next()]);
  }

  /** The same from two threads at once, into one series. */
  @Benchmark
  @Threads(2)
  public void recordFromTwoThreads(Position position) {
    recorder.record(Outcome.OK, latencies[position.next()]);
  }
}
