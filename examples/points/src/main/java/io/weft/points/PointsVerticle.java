package io.weft.points;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Command;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.Expiry;
import io.weft.mesh.Call;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Orders;
import io.weft.points.api.Points;
import io.weft.points.api.Points.Balance;
import io.weft.points.api.Points.PointsOf;
import io.weft.points.api.Points.Redeem;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.List;

/** One instance of the service points. */
final class PointsVerticle extends VerticleBase {
  private final Mesh mesh;
  private final PointsStore store;
  private final EventConsumer earning;
  private final Expiry expiry;

  PointsVerticle(Mesh mesh, PointsStore store, Database database, Time time) {
    this.mesh = mesh;
    this.store = store;
    earning =
        new EventConsumer(mesh, database, time, "earning", List.of(Orders.CONFIRMED), store::earn);
    expiry = Expiry.ofInbox(database, time);
  }

  @Override
  public Future<?> start() {
    earning.start();
    expiry.start();
    return Future.all(
        mesh.serve(Points.BALANCE, this::balance), mesh.serve(Points.REDEEM, this::redeem));
  }

  @Override
  public Future<?> stop() {
    expiry.stop();
    return earning.stop();
  }

  /** Whoever has no points may have none yet, or be nobody: users knows. */
  private Future<Balance> balance(PointsOf request) {
    return store
        .find(request.id())
        .compose(
            found ->
                found
                    .map(Future::succeededFuture)
                    .orElseGet(
                        () ->
                            mesh.call(Users.GET, new UserId(request.id()))
                                .map(user -> new Balance(user.id(), 0))));
  }

  private Future<Balance> redeem(Redeem request) {
    if (request.points() < 1) {
      return Future.failedFuture(
          new MeshFailure.Application(
              "points.invalid", "points: " + request.points() + " (expected: > 0)", "/points"));
    }
    return store.redeem(Command.of(Call.current().orElseThrow(), request), request);
  }
}
