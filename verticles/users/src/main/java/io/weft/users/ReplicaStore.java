package io.weft.users;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.ledger.EventConsumer;
import io.weft.ledger.EventHandler;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.telemetry.Measure;
import io.weft.users.api.User;
import io.weft.users.api.UserEvent;
import io.weft.users.api.UserPage;
import io.weft.users.api.Users;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of the hub as a site knows them, in the schema of users of the site's own
 * PostgreSQL.
 *
 * <p>They come in two ways, in any order: all accounts, page by page, as the log of events does not
 * go back to the first one; and the events, each once. An account that comes by both is as its
 * greater version says. Each time that all are read is an edition: what a page of a new edition
 * says counts whatever its version, as the hub may have been restored from a backup, and what is
 * not in the edition when it is complete is not at the hub any more.
 */
final class ReplicaStore implements EventHandler {
  /** The name under which the position of the replica is kept. */
  static final String CONSUMER = "replica";

  private static final String CHANGES =
      """
      update replica_users set email = coalesce($2::text, email), name = coalesce($3::text, name),
        status = $4::text, currency = $5::text, credit_limit = $6::bigint,
        reserved = coalesce($7::bigint, reserved), version = $9::bigint,
        edition = (select edition from replica)
      where id = $1::uuid and version <= $9::bigint
      """;

  /** How old what is known of any account may be. */
  private static final String AGE_SECONDS =
      "greatest(0, floor(extract(epoch from clock_timestamp()"
          + " - coalesce(current_at, begun_at))))::bigint";

  /** An event of a release that does not tell all makes no account: the pages bring that. */
  private static final String APPLY =
      """
      with changed as (
      %s
      )
      insert into replica_users (id, email, name, status, currency, credit_limit, reserved,
        created_at, version, edition)
      select $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::bigint,
        $8::timestamptz, $9::bigint, edition
      from replica where $8::timestamptz is not null
      on conflict do nothing
      """
          .formatted(CHANGES);

  private static final String READ =
      """
      insert into replica_users as known (id, email, name, status, currency, credit_limit,
        reserved, created_at, version, edition)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      on conflict (id) do update set email = excluded.email, name = excluded.name,
        status = excluded.status, currency = excluded.currency,
        credit_limit = excluded.credit_limit, reserved = excluded.reserved,
        created_at = excluded.created_at, version = excluded.version, edition = excluded.edition
      where known.edition < excluded.edition or known.version <= excluded.version
      """;

  private final Database database;
  private final String holder;

  /**
   * Creates the store of an instance.
   *
   * @param holder a name of the instance that no other has
   */
  ReplicaStore(Database database, String holder) {
    this.database = database;
    this.holder = holder;
  }

  /**
   * What the instance that reads accounts is to do.
   *
   * @param edition that is read
   * @param begun whether it is known after which event the edition begins
   * @param cursor of the page that is next
   * @param read whether all accounts of the edition were read
   * @param at the time, by the clock of the database
   */
  record Turn(
      long edition, boolean begun, @Nullable String cursor, boolean read, OffsetDateTime at) {}

  /** Returns an account, and how old it may be; empty when the site knows of none with this id. */
  Future<Optional<User>> find(UUID id) {
    return database
        .withConnection(
            connection ->
                connection
                    .preparedQuery(
                        "select u.*, "
                            + AGE_SECONDS
                            + " as age from replica_users u, replica where u.id = $1")
                    .execute(Tuple.of(id)))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              return Optional.of(UserStore.user(row).aged(row.getLong("age")));
            });
  }

  @Override
  public Future<Void> apply(SqlConnection tx, Event event) {
    return applyAll(tx, List.of(event));
  }

  @Override
  public Future<Void> applyAll(SqlConnection tx, List<Event> events) {
    var rows = new ArrayList<Tuple>(events.size());
    for (var event : events) {
      rows.add(
          row(event.as(event.topic().equals("users.changed") ? Users.CHANGED : Users.REGISTERED)));
    }
    return tx.preparedQuery(APPLY).executeBatch(rows).mapEmpty();
  }

  private static Tuple row(UserEvent event) {
    boolean whole = event.email() != null && event.name() != null && event.reserved() != null;
    return Tuple.of(UUID.fromString(event.userId()))
        .addValue(event.email())
        .addValue(event.name())
        .addValue(event.status().name())
        .addValue(event.currency())
        .addValue(event.creditLimit())
        .addValue(event.reserved())
        .addValue(
            whole && event.createdAt() != null ? event.createdAt().atOffset(ZoneOffset.UTC) : null)
        .addValue(event.version());
  }

  /**
   * What the events that are missed have changed, the pages bring. Until they are all read the site
   * goes by what it knows, whose age tells so.
   */
  @Override
  public Future<Boolean> beginAnew(SqlConnection tx, MeshFailure.Application why) {
    return anew(tx, "true").map(true);
  }

  private static Future<Void> anew(SqlConnection tx, String condition) {
    return tx.query(
            "update replica set edition = edition + 1, position = null, cursor = null,"
                + " begun_at = now(), read_at = null where "
                + condition)
        .execute()
        .mapEmpty();
  }

  /** Reads all accounts anew from their first page: the hub does not know the page that is next. */
  Future<Void> readAnew(Turn turn) {
    return database.withTransaction(tx -> anew(tx, "edition = " + turn.edition()));
  }

  /**
   * Takes the reading of accounts for this instance, if it is free or this instance's already; they
   * are read anew when that was long ago.
   */
  Future<Optional<Turn>> take(Duration lease, Duration renewal) {
    return database.withTransaction(
        tx ->
            tx.preparedQuery(
                    """
                    update replica set holder = $1,
                      held_until = clock_timestamp() + $2 * interval '1 millisecond'
                    where holder = $1 or held_until < clock_timestamp() returning edition
                    """)
                .execute(Tuple.of(holder, (double) lease.toMillis()))
                .compose(
                    held ->
                        held.size() == 0
                            ? Future.succeededFuture(Optional.<Turn>empty())
                            : turn(tx, renewal).map(Optional::of)));
  }

  private static Future<Turn> turn(SqlConnection tx, Duration renewal) {
    return anew(tx, "read_at < now() - interval '" + renewal.toMillis() + " milliseconds'")
        .compose(
            done ->
                tx.query(
                        "select edition, position is not null as begun, cursor,"
                            + " read_at is not null as read, clock_timestamp() as at from replica")
                    .execute())
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return new Turn(
                  row.getLong("edition"),
                  row.getBoolean("begun"),
                  row.getString("cursor"),
                  row.getBoolean("read"),
                  row.getOffsetDateTime("at"));
            });
  }

  /**
   * Begins an edition: events after a position are applied, and the accounts are read from now on,
   * so that each is as it was at that position or later.
   */
  Future<Void> begin(Turn turn, long position) {
    return database.withTransaction(
        tx ->
            tx.preparedQuery(
                    "update replica set position = $2 where edition = $1 and position is null")
                .execute(Tuple.of(turn.edition(), position))
                .compose(
                    begun ->
                        begun.rowCount() == 0
                            ? Future.succeededFuture() // Another instance has.
                            : EventConsumer.restart(tx, CONSUMER, Users.SERVICE, position)));
  }

  /**
   * Stores a page of accounts; after the last one, what is in no page of the edition goes.
   *
   * @return whether there is another page to be read
   */
  Future<Boolean> store(Turn turn, UserPage page) {
    return database.withTransaction(
        tx ->
            tx.preparedQuery(
                    """
                    update replica set cursor = $2::text,
                      read_at = case when $2::text is null then now() end
                    where edition = $1 and read_at is null and cursor is not distinct from $3::text
                    returning edition
                    """)
                .execute(Tuple.of(turn.edition(), page.next(), turn.cursor()))
                .compose(
                    moved ->
                        moved.size() == 0
                            ? Future.succeededFuture(false) // Another has read it, or began anew.
                            : store(tx, turn.edition(), page)));
  }

  private static Future<Boolean> store(SqlConnection tx, long edition, UserPage page) {
    var rows = page.items().stream().map(user -> row(user, edition)).toList();
    Future<?> stored =
        rows.isEmpty() ? Future.succeededFuture() : tx.preparedQuery(READ).executeBatch(rows);
    boolean last = page.next() == null;
    return stored
        .compose(
            done ->
                last
                    ? tx.preparedQuery("delete from replica_users where edition < $1")
                        .execute(Tuple.of(edition))
                    : Future.succeededFuture())
        .map(!last);
  }

  private static Tuple row(User user, long edition) {
    var credit = user.credit();
    return Tuple.of(UUID.fromString(user.id()), user.email(), user.name(), user.status().name())
        .addValue(credit.currency())
        .addValue(credit.limit())
        .addValue(credit.reserved())
        .addValue(user.createdAt().atOffset(ZoneOffset.UTC))
        .addValue(user.version())
        .addValue(edition);
  }

  /** Takes note that at a time the log of events went up to a position, if all that is in. */
  Future<Void> heard(Turn turn, long end) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    update replica set current_at = greatest(current_at, $1)
                    where edition = $2 and read_at is not null
                      and (select position from positions where consumer = $3) >= $4
                    """)
                .execute(Tuple.of(turn.at(), turn.edition(), CONSUMER, end))
                .mapEmpty());
  }

  /** Leaves the reading of accounts to whoever wants it next. */
  Future<Void> leave() {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("update replica set held_until = '-infinity' where holder = $1")
                .execute(Tuple.of(holder))
                .mapEmpty());
  }

  /** Reads how old what the site knows of the accounts may be, in seconds. */
  Future<Long> ageSeconds() {
    return database.withConnection(
        connection ->
            connection
                .query("select " + AGE_SECONDS + " as age from replica")
                .execute()
                .map(rows -> rows.iterator().next().getLong("age")));
  }

  /** Reads how the replica stands, for the metrics of the node. */
  static Future<List<Measure>> measures(Database database) {
    return database
        .withConnection(
            connection ->
                connection
                    .query(
                        "select (select count(*) from replica_users) as users, extract(epoch from"
                            + " clock_timestamp() - coalesce(current_at, begun_at))::float8 as age"
                            + " from replica")
                    .execute())
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return List.of(
                  new Measure(
                      "weft_replica_users",
                      "Accounts of the hub that a site knows",
                      Map.of("service", Users.SERVICE),
                      (double) row.getLong("users")),
                  new Measure(
                      "weft_replica_age_seconds",
                      "How old what the site knows of them may be",
                      Map.of("service", Users.SERVICE),
                      Math.max(0, row.getDouble("age"))));
            });
  }
}
