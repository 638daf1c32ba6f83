package io.weft.lab.jmh;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Reply;
import io.weft.mesh.Step;
import io.weft.mesh.breaker.Transitions;
import io.weft.mesh.client.ClientStack;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Observation;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/**
 * What the caller's side costs a call, over a transport that costs nothing: all layers, telemetry
 * included. It is to cost the same however many endpoints there are to choose from.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClientStackBench {
  private static final Future<Reply> ANSWERED = Future.succeededFuture(Stub.REPLY);

  private final Step answeredAtOnce = stack(Stub.directory(3), ANSWERED);
  private Promise<Reply> answer = Promise.promise();
  private final Step answeredLater =
      ClientStack.of(
          Stub.TIME,
          told(),
          directories(Stub.directory(3)),
          (endpoint, request) -> answer.future(),
          Place.NOWHERE,
          Transitions.NOBODY);

  /** How the cost grows with the endpoints of a service. */
  @State(Scope.Thread)
  public static class Endpoints {
    /** How many endpoints serve the operation. */
    @Param({"1", "10", "100", "1000"})
    private int endpoints;

    private Step stack = stack(Directory.EMPTY, ANSWERED);

    /** Tries each of them, on average a hundred times. */
    @Setup
    public void warm() {
      stack = stack(Stub.directory(endpoints), ANSWERED);
      for (int i = 0; i < endpoints * 100; i++) {
        stack.take(Stub.request());
      }
    }
  }

  /** A large site that changes all the time. */
  @State(Scope.Thread)
  public static class Changes {
    private static final int ENDPOINTS = 10_000;

    private final Directory one = Stub.directory(ENDPOINTS);
    private final Directory other = Stub.directory(ENDPOINTS);
    private long version = 1;
    private Directory present = one;
    private final Step stack =
        ClientStack.of(
            Stub.TIME,
            new CallHistograms(Stub.TIME.ticker()),
            () -> present,
            (endpoint, request) -> ANSWERED);

    private void change() {
      version++;
      var from = version % 2 == 0 ? other : one; // Equal, but not the same.
      present = new Directory(version, from.nodes(), from.endpoints(), from.byOperation());
    }
  }

  /** The first call after a change of a site with 10,000 endpoints of one service. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public Object afterAChange(Changes state) {
    state.change();
    return state.stack.take(Stub.request());
  }

  /** What every call has to make, with the mesh or without: the request. */
  @Benchmark
  public Object requestOnly() {
    return Stub.request();
  }

  /** The request and the stack, over a transport that has the answer. */
  @Benchmark
  public Object answeredAtOnce() {
    return answeredAtOnce.take(Stub.request());
  }

  /** The request and the stack, when the answer comes after the call was made, as always. */
  @Benchmark
  public Object answeredLater() {
    answer = Promise.promise();
    var taken = answeredLater.take(Stub.request());
    answer.complete(Stub.REPLY);
    return taken;
  }

  /** The same as {@link #answeredAtOnce}, with few and many endpoints. */
  @Benchmark
  public Object byEndpoints(Endpoints state) {
    return state.stack.take(Stub.request());
  }

  private static Step stack(Directory directory, Future<Reply> answer) {
    return ClientStack.of(
        Stub.TIME,
        told(),
        directories(directory),
        (endpoint, request) -> answer,
        Place.NOWHERE,
        Transitions.NOBODY);
  }

  private static Observation told() {
    return Stub.observation(new CallHistograms(Stub.TIME.ticker()), Stub.spans());
  }

  private static Supplier<Directory> directories(Directory directory) {
    return () -> directory;
  }
}
