package io.weft.orders;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.TraceContext;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Order;
import io.weft.orders.api.Orders;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings orders to their end, from wherever they stand.
 *
 * <p>An order that is PENDING wants its credit decided on at users, and then becomes CONFIRMED or
 * REJECTED; one that is CANCELLING wants its credit given back, and then becomes CANCELLED. Both
 * steps may be done any number of times by any number of drivers: users decides once per order, and
 * a status changes once. So whoever finds an order on its way may go on with it, and a crash
 * between any two steps costs nothing but time.
 *
 * <p>Orders are driven on the verticle's own context and not on that of a call, whose deadline is
 * not the order's. For that one context.
 */
final class OrderSaga {
  private static final Logger LOG = LoggerFactory.getLogger(OrderSaga.class);

  /** The refusals of users, which are final and become the order's reason. */
  private static final Set<String> REFUSALS =
      Set.of(
          "credit.insufficient",
          "credit.currency_mismatch",
          "user.inactive",
          "user.not_found",
          "reservation.released");

  private final Context context;
  private final Mesh mesh;
  private final OrderStore store;
  private final Time time;
  private int driving;
  private Promise<Void> idle = Promise.promise();

  OrderSaga(Context context, Mesh mesh, OrderStore store, Time time) {
    this.context = context;
    this.mesh = mesh;
    this.store = store;
    this.time = time;
  }

  /**
   * Brings an order to its end.
   *
   * @param options the trace to continue; without one it is that in which the order was placed, and
   *     if that is not known, that of the order's life
   * @return the order at its end; fails when that could not be done now, and then the order is left
   *     for later
   */
  Future<Order> drive(Work work, CallOptions options) {
    Promise<Order> driven = Promise.promise();
    context.runOnContext(
        go -> {
          driving++;
          traced(work, options)
              .onComplete(
                  done -> {
                    driving--;
                    if (driving == 0) {
                      idle.tryComplete();
                    }
                  })
              .onComplete(driven);
        });
    return driven.future();
  }

  /** Completes when nothing is driven any more, at the latest after the stop timeout. */
  Future<Void> idle() {
    idle = Promise.promise();
    if (driving == 0) {
      idle.complete();
    }
    var patience = time.timers().after(OrdersLimits.STOP_TIMEOUT, idle::tryComplete);
    return idle.future().onComplete(done -> patience.cancel());
  }

  /** The steps of a drive are one span, in the trace of the call that it is made for. */
  private Future<Order> traced(Work work, CallOptions options) {
    long startNanos = time.ticker().nanos();
    var asked = options.trace() == null ? stored(work) : options.trace();
    var own =
        asked == null ? TraceContext.of(work.id(), true, time.rng()) : asked.child(time.rng());
    return bounded(work.in(own), options.withTrace(own))
        .onComplete(
            (order, failure) -> {
              long nanos = time.ticker().nanos() - startNanos;
              var outcome = Outcome.of(failure);
              if (mesh.spans().wants(own, outcome, nanos)) {
                mesh.spans()
                    .add(
                        own,
                        own.span(),
                        asked == null ? 0 : asked.span(),
                        Span.Kind.INTERNAL,
                        "orders.saga " + work.status(),
                        Orders.SERVICE,
                        outcome,
                        failure == null ? null : failure.getMessage(),
                        nanos,
                        Map.of("order", work.id().toString()));
              }
            });
  }

  /** Whoever goes on with what another has begun has it kept in any case: that is why. */
  private static @Nullable TraceContext stored(Work work) {
    return work.trace().present() ? work.trace().asSampled() : null;
  }

  private Future<Order> bounded(Work work, CallOptions options) {
    Future<Order> step =
        driving > OrdersLimits.DRIVING_MAX
            ? Future.failedFuture(
                new MeshFailure.NotSent(
                    driving + " orders on their way (limit: " + OrdersLimits.DRIVING_MAX + ")"))
            : step(work, options);
    return step.recover(failure -> leave(work, failure));
  }

  private Future<Order> step(Work work, CallOptions options) {
    return switch (work.status()) {
      case PENDING -> decide(work, options);
      case CANCELLING -> giveBack(work, options);
      default -> Future.failedFuture(new IllegalStateException("nothing to do for " + work));
    };
  }

  private Future<Order> decide(Work work, CallOptions options) {
    var request =
        new ReserveCredit(
            work.userId().toString(), work.id().toString(), work.currency(), work.total());
    return mesh.call(Users.RESERVE, request, step(work.id(), "reserve", options))
        .compose(
            held -> store.settle(work, Transition.CONFIRM, null),
            failure ->
                failure instanceof MeshFailure.Application refusal
                        && REFUSALS.contains(refusal.code())
                    ? store.settle(work, Transition.REJECT, refusal.code())
                    : Future.failedFuture(failure));
  }

  private Future<Order> giveBack(Work work, CallOptions options) {
    var request = new ReleaseCredit(work.id().toString());
    return mesh.call(Users.RELEASE, request, step(work.id(), "release", options))
        .compose(released -> store.finishCancel(work));
  }

  private static CallOptions step(UUID order, String step, CallOptions options) {
    return options.withTimeout(OrdersLimits.STEP_TIMEOUT).withKey("orders/" + order + "/" + step);
  }

  private Future<Order> leave(Work work, Throwable failure) {
    int failedAttempts = work.failedAttempts() + (mayLieInTheOrder(failure) ? 1 : 0);
    if (isFinal(failure) || failedAttempts >= OrdersLimits.FAILED_ATTEMPTS_MAX) {
      return park(work, failedAttempts, failure);
    }
    Duration delay = backoff(work.attempts());
    LOG.warn(
        "order {} stays {} and is tried again in {} ms: {}",
        work.id(),
        work.status(),
        delay.toMillis(),
        failure.getMessage());
    return store
        .retryLater(work.id(), delay, failedAttempts)
        // Should that fail too, the claim lapses by itself.
        .transform(left -> Future.failedFuture(failure));
  }

  private Future<Order> park(Work work, int failedAttempts, Throwable failure) {
    String reason = reason(failure);
    LOG.error("order {} stays {} and is parked: {}", work.id(), work.status(), reason);
    return store
        .park(work.id(), reason, failedAttempts)
        .transform(parked -> Future.failedFuture(failure));
  }

  private static String reason(Throwable failure) {
    String what =
        failure instanceof MeshFailure.Application refusal
            ? refusal.code()
            : failure.getClass().getSimpleName();
    String reason = what + ": " + failure.getMessage();
    return reason.length() <= OrdersLimits.PARKED_REASON_MAX_CHARS
        ? reason
        : reason.substring(0, OrdersLimits.PARKED_REASON_MAX_CHARS);
  }

  /** An answer that users must not give: to ask again would bring no other. */
  private static boolean isFinal(Throwable failure) {
    return failure instanceof MeshFailure.Application refusal
        && !refusal.code().equals("key.in_progress");
  }

  /** What never ran says nothing of the order: what it needs is away, and will be back. */
  private static boolean mayLieInTheOrder(Throwable failure) {
    return !(failure instanceof MeshFailure.NotSent
        || failure instanceof MeshFailure.Rejected
        || failure instanceof MeshFailure.Expired);
  }

  private Duration backoff(int attempts) {
    long most = OrdersLimits.BACKOFF_MAX.toMillis();
    long full = OrdersLimits.BACKOFF_FIRST.toMillis();
    for (int i = 0; i < attempts && full < most; i++) {
      full *= 2;
    }
    return Duration.ofMillis((long) (Math.min(full, most) * (0.5 + time.rng().nextDouble() / 2)));
  }
}
