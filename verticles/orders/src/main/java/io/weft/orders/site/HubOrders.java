package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayedOrder;
import java.util.Set;
import java.util.function.Function;

/** Brings the orders of a site to its hub. */
@FunctionalInterface
public interface HubOrders {
  /** What the hub answers that says nothing about the order: it is to be asked again. */
  Set<String> AGAIN = Set.of("order.in_progress", "key.in_progress");

  /** What the codes begin with by which the hub refuses a journal as a whole. */
  String JOURNAL = "escrow.journal_";

  /**
   * Brings an order.
   *
   * @return what the hub says; fails when it cannot be asked
   */
  Future<Verdict> place(JournalEntry entry);

  /**
   * Returns a way to the hub by {@code orders.replay}.
   *
   * @param site the site's name
   * @param link calls it at the hub
   */
  static HubOrders by(String site, Function<ReplayOrder, Future<ReplayedOrder>> link) {
    return entry -> link.apply(entry.replay(site)).compose(HubOrders::verdict, HubOrders::refusal);
  }

  private static Future<Verdict> verdict(ReplayedOrder replayed) {
    String reason = replayed.reason() == null ? "" : replayed.reason();
    return switch (replayed.outcome()) {
      case ACCEPTED -> Future.succeededFuture(new Verdict.Accepted(replayed.orderId()));
      case REJECTED -> Future.succeededFuture(new Verdict.Rejected(reason));
      case DISPUTED -> Future.succeededFuture(new Verdict.Disputed(reason));
      case PENDING ->
          Future.succeededFuture(
              new Verdict.Undecided(
                  "the hub has not decided on order " + replayed.orderId() + " in time"));
    };
  }

  private static Future<Verdict> refusal(Throwable failure) {
    if (!(failure instanceof MeshFailure.Application refusal)) {
      return Future.failedFuture(failure);
    }
    String reason = refusal.code() + ": " + refusal.getMessage();
    if (AGAIN.contains(refusal.code())) {
      return Future.succeededFuture(new Verdict.Undecided(reason));
    }
    return Future.succeededFuture(
        refusal.code().startsWith(JOURNAL)
            ? new Verdict.JournalRefused(reason)
            : new Verdict.Rejected(reason));
  }
}
