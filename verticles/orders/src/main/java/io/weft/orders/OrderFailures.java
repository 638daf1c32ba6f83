package io.weft.orders;

import io.weft.mesh.MeshFailure;
import io.weft.orders.api.Order;

/** How the operations of orders fail. */
final class OrderFailures {
  /** The code of a key that was used for another order. */
  static final String KEY_REUSED = "order.key_reused";

  private OrderFailures() {}

  static MeshFailure.Application notFound() {
    return new MeshFailure.Application("order.not_found", "no order has this id");
  }

  static MeshFailure.Application unknownUser() {
    return new MeshFailure.Application("user.not_found", "userId: no user has this id", "/userId");
  }

  static MeshFailure.Application inProgress() {
    return new MeshFailure.Application(
        "order.in_progress", "the first request with this idempotency key is still at work");
  }

  static MeshFailure.Application keyReused() {
    return new MeshFailure.Application(
        KEY_REUSED,
        "the idempotency key was used for another order (expected: a key of its own for each)");
  }

  static MeshFailure.Application notCancellable(Order.Status status) {
    return new MeshFailure.Application(
        "order.not_cancellable", "the order is " + status + " (expected: CONFIRMED)");
  }

  static MeshFailure.Application inactiveUser() {
    return new MeshFailure.Application(
        "user.inactive", "userId: the user is inactive and orders no more", "/userId");
  }

  static MeshFailure.Application atSite() {
    return new MeshFailure.Application(
        "order.at_site",
        "the order waits in the journal of a site that is cut off; cancel it once the hub has it");
  }

  static MeshFailure.Application tooLarge(int bytes) {
    return new MeshFailure.Application(
        "body.too_large",
        "order of " + bytes + " bytes (limit: " + OrdersLimits.ORDER_MAX_BYTES + ")");
  }
}
