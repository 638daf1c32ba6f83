package io.weft.users.api;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * A password, a key or a token: a text that travels in bodies, and is never written anywhere else.
 *
 * <p>It prints as {@code (secret)}, so a request or an answer that finds its way into a log, a
 * trace or the message of an error does not take it along.
 */
public final class Secret {
  private final String text;

  /** Creates a secret of a text. */
  public Secret(String text) {
    this.text = text;
  }

  /** Returns the secret in a body; what is no text there is refused without being quoted. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Secret read(Object value) {
    if (value instanceof String text) {
      return new Secret(text);
    }
    throw new IllegalArgumentException("not a text (expected: a text)");
  }

  /** Returns the text itself, for those who check it or hand it to its owner. */
  @JsonValue
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && text.equals(secret.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
