package io.weft.lab.jmh;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.bus.BusMesh;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a whole call costs between a caller and a handler on the same node: both stacks, the
 * deadline, the context of the call, and no bytes. The bytes allocated are those of both sides.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LocalCallBench {
  /** Calls made in one turn of the event loop; fewer than an endpoint may have in flight. */
  private static final int BATCH = 500;

  private static final Operation<Say, Said> ECHO =
      Operation.query("words.echo", Say.class, Said.class);
  private static final Say REQUEST = Say.numbered(42);

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final Mesh mesh = BusMesh.local(vertx);
  private final Context server = vertx.getOrCreateContext();
  private final Context elsewhere = vertx.getOrCreateContext();

  /** Serves the operation on one event loop. */
  @Setup
  public void serve() throws Exception {
    var serving = new CompletableFuture<Boolean>();
    server.runOnContext(
        turn ->
            mesh.serve(ECHO, request -> Future.succeededFuture(Said.to(request)))
                .onSuccess(served -> serving.complete(true))
                .onFailure(serving::completeExceptionally));
    serving.get();
    if (callFrom(server) != BATCH || callFrom(elsewhere) != BATCH) {
      throw new IllegalStateException("calls failed (expected: all answered)");
    }
  }

  /** Closes the event loops. */
  @TearDown
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  /** From the handler's own event loop. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int fromTheSameLoop() throws Exception {
    return callFrom(server);
  }

  /** From the other event loop of the node. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int fromAnotherLoop() throws Exception {
    return callFrom(elsewhere);
  }

  private int callFrom(Context context) throws Exception {
    var done = new CompletableFuture<Integer>();
    context.runOnContext(turn -> new Round(done).call());
    return done.get();
  }

  /** One turn's calls; on the caller's event loop. */
  private final class Round {
    private final CompletableFuture<Integer> done;
    private int answered;
    private int completed;

    Round(CompletableFuture<Integer> done) {
      this.done = done;
    }

    void call() {
      for (int i = 0; i < BATCH; i++) {
        mesh.call(ECHO, REQUEST).onComplete((reply, failure) -> completed(failure == null));
      }
    }

    private void completed(boolean succeeded) {
      answered += succeeded ? 1 : 0;
      if (++completed == BATCH) {
        done.complete(answered);
      }
    }
  }
}
