package io.weft.lab.order;

import java.util.List;

/**
 * The SQL of placing one order that is confirmed, as users and orders send it: every transaction
 * that writes, statement by statement. What only reads besides, outside of them, is not needed for
 * an order, so the ceiling is measured without it.
 *
 * <p>Whoever changes a statement there changes it here. That they do the same work is seen in the
 * benchmark's own figures: bytes of the write-ahead log and commits per order, of both systems.
 */
final class Statements {
  private static final String CLAIM = "now() + 3000 * interval '1 millisecond'";
  private static final String ORDER =
      "id, user_id, status, reason, currency, total, note, created_at, updated_at, version";
  private static final String RESERVATION = "order_id, user_id, currency, amount, status, reason";

  /** Which service's connections a transaction runs on. */
  enum Service {
    ORDERS("orders"),
    USERS("users");

    private final String schema;

    Service(String schema) {
      this.schema = schema;
    }

    String schema() {
      return schema;
    }
  }

  /** One statement. Its parameters are those of {@link Ceiling}, by this name. */
  enum Statement {
    TAKE_KEY(
        """
        insert into inbox (scope, key, fingerprint, subject) values ($1, $2, $3, $4)
        on conflict do nothing
        """),
    INSERT_ORDER(
        """
        insert into orders (id, user_id, status, currency, total, note, line_count,
          encoded_bytes, inbox_key, claimed_until)
        values ($1, $2, 'PENDING', $3, $4, $5, $6, $7, $8, %s)
        returning created_at
        """
            .formatted(CLAIM)),
    INSERT_LINES(
        """
        insert into order_lines
          (order_id, position, sku, name, quantity, unit_price, discount_bps, total)
        select $1, position - 1, sku, name, quantity, unit_price, discount_bps, total
        from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::int[], $7::bigint[])
          with ordinality as line (sku, name, quantity, unit_price, discount_bps, total, position)
        """),
    INSERT_RESERVATION(
        """
        insert into reservations (order_id, user_id, currency, amount, status)
        values ($1, $2, $3, $4, 'HELD') on conflict do nothing returning %s
        """
            .formatted(RESERVATION)),
    HOLD_CREDIT(
        """
        update users set reserved = reserved + $3, version = version + 1
        where id = $1 and status = 'ACTIVE' and currency = $2
          and $3 <= credit_limit - reserved
        """),
    CONFIRM_ORDER(
        """
        update orders set status = $3, reason = $4, updated_at = now(), version = version + 1,
          claimed_until = %s, next_attempt_at = now(), attempts = 0
        where id = $1 and status = $2 returning inbox_key
        """
            .formatted(CLAIM)),
    READ_ORDER("select %s from orders where id = $1".formatted(ORDER)),
    READ_LINES(
        """
        select order_id, sku, name, quantity, unit_price, discount_bps, total
        from order_lines where order_id = any($1) order by order_id, position
        """),
    STORE_ANSWER("update inbox set response = $3 where scope = $1 and key = $2");

    private final String sql;

    Statement(String sql) {
      this.sql = sql;
    }

    String sql() {
      return sql;
    }
  }

  /** Statements that are committed together. */
  record Transaction(Service service, List<Statement> statements) {}

  /** The transactions of an order, one after the other. */
  static final List<Transaction> OF_AN_ORDER =
      List.of(
          new Transaction(
              Service.ORDERS,
              List.of(Statement.TAKE_KEY, Statement.INSERT_ORDER, Statement.INSERT_LINES)),
          new Transaction(
              Service.USERS, List.of(Statement.INSERT_RESERVATION, Statement.HOLD_CREDIT)),
          new Transaction(
              Service.ORDERS,
              List.of(
                  Statement.CONFIRM_ORDER,
                  Statement.READ_ORDER,
                  Statement.READ_LINES,
                  Statement.STORE_ANSWER)));

  private Statements() {}
}
