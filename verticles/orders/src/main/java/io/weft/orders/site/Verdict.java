package io.weft.orders.site;

import io.weft.orders.api.ReplayOrder.Promise;

/** What the hub says of an order that a site brings. A hub that cannot be asked says nothing. */
public sealed interface Verdict {
  /**
   * It is confirmed.
   *
   * @param orderId under which the hub knows it
   */
  record Accepted(String orderId) implements Verdict {}

  /** It is rejected. */
  record Rejected(String reason) implements Verdict {}

  /** It was promised, and cannot be kept as things are: an operator has to see to it. */
  record Disputed(String reason) implements Verdict {}

  /** The hub has it in hand and cannot decide on it yet: it is to be asked again. */
  record Undecided(String reason) implements Verdict {}

  /** No order of this journal is taken, until an operator has decided about it. */
  record JournalRefused(String reason) implements Verdict {}

  /** Returns what this means for an order: what was promised is never rejected. */
  default Verdict on(Promise promise) {
    return promise == Promise.CONFIRMED && this instanceof Rejected rejected
        ? new Disputed(rejected.reason())
        : this;
  }
}
