package io.weft.orders.site;

import io.weft.mesh.MeshFailure;
import io.weft.orders.api.ReplayOrder.Promise;
import org.jspecify.annotations.Nullable;

/**
 * What a site holds of a user's credit, and the rules by which it is spent; in minor units.
 *
 * <p>All figures are totals of one journal that only grow, so that whatever is heard twice, late or
 * out of order changes nothing. The hub's side of the same account is {@code
 * io.weft.users.EscrowAccount}: it counts as granted what is not heard of here yet, and as not
 * settled what was spent here, so it never locks less than can be spent here.
 *
 * @param currency of the amounts, by ISO 4217
 * @param numbers how many grants were accepted
 * @param granted what they come to
 * @param spent on orders that were promised
 * @param givenUp what will not be spent any more
 * @param returned what of that the hub has taken back
 */
public record Purse(
    String currency, long numbers, long granted, long spent, long givenUp, long returned) {

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException when they cannot be
   */
  public Purse {
    if (numbers < 0
        || spent < 0
        || spent > granted
        || givenUp < 0
        || givenUp > granted - spent
        || returned < 0
        || returned > givenUp) {
      throw new IllegalArgumentException(
          "granted %d, spent %d, given up %d, returned %d (expected: no more spent than granted)"
              .formatted(granted, spent, givenUp, returned));
    }
  }

  /** Returns a purse of which nothing was ever granted. */
  public static Purse empty(String currency) {
    return new Purse(currency, 0, 0, 0, 0, 0);
  }

  /** Returns what may still be spent. */
  public long available() {
    return granted - spent - givenUp;
  }

  /**
   * Returns what a site can answer to an order.
   *
   * @param purse the user's, or null when the site holds nothing of the user
   */
  public static Promise promise(@Nullable Purse purse, String currency, long total) {
    return purse != null
            && purse.numbers > 0
            && purse.currency.equals(currency)
            && total <= purse.available()
        ? Promise.CONFIRMED
        : Promise.PROVISIONAL;
  }

  /**
   * Returns the purse after an order was paid.
   *
   * @param total at most what is available
   */
  public Purse spend(long total) {
    return new Purse(currency, numbers, granted, spent + total, givenUp, returned);
  }

  /**
   * Returns the purse with a grant, which is in it once however often it is heard of.
   *
   * @throws MeshFailure.Application {@code escrow.number} for one before which another is missing
   */
  public Purse accept(long number, long amount) {
    if (number <= numbers) {
      return this;
    }
    if (number != numbers + 1) {
      throw new MeshFailure.Application(
          "escrow.number", "number: " + number + " (expected: " + (numbers + 1) + ")", "/number");
    }
    return new Purse(currency, number, granted + amount, spent, givenUp, returned);
  }

  /**
   * Returns the purse without some of it: from now on it is not spent, whether or not the hub ever
   * hears of that.
   *
   * @param amount what is available is given up if it is less
   */
  public Purse giveUp(long amount) {
    long given = Math.min(Math.max(0, amount), available());
    return new Purse(currency, numbers, granted, spent, givenUp + given, returned);
  }

  /**
   * Returns the purse when the hub has taken back what was given up.
   *
   * @param total all that it has ever taken back
   */
  public Purse returned(long total) {
    long known = Math.min(Math.max(returned, total), givenUp);
    return new Purse(currency, numbers, granted, spent, givenUp, known);
  }
}
