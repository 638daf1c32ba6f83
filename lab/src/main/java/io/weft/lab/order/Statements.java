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
    /** The key (1 to 4), the order (5 to 11), its lines (12 to 17) and its event (18 to 21). */
    PLACE(
        """
        with taken as (
          insert into inbox (scope, key, fingerprint, subject) values ($1, $2, $3, $4)
          on conflict do nothing returning key
        ), placed as (
          insert into orders (id, user_id, status, currency, total, note, created_at, updated_at,
            line_count, encoded_bytes, inbox_key, claimed_until)
          select $5::uuid, $6::uuid, 'PENDING', $7::text, $8::bigint, $9::text, $10::timestamptz,
            $10::timestamptz, cardinality($12::text[]), $11::int, key, %s
          from taken returning id
        ), line as (
          insert into order_lines
            (order_id, position, sku, name, quantity, unit_price, discount_bps, total)
          select placed.id, position - 1, sku, name, quantity, unit_price, discount_bps, total
          from placed, unnest(
            $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::int[], $17::bigint[])
            with ordinality
              as line (sku, name, quantity, unit_price, discount_bps, total, position)
        ), event as (
          insert into outbox (topic, aggregate, owner, body)
          select $18::text, $19::text, $20::text, $21::bytea from placed
        )
        select id from placed
        """
            .formatted(CLAIM)),
    /** The credit that is held: order, user, currency, amount. */
    RESERVE(
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
            .formatted(RESERVATION)),
    /** The change of status (1 to 5), its event (6 to 9) and the answer by its key (10, 11). */
    SETTLE(
        """
        with moved as (
          update orders set status = $3::text, reason = $4::text,
            updated_at = greatest(updated_at, $5::timestamptz), version = version + 1,
            claimed_until = %s, next_attempt_at = now(), attempts = 0, failed_attempts = 0
          where id = $1::uuid and status = $2::text returning inbox_key
        ), answered as (
          update inbox set response = $11::bytea from moved
          where inbox.scope = $10::text and inbox.key = moved.inbox_key
        ), event as (
          insert into outbox (topic, aggregate, owner, body)
          select $6::text, $7::text, $8::text, $9::bytea from moved
        )
        select inbox_key from moved
        """
            .formatted(CLAIM));

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
          new Transaction(Service.ORDERS, List.of(Statement.PLACE)),
          new Transaction(Service.USERS, List.of(Statement.RESERVE)),
          new Transaction(Service.ORDERS, List.of(Statement.SETTLE)));

  private Statements() {}
}
