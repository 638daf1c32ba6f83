package io.weft.lab;

/**
 * The small request of every benchmark: about 100 bytes as JSON.
 *
 * @param number tells one request of a client from another; its reply repeats it
 * @param from who says it
 * @param text what is said
 * @param amountMinor an amount in minor units
 */
public record Say(long number, String from, String text, long amountMinor) {
  /** Returns a request with a number; the rest is the same each time. */
  public static Say numbered(long number) {
    return new Say(number, "Ada Lovelace", "forty-two pounds of pears, please", 4_200);
  }
}
