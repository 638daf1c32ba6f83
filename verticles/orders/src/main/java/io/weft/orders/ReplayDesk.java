package io.weft.orders;

import io.vertx.core.Future;
import io.weft.ledger.Command;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.Order;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayOrder.Promise;
import io.weft.orders.api.ReplayedOrder;
import io.weft.orders.api.ReplayedOrder.Outcome;
import io.weft.orders.site.ReplayRules;
import io.weft.orders.site.ReplayRules.Known;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.SettleEscrow;
import io.weft.users.api.Users;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Where a hub takes in the orders that its sites took while they were cut off.
 *
 * <p>An order that was promised is paid first: what the site holds becomes the reservation of the
 * order, which its saga then finds as any other. Each step may be done again: the payment is known
 * by the order's id, and so is the order. The key tells whether the same was ordered here
 * meanwhile.
 */
final class ReplayDesk {
  /** The refusals of users by which a promise cannot be kept as things are. */
  private static final Set<String> DISPUTES =
      Set.of(
          "escrow.overdrawn",
          "escrow.journal_freed",
          "credit.currency_mismatch",
          "user.not_found",
          "key.reused");

  private final Mesh mesh;
  private final OrderDesk desk;

  ReplayDesk(Mesh mesh, OrderDesk desk) {
    this.mesh = mesh;
    this.desk = desk;
  }

  Future<ReplayedOrder> replay(ReplayOrder request) {
    Call call = Call.current().orElseThrow();
    var order = OrderRules.present(request.order(), "/order");
    UUID id = OrderRules.replayedOrder(request.orderId());
    String key = OrderRules.present(request.key(), "/key");
    var promise = OrderRules.present(request.promise(), "/promise");
    UUID user = OrderRules.orderingUser(order.userId());
    var draft = Draft.of(id, user, order);
    OrderRules.replayedTotal(request.total(), draft.total());
    var work =
        new Replayed(call, request, order, promise, draft, OrderStore.PLACE_SCOPE + user, key);
    return promise == Promise.CONFIRMED ? paid(work) : placed(work);
  }

  /** An order of a site, checked and priced. */
  private record Replayed(
      Call call,
      ReplayOrder request,
      PlaceOrder order,
      Promise promise,
      Draft draft,
      String scope,
      String key) {
    Command command() {
      return Command.of(scope, key, order);
    }

    /** The command of an order whose key the user has used for something else. */
    Command apart() {
      return Command.of(scope, "replay/" + draft.id(), order);
    }

    ReplayedOrder answer(Order order) {
      return switch (order.status()) {
        case PENDING, PROVISIONAL -> answer(order, Outcome.PENDING);
        case REJECTED -> answer(order, Outcome.REJECTED);
        case CONFIRMED, CANCELLING, CANCELLED -> answer(order, Outcome.ACCEPTED);
      };
    }

    private static ReplayedOrder answer(Order order, Outcome outcome) {
      return new ReplayedOrder(order.id(), outcome, order.reason());
    }

    ReplayedOrder answer(Outcome outcome, String reason) {
      return new ReplayedOrder(draft.id().toString(), outcome, reason);
    }

    CallOptions step(String name) {
      return CallOptions.DEFAULT
          .withTimeout(OrdersLimits.STEP_TIMEOUT)
          .withKey("orders/" + draft.id() + "/" + name);
    }
  }

  private Future<ReplayedOrder> paid(Replayed work) {
    var request = work.request();
    var settlement =
        new SettleEscrow(
            work.draft().userId().toString(),
            request.site(),
            request.incarnation(),
            request.position(),
            work.draft().id().toString(),
            work.draft().currency(),
            work.draft().total());
    return mesh.call(Users.SETTLE_ESCROW, settlement, work.step("settle"))
        .compose(
            held -> placed(work),
            failure ->
                failure instanceof MeshFailure.Application refusal
                        && DISPUTES.contains(refusal.code())
                    ? Future.succeededFuture(
                        work.answer(Outcome.DISPUTED, refusal.code() + ": " + refusal.getMessage()))
                    : Future.failedFuture(failure));
  }

  private Future<ReplayedOrder> placed(Replayed work) {
    // By its id, as its key may be forgotten here by now.
    return desk.resume(work.call(), work.draft().id())
        .compose(
            known ->
                known.isPresent()
                    ? Future.succeededFuture(work.answer(known.get()))
                    : desk.store(work.call(), work.command(), work.draft())
                        .compose(order -> known(work, order), failure -> taken(work, failure)));
  }

  private Future<ReplayedOrder> known(Replayed work, Order order) {
    if (order.status() == Order.Status.PENDING) {
      return Future.succeededFuture(work.answer(order));
    }
    boolean itself = order.id().equals(work.draft().id().toString());
    var known =
        itself
            ? Known.ITSELF
            : order.status() == Order.Status.REJECTED ? Known.SAME_REJECTED : Known.SAME_STANDS;
    return act(work, known, Optional.of(order));
  }

  private Future<ReplayedOrder> taken(Replayed work, Throwable failure) {
    return failure instanceof MeshFailure.Application refusal
            && refusal.code().equals(OrderFailures.KEY_REUSED)
        ? act(work, Known.OTHER, Optional.empty())
        : Future.failedFuture(failure);
  }

  private Future<ReplayedOrder> act(Replayed work, Known known, Optional<Order> order) {
    return switch (ReplayRules.decide(work.promise(), known)) {
      case KEEP -> Future.succeededFuture(work.answer(order.orElseThrow()));
      case JOIN -> join(work, order.orElseThrow());
      case PLACE_APART -> desk.store(work.call(), work.apart(), work.draft()).map(work::answer);
      case REJECT ->
          Future.succeededFuture(work.answer(Outcome.REJECTED, OrderFailures.KEY_REUSED));
    };
  }

  /** The order that the hub knows has credit of its own; what was paid for this one is free. */
  private Future<ReplayedOrder> join(Replayed work, Order order) {
    if (work.promise() == Promise.PROVISIONAL) {
      return Future.succeededFuture(work.answer(order));
    }
    return mesh.call(
            Users.RELEASE, new ReleaseCredit(work.draft().id().toString()), work.step("release"))
        .map(released -> work.answer(order));
  }
}
