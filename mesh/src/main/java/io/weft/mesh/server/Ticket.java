package io.weft.mesh.server;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import org.jspecify.annotations.Nullable;

/**
 * One request that an instance has taken on and not answered at once: while it waits in the line,
 * and while it runs.
 *
 * <p>It is the link of the list that it stands in, {@link Tickets}. For the instance's event loop.
 */
final class Ticket implements Completable<Reply> {
  private final Admission admission;
  private final Door door;
  private final Request request;
  private final Promise<Reply> answered = Promise.promise();
  private long startNanos;
  private AdaptiveLimit.Sample sample = AdaptiveLimit.Sample.NOTHING;
  private @Nullable Ticket previous;
  private @Nullable Ticket next;

  Ticket(Admission admission, Door door, Request request) {
    this.admission = admission;
    this.door = door;
    this.request = request;
  }

  Door door() {
    return door;
  }

  Request request() {
    return request;
  }

  Future<Reply> answer() {
    return answered.future();
  }

  long startNanos() {
    return startNanos;
  }

  /** Returns what it tells of the limit. */
  AdaptiveLimit.Sample sample() {
    return sample;
  }

  void started(long nowNanos, AdaptiveLimit.Sample tells) {
    startNanos = nowNanos;
    sample = tells;
  }

  /** Answers it, unless it has been abandoned: then the reply is of no use to anybody. */
  void answer(@Nullable Reply reply, @Nullable Throwable failure) {
    if (failure != null) {
      answered.tryFail(failure);
    } else if (!answered.tryComplete(reply) && reply != null && reply.items() != null) {
      reply.items().cancel();
    }
  }

  void refuse(@Nullable Throwable failure) {
    answered.tryFail(failure);
  }

  /** The handler has answered. */
  @Override
  public void complete(@Nullable Reply reply, @Nullable Throwable failure) {
    if (answered.future().isComplete()) { // Abandoned: its place is taken already.
      answer(reply, failure);
      return;
    }
    admission.finished(this, failure);
    answer(reply, failure);
    admission.turn();
  }

  @Nullable Ticket previous() {
    return previous;
  }

  void previous(@Nullable Ticket ticket) {
    previous = ticket;
  }

  @Nullable Ticket next() {
    return next;
  }

  void next(@Nullable Ticket ticket) {
    next = ticket;
  }
}
