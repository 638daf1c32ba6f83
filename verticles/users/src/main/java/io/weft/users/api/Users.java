package io.weft.users.api;

import io.weft.mesh.Operation;
import io.weft.mesh.Topic;

/**
 * The operations of the service users.
 *
 * <p>They fail with {@code user.not_found}, {@code user.invalid} (with the pointer of the field),
 * {@code user.email_taken}, {@code user.version_conflict}, {@code user.inactive}, {@code
 * cursor.invalid}, {@code key.reused} and {@code key.in_progress}.
 */
public interface Users {
  /** The name of the service. */
  String SERVICE = "users";

  /** An account was opened. Its aggregate and its owner are the account. */
  Topic<UserEvent> REGISTERED = Topic.of("users.registered", UserEvent.class);

  /** An account was changed or made inactive; not told of what is reserved of its credit. */
  Topic<UserEvent> CHANGED = Topic.of("users.changed", UserEvent.class);

  /** Opens an account. */
  Operation<CreateUser, User> CREATE =
      Operation.command("users.create", CreateUser.class, User.class);

  /** Reads an account. */
  Operation<UserId, User> GET = Operation.query("users.get", UserId.class, User.class);

  /** Reads accounts, a page at a time, oldest first. */
  Operation<ListUsers, UserPage> LIST =
      Operation.query("users.list", ListUsers.class, UserPage.class);

  /** Changes an account, if it still is at the version that the caller has seen. */
  Operation<UpdateUser, User> UPDATE =
      Operation.command("users.update", UpdateUser.class, User.class);

  /** Makes an account inactive; an inactive one stays as it is. */
  Operation<DeactivateUser, User> DEACTIVATE =
      Operation.command("users.deactivate", DeactivateUser.class, User.class);

  /**
   * Holds credit for an order, once per order. A refusal is final too: {@code user.not_found},
   * {@code user.inactive}, {@code credit.currency_mismatch}, {@code credit.insufficient}, or {@code
   * reservation.released} when the credit of the order was released before. The idempotency key is
   * the order's id.
   */
  Operation<ReserveCredit, Reservation> RESERVE =
      Operation.command("users.reserve", ReserveCredit.class, Reservation.class);

  /** Gives back the credit held for an order; nothing is held for it afterwards or ever. */
  Operation<ReleaseCredit, Reservation> RELEASE =
      Operation.command("users.release", ReleaseCredit.class, Reservation.class);
}
