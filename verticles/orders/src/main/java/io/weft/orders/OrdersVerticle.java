package io.weft.orders;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Expiry;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Orders;
import io.weft.orders.summary.Summaries;
import java.util.List;
import java.util.Optional;

/** One instance of the service orders: it serves the operations and looks after what is left. */
final class OrdersVerticle extends VerticleBase {
  private final Mesh mesh;
  private final OrderStore store;
  private final TimelineStore timelines;
  private final List<Expiry> expiries;
  private final Summaries summaries;
  private final Time time;
  private Optional<Running> running = Optional.empty();

  /** What runs on the verticle's context. */
  private record Running(OrderSaga saga, Recovery recovery) {}

  OrdersVerticle(
      Mesh mesh,
      OrderStore store,
      TimelineStore timelines,
      List<Expiry> expiries,
      Summaries summaries,
      Time time) {
    this.mesh = mesh;
    this.store = store;
    this.timelines = timelines;
    this.expiries = List.copyOf(expiries);
    this.summaries = summaries;
    this.time = time;
  }

  @Override
  public Future<?> start() {
    var saga = new OrderSaga(context, mesh, store, time);
    var recovery = new Recovery(store, saga, time);
    var desk = new OrderDesk(mesh, store, saga, time);
    running = Optional.of(new Running(saga, recovery));
    recovery.start();
    expiries.forEach(Expiry::start);
    summaries.start();
    return Future.all(
        List.of(
            mesh.serve(Orders.PLACE, desk::place),
            mesh.serve(Orders.GET, store::find),
            mesh.serve(Orders.LIST, store::list),
            mesh.serve(Orders.CANCEL, desk::cancel),
            mesh.serve(Orders.REPLAY, new ReplayDesk(mesh, desk)::replay),
            mesh.serve(Orders.PARKED, store::parked),
            mesh.serve(Orders.UNPARK, store::unpark),
            mesh.serve(Orders.TIMELINE, timelines::of),
            mesh.serve(
                Orders.SUMMARY, request -> summaries.of(OrderRules.summedUser(request.id()))),
            mesh.serve(Orders.REBUILD_SUMMARIES, summaries::rebuild)));
  }

  @Override
  public Future<?> stop() {
    expiries.forEach(Expiry::stop);
    running.ifPresent(r -> r.recovery().stop());
    return Future.join(
        summaries.stop(), running.map(r -> r.saga().idle()).orElseGet(Future::succeededFuture));
  }
}
