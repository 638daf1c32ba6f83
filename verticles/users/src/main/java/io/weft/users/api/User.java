package io.weft.users.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An account.
 *
 * @param id the account's id
 * @param email unique without regard to case
 * @param name of the account's owner
 * @param status whether it may order
 * @param credit what it may spend
 * @param createdAt when it was opened
 * @param version grows with every change, of the credit too
 * @param ageSeconds how old this may be, as a site with a hub last heard of it; null where accounts
 *     are kept
 */
public record User(
    String id,
    String email,
    String name,
    Status status,
    Credit credit,
    Instant createdAt,
    long version,
    @Nullable Long ageSeconds) {
  /** Creates an account as it is where accounts are kept. */
  public User(
      String id,
      String email,
      String name,
      Status status,
      Credit credit,
      Instant createdAt,
      long version) {
    this(id, email, name, status, credit, createdAt, version, null);
  }

  /** Returns this account as it was some time ago, at most so many seconds. */
  public User aged(long seconds) {
    return new User(id, email, name, status, credit, createdAt, version, seconds);
  }

  /** Whether an account may order. */
  public enum Status {
    /** It may. */
    ACTIVE,
    /** It may not any more. */
    INACTIVE
  }

  /**
   * What an account may spend, in minor units.
   *
   * @param currency by ISO 4217
   * @param limit the most that may be reserved
   * @param reserved what is held for orders, and what sites hold ahead of theirs
   * @param available the difference
   */
  public record Credit(String currency, long limit, long reserved, long available) {}
}
