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
import java.util.Optional;
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
  private final KnownUsers known = new KnownUsers();

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
    if (known.contains(user)) {
      return store(call, command, draft);
    }
    // A repetition is answered even when users is away, so the key comes first.
    return store
        .known(command)
        .compose(
            arrival ->
                arrival instanceof Arrival.Fresh
                    ? storeForNewUser(call, command, draft)
                    : repeated(call, command, arrival));
  }

  private Future<Order> storeForNewUser(Call call, Command command, Draft draft) {
    return mesh.call(Users.GET, new UserId(draft.userId().toString()))
        .recover(OrderDesk::noUser)
        .compose(
            user -> {
              known.add(draft.userId());
              return store(call, command, draft);
            });
  }

  /** Stores an order, once per key, and brings it to its end. */
  Future<Order> store(Call call, Command command, Draft draft) {
    return store
        .place(command, draft)
        .compose(
            placed ->
                placed.arrival() instanceof Arrival.Fresh
                    ? drive(call, Work.on(placed.order()), placed.order())
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
    return Future.succeededFuture(JsonCodec.decodeLenient(answered.response(), Order.class));
  }

  /**
   * Goes on with an order that has not come to its end, whether or not its first driver lives: who
   * repeats a command may do so because that one died, and all steps may be done twice.
   */
  private Future<Order> resume(Call call, Command command, UUID order) {
    return store
        .unfinished(order)
        .compose(
            found -> {
              if (found.work().isPresent()) {
                call.markReplayed();
                return drive(call, found.work().get(), found.order());
              }
              return store
                  .known(command)
                  .compose(
                      arrival -> {
                        if (arrival instanceof Arrival.Answered answered) {
                          return replay(call, answered);
                        }
                        call.markReplayed(); // It is parked, or its key was just forgotten.
                        return Future.succeededFuture(found.order());
                      });
            });
  }

  /** Goes on with the order that has an id, if there is one. */
  Future<Optional<Order>> resume(Call call, UUID order) {
    return store
        .known(order)
        .compose(
            known ->
                known.isEmpty()
                    ? Future.succeededFuture(Optional.empty())
                    : known
                        .get()
                        .work()
                        .map(work -> drive(call, work, known.get().order()))
                        .orElseGet(() -> Future.succeededFuture(known.get().order()))
                        .map(Optional::of));
  }

  Future<Order> cancel(OrderId request) {
    Call call = Call.current().orElseThrow();
    return store
        .beginCancel(OrderRules.orderId(request.id()))
        .compose(
            found ->
                switch (found.order().status()) {
                  case CANCELLED -> Future.succeededFuture(found.order());
                  case CANCELLING ->
                      found
                          .work()
                          .map(work -> drive(call, work, found.order()))
                          .orElseGet(() -> Future.succeededFuture(found.order()));
                  default ->
                      Future.failedFuture(OrderFailures.notCancellable(found.order().status()));
                });
  }

  private Future<Order> drive(Call call, Work work, Order asItIs) {
    return inTime(call, asItIs, end(call, work, 1));
  }

  /** Tries a few times, as what fails while a node dies does well a moment later. */
  private Future<Order> end(Call call, Work work, int attempt) {
    return saga.drive(work, trace(call))
        .recover(
            failure ->
                attempt >= OrdersLimits.DRIVES_PER_CALL_MAX || call.cancellation().cancelled()
                    ? Future.failedFuture(failure)
                    : paused(attempt)
                        .compose(again -> store.unfinished(work.id()))
                        .compose(
                            found ->
                                found.work().isPresent()
                                    ? end(call, found.work().get(), attempt + 1)
                                    : ended(work, found.order())));
  }

  /** What a command is answered whose order another has brought to its end. */
  private Future<Order> ended(Work work, Order order) {
    return work.status() == Order.Status.PENDING && order.status() != Order.Status.PENDING
        ? store.answer(order)
        : Future.succeededFuture(order);
  }

  private Future<Void> paused(int attempt) {
    Promise<Void> over = Promise.promise();
    time.timers().after(OrdersLimits.DRIVE_AGAIN.multipliedBy(attempt), over::complete);
    return over.future();
  }

  private static CallOptions trace(Call call) {
    return CallOptions.DEFAULT.withTrace(call.served());
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
