package io.weft.mesh.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tries again what is safe to try again, within the budget, the credit of the chain and the
 * deadline.
 *
 * <p>{@code NotSent} and {@code Rejected} had no effect. {@code Unknown} may have had: a query may
 * be repeated all the same, and so may a command, whose key lets the server recognise it. What is
 * forbidden, expired or answered is final. A command of which one attempt may have run is {@code
 * Unknown} in the end, even if a later attempt is known not to have. Waits grow by doubling and are
 * drawn at random up to their full length, so that clients that failed together do not return
 * together. A server that said when it may be tried again is not tried again sooner.
 */
final class Retries implements Step {
  /** The reading of the clock that stands for an attempt that is not measured. */
  private static final long UNMEASURED = Long.MIN_VALUE;

  private static final long PAUSE_PART_NANOS = MeshLimits.RETRY_PAUSE_PART.toNanos();
  private static final long WAIT_MAX_NANOS = TimeUnit.DAYS.toNanos(1);

  private final Time time;
  private final CallHistory.Book histories;
  private final Predicate<Request> elsewhere;
  private final Step next;

  /**
   * Puts the step above another.
   *
   * @param elsewhere says whether there is an endpoint that a request has not tried
   */
  Retries(Time time, CallHistory.Book histories, Predicate<Request> elsewhere, Step next) {
    this.time = time;
    this.histories = histories;
    this.elsewhere = elsewhere;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    return attempt(request, histories.of(request.operation()), 1, false);
  }

  private Future<Reply> attempt(
      Request request, CallHistory history, int number, boolean mayHaveRun) {
    // Of hedged calls each attempt is measured by itself, further down.
    long startNanos =
        request.policy().hedge() == null && history.measured() ? time.ticker().nanos() : UNMEASURED;
    var attempted = next.take(request);
    if (attempted.succeeded()) {
      answered(request, history, startNanos);
      return attempted;
    }
    // By hand what recover() does: it makes three more objects, for every call that succeeds too.
    Promise<Reply> answered = Promise.promise();
    attempted.onComplete(
        (reply, failure) -> {
          if (failure == null) {
            answered(request, history, startNanos);
            answered.complete(reply);
          } else {
            failed(request, history, number, mayHaveRun, failure).onComplete(answered);
          }
        });
    return answered.future();
  }

  private void answered(Request request, CallHistory history, long startNanos) {
    long nowNanos = time.ticker().nanos();
    history.answered(request, nowNanos);
    if (startNanos != UNMEASURED) {
      history.latencies().record(nowNanos - startNanos);
    }
  }

  private Future<Reply> failed(
      Request request, CallHistory history, int number, boolean mayHaveRun, Throwable failure) {
    if (failure instanceof Application) {
      history.answered(request, time.ticker().nanos());
    }
    long waitNanos = waitNanos(request, number, failure);
    var reason = whyNotAgain(request, history, number, failure, waitNanos);
    var explanation = request.explanation();
    if (explanation != null) {
      explanation.note(
          reason == null
              ? "tried again after " + TimeUnit.NANOSECONDS.toMicros(waitNanos) + " us"
              : "not tried again: " + reason);
    }
    if (reason != null) {
      return Future.failedFuture(mayHaveRun ? inDoubt(request, failure) : failure);
    }
    Promise<Void> waited = Promise.promise();
    pause(request, time.ticker().nanos() + waitNanos, waited);
    boolean inDoubt = mayHaveRun || failure instanceof Unknown;
    return waited.future().compose(done -> attempt(request, history, number + 1, inDoubt));
  }

  /**
   * Waits, in parts, as nobody may wait for the call any more; the attempt sees to that then. By
   * the clock, not by the parts: this process may be paused in the midst of one.
   */
  private void pause(Request request, long untilNanos, Promise<Void> waited) {
    long leftNanos = untilNanos - time.ticker().nanos();
    if (leftNanos <= 0 || request.cancellation().cancelled()) {
      waited.complete();
    } else {
      time.timers()
          .after(
              Duration.ofNanos(Math.min(leftNanos, PAUSE_PART_NANOS)),
              () -> pause(request, untilNanos, waited));
    }
  }

  /** Returns why there is no further attempt, for people; null when there is one, paid for. */
  private @Nullable String whyNotAgain(
      Request request, CallHistory history, int number, Throwable failure, long waitNanos) {
    if (!repeatable(request, failure)) {
      return "what it met is final";
    }
    if (number >= request.policy().retries().attemptsMax()) {
      return "it had all its attempts";
    }
    if (request.cancellation().cancelled()) {
      return "nobody waits for it any more";
    }
    if (request.deadline().remainingNanos() <= waitNanos + history.expectedNanos()) {
      return "its deadline leaves no time for another attempt";
    }
    return history.pay(request);
  }

  private static Throwable inDoubt(Request request, Throwable failure) {
    boolean known =
        request.kind() != Operation.Kind.COMMAND
            || failure instanceof Unknown
            || failure instanceof Application;
    return known
        ? failure
        : new Unknown(
            "an earlier attempt at "
                + request.operation()
                + " may have run; the last one did not: "
                + failure.getMessage());
  }

  private long waitNanos(Request request, int number, Throwable failure) {
    long capNanos = request.policy().retries().backoff().toNanos() << (number - 1);
    long waitNanos = (long) (time.rng().nextDouble() * capNanos);
    return failure instanceof Rejected rejected && !elsewhere.test(request)
        ? waitNanos + Math.min(WAIT_MAX_NANOS, TimeUnit.NANOSECONDS.convert(rejected.retryAfter()))
        : waitNanos;
  }

  static boolean repeatable(Request request, Throwable failure) {
    if (failure instanceof Rejected rejected) {
      return rejected.reason() != Rejected.Reason.FORBIDDEN;
    }
    return failure instanceof NotSent
        || (failure instanceof Unknown
            && (request.kind() != Operation.Kind.COMMAND || !request.key().isEmpty()));
  }
}
