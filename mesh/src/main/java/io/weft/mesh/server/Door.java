package io.weft.mesh.server;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests of one operation come into an instance: their policy, their rate, and how long
 * they usually take.
 *
 * <p>For the instance's event loop.
 */
final class Door implements Step {
  /** How much one call counts in what calls usually take: the last few dozen decide. */
  private static final double USUAL_WEIGHT = 1.0 / 32;

  private final Admission admission;
  private final Ticker ticker;
  private final String operation;
  private final Step inside;
  private @Nullable Policies seen;
  private @Nullable Rate rate;

  /** What calls take beside as many as may run; 0 when nobody knows. */
  private double usualNanos;

  Door(Admission admission, Ticker ticker, String operation, Step inside) {
    this.admission = admission;
    this.ticker = ticker;
    this.operation = operation;
    this.inside = inside;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // See Admission.policies().
  public Future<Reply> take(Request request) {
    var present = admission.policies();
    if (present != seen) {
      follow(present);
    }
    if (admission.draining()) {
      return Future.failedFuture(
          new Rejected(
              Rejected.Reason.DRAINING, "the instance is stopping", MeshLimits.RETRY_AFTER));
    }
    var refusal = rate == null ? null : tooMany(rate, request);
    return refusal == null ? admission.admit(this, request) : Future.failedFuture(refusal);
  }

  /** A rate that stays the same keeps its buckets. */
  private void follow(Policies present) {
    seen = present;
    var limit = present.of(operation).admission().rate();
    if (limit == null) {
      rate = null;
    } else if (rate == null || !limit.equals(rate.limit())) {
      rate = new Rate(limit, ticker.nanos());
    }
  }

  private @Nullable MeshFailure tooMany(Rate buckets, Request request) {
    long waitNanos = buckets.take(request, ticker.nanos());
    if (waitNanos == 0) {
      return null;
    }
    var limit = buckets.limit();
    return new Rejected(
        Rejected.Reason.OVERLOADED,
        "too many calls of "
            + operation
            + (limit.by() == null ? "" : " with the same " + limit.by())
            + " (limit: "
            + limit.perSecond()
            + " per second)",
        Duration.ofNanos(waitNanos));
  }

  /** Returns how long a call is to have when it begins, in nanoseconds; 0 when nobody knows. */
  double needsNanos() {
    return usualNanos * MeshLimits.PATIENCE_USUALS;
  }

  /** Hands a request to what lies below. */
  Future<Reply> pass(Request request) {
    return inside.take(request);
  }

  /** Learns from a call that has ended how long calls take and how many do well at a time. */
  void learn(Ticket ticket, @Nullable Throwable failure, AdaptiveLimit limit, long nowNanos) {
    long tookNanos = nowNanos - ticket.startNanos();
    boolean answered = failure == null || failure instanceof Application;
    switch (ticket.sample()) {
      case HALF -> limit.tried(answered && usualNanos > 0 ? tookNanos / usualNanos : 1, nowNanos);
      case USUAL -> {
        if (answered && limit.learns()) {
          usualNanos += usualNanos == 0 ? tookNanos : (tookNanos - usualNanos) * USUAL_WEIGHT;
        }
      }
      case NOTHING -> {
        // It ran beside too few, or too many.
      }
    }
    long hadNanos = ticket.request().deadline().atNanos() - ticket.startNanos();
    limit.ended(answered ? tookNanos >= hadNanos : useless(failure, tookNanos, hadNanos), nowNanos);
  }

  /**
   * What fails at once says nothing of how many run. What has too much to do below, or kept its
   * caller waiting for most of its time, does.
   */
  private static boolean useless(@Nullable Throwable failure, long tookNanos, long hadNanos) {
    return tookNanos * 2 >= hadNanos
        || (failure instanceof Rejected rejected
            && rejected.reason() == Rejected.Reason.OVERLOADED);
  }
}
