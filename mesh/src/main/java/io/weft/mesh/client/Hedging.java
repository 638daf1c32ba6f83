package io.weft.mesh.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Cancellation;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.HedgePolicy;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.TimingWheel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks a query a second time, elsewhere, when the first answer takes longer than most; the first of
 * the two answers counts, and the other attempt is cancelled.
 *
 * <p>Only where the policy of the operation says so, never for commands, only when there is an
 * endpoint that was not tried, and paid for like a retry. How long most answers take is learned
 * from first attempts; one that is overtaken counts with the time it had taken by then. After
 * "hedged requests" in J. Dean and L. A. Barroso, "The Tail at Scale", 2013. For one event loop.
 */
final class Hedging implements Step {
  private final Time time;
  private final CallHistory.Book histories;
  private final Predicate<Request> elsewhere;
  private final Step next;
  private final TimingWheel wheel;

  /**
   * Puts the step above another.
   *
   * @param elsewhere says whether there is an endpoint that a request has not tried
   */
  Hedging(Time time, CallHistory.Book histories, Predicate<Request> elsewhere, Step next) {
    this.time = time;
    this.histories = histories;
    this.elsewhere = elsewhere;
    this.next = next;
    wheel =
        new TimingWheel(
            time.ticker(), time.timers(), MeshLimits.HEDGE_TICK, MeshLimits.WHEEL_BUCKETS);
  }

  @Override
  public Future<Reply> take(Request request) {
    var hedge = request.policy().hedge();
    return hedge == null || request.kind() != Operation.Kind.QUERY
        ? next.take(request)
        : new Race(request).run(hedge);
  }

  /** The one or two attempts at one request; what is scheduled is the start of the second. */
  private final class Race extends TimingWheel.Entry {
    private final Request request;
    private final CallHistory history;
    private final Promise<Reply> answered = Promise.promise();
    private final List<Runner> runners = new ArrayList<>(2);
    private int running;

    Race(Request request) {
      this.request = request;
      history = histories.of(request.operation());
    }

    Future<Reply> run(HedgePolicy hedge) {
      long startNanos = time.ticker().nanos();
      long usualNanos = history.latencies().nanosAt(hedge.percentile());
      start(startNanos);
      if (running > 0 && usualNanos != Latencies.UNKNOWN) {
        wheel.schedule(this, startNanos + Math.max(usualNanos, hedge.delayMin().toNanos()));
      }
      return answered.future();
    }

    private void start(long nowNanos) {
      var runner = new Runner(nowNanos);
      runners.add(runner);
      running++;
      runner.unlisten = request.cancellation().onCancel(runner.own::cancel);
      next.take(request.attempt(runner.own))
          .onComplete((reply, failure) -> ended(runner, reply, failure));
    }

    /** The first attempt takes longer than most. */
    @Override
    protected void expired() {
      if (request.cancellation().cancelled() || request.deadline().expired()) {
        return;
      }
      var reason = elsewhere.test(request) ? history.pay(request) : "there is no other endpoint";
      var explanation = request.explanation();
      if (explanation != null) {
        explanation.note(
            reason == null
                ? "asked a second time: the first answer takes longer than most"
                : "not asked a second time: " + reason);
      }
      if (reason == null) {
        start(time.ticker().nanos());
      }
    }

    private void ended(Runner runner, @Nullable Reply reply, @Nullable Throwable failure) {
      running--;
      runner.unlisten.run();
      if (answered.future().isComplete()) {
        return; // The other was faster.
      }
      boolean answer = failure == null || failure instanceof Application;
      if (!answer && running > 0) {
        return; // The other may still do better.
      }
      wheel.cancel(this);
      if (answer) {
        learn();
      }
      if (failure == null) {
        answered.complete(reply);
      } else {
        answered.fail(failure);
      }
      for (var each : runners) {
        each.own.cancel(); // Does nothing to the one that has ended.
      }
    }

    private void learn() {
      history.latencies().record(time.ticker().nanos() - runners.get(0).startNanos);
    }
  }

  /** One of the attempts, with a cancellation of its own. */
  private static final class Runner {
    private final Cancellation own = new Cancellation();
    private final long startNanos;
    private Runnable unlisten = () -> {};

    Runner(long startNanos) {
      this.startNanos = startNanos;
    }
  }
}
