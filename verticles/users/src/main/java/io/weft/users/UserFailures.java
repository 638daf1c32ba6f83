package io.weft.users;

import io.weft.mesh.MeshFailure;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** How the operations of users fail. */
final class UserFailures {
  /** The code of whoever is not who they say. */
  static final String INVALID_GRANT = "token.invalid_grant";

  /** The code of a present password that is not the present one. */
  static final String PASSWORD_WRONG = "password.wrong";

  private UserFailures() {}

  static MeshFailure.Application notFound() {
    return new MeshFailure.Application("user.not_found", "no user has this id");
  }

  static MeshFailure.Application emailTaken() {
    return new MeshFailure.Application(
        "user.email_taken", "email: another user has this address", "/email");
  }

  static MeshFailure.Application versionConflict(long seen, long current) {
    return new MeshFailure.Application(
        "user.version_conflict",
        "version " + seen + " was changed since (expected: " + current + "); read the user again");
  }

  static MeshFailure.Application inactive() {
    return new MeshFailure.Application("user.inactive", "the user is inactive");
  }

  static MeshFailure.Application limitBelowReserved(long reserved) {
    return new MeshFailure.Application(
        "user.invalid",
        "creditLimit: below what is reserved (expected: >= " + reserved + ")",
        "/creditLimit");
  }

  static MeshFailure.Application nothingToChange() {
    return new MeshFailure.Application(
        "user.invalid", "nothing to change (expected: a name, an email or a creditLimit)", "");
  }

  /**
   * Returns the failure of whoever is not who they say, for whatever reason: an unknown address or
   * client, a wrong password or secret, an account that is inactive or has no password.
   */
  static MeshFailure.Application invalidGrant() {
    return new MeshFailure.Application(
        INVALID_GRANT, "these are not the credentials of anybody who may log in");
  }

  static MeshFailure.Application invalidScope(Set<String> has) {
    return new MeshFailure.Application(
        "token.invalid_scope",
        "scope: more than there is (expected: of " + String.join(" ", new TreeSet<>(has)) + ")",
        "/scope");
  }

  static MeshFailure.Application noTokens() {
    return new MeshFailure.Application(
        "token.not_issued", "tokens are issued elsewhere: the keys here only check them");
  }

  static MeshFailure.Application tooManyTries(Duration wait) {
    return new MeshFailure.Application(
        "token.too_many_tries", "too many tries have failed; wait", null, wait);
  }

  static MeshFailure.Application passwordWrong() {
    return new MeshFailure.Application(
        PASSWORD_WRONG, "currentPassword: not the present one", "/currentPassword");
  }

  static MeshFailure.Application apiKeyInvalid() {
    return new MeshFailure.Application("api_key.invalid", "no API key that is good");
  }

  static MeshFailure.Application reservedOtherwise() {
    return new MeshFailure.Application(
        "key.reused", "credit of this order was asked for before, with other values");
  }

  /** Returns the failure of a reservation that was refused. */
  static MeshFailure.Application refused(String reason) {
    return new MeshFailure.Application(
        reason,
        switch (reason) {
          case "credit.insufficient" -> "the order is more than the user's available credit";
          case "credit.currency_mismatch" -> "the user's credit is in another currency";
          case "user.inactive" -> "the user is inactive";
          case "user.not_found" -> "no user has this id";
          default -> "the credit of this order was released before";
        });
  }
}
