package io.weft.lab.jmh;

import io.vertx.core.Future;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.server.Admission;
import io.weft.mesh.server.ServerStack;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.telemetry.Telemetry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the server's side costs a call: telemetry, admission and the deadline gate. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AdmissionBench {
  private static final Future<Reply> ANSWERED = Future.succeededFuture(Stub.REPLY);

  /** The same each time, so that only the stack is measured; it must not expire meanwhile. */
  private final Request request = Stub.request(Duration.ofDays(1));

  private final Step handler = taken -> ANSWERED;
  private final Step untold = stack(Telemetry.NONE, SpanSink.NONE);
  private final Step told = stack(new CallHistograms(Stub.TIME.ticker()), Stub.spans());

  /** Admission and the deadline gate, with telemetry that tells nobody. */
  @Benchmark
  public Object admit() {
    return untold.take(request);
  }

  /** All of the server's side. */
  @Benchmark
  public Object admitAndTell() {
    return told.take(request);
  }

  private Step stack(Telemetry telemetry, SpanSink spans) {
    return ServerStack.of(
        Stub.observation(telemetry, spans),
        "stub-1",
        Stub.TIME.ticker(),
        new Admission(Stub.TIME.ticker(), Stub.SERVICE, () -> Policies.DEFAULT),
        Stub.OPERATION,
        handler);
  }
}
