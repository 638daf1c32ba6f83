package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.ledger.Command;
import io.weft.ledger.Inbox.Arrival;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.PlaceOrder;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.UUID;

/**
 * Where orders are placed and cancelled: stores what is asked for, has it driven to its end, and
 * answers in time.
 *
 * <p>An answer that would come too late for the call is given before the end; the order goes on.
 */
final class OrderDesk {
  private final Mesh mesh;
  private final OrderStore store;
  private final OrderSaga saga;
  private final Time time;

  OrderDesk(Mesh mesh, OrderStore store, OrderSaga saga, Time time) {
    this.mesh = mesh;
    this.store = store;
    this.saga = saga;
    this.time = time;
  }

  Future<Order> place(PlaceOrder request) {
    Call call = Call.current().orElseThrow();
    UUID user = OrderRules.orderingUser(request.userId());
    var draft = Draft.of(time.rng().uuid(), user, request);
    var command = Command.of(OrderStore.PLACE_SCOPE + user, call.key(), request);
    // A repetition is answered even when users is away, so the key comes first.
    return store
        .known(command)
        .compose(
            arrival ->
                arrival instanceof Arrival.Fresh
                    ? placeForKnownUser(call, command, draft)
                    : repeated(call, command, arrival));
  }

  private Future<Order> placeForKnownUser(Call call, Command command, Draft draft) {
    return mesh.call(Users.GET, new UserId(draft.userId().toString()))
        .recover(OrderDesk::noUser)
        .compose(user -> store.place(command, draft))
        .compose(
            placed ->
                placed.arrival() instanceof Arrival.Fresh
                    ? inTime(call, placed.order(), saga.drive(draft.work(), trace(call)))
                    : repeated(call, command, placed.arrival()));
  }

  private static <T> Future<T> noUser(Throwable failure) {
    if (failure instanceof MeshFailure.Application refusal
        && refusal.code().equals("user.not_found")) {
      return Future.failedFuture(OrderFailures.unknownUser());
    }
    if (failure instanceof MeshFailure.Unknown) {
      // That query had no effect and this order neither, which is more than is known of the query.
      return Future.failedFuture(
          new MeshFailure.Rejected(
              MeshFailure.Rejected.Reason.UNAVAILABLE,
              "users did not answer: " + failure.getMessage(),
              OrdersLimits.STEP_TIMEOUT));
    }
    return Future.failedFuture(failure);
  }

  private Future<Order> repeated(Call call, Command command, Arrival arrival) {
    if (arrival instanceof Arrival.Answered answered) {
      return replay(call, answered);
    }
    if (arrival instanceof Arrival.Running running && running.subject() != null) {
      return resume(call, command, UUID.fromString(running.subject()));
    }
    return Future.failedFuture(
        arrival instanceof Arrival.Reused ? OrderFailures.keyReused() : OrderFailures.inProgress());
  }

  private static Future<Order> replay(Call call, Arrival.Answered answered) {
    call.markReplayed();
    return Future.succeededFuture(JsonCodec.decode(answered.response(), Order.class));
  }

  /** Goes on with an order whose first driver is gone; leaves one alone whose driver is not. */
  private Future<Order> resume(Call call, Command command, UUID order) {
    return store
        .claim(order)
        .compose(
            claimed ->
                claimed.isEmpty()
                    ? store
                        .known(command)
                        .compose(
                            arrival ->
                                arrival instanceof Arrival.Answered answered
                                    ? replay(call, answered)
                                    : Future.failedFuture(OrderFailures.inProgress()))
                    : store
                        .find(new OrderId(order.toString()))
                        .compose(
                            pending -> {
                              call.markReplayed();
                              return inTime(call, pending, saga.drive(claimed.get(), trace(call)));
                            }));
  }

  Future<Order> cancel(OrderId request) {
    Call call = Call.current().orElseThrow();
    UUID id = OrderRules.orderId(request.id());
    return store
        .beginCancel(id)
        .compose(
            found ->
                switch (found.order().status()) {
                  case CANCELLED -> Future.succeededFuture(found.order());
                  case CANCELLING ->
                      found.claimed()
                          ? inTime(
                              call, found.order(), saga.drive(work(id, found.order()), trace(call)))
                          : takeUp(call, id, found.order());
                  default ->
                      Future.failedFuture(OrderFailures.notCancellable(found.order().status()));
                });
  }

  private Future<Order> takeUp(Call call, UUID id, Order cancelling) {
    return store
        .claim(id)
        .compose(
            claimed ->
                claimed.isEmpty()
                    ? Future.succeededFuture(cancelling)
                    : inTime(call, cancelling, saga.drive(claimed.get(), trace(call))));
  }

  private static Work work(UUID id, Order order) {
    return new Work(
        id, order.status(), UUID.fromString(order.userId()), order.currency(), order.total(), 0);
  }

  private static CallOptions trace(Call call) {
    return CallOptions.DEFAULT.withTrace(call.trace());
  }

  /** Answers with the end of an order, or with the order as it is when that takes too long. */
  private Future<Order> inTime(Call call, Order asItIs, Future<Order> end) {
    Promise<Order> answer = Promise.promise();
    Duration left = call.deadline().remaining().minus(OrdersLimits.ANSWER_MARGIN);
    var patience = time.timers().after(left, () -> answer.tryComplete(asItIs));
    end.onComplete(
        done -> {
          patience.cancel();
          answer.tryComplete(done.succeeded() ? done.result() : asItIs);
        });
    return answer.future();
  }
}
