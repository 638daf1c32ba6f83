package io.weft.ledger;

/** What a text from outside must be so that it comes out of the database as it went in. */
public final class StorableText {
  private StorableText() {}

  /** Returns the length of a text in characters as people count them: in code points. */
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /**
   * Returns whether a text holds neither control characters, of which PostgreSQL refuses some, nor
   * half a character, which UTF-8 cannot hold.
   *
   * @param lines whether line breaks and tabs are allowed
   */
  public static boolean isClean(String text, boolean lines) {
    return text.codePoints()
        .noneMatch(
            c ->
                (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                    || (Character.isISOControl(c)
                        && !(lines && (c == '\n' || c == '\r' || c == '\t'))));
  }
}
