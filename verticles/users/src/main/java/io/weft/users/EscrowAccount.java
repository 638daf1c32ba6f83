package io.weft.users;

import io.weft.mesh.MeshFailure;
import io.weft.users.api.EscrowBalance;
import java.util.UUID;

/**
 * What the journal of a site holds of a user's credit, and the rules by which that changes; in
 * minor units of the credit.
 *
 * <p>The rules are here and nowhere else: the store takes them to what is in the database, and the
 * simulation to what it has in memory. What makes them safe in any partition:
 *
 * <ul>
 *   <li>What is granted counts as reserved at the hub from the grant on, and before the site hears
 *       of it. So a grant that is lost on its way is locked, and never there twice.
 *   <li>What is given up is gone at the site before the hub hears of it.
 *   <li>All figures are totals that only grow, so that whatever is said twice, late or out of order
 *       changes nothing.
 * </ul>
 *
 * @param numbers how many grants there were
 * @param granted what was ever granted
 * @param settled what the site has spent, and the hub has heard of
 * @param returned what the site has given up, and the hub has taken back
 * @param freed what an operator has taken back without the site
 */
public record EscrowAccount(long numbers, long granted, long settled, long returned, long freed) {
  /** The account of a journal that was never granted anything. */
  public static final EscrowAccount EMPTY = new EscrowAccount(0, 0, 0, 0, 0);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException when they cannot be
   */
  public EscrowAccount {
    if (numbers < 0
        || settled < 0
        || returned < 0
        || freed < 0
        || settled > granted
        || returned > granted - settled
        || freed > granted - settled - returned) {
      throw new IllegalArgumentException(
          "granted %d, settled %d, returned %d, freed %d (expected: no more spent than granted)"
              .formatted(granted, settled, returned, freed));
    }
  }

  /** Returns what is told of this account, which is that of a user with the journal of a site. */
  public EscrowBalance balance(UUID user, String site, UUID incarnation) {
    return new EscrowBalance(
        user.toString(), site, incarnation.toString(), granted, settled, returned, freed);
  }

  /**
   * An account that has changed, and what else changes with it.
   *
   * @param account the account from now on
   * @param amount what was moved, at least 0
   * @param reservedBy by how much that is reserved grows which the user cannot spend at the hub;
   *     less than 0 when it shrinks
   */
  public record Change(EscrowAccount account, long amount, long reservedBy) {}

  /** Returns what the site may hold or have spent, as far as the hub knows: what is locked. */
  public long outstanding() {
    return granted - settled - returned - freed;
  }

  /**
   * Grants as much of what is wanted as there is.
   *
   * @param number of the grant: the one after the last
   * @param wanted at least 1
   * @param limit the most that may be reserved of the user's credit
   * @param reserved what is reserved of it, all escrow included
   * @throws MeshFailure.Application {@code escrow.number}, {@code escrow.insufficient}
   */
  public Change grant(long number, long wanted, long limit, long reserved) {
    if (number != numbers + 1) {
      throw EscrowFailures.number(number, numbers + 1);
    }
    long amount =
        Math.min(
            Math.min(wanted, limit - reserved),
            Math.min(share(limit) - outstanding(), Long.MAX_VALUE - granted));
    if (amount < 1) {
      throw EscrowFailures.insufficient();
    }
    var account = new EscrowAccount(number, granted + amount, settled, returned, freed);
    return new Change(account, amount, amount);
  }

  /** Returns the most that one site may hold of a user's credit. */
  public static long share(long limit) {
    long whole = UsersLimits.BPS_WHOLE;
    long bps = UsersLimits.ESCROW_SITE_SHARE_BPS;
    return limit / whole * bps + limit % whole * bps / whole;
  }

  /**
   * Makes what the site has spent on an order the reservation of that order: what was locked stays
   * locked, under another name.
   *
   * @throws MeshFailure.Application {@code escrow.overdrawn}
   */
  public Change settle(long amount) {
    if (amount > outstanding()) {
      throw EscrowFailures.overdrawn(amount, outstanding());
    }
    return new Change(
        new EscrowAccount(numbers, granted, settled + amount, returned, freed), amount, 0);
  }

  /**
   * Takes back what the site has given up.
   *
   * @param givenUp all that it ever has
   * @throws MeshFailure.Application {@code escrow.overdrawn}
   */
  public Change takeBack(long givenUp) {
    long amount = Math.max(0, givenUp - returned);
    if (amount > outstanding()) {
      throw EscrowFailures.overdrawn(amount, outstanding());
    }
    return new Change(
        new EscrowAccount(numbers, granted, settled, returned + amount, freed), amount, -amount);
  }

  /** Takes back all that is left, without the site: an operator has decided so. */
  public Change free() {
    long amount = outstanding();
    return new Change(
        new EscrowAccount(numbers, granted, settled, returned, freed + amount), amount, -amount);
  }
}
