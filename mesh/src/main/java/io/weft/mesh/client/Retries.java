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

/**
 * Tries again what is safe to try again, within the budget and the deadline.
 *
 * <p>{@code NotSent} and {@code Rejected} had no effect. {@code Unknown} may have had: a query may
 * be repeated all the same, and so may a command, whose key lets the server recognise it. What is
 * forbidden, expired or answered is final. A command of which one attempt may have run is {@code
 * Unknown} in the end, even if a later attempt is known not to have. Waits grow by doubling and are
 * drawn at random up to their full length, so that clients that failed together do not return
 * together.
 */
final class Retries implements Step {
  private final Time time;
  private final RetryBudget budget;
  private final Step next;

  Retries(Time time, RetryBudget budget, Step next) {
    this.time = time;
    this.budget = budget;
    this.next = next;
  }

  @Override
  public Future<Reply> take(Request request) {
    budget.deposit();
    return attempt(request, 1, false);
  }

  private Future<Reply> attempt(Request request, int number, boolean mayHaveRun) {
    var attempted = next.take(request);
    if (attempted.succeeded()) {
      return attempted;
    }
    // By hand what recover() does: it makes three more objects, for every call that succeeds too.
    Promise<Reply> answered = Promise.promise();
    attempted.onComplete(
        (reply, failure) -> {
          if (failure == null) {
            answered.complete(reply);
          } else {
            again(request, number, mayHaveRun, failure).onComplete(answered);
          }
        });
    return answered.future();
  }

  private Future<Reply> again(Request request, int number, boolean mayHaveRun, Throwable failure) {
    var wait = backoff(number);
    if (number >= MeshLimits.ATTEMPTS_MAX
        || !repeatable(request, failure)
        || request.cancellation().cancelled()
        || request.deadline().remainingNanos() <= wait.toNanos()
        || !budget.withdraw()) {
      return Future.failedFuture(mayHaveRun ? inDoubt(request, failure) : failure);
    }
    Promise<Void> waited = Promise.promise();
    time.timers().after(wait, waited::complete);
    boolean inDoubt = mayHaveRun || failure instanceof Unknown;
    return waited.future().compose(done -> attempt(request, number + 1, inDoubt));
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

  private Duration backoff(int number) {
    long capNanos = MeshLimits.RETRY_BACKOFF.toNanos() << (number - 1);
    return Duration.ofNanos((long) (time.rng().nextDouble() * capNanos));
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
