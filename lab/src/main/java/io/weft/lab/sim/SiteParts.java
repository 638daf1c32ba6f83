package io.weft.lab.sim;

import io.weft.orders.site.Purse;
import io.weft.users.EscrowAccount;

/** The rules of escrow as a world of sites uses them: the real ones, unless a test breaks one. */
class SiteParts {
  /** What the hub makes of a grant. */
  EscrowAccount.Change granted(EscrowAccount.Change change) {
    return change;
  }

  /** What is left in a purse when an order is paid. */
  Purse spend(Purse purse, long total) {
    return purse.spend(total);
  }

  /** Whether the site gives up before the hub hears of it. */
  boolean givesUpFirst() {
    return true;
  }

  /** Whether the hub knows an order again that it has settled. */
  boolean knowsSettled() {
    return true;
  }

  /** Whether a restored journal is another one. */
  boolean renewsRestored() {
    return true;
  }
}
