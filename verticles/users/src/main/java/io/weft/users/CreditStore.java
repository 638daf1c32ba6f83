package io.weft.users;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.Call;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.Reservation;
import io.weft.users.api.Reservation.Status;
import io.weft.users.api.ReserveCredit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credit that is held for orders, in the schema of users.
 *
 * <p>The row of an order is its inbox: the first to write it decides, and everybody after gets that
 * decision, a refusal included. So two that drive the same order can never come to different ends.
 * Locks are taken in one order, the reservation before the user.
 */
final class CreditStore {
  private static final String COLUMNS = "order_id, user_id, currency, amount, status, reason";

  private final Database database;

  CreditStore(Database database) {
    this.database = database;
  }

  /** What was decided; the reason is there when it was refused. */
  private record Decision(Reservation reservation, @Nullable String reason, boolean replayed) {}

  Future<Reservation> reserve(ReserveCredit request) {
    UUID user = UserRules.userId(request.userId(), "userId");
    UUID order = UserRules.orderId(request.orderId());
    String currency = UserRules.currency(request.currency());
    long amount = UserRules.amount(request.amount(), "amount");
    return database
        .withTransaction(connection -> decide(connection, order, user, currency, amount))
        .compose(decision -> answer(decision, user, currency, amount));
  }

  private static Future<Decision> decide(
      SqlConnection connection, UUID order, UUID user, String currency, long amount) {
    return connection
        .preparedQuery(
            """
            insert into reservations (order_id, user_id, currency, amount, status)
            values ($1, $2, $3, $4, 'HELD') on conflict do nothing returning
            """
                + COLUMNS)
        .execute(Tuple.of(order, user, currency, amount))
        .compose(
            rows ->
                rows.size() == 0
                    ? decided(connection, order)
                    : hold(connection, user, currency, amount)
                        .compose(
                            refusal ->
                                refusal.isEmpty()
                                    ? Future.succeededFuture(decision(rows, false))
                                    : refuse(connection, order, refusal.get())));
  }

  private static Future<Decision> decided(SqlConnection connection, UUID order) {
    return connection
        .preparedQuery("select " + COLUMNS + " from reservations where order_id = $1")
        .execute(Tuple.of(order))
        .map(rows -> decision(rows, true));
  }

  /** Holds the credit in one statement, or returns why it cannot be held. */
  private static Future<Optional<String>> hold(
      SqlConnection connection, UUID user, String currency, long amount) {
    return connection
        .preparedQuery(
            """
            update users set reserved = reserved + $3, version = version + 1
            where id = $1 and status = 'ACTIVE' and currency = $2
              and $3 <= credit_limit - reserved
            """)
        .execute(Tuple.of(user, currency, amount))
        .compose(
            rows ->
                rows.rowCount() == 1
                    ? Future.succeededFuture(Optional.empty())
                    : refusal(connection, user, currency).map(Optional::of));
  }

  private static Future<String> refusal(SqlConnection connection, UUID user, String currency) {
    return connection
        .preparedQuery("select status, currency from users where id = $1")
        .execute(Tuple.of(user))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return "user.not_found";
              }
              Row row = rows.iterator().next();
              if (!row.getString("status").equals("ACTIVE")) {
                return "user.inactive";
              }
              return row.getString("currency").equals(currency)
                  ? "credit.insufficient"
                  : "credit.currency_mismatch";
            });
  }

  private static Future<Decision> refuse(SqlConnection connection, UUID order, String reason) {
    return connection
        .preparedQuery(
            "update reservations set status = 'REFUSED', reason = $2 where order_id = $1 returning "
                + COLUMNS)
        .execute(Tuple.of(order, reason))
        .map(rows -> decision(rows, false));
  }

  private static Future<Reservation> answer(
      Decision decision, UUID user, String currency, long amount) {
    var reservation = decision.reservation();
    if (decision.replayed()) {
      Call.current().ifPresent(Call::markReplayed);
    }
    if (reservation.status() == Status.RELEASED) {
      return Future.failedFuture(UserFailures.refused("reservation.released"));
    }
    var asked =
        new Reservation(
            reservation.orderId(), user.toString(), currency, amount, reservation.status());
    if (!asked.equals(reservation)) {
      return Future.failedFuture(UserFailures.reservedOtherwise());
    }
    return decision.reason() == null
        ? Future.succeededFuture(reservation)
        : Future.failedFuture(UserFailures.refused(decision.reason()));
  }

  Future<Reservation> release(ReleaseCredit request) {
    UUID order = UserRules.orderId(request.orderId());
    return database
        .withTransaction(
            connection ->
                connection
                    .preparedQuery(
                        """
                        insert into reservations (order_id, status) values ($1, 'RELEASED')
                        on conflict do nothing returning
                        """
                            + COLUMNS)
                    .execute(Tuple.of(order))
                    .compose(
                        rows ->
                            rows.size() == 0
                                ? giveBack(connection, order)
                                : Future.succeededFuture(decision(rows, false))))
        .map(
            decision -> {
              if (decision.replayed()) {
                Call.current().ifPresent(Call::markReplayed);
              }
              return decision.reservation();
            });
  }

  private static Future<Decision> giveBack(SqlConnection connection, UUID order) {
    return connection
        .preparedQuery(
            """
            update reservations set status = 'RELEASED', decided_at = now()
            where order_id = $1 and status = 'HELD' returning
            """
                + COLUMNS)
        .execute(Tuple.of(order))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return decided(connection, order);
              }
              Row row = rows.iterator().next();
              return connection
                  .preparedQuery(
                      """
                      update users set reserved = reserved - $2, version = version + 1
                      where id = $1
                      """)
                  .execute(Tuple.of(row.getUUID("user_id"), row.getLong("amount")))
                  .map(updated -> decision(rows, false));
            });
  }

  private static Decision decision(RowSet<Row> rows, boolean replayed) {
    Row row = rows.iterator().next();
    UUID user = row.getUUID("user_id");
    return new Decision(
        new Reservation(
            row.getUUID("order_id").toString(),
            user == null ? null : user.toString(),
            row.getString("currency"),
            row.getLong("amount"),
            Status.valueOf(row.getString("status"))),
        row.getString("reason"),
        replayed);
  }
}
