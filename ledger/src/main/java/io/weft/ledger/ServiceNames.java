package io.weft.ledger;

import java.util.regex.Pattern;

/**
 * What a service is called inside PostgreSQL.
 *
 * @param schema the schema that holds the service's tables
 * @param role the role that owns the schema; nobody logs in as it
 */
record ServiceNames(String schema, String role) {
  private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9_]{0,40}");

  /** Returns the names of a service; they need no quoting in SQL other than double quotes. */
  static ServiceNames of(String service) {
    if (!SERVICE.matcher(service).matches()) {
      throw new IllegalArgumentException(
          "service: \"" + service + "\" (expected: lower-case letters, digits and underscores)");
    }
    return new ServiceNames(service, "weft_" + service);
  }
}
