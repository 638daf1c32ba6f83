package io.weft.points;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.DataService.Data;
import io.weft.ledger.Inbox;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.Orders;
import io.weft.points.api.Points;
import io.weft.points.api.Points.Balance;
import io.weft.points.api.Points.Redeem;
import io.weft.points.api.Points.Redeemed;
import java.util.Optional;

/** The points of users, in the schema of the service. */
final class PointsStore {
  private static final int MINOR_UNITS_PER_POINT = 100;

  private final Data data;

  PointsStore(Data data) {
    this.data = data;
  }

  Future<Optional<Balance>> find(String user) {
    return data.database()
        .withConnection(
            connection ->
                connection
                    .preparedQuery("select points from balances where user_id = $1")
                    .execute(Tuple.of(user)))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(new Balance(user, rows.iterator().next().getLong("points"))));
  }

  /** Gives a point for each whole unit of a confirmed order; called once for each of them. */
  Future<Void> earn(SqlConnection tx, Event event) {
    var order = event.as(Orders.CONFIRMED);
    return tx.preparedQuery(
            """
            insert into balances as b (user_id, points) values ($1, $2)
            on conflict (user_id) do update set points = b.points + excluded.points
            """)
        .execute(Tuple.of(order.userId(), order.total() / MINOR_UNITS_PER_POINT))
        .mapEmpty();
  }

  /** Spends points and tells of it, in one transaction; a repetition gets the first answer. */
  Future<Balance> redeem(Command command, Redeem request) {
    return Inbox.perform(
        data.database(),
        command,
        Balance.class,
        tx ->
            spend(tx, request)
                .compose(
                    left ->
                        data.outbox()
                            .add(
                                tx,
                                Points.REDEEMED,
                                request.id(),
                                request.id(),
                                new Redeemed(request.id(), request.points()))
                            .map(told -> left)));
  }

  private static Future<Balance> spend(SqlConnection tx, Redeem request) {
    return tx.preparedQuery(
            """
            update balances set points = points - $2 where user_id = $1 and points >= $2
            returning points
            """)
        .execute(Tuple.of(request.id(), request.points()))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(
                        new MeshFailure.Application(
                            "points.insufficient", "the user has fewer points than that"))
                    : Future.succeededFuture(
                        new Balance(request.id(), rows.iterator().next().getLong("points"))));
  }
}
