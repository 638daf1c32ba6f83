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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credit that is held for orders, in the schema of users.
 *
 * <p>The row of an order is its inbox: the first to write it decides, and everybody after gets that
 * decision, a refusal included. So two that drive the same order can never come to different ends.
 * They do not lock each other out for good: who holds the lock of a user waits at most for a
 * reservation of which nobody has decided yet, and whoever writes such a one waits for no user.
 */
final class CreditStore {
  private static final String COLUMNS = "order_id, user_id, currency, amount, status, reason";

  /**
   * Decides on the credit of an order, and holds it if there is enough: one statement, and so all
   * or nothing. Whoever decides on credit of the same user waits for the lock of the user's row,
   * and then sees what is left. There is no row when it was decided before.
   */
  private static final String RESERVE =
      """
      with account as (
        select status, currency, credit_limit - reserved as available
        from users where id = $2::uuid for update
      ), verdict as (
        select case
          when status is null then 'user.not_found'
          when status <> 'ACTIVE' then 'user.inactive'
          when currency <> $3::text then 'credit.currency_mismatch'
          when available < $4::bigint then 'credit.insufficient'
        end as reason
        from (values (1)) as one left join account on true
      ), decided as (
        insert into reservations (order_id, user_id, currency, amount, status, reason)
        select $1::uuid, $2::uuid, $3::text, $4::bigint,
          case when reason is null then 'HELD' else 'REFUSED' end, reason
        from verdict
        on conflict do nothing returning %1$s
      ), held as (
        update users set reserved = reserved + decided.amount, version = version + 1
        from decided where users.id = decided.user_id and decided.status = 'HELD'
      )
      select %1$s from decided
      """
          .formatted(COLUMNS);

  /**
   * Gives back what is held for an order, or sees to it that nothing will be. There is no row when
   * that was done before.
   */
  private static final String RELEASE =
      """
      with never as (
        insert into reservations (order_id, status) values ($1::uuid, 'RELEASED')
        on conflict do nothing returning %1$s
      ), released as (
        update reservations set status = 'RELEASED', decided_at = now()
        where order_id = $1::uuid and status = 'HELD' returning %1$s
      ), given as (
        update users set reserved = reserved - released.amount, version = version + 1
        from released where users.id = released.user_id
      )
      select %1$s from never union all select %1$s from released
      """
          .formatted(COLUMNS);

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
        .withStatement(connection -> decide(connection, order, user, currency, amount))
        .compose(decision -> answer(decision, user, currency, amount));
  }

  private static Future<Decision> decide(
      SqlConnection connection, UUID order, UUID user, String currency, long amount) {
    return connection
        .preparedQuery(RESERVE)
        .execute(Tuple.of(order, user, currency, amount))
        .compose(
            rows ->
                rows.size() == 0
                    ? decided(connection, order)
                    : Future.succeededFuture(decision(rows, false)));
  }

  private static Future<Decision> decided(SqlConnection connection, UUID order) {
    return connection
        .preparedQuery("select " + COLUMNS + " from reservations where order_id = $1")
        .execute(Tuple.of(order))
        .map(rows -> decision(rows, true));
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
    return released(order)
        .map(
            decision -> {
              if (decision.replayed()) {
                Call.current().ifPresent(Call::markReplayed);
              }
              return decision.reservation();
            });
  }

  private Future<Decision> released(UUID order) {
    return database
        .withStatement(
            connection ->
                connection
                    .preparedQuery(RELEASE)
                    .execute(Tuple.of(order))
                    .compose(
                        rows ->
                            rows.size() == 0
                                ? decided(connection, order)
                                : Future.succeededFuture(decision(rows, false))))
        .compose(
            decision ->
                // Decided while the statement ran, which could not see it yet.
                decision.reservation().status() == Status.HELD
                    ? released(order)
                    : Future.succeededFuture(decision));
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
