package io.weft.lab;

/**
 * The small reply of every benchmark: the request's fields, each read and written again.
 *
 * @param number that of the request
 * @param to who said it
 * @param text what was said
 * @param amountMinor an amount in minor units
 */
public record Said(long number, String to, String text, long amountMinor) {
  /** Returns the reply to a request. */
  public static Said to(Say request) {
    return new Said(request.number(), request.from(), request.text(), request.amountMinor());
  }
}
