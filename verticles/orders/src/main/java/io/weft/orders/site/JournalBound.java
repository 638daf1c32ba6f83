package io.weft.orders.site;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.orders.OrdersLimits;
import java.time.Duration;

/**
 * How much a journal takes while nobody at the hub decides on it. Past it orders are refused,
 * before anything is written; nothing that was taken is ever dropped.
 *
 * @param rows orders that are not decided on, at least 1
 * @param age of the oldest of them
 */
public record JournalBound(long rows, Duration age) {
  /** What a site does that nobody has told otherwise. */
  public static final JournalBound DEFAULT =
      new JournalBound(OrdersLimits.JOURNAL_ROWS_MAX, OrdersLimits.JOURNAL_AGE_MAX);

  /**
   * Checks that the journal takes another order.
   *
   * @param held orders that are not decided on
   * @param oldest the age of the oldest that waits for the hub; zero without any
   * @throws MeshFailure.Rejected when it does not
   */
  public void admit(long held, Duration oldest) {
    if (held >= rows) {
      throw full("holds " + held + " orders (limit: " + rows + ")");
    }
    if (oldest.compareTo(age) > 0) {
      throw full(
          "has an order of "
              + oldest.toHours()
              + " h ago that its hub has not seen (limit: "
              + age.toHours()
              + " h)");
    }
  }

  private static MeshFailure full(String why) {
    return new Rejected(
        Rejected.Reason.UNAVAILABLE,
        "the site is cut off and its journal " + why + "; place the order at another site",
        OrdersLimits.JOURNAL_RETRY_AFTER);
  }
}
