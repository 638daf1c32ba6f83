package io.weft.orders.site;

import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** The orders of a site that wait for its hub, in the order in which they were taken. */
public interface Journal {
  /**
   * Reads the first orders that wait.
   *
   * @param most how many, at least 1; fewer are read where they are large
   * @param without users whose orders are left out
   */
  Future<List<JournalEntry>> next(int most, Set<UUID> without);

  /** Stores what the hub has said of an order; said again, it changes nothing. */
  Future<Void> settle(JournalEntry entry, Verdict verdict);
}
