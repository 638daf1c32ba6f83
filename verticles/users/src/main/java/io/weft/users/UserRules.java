package io.weft.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weft.ledger.StorableText;
import io.weft.mesh.MeshFailure;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Secret;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
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

  private static final Pattern SITE =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0," + (UsersLimits.SITE_MAX_CHARS - 2) + "}[a-z0-9])?");

  private UserRules() {}

  /** Checks all that an account is opened with, but for its password. */
  static void newUser(CreateUser request) {
    email(request.email());
    name(request.name());
    currency(request.currency());
    amount(request.creditLimit(), "creditLimit");
  }

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

  /** Returns a password that is to be set, in the form in which it is hashed. */
  static String newPassword(@Nullable Secret password) {
    String given = password(password, "password");
    int chars = StorableText.length(given);
    if (chars < UsersLimits.PASSWORD_MIN_CHARS) {
      throw badPassword(chars, "password");
    }
    return given;
  }

  /**
   * Returns a password that is to be compared, in the form in which it is hashed: NFC, so that it
   * is the same from whichever keyboard.
   */
  static String password(@Nullable Secret password, String field) {
    String given = present(password, "/" + field).reveal();
    // A few characters grow under NFC, so what is to be bounded is bounded before.
    if (given.length() <= 2 * UsersLimits.PASSWORD_MAX_CHARS) {
      given = Normalizer.normalize(given, Normalizer.Form.NFC);
    }
    int chars = StorableText.length(given);
    if (chars > UsersLimits.PASSWORD_MAX_CHARS) {
      throw badPassword(chars, field);
    }
    if (!UTF_8.newEncoder().canEncode(given)) { // Or all that have half a character are the same.
      throw invalid(field + ": half a character (expected: whole ones)", "/" + field);
    }
    return given;
  }

  private static MeshFailure.Application badPassword(int chars, String field) {
    return invalid(
        field
            + ": "
            + chars
            + " characters (expected: "
            + UsersLimits.PASSWORD_MIN_CHARS
            + " to "
            + UsersLimits.PASSWORD_MAX_CHARS
            + ")",
        "/" + field);
  }

  /** Returns an instant that is to come, or null for never. */
  static @Nullable Instant future(@Nullable Instant at, String field, Instant now) {
    if (at != null && !at.isAfter(now)) {
      throw invalid(field + ": " + at + " (expected: later than now)", "/" + field);
    }
    return at;
  }

  /** Returns the roles of an account: at least one, each of those that there are. */
  static Set<String> roles(@Nullable List<String> roles) {
    List<String> given = present(roles, "/roles");
    if (given.isEmpty() || !Scopes.OF_ACCOUNTS.containsAll(given)) {
      throw invalid(
          "roles: not of those that there are (expected: at least one of "
              + String.join(", ", new TreeSet<>(Scopes.OF_ACCOUNTS))
              + ")",
          "/roles");
    }
    return new TreeSet<>(given);
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
    UUID known = uuid(present(id, "/" + field));
    if (known == null) {
      throw UserFailures.notFound();
    }
    return known;
  }

  static UUID orderId(@Nullable String id) {
    UUID known = uuid(present(id, "/orderId"));
    if (known == null) {
      throw invalid("orderId: not an id (expected: a UUID)", "/orderId");
    }
    return known;
  }

  /** Returns the name of a site, which is that of its nodes' settings. */
  static String site(@Nullable String site) {
    String given = present(site, "/site");
    if (!SITE.matcher(given).matches()) {
      throw invalid(
          "site: not a name (expected: 1 to "
              + UsersLimits.SITE_MAX_CHARS
              + " of a-z, 0-9 and -, beginning and ending with a letter or digit)",
          "/site");
    }
    return given;
  }

  /** Returns the incarnation of a site's journal. */
  static UUID incarnation(@Nullable String incarnation) {
    UUID known = uuid(present(incarnation, "/incarnation"));
    if (known == null) {
      throw invalid("incarnation: not an id (expected: a UUID)", "/incarnation");
    }
    return known;
  }

  /** Returns a number that counts something, of at least some value. */
  static long count(@Nullable Long count, long least, String field) {
    long given = present(count, "/" + field);
    if (given < least) {
      throw invalid(field + ": " + given + " (expected: >= " + least + ")", "/" + field);
    }
    return given;
  }

  /** Returns an id that is a UUID, or null: nothing has another. */
  static @Nullable UUID uuid(@Nullable String id) {
    if (id == null) {
      return null;
    }
    String given = id.toLowerCase(Locale.ROOT);
    return UUID_TEXT.matcher(given).matches() ? UUID.fromString(given) : null;
  }

  static <T> T present(@Nullable T value, String pointer) {
    if (value == null) {
      throw invalid(pointer.substring(1) + ": absent (expected: a value)", pointer);
    }
    return value;
  }

  static MeshFailure.Application invalid(String message, String pointer) {
    return new MeshFailure.Application("user.invalid", message, pointer);
  }
}
