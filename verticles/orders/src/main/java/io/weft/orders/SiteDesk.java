package io.weft.orders;

import io.vertx.core.Future;
import io.weft.ledger.Command;
import io.weft.mesh.time.Time;
import io.weft.orders.api.JournaledOrder;
import io.weft.orders.api.JournaledOrder.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.site.JournalStore;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Where orders are placed at a site that is cut off from its hub: checks and prices them as {@link
 * OrderDesk} does, and writes them into the journal of the site.
 */
final class SiteDesk {
  private final JournalStore journal;
  private final Time time;

  SiteDesk(JournalStore journal, Time time) {
    this.journal = journal;
    this.time = time;
  }

  /**
   * Takes an order, once per key of its user.
   *
   * @param key the idempotency key, by which the hub will know it too
   */
  Future<JournaledOrder> place(String key, PlaceOrder request) {
    UUID user = OrderRules.orderingUser(request.userId());
    var draft = Draft.of(time.rng().uuid(), user, request);
    var asked =
        new JournaledOrder(
            draft.id().toString(),
            user.toString(),
            Status.PROVISIONAL,
            null,
            draft.currency(),
            draft.lines(),
            draft.total(),
            draft.note(),
            time.wall().now().truncatedTo(ChronoUnit.MICROS),
            null);
    return journal.append(Command.of(OrderStore.PLACE_SCOPE + user, key, request), asked, request);
  }

  /** Reads an order of the journal. */
  Future<JournaledOrder> find(OrderId request) {
    return journal
        .find(OrderRules.orderId(request.id()))
        .map(found -> order(found.orElseThrow(OrderFailures::notFound)));
  }

  /** Returns an order of the journal as its customer sees it. */
  static JournaledOrder order(JournalStore.Found found) {
    var entry = found.entry();
    var draft = Draft.of(entry.orderId(), entry.userId(), entry.request());
    return new JournaledOrder(
        entry.orderId().toString(),
        entry.userId().toString(),
        status(found),
        found.state() == JournalStore.State.REJECTED ? found.reason() : null,
        draft.currency(),
        draft.lines(),
        entry.total(),
        draft.note(),
        found.placedAt(),
        found.hubOrderId());
  }

  /** What is in dispute is the operator's business: who was promised an order has it. */
  private static Status status(JournalStore.Found found) {
    return switch (found.state()) {
      case ACCEPTED -> Status.CONFIRMED;
      case REJECTED -> Status.REJECTED;
      case JOURNALED, DISPUTED -> Status.valueOf(found.entry().promise().name());
    };
  }
}
