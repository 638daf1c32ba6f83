package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import java.util.UUID;

/** What a site holds of the credit of its users. */
public interface Purses {
  /**
   * A purse, and the journal that it belongs to.
   *
   * @param incarnation of the journal
   * @param position how far the site has come with it
   * @param purse the user's
   */
  record Held(UUID incarnation, long position, Purse purse) {}

  /** Reads the purse of a user; an empty one, without a currency, when there is none. */
  Future<Held> of(UUID user);

  /**
   * Puts a grant into the purse of its user, once. Fails with {@code escrow.journal_other} when it
   * is for another journal.
   */
  Future<Held> accept(EscrowGrant grant);

  /** Gives up some of what the site holds of a user's credit. */
  Future<Held> giveUp(UUID user, long amount);

  /**
   * Remembers what the hub has taken back; said again, or late, it changes nothing. Fails with
   * {@code escrow.journal_other} when it is about another journal.
   */
  Future<Held> returned(EscrowBalance balance);
}
