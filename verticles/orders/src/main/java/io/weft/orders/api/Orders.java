package io.weft.orders.api;

import io.weft.mesh.Operation;
import io.weft.mesh.Topic;
import java.util.List;

/**
 * The operations of the service orders.
 *
 * <p>They fail with {@code request.invalid} (with the pointer of the field), {@code
 * order.not_found}, {@code order.in_progress}, {@code order.key_reused}, {@code
 * order.not_cancellable}, {@code order.amount_overflow}, {@code user.not_found}, {@code
 * body.too_large} and {@code cursor.invalid}.
 */
public interface Orders {
  /** The name of the service. */
  String SERVICE = "orders";

  /**
   * Places an order. Its idempotency key is the user's own: keys of different users never meet. The
   * answer is the order {@code CONFIRMED} or {@code REJECTED}, or {@code PENDING} when that could
   * not be decided in time; it will be decided all the same. A site that is cut off from its hub
   * answers {@code CONFIRMED} when it holds the credit itself and {@code PROVISIONAL} when the hub
   * has to decide; {@code user.inactive} for a user of whom it knows that.
   */
  Operation<PlaceOrder, Order> PLACE =
      Operation.command("orders.place", PlaceOrder.class, Order.class);

  /** Reads an order. */
  Operation<OrderId, Order> GET = Operation.query("orders.get", OrderId.class, Order.class);

  /** Reads orders, a page at a time, newest first. */
  Operation<ListOrders, OrderPage> LIST =
      Operation.query("orders.list", ListOrders.class, OrderPage.class);

  /**
   * Cancels a confirmed order and gives its credit back; a cancelled one stays as it is. The answer
   * is the order {@code CANCELLED}, or {@code CANCELLING} when that could not be done in time.
   * {@code order.at_site} for one that a site has taken and its hub does not know yet.
   */
  Operation<OrderId, Order> CANCEL = Operation.command("orders.cancel", OrderId.class, Order.class);

  /** Reads the orders that cannot be brought to their end until somebody sees to it. */
  Operation<ListParked, ParkedPage> PARKED =
      Operation.query("orders.parked", ListParked.class, ParkedPage.class);

  /**
   * Lets a parked order go on; one that is not parked stays as it is. The answer is the order as it
   * is, which is brought to its end soon.
   */
  Operation<OrderId, Order> UNPARK = Operation.command("orders.unpark", OrderId.class, Order.class);

  /** Reads what happened to an order, step by step; for operators. */
  Operation<OrderId, Timeline> TIMELINE =
      Operation.query("orders.timeline", OrderId.class, Timeline.class);

  /**
   * Reads what the orders of a user come to. It is kept from the events of orders, so it may lag
   * behind them, and says up to which position it has come. Fails with {@code user.not_found}.
   */
  Operation<SummarizeOrders, OrderSummary> SUMMARY =
      Operation.query("orders.summary", SummarizeOrders.class, OrderSummary.class);

  /**
   * Makes the summaries of all users anew from the events that are kept, and from what the orders
   * were before them. The answer comes when that has begun; {@link OrderSummary#position} tells how
   * far it has come.
   */
  Operation<RebuildSummaries, RebuiltSummaries> REBUILD_SUMMARIES =
      Operation.command("orders.rebuild-summaries", RebuildSummaries.class, RebuiltSummaries.class);

  /**
   * Takes in an order that a site took while it was cut off, once however often it is brought. One
   * that the site has confirmed is paid from the credit that the site holds; any other is decided
   * on as if it were placed here. Fails with {@code escrow.journal_closed} while an operator has to
   * decide about the journal of the site, and with {@code escrow.journal_unknown}.
   */
  Operation<ReplayOrder, ReplayedOrder> REPLAY =
      Operation.command("orders.replay", ReplayOrder.class, ReplayedOrder.class);

  /** Tells how the journal of a site stands; served at a site that has a hub. */
  Operation<ReadJournal, JournalReport> JOURNAL =
      Operation.query("orders.journal", ReadJournal.class, JournalReport.class);

  /**
   * Has the orders in dispute of a site brought to its hub again, once an operator has seen to why
   * they were; served at a site that has a hub. Repeating it changes nothing.
   */
  Operation<RetryDisputed, RetriedDisputed> RETRY_DISPUTED =
      Operation.command("orders.retry-disputed", RetryDisputed.class, RetriedDisputed.class);

  /** An order was stored, PENDING. */
  Topic<OrderEvent> PLACED = Topic.of("orders.placed", OrderEvent.class);

  /** The credit of an order is held. */
  Topic<OrderEvent> CONFIRMED = Topic.of("orders.confirmed", OrderEvent.class);

  /** The credit of an order was refused. */
  Topic<OrderEvent> REJECTED = Topic.of("orders.rejected", OrderEvent.class);

  /** The credit of an order was given back. */
  Topic<OrderEvent> CANCELLED = Topic.of("orders.cancelled", OrderEvent.class);

  /** All that orders tells of. */
  List<Topic<?>> TOPICS = List.of(PLACED, CONFIRMED, REJECTED, CANCELLED);
}
