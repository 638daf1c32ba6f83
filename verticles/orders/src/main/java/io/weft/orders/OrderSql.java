package io.weft.orders;

import io.weft.ledger.Inbox;

/**
 * The statements that change orders.
 *
 * <p>Each is a transaction by itself: the key, the order, its lines and its event are written by
 * one statement in one round trip, all of them or none. What is told of an order depends on the row
 * that was changed, so the event is written under its lock.
 */
final class OrderSql {
  static final String COLUMNS =
      "id, user_id, status, reason, currency, total, note, created_at, updated_at, version";

  private static final String WORK_COLUMNS =
      "id, status, user_id, currency, total, attempts, failed_attempts, trace";
  private static final String UNFINISHED =
      "status in ('PENDING', 'CANCELLING') and parked_at is null";
  private static final String CLAIM =
      "now() + " + OrdersLimits.CLAIM.toMillis() + " * interval '1 millisecond'";

  /**
   * Takes the key (1 to 4), and stores the order (5 to 11, and 22), its lines (12 to 17) and the
   * event (18 to 22). There is a row unless the key was taken before.
   */
  static final String PLACE =
      """
      with taken as (
      %s
      ), placed as (
        insert into orders (id, user_id, status, currency, total, note, created_at, updated_at,
          line_count, encoded_bytes, inbox_key, claimed_until, trace)
        select $5::uuid, $6::uuid, 'PENDING', $7::text, $8::bigint, $9::text, $10::timestamptz,
          $10::timestamptz, cardinality($12::text[]), $11::int, key, %s,
          $22::text
        from taken returning id
      ), line as (
        insert into order_lines
          (order_id, position, sku, name, quantity, unit_price, discount_bps, total)
        select placed.id, position - 1, sku, name, quantity, unit_price, discount_bps, total
        from placed, unnest(
          $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::int[], $17::bigint[])
          with ordinality as line (sku, name, quantity, unit_price, discount_bps, total, position)
      ), event as (
        insert into outbox (topic, aggregate, owner, body, trace)
        select $18::text, $19::text, $20::text, $21::bytea, $22::text from placed
      )
      select id from placed
      """
          .formatted(Inbox.TAKE, CLAIM);

  /** The only change of a status: order, from, to, reason and time are the first five. */
  private static final String MOVE =
      """
      update orders set status = $3::text, reason = $4::text,
        updated_at = greatest(updated_at, $5::timestamptz), version = version + 1,
        claimed_until = %s, next_attempt_at = now(), attempts = 0, failed_attempts = 0
      where id = $1::uuid and status = $2::text returning
      """
          .formatted(CLAIM);

  /**
   * Moves an order, stores its event (6 to 10), and answers the command that placed it (11, 12).
   */
  static final String SETTLE =
      """
      with moved as (
      %s inbox_key
      ), answered as (
        update inbox set response = $12::bytea from moved
        where inbox.scope = $11::text and inbox.key = moved.inbox_key
      ), event as (
        insert into outbox (topic, aggregate, owner, body, trace)
        select $6::text, $7::text, $8::text, $9::bytea, $10::text from moved
      )
      select inbox_key from moved
      """
          .formatted(MOVE);

  /** Moves an order, and returns it. */
  static final String BEGIN = MOVE + COLUMNS;

  /** Moves an order, and stores its event (6 to 10). */
  static final String FINISH =
      """
      with moved as (
      %s id
      ), event as (
        insert into outbox (topic, aggregate, owner, body, trace)
        select $6::text, $7::text, $8::text, $9::bytea, $10::text from moved
      )
      select id from moved
      """
          .formatted(MOVE);

  /** The answer that was given when an order was placed. */
  static final String ANSWER =
      """
      select response from orders join inbox
        on inbox.scope = '%s' || orders.user_id::text and inbox.key = orders.inbox_key
      where orders.id = $1 and inbox.response is not null
      """
          .formatted(OrderStore.PLACE_SCOPE);

  /** An order, and how its steps went. */
  static final String FIND =
      "select "
          + COLUMNS
          + ", attempts, failed_attempts, parked_at is not null as parked from orders where id = $1";

  /** The lines of orders. */
  static final String LINES =
      """
      select order_id, sku, name, quantity, unit_price, discount_bps, total
      from order_lines where order_id = any($1) order by order_id, position
      """;

  /**
   * Claims unfinished orders that nobody holds and whose time has come. That a try has failed is
   * written before it begins, and taken back by whoever knows better: a try that ends its process
   * counts too.
   */
  static final String CLAIM_DUE =
      """
      update orders set claimed_until = %s, attempts = attempts + 1,
        failed_attempts = failed_attempts + 1
      where id in (
        select id from orders
        where %s and claimed_until < now() and next_attempt_at <= now()
        order by next_attempt_at limit $1 for update skip locked)
      returning %s
      """
          .formatted(CLAIM, UNFINISHED, WORK_COLUMNS);

  /** Gives up a claim: whoever comes after the delay may go on. */
  static final String RETRY_LATER =
      """
      update orders set claimed_until = now(), failed_attempts = $3::int,
        next_attempt_at = now() + $2::double precision * interval '1 millisecond'
      where id = $1::uuid and %s
      """
          .formatted(UNFINISHED);

  /** Parks an order. */
  static final String PARK =
      """
      update orders set claimed_until = now(), failed_attempts = $3::int, parked_at = now(),
        parked_reason = $2::text
      where id = $1::uuid and %s
      """
          .formatted(UNFINISHED);

  /** Lets a parked order go on. */
  static final String UNPARK =
      """
      update orders set parked_at = null, parked_reason = null, attempts = 0, failed_attempts = 0,
        claimed_until = now(), next_attempt_at = now()
      where id = $1::uuid and parked_at is not null
      """;

  private OrderSql() {}
}
