package io.weft.users.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Users#REGISTERED} and {@link Users#CHANGED} tell of an account.
 *
 * @param userId the account's id
 * @param status whether it may order
 * @param currency of its credit, by ISO 4217
 * @param creditLimit the most that may be reserved, in minor units
 * @param version of the account after the change
 * @param at when it happened
 * @param email of the account; null from a release that did not tell it
 * @param name of the account's owner; null as the e-mail address
 * @param reserved what was held for orders and by sites then, in minor units; null as the others
 * @param createdAt when the account was opened; null as the others
 */
public record UserEvent(
    String userId,
    User.Status status,
    String currency,
    long creditLimit,
    long version,
    Instant at,
    @Nullable String email,
    @Nullable String name,
    @Nullable Long reserved,
    @Nullable Instant createdAt) {
  /** Returns the event of an account that has just become what it is. */
  public static UserEvent of(User user, Instant at) {
    var credit = user.credit();
    return new UserEvent(
        user.id(),
        user.status(),
        credit.currency(),
        credit.limit(),
        user.version(),
        at,
        user.email(),
        user.name(),
        credit.reserved(),
        user.createdAt());
  }
}
