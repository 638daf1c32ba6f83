package io.weft.users;

import io.weft.mesh.MeshFailure;

/** How the operations of users fail. */
final class UserFailures {
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
