package io.weft.orders;

import io.weft.orders.api.Order.Status;
import java.util.Arrays;
import java.util.List;

/**
 * The life of an order: every change of status that there is.
 *
 * <pre>
 * PENDING ─┬─ CONFIRM → CONFIRMED ── CANCEL → CANCELLING ── FINISH → CANCELLED
 *          └─ REJECT  → REJECTED
 * </pre>
 */
enum Transition {
  /** The credit is held. */
  CONFIRM(Status.PENDING, Status.CONFIRMED),
  /** The credit was refused. */
  REJECT(Status.PENDING, Status.REJECTED),
  /** Somebody wants the order no more. */
  CANCEL(Status.CONFIRMED, Status.CANCELLING),
  /** The credit was given back. */
  FINISH(Status.CANCELLING, Status.CANCELLED);

  private final Status from;
  private final Status to;

  Transition(Status from, Status to) {
    this.from = from;
    this.to = to;
  }

  /** Returns the status in which an order must be. */
  Status from() {
    return from;
  }

  /** Returns the status in which it is afterwards. */
  Status to() {
    return to;
  }

  /** Returns the statuses in which an order waits for its saga. */
  static List<Status> unfinished() {
    return List.of(Status.PENDING, Status.CANCELLING);
  }

  /** Returns the statuses that an order can be in after another. */
  static List<Status> after(Status status) {
    return Arrays.stream(values()).filter(t -> t.from == status).map(t -> t.to).toList();
  }
}
