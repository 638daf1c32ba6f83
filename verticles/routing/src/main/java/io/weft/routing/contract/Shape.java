package io.weft.routing.contract;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one JSON value of a request must be: a schema of the contract, compiled.
 *
 * <p>Only what can be checked while the bytes are read, in bounded memory, is there; see {@link
 * RequestCheck}.
 */
public sealed interface Shape {

  /**
   * A string.
   *
   * @param minChars the fewest characters (code points)
   * @param maxChars the most characters (code points)
   * @param pattern what must be found in it, or null
   * @param allowed the only values, or empty when any will do
   * @param format its format, or null
   */
  record Text(
      int minChars,
      int maxChars,
      @Nullable Pattern pattern,
      Set<String> allowed,
      @Nullable TextFormat format)
      implements Shape {}

  /**
   * A whole number of at most 64 bits.
   *
   * @param min the smallest
   * @param max the largest
   */
  record Whole(long min, long max) implements Shape {}

  /** A boolean. */
  record Flag() implements Shape {}

  /**
   * An array.
   *
   * @param item what each item must be
   * @param minItems the fewest items
   * @param maxItems the most items
   */
  record Items(Shape item, int minItems, int maxItems) implements Shape {}

  /**
   * An object with no other fields than these.
   *
   * @param fields what each field must be, by its name
   * @param required the names of the fields that must be there
   * @param minFields how many fields must be there
   */
  record Fields(Map<String, Shape> fields, Set<String> required, int minFields) implements Shape {}

  /** Another shape, or null. */
  record OrNull(Shape shape) implements Shape {}
}
