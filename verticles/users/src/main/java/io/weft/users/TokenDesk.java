package io.weft.users;

import io.vertx.core.Future;
import io.weft.mesh.Call;
import io.weft.mesh.security.Principal;
import io.weft.users.api.Secret;
import io.weft.users.api.Token;
import io.weft.users.api.TokenRequest;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where those who show who they are get a token. For one event loop. */
final class TokenDesk {
  private static final String PASSWORD = "password";
  private static final String CLIENT_CREDENTIALS = "client_credentials";

  private final Logins logins;
  private final CredentialStore credentials;
  private final Hashing hashing;
  private final TokenIssuer issuer;

  TokenDesk(Logins logins, CredentialStore credentials, Hashing hashing, TokenIssuer issuer) {
    this.logins = logins;
    this.credentials = credentials;
    this.hashing = hashing;
    this.issuer = issuer;
  }

  Future<Token> issue(Call call, TokenRequest request) {
    return switch (String.valueOf(request.grantType())) {
      case PASSWORD -> toAccount(call, request);
      case CLIENT_CREDENTIALS -> toClient(request);
      default ->
          throw UserRules.invalid(
              "grantType: unknown (expected: " + PASSWORD + " or " + CLIENT_CREDENTIALS + ")",
              "/grantType");
    };
  }

  private Future<Token> toAccount(Call call, TokenRequest request) {
    String email = UserRules.email(request.email());
    String password = UserRules.password(request.password(), "password");
    return hashing.withPlace(
        () ->
            logins
                .account(call, email, password)
                .compose(
                    account -> {
                      var scopes = Scopes.wanted(request.scope(), Scopes.of(account.roles()));
                      var who = new Principal(account.id().toString(), account.roles(), scopes);
                      return signed(who, UsersLimits.TOKEN_LIFETIME);
                    }));
  }

  private Future<Token> toClient(TokenRequest request) {
    UUID id = UserRules.uuid(UserRules.present(request.clientId(), "/clientId"));
    String secret = UserRules.present(request.clientSecret(), "/clientSecret").reveal();
    return hashing.withPlace(
        () ->
            credentials
                .client(id, secret)
                .compose(
                    client -> {
                      if (client == null) {
                        return Future.failedFuture(UserFailures.invalidGrant());
                      }
                      var scopes = Scopes.wanted(request.scope(), client.scopes());
                      var who = new Principal("client:" + client.id(), Set.of(), scopes);
                      return signed(who, shorter(client.remaining()));
                    }));
  }

  private static Duration shorter(@Nullable Duration remaining) {
    return remaining == null || remaining.compareTo(UsersLimits.TOKEN_LIFETIME) > 0
        ? UsersLimits.TOKEN_LIFETIME
        : remaining;
  }

  /** Signs where passwords are hashed: it takes a millisecond with some keys. */
  private Future<Token> signed(Principal who, Duration lifetime) {
    return hashing.hash(
        () ->
            new Token(
                new Secret(issuer.issue(who, lifetime)),
                "Bearer",
                lifetime.toSeconds(),
                String.join(" ", new TreeSet<>(who.scopes()))));
  }
}
