package io.weft.orders;

import io.vertx.core.Future;
import io.weft.ledger.Command;
import io.weft.ledger.DataService;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.Operation;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.JournaledOrder;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.site.JournalStore;
import io.weft.orders.site.JournalStore.Found;
import io.weft.orders.site.Mode;
import io.weft.orders.site.Returning;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Where orders are placed, read and cancelled at a site that has a hub: at the hub while that can
 * be asked, and in the journal of the site while it cannot.
 *
 * <p>An order of which nobody knows whether the hub has it goes into the journal with the same key:
 * when it is brought to the hub the two are one. So every caller gets an answer, and no order is
 * there twice.
 */
final class EdgeDesk {
  private final Mesh mesh;
  private final JournalStore journal;
  private final SiteDesk desk;
  private final Returning returning;
  private final Consumer<UUID> ordered;

  /**
   * Creates it.
   *
   * @param ordered hears of each user who has ordered; on the context of the call
   */
  EdgeDesk(
      Mesh mesh, JournalStore journal, SiteDesk desk, Returning returning, Consumer<UUID> ordered) {
    this.mesh = mesh;
    this.journal = journal;
    this.desk = desk;
    this.returning = returning;
    this.ordered = ordered;
  }

  Future<Order> place(PlaceOrder request) {
    Call call = Call.current().orElseThrow();
    UUID user = OrderRules.orderingUser(request.userId());
    return place(call, user, request).onSuccess(order -> ordered.accept(user));
  }

  private Future<Order> place(Call call, UUID user, PlaceOrder request) {
    if (returning.mode() == Mode.ALONE) {
      return journaled(call, user, request);
    }
    boolean hasty = half(call).compareTo(OrdersLimits.HUB_TIMEOUT_MIN) < 0;
    return journal
        .wants(command(call, user, request))
        .otherwise(false) // Without a database of its own the site still has its hub.
        .compose(
            wants ->
                wants
                    ? journaled(call, user, request)
                    : atHub(call, Orders.PLACE, request)
                        .recover(
                            failure ->
                                isAway(failure) && !(hasty && isLate(failure))
                                    ? notAtHub(call, user, request, failure)
                                    : Future.failedFuture(failure)));
  }

  private Future<Order> notAtHub(Call call, UUID user, PlaceOrder request, Throwable failure) {
    returning.lost(failure);
    return journaled(call, user, request)
        .recover(
            refusal ->
                Future.failedFuture(
                    failure instanceof MeshFailure.Unknown
                        ? new MeshFailure.Unknown(
                            "the hub did not answer, and the site cannot take the order: "
                                + refusal.getMessage())
                        : refusal));
  }

  /** Whether the hub cannot be asked; what it answers about the request itself is an answer. */
  private static boolean isAway(Throwable failure) {
    return !(failure instanceof MeshFailure.Application
        || (failure instanceof Rejected refused && refused.reason() == Rejected.Reason.FORBIDDEN));
  }

  /** Whether no answer came in time; to whoever has hardly any, that says nothing of the hub. */
  private static boolean isLate(Throwable failure) {
    return failure instanceof MeshFailure.Unknown || failure instanceof MeshFailure.Expired;
  }

  private Future<Order> journaled(Call call, UUID user, PlaceOrder request) {
    return mayOrder(user)
        .recover(refusal -> unlessTaken(command(call, user, request), refusal))
        .compose(may -> desk.place(call.key(), request))
        .map(order -> order(order, Optional.empty()));
  }

  private static Command command(Call call, UUID user, PlaceOrder request) {
    return Command.of(OrderStore.PLACE_SCOPE + user, call.key(), request);
  }

  /** An order that was taken stands, and its repetition is told so, whoever may not order since. */
  private Future<Void> unlessTaken(Command command, Throwable refusal) {
    return journal
        .holds(command)
        .compose(taken -> taken ? Future.succeededFuture() : Future.<Void>failedFuture(refusal));
  }

  /**
   * Refuses whoever may not order as far as the site knows. Of whom it knows nothing it takes an
   * order, for which it promises nothing: the hub knows.
   */
  private Future<Void> mayOrder(UUID user) {
    var options = CallOptions.DEFAULT.withTimeout(OrdersLimits.KNOWN_USER_TIMEOUT);
    return mesh.call(Users.GET, new UserId(user.toString()), options)
        .compose(
            known ->
                known.status() == User.Status.ACTIVE
                    ? Future.succeededFuture()
                    : Future.failedFuture(OrderFailures.inactiveUser()),
            failure ->
                failure instanceof MeshFailure.Application refusal
                        && refusal.code().equals("user.not_found")
                    ? Future.failedFuture(OrderFailures.unknownUser())
                    : Future.succeededFuture());
  }

  Future<Order> find(OrderId request) {
    Call call = Call.current().orElseThrow();
    return journal
        .find(OrderRules.orderId(request.id()))
        .compose(
            found ->
                found.isEmpty()
                    ? atHub(call, Orders.GET, request).recover(EdgeDesk::unknownHere)
                    : known(call, found.get()));
  }

  /** What the hub has accepted it knows better, when it can be asked. */
  private Future<Order> known(Call call, Found found) {
    var here = order(SiteDesk.order(found), Optional.of(found));
    return found.hubOrderId() == null
        ? Future.succeededFuture(here)
        : atHub(call, Orders.GET, new OrderId(found.hubOrderId())).otherwise(here);
  }

  private static <T> Future<T> unknownHere(Throwable failure) {
    return Future.failedFuture(
        isAway(failure)
            ? new Rejected(
                Rejected.Reason.UNAVAILABLE,
                "the order is not in the journal of this site, and its hub cannot be asked: "
                    + failure.getMessage(),
                OrdersLimits.RETURN_INTERVAL)
            : failure);
  }

  Future<Order> cancel(OrderId request) {
    Call call = Call.current().orElseThrow();
    return journal
        .find(OrderRules.orderId(request.id()))
        .compose(
            found ->
                found.isEmpty() ? atHub(call, Orders.CANCEL, request) : cancel(call, found.get()));
  }

  private Future<Order> cancel(Call call, Found found) {
    if (found.hubOrderId() != null) {
      return atHub(call, Orders.CANCEL, new OrderId(found.hubOrderId()));
    }
    return Future.failedFuture(
        found.state() == JournalStore.State.REJECTED
            ? OrderFailures.notCancellable(Order.Status.REJECTED)
            : OrderFailures.atSite());
  }

  private static Duration half(Call call) {
    return call.deadline().remaining().dividedBy(2);
  }

  /** Asks the hub, and leaves half of the time to do without it. */
  private <Q> Future<Order> atHub(Call call, Operation<Q, Order> operation, Q request) {
    Duration half = half(call);
    var options =
        CallOptions.DEFAULT
            .withSite(DataService.HUB)
            .withTimeout(
                half.compareTo(OrdersLimits.HUB_TIMEOUT) < 0 ? half : OrdersLimits.HUB_TIMEOUT)
            // A client that leaves says nothing about the hub.
            .withCancellation(new Cancellation());
    var asked = operation.kind() == Operation.Kind.COMMAND ? options.withKey(call.key()) : options;
    // As bytes, as only so it is told whether the answer was given before.
    return mesh.exchange(operation.name(), operation.kind(), JsonCodec.encode(request), asked)
        .map(
            reply -> {
              if (reply.replayed()) {
                call.markReplayed();
              }
              return JsonCodec.decodeLenient(reply.body(), Order.class);
            });
  }

  /** What the hub has not decided on has version 0, so that every version there is a later one. */
  private static Order order(JournaledOrder order, Optional<Found> found) {
    var settledAt = found.map(Found::settledAt).orElse(null);
    return new Order(
        order.id(),
        order.userId(),
        Order.Status.valueOf(order.status().name()),
        order.reason(),
        order.currency(),
        order.lines(),
        order.total(),
        order.note(),
        order.placedAt(),
        settledAt == null ? order.placedAt() : settledAt,
        settledAt == null ? 0 : 1);
  }
}
