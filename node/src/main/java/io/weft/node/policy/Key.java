package io.weft.node.policy;

import org.jspecify.annotations.Nullable;

/**
 * One setting of a policy that has a single value.
 *
 * @param <T> what it is
 * @param path where it stands among the settings of a service, as in {@code retries.backoff}
 * @param form how it is written
 * @param fallback what counts where nobody says anything; null for none
 * @param optional whether {@code none} may be written
 * @param about what it decides, for documents
 */
record Key<T>(String path, Form<T> form, @Nullable T fallback, boolean optional, String about) {

  /** Returns a key that always has a value. */
  static <T> Key<T> of(String path, Form<T> form, T fallback, String about) {
    return new Key<>(path, form, fallback, false, about);
  }

  /** Returns a key that may have none, and has none where nobody says anything. */
  static <T> Key<T> optional(String path, Form<T> form, String about) {
    return new Key<>(path, form, null, true, about);
  }

  /** Returns form and range in words. */
  String expected() {
    return form.expected() + (optional ? "; or none" : "");
  }

  /** Returns what counts where nobody says anything, as it would be written. */
  String fallbackText() {
    return fallback == null ? "none" : form.write().apply(fallback);
  }
}
