package io.weft.users.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for a token, in the shapes of OAuth 2.0 (RFC 6749, 4.3 and 4.4).
 *
 * @param grantType {@code password} or {@code client_credentials}
 * @param email of the account, for the grant {@code password}; without regard to case
 * @param password of the account
 * @param clientId the id of the client, for the grant {@code client_credentials}
 * @param clientSecret the client's secret
 * @param scope those that are wanted, separated by spaces; null for all that there are
 */
public record TokenRequest(
    @Nullable String grantType,
    @Nullable String email,
    @Nullable Secret password,
    @Nullable String clientId,
    @Nullable Secret clientSecret,
    @Nullable String scope) {
  /** Returns the request of somebody with an account. */
  public static TokenRequest ofAccount(String email, String password) {
    return new TokenRequest("password", email, new Secret(password), null, null, null);
  }

  /** Returns the request of a client. */
  public static TokenRequest ofClient(String id, Secret secret) {
    return new TokenRequest("client_credentials", null, null, id, secret, null);
  }
}
