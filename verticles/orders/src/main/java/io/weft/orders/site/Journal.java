package io.weft.orders.site;

import io.vertx.core.Future;
import java.util.List;

/** The orders of a site that wait for its hub, in the order in which they were taken. */
public interface Journal {
  /**
   * Reads the first orders that wait.
   *
   * @param most how many, at least 1; fewer are read where they are large
   */
  Future<List<JournalEntry>> next(int most);

  /** Stores what the hub has said of an order; said again, it changes nothing. */
  Future<Void> settle(JournalEntry entry, Verdict verdict);
}
