package io.weft.users;

import io.weft.ledger.StorableText;
import io.weft.mesh.MeshFailure;
import java.util.Currency;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a request must be. Each method returns the value in the form in which it is
 * stored, or throws {@code user.invalid} with the pointer of the field.
 *
 * <p>The gateway checks most of this as well, but the service is reached without it too.
 */
final class UserRules {
  /** Sane, not complete: something, an @, and a domain. Only sending proves an address. */
  private static final Pattern EMAIL =
      Pattern.compile(
          "[^\\s@\\p{Cntrl}]{1,"
              + UsersLimits.EMAIL_LOCAL_MAX_CHARS
              + "}@[^\\s@.\\p{Cntrl}]+(\\.[^\\s@.\\p{Cntrl}]+)*");

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private UserRules() {}

  static String email(@Nullable String email) {
    String given = present(email, "/email");
    if (StorableText.length(given) > UsersLimits.EMAIL_MAX_CHARS
        || !StorableText.isClean(given, false)
        || !EMAIL.matcher(given).matches()) {
      throw invalid(
          "email: not an address (expected: name@domain of at most "
              + UsersLimits.EMAIL_MAX_CHARS
              + " characters)",
          "/email");
    }
    return given;
  }

  static String name(@Nullable String name) {
    String given = present(name, "/name");
    if (given.isBlank()
        || StorableText.length(given) > UsersLimits.NAME_MAX_CHARS
        || !StorableText.isClean(given, false)) {
      throw invalid(
          "name: "
              + StorableText.length(given)
              + " characters (expected: 1 to "
              + UsersLimits.NAME_MAX_CHARS
              + ", not blank, no control characters)",
          "/name");
    }
    return given;
  }

  static String currency(@Nullable String currency) {
    String given = present(currency, "/currency");
    try {
      return Currency.getInstance(given).getCurrencyCode();
    } catch (IllegalArgumentException e) {
      throw invalid("currency: unknown (expected: a code of ISO 4217, as EUR)", "/currency");
    }
  }

  static long amount(@Nullable Long amount, String field) {
    long given = present(amount, "/" + field);
    if (given < 0) {
      throw invalid(field + ": " + given + " (expected: >= 0)", "/" + field);
    }
    return given;
  }

  static int limit(@Nullable Integer limit) {
    int given = limit == null ? UsersLimits.PAGE_DEFAULT : limit;
    if (given < 1 || given > UsersLimits.PAGE_MAX) {
      throw invalid("limit: " + given + " (expected: 1 to " + UsersLimits.PAGE_MAX + ")", "/limit");
    }
    return given;
  }

  static long version(@Nullable Long version) {
    return present(version, "/version");
  }

  /** Returns the id of an account; no account has an id that is not a UUID. */
  static UUID userId(@Nullable String id, String field) {
    String given = present(id, "/" + field).toLowerCase(Locale.ROOT);
    if (!UUID_TEXT.matcher(given).matches()) {
      throw UserFailures.notFound();
    }
    return UUID.fromString(given);
  }

  static UUID orderId(@Nullable String id) {
    String given = present(id, "/orderId").toLowerCase(Locale.ROOT);
    if (!UUID_TEXT.matcher(given).matches()) {
      throw invalid("orderId: not an id (expected: a UUID)", "/orderId");
    }
    return UUID.fromString(given);
  }

  private static <T> T present(@Nullable T value, String pointer) {
    if (value == null) {
      throw invalid(pointer.substring(1) + ": absent (expected: a value)", pointer);
    }
    return value;
  }

  private static MeshFailure.Application invalid(String message, String pointer) {
    return new MeshFailure.Application("user.invalid", message, pointer);
  }
}
