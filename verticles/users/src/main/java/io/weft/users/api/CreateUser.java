package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for an account.
 *
 * @param email unique without regard to case, at most 254 characters
 * @param name 1 to 200 characters
 * @param currency of the credit, by ISO 4217
 * @param creditLimit in minor units of the currency, at least 0
 * @param password 8 to 128 characters, or null for an account that nobody can log in to yet
 */
public record CreateUser(
    @Nullable String email,
    @Nullable String name,
    @Nullable String currency,
    @Nullable Long creditLimit,
    @Nullable Secret password) {
  /** Creates a request for an account that nobody can log in to yet. */
  public CreateUser(
      @Nullable String email,
      @Nullable String name,
      @Nullable String currency,
      @Nullable Long creditLimit) {
    this(email, name, currency, creditLimit, null);
  }

  /** Returns this request with another password. */
  public CreateUser with(Secret other) {
    return new CreateUser(email, name, currency, creditLimit, other);
  }
}
