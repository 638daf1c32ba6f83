package io.weft.orders.site;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.time.Rng;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.OrdersLimits;
import io.weft.orders.api.JournalReport;
import io.weft.orders.api.JournaledOrder;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder.Promise;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a site and its purses, in the schema of orders of the site's own PostgreSQL.
 *
 * <p>An order is written in one transaction with its key and with what is spent on it: a crash
 * leaves all of it or nothing. Whatever changes the journal or a purse locks the row of the journal
 * first and the purse then, so orders are written one after another and their positions grow in the
 * order in which they are committed.
 */
public final class JournalStore implements SiteJournal, Purses {
  private static final String STANDING = "incarnation, position, unsettled";

  /**
   * What no copy of the database has: a restore makes another database in this server or in another
   * one, and a server that was brought back from its log, or promoted, is on another timeline.
   */
  private static final String WITNESS =
      """
      (select s.system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
         || '/' || d.oid
       from pg_control_system() s, pg_database d where d.datname = current_database())
      """;

  /** Whether the order of a command was taken before. */
  private static final String TAKEN = "exists (select from inbox where scope = $1 and key = $2)";

  private static final String WAITS =
      "exists (select from journal_entries where state = 'JOURNALED')";

  private static final String MEASURES =
      """
      select
        count(*) filter (where state = 'JOURNALED' and promise = 'CONFIRMED')
          as journaled_confirmed,
        count(*) filter (where state = 'JOURNALED' and promise = 'PROVISIONAL')
          as journaled_provisional,
        count(*) filter (where state = 'DISPUTED' and promise = 'CONFIRMED')
          as disputed_confirmed,
        count(*) filter (where state = 'DISPUTED' and promise = 'PROVISIONAL')
          as disputed_provisional,
        greatest(0, coalesce(extract(epoch from
          now() - min(journaled_at) filter (where state = 'JOURNALED')), 0))::float8 as oldest
      from journal_entries where state in ('JOURNALED', 'DISPUTED')
      """;

  private static final String PURSE =
      "user_id, currency, numbers, granted, spent, given_up, returned";

  private static final String ENTRY =
      "position, incarnation, order_id, user_id, key, promise, request, total";

  private final Database database;
  private final Rng rng;
  private final JournalBound bound;
  private final String holder;

  /**
   * Creates the store; {@link #open} comes first.
   *
   * @param database of the service orders
   */
  public JournalStore(Database database, Rng rng, JournalBound bound) {
    this.database = database;
    this.rng = rng;
    this.bound = bound;
    holder = rng.uuid().toString();
  }

  /**
   * An order of the journal, with what has become of it.
   *
   * @param entry the order
   * @param state what the hub has said of it
   * @param hubOrderId under which the hub knows it; null until it does
   * @param reason why it was rejected or is in dispute; null otherwise
   * @param placedAt when it was placed
   * @param settledAt when the hub has said something of it; null until then
   */
  public record Found(
      JournalEntry entry,
      State state,
      @Nullable String hubOrderId,
      @Nullable String reason,
      Instant placedAt,
      @Nullable Instant settledAt) {}

  /** What the hub has said of an order. */
  public enum State {
    /** Nothing yet. */
    JOURNALED,
    /** It is confirmed. */
    ACCEPTED,
    /** It is rejected; it was not promised. */
    REJECTED,
    /** It was promised, and an operator has to see to it. */
    DISPUTED
  }

  /**
   * Begins the journal, or goes on with it. In a database that was restored from a backup it is
   * another one from now on: orders may have been paid since from what the purses held when the
   * backup was made, so they are void. Its orders stay.
   */
  public Future<Standing> open() {
    return database
        .withTransaction(
            tx ->
                tx.preparedQuery(
                        """
                        insert into site_journal (incarnation, witness) values ($1, %s)
                        on conflict do nothing
                        """
                            .formatted(WITNESS))
                    .execute(Tuple.of(rng.uuid()))
                    .compose(
                        begun ->
                            tx.preparedQuery(
                                    "select incarnation, witness = "
                                        + WITNESS
                                        + " as own from site_journal for update")
                                .execute())
                    .compose(
                        rows -> {
                          Row row = rows.iterator().next();
                          return row.getBoolean("own")
                              ? Future.succeededFuture()
                              : renew(tx, row.getUUID("incarnation"));
                        }))
        .compose(done -> standing());
  }

  @Override
  public Future<Boolean> renewIf(Function<Standing, Future<Boolean>> isVoid) {
    return database.withTransaction(
        tx ->
            tx.query("select " + STANDING + " from site_journal for update")
                .execute()
                .map(rows -> standing(one(rows)))
                .compose(
                    standing ->
                        isVoid
                            .apply(standing)
                            .compose(
                                yes ->
                                    yes
                                        ? renew(tx, standing.incarnation()).map(true)
                                        : Future.succeededFuture(false))));
  }

  private Future<Void> renew(SqlConnection tx, UUID incarnation) {
    return tx.preparedQuery(
            """
            update site_journal set incarnation = $2, witness = %s, position = position + 1
            where incarnation = $1
            """
                .formatted(WITNESS))
        .execute(Tuple.of(incarnation, rng.uuid()))
        .compose(
            changed ->
                changed.rowCount() == 0
                    ? Future.succeededFuture()
                    : tx.query("delete from purses").execute().mapEmpty());
  }

  @Override
  public Future<Standing> standing() {
    return database.withConnection(
        connection ->
            connection
                .query("select " + STANDING + " from site_journal")
                .execute()
                .map(rows -> standing(one(rows))));
  }

  private static Standing standing(Row row) {
    return new Standing(
        row.getUUID("incarnation"), row.getLong("position"), row.getLong("unsettled"));
  }

  /** There is no row before {@link #open}. */
  private static Row one(RowSet<Row> rows) {
    if (rows.size() == 0) {
      throw new IllegalStateException("the journal is not open");
    }
    return rows.iterator().next();
  }

  /**
   * Takes an order, once per key: CONFIRMED and paid when it fits into what the site holds of the
   * user's credit, PROVISIONAL otherwise.
   *
   * @param asked the order, checked and priced; its status is decided here
   * @param request what was asked for, to be brought to the hub
   * @return fails with {@link MeshFailure.Rejected} when the journal is full, and as {@link
   *     Inbox#once} does
   */
  public Future<JournaledOrder> append(Command command, JournaledOrder asked, PlaceOrder request) {
    return Inbox.perform(
        database, command, JournaledOrder.class, tx -> append(tx, command.key(), asked, request));
  }

  private Future<JournaledOrder> append(
      SqlConnection tx, String key, JournaledOrder asked, PlaceOrder request) {
    UUID user = UUID.fromString(asked.userId());
    // Sent together; the purse is locked when the journal is.
    var journal =
        tx.query(
                "select "
                    + STANDING
                    + """
                    , coalesce((select extract(epoch from now() - journaled_at)
                        from journal_entries where state = 'JOURNALED' order by position limit 1),
                      0)::float8 as oldest
                    from site_journal for update
                    """)
            .execute();
    var purse = purse(tx, user);
    return journal.compose(
        rows -> {
          Row row = one(rows);
          var standing = standing(row);
          bound.admit(
              standing.unsettled(), Duration.ofMillis((long) (row.getDouble("oldest") * 1_000)));
          return purse.compose(held -> write(tx, key, standing, held.orElse(null), asked, request));
        });
  }

  private static Future<Optional<Purse>> purse(SqlConnection tx, UUID user) {
    return tx.preparedQuery("select " + PURSE + " from purses where user_id = $1 for update")
        .execute(Tuple.of(user))
        .map(
            rows ->
                rows.size() == 0 ? Optional.empty() : Optional.of(purse(rows.iterator().next())));
  }

  private static Purse purse(Row row) {
    return new Purse(
        row.getString("currency"),
        row.getLong("numbers"),
        row.getLong("granted"),
        row.getLong("spent"),
        row.getLong("given_up"),
        row.getLong("returned"));
  }

  private static Future<JournaledOrder> write(
      SqlConnection tx,
      String key,
      Standing standing,
      @Nullable Purse purse,
      JournaledOrder asked,
      PlaceOrder request) {
    UUID user = UUID.fromString(asked.userId());
    var promise = Purse.promise(purse, asked.currency(), asked.total());
    var paid =
        promise == Promise.CONFIRMED && purse != null
            ? write(tx, user, purse.spend(asked.total()))
            : Future.succeededFuture();
    var written =
        tx.preparedQuery(
                """
                insert into journal_entries (position, incarnation, order_id, user_id, key,
                  promise, currency, total, request, state, placed_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'JOURNALED', $10)
                """)
            .execute(
                Tuple.of(standing.position() + 1, standing.incarnation())
                    .addValue(UUID.fromString(asked.id()))
                    .addValue(user)
                    .addValue(key)
                    .addValue(promise.name())
                    .addValue(asked.currency())
                    .addValue(asked.total())
                    .addValue(JsonCodec.encode(request))
                    .addValue(asked.placedAt().atOffset(ZoneOffset.UTC)));
    return Future.all(paid, written, moved(tx, 1))
        .map(done -> asked.with(JournaledOrder.Status.valueOf(promise.name())));
  }

  private static Future<?> write(SqlConnection tx, UUID user, Purse purse) {
    return tx.preparedQuery(
            """
            insert into purses (user_id, currency, numbers, granted, spent, given_up, returned)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (user_id) do update set numbers = excluded.numbers,
              granted = excluded.granted, spent = excluded.spent, given_up = excluded.given_up,
              returned = excluded.returned
            """)
        .execute(
            Tuple.of(user, purse.currency(), purse.numbers(), purse.granted(), purse.spent())
                .addValue(purse.givenUp())
                .addValue(purse.returned()));
  }

  private static Future<?> moved(SqlConnection tx, int orders) {
    return tx.preparedQuery(
            "update site_journal set position = position + 1, unsettled = unsettled + $1")
        .execute(Tuple.of(orders));
  }

  @Override
  public Future<Boolean> waits() {
    return database.withConnection(
        connection ->
            connection.query("select " + WAITS + " as waits").execute().map(JournalStore::waits));
  }

  /**
   * Tells whether an order belongs into the journal although the hub is there: others wait, which
   * it must not overtake, or it is there already.
   */
  public Future<Boolean> wants(Command command) {
    return is(command, WAITS + " or " + TAKEN);
  }

  /** Tells whether an order was taken into the journal before. */
  public Future<Boolean> holds(Command command) {
    return is(command, TAKEN);
  }

  private Future<Boolean> is(Command command, String condition) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery("select " + condition + " as waits")
                .execute(Tuple.of(command.scope(), command.key()))
                .map(JournalStore::waits));
  }

  private static boolean waits(RowSet<Row> rows) {
    return one(rows).getBoolean("waits");
  }

  @Override
  public Future<Boolean> take() {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    update site_journal set holder = $1,
                      held_until = clock_timestamp() + $2 * interval '1 millisecond'
                    where holder = $1 or held_until < clock_timestamp()
                    """)
                .execute(Tuple.of(holder, (double) OrdersLimits.REPLAY_LEASE.toMillis()))
                .map(taken -> taken.rowCount() == 1));
  }

  /** Leaves the bringing of orders to whoever wants it next. */
  public Future<Void> leave() {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("update site_journal set held_until = '-infinity' where holder = $1")
                .execute(Tuple.of(holder))
                .mapEmpty());
  }

  @Override
  public Future<List<JournalEntry>> next(int most, Set<UUID> without) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    """
                    select %s from (
                      select *, sum(octet_length(request)) over (order by position)
                        - octet_length(request) as before
                      from (
                        select * from journal_entries
                        where state = 'JOURNALED' and user_id <> all($3)
                        order by position limit $1) as first
                    ) as weighed
                    where before < $2 order by position
                    """
                        .formatted(ENTRY))
                .execute(
                    Tuple.of(
                        most, OrdersLimits.REPLAY_BATCH_MAX_BYTES, without.toArray(UUID[]::new)))
                .map(
                    rows ->
                        StreamSupport.stream(rows.spliterator(), false)
                            .map(JournalStore::entry)
                            .toList()));
  }

  private static JournalEntry entry(Row row) {
    return new JournalEntry(
        row.getLong("position"),
        row.getUUID("incarnation"),
        row.getUUID("order_id"),
        row.getUUID("user_id"),
        row.getString("key"),
        Promise.valueOf(row.getString("promise")),
        JsonCodec.decodeLenient(row.getBuffer("request"), PlaceOrder.class),
        row.getLong("total"));
  }

  @Override
  public Future<Void> settle(JournalEntry entry, Verdict verdict) {
    if (verdict instanceof Verdict.Accepted accepted) {
      return settle(entry, State.ACCEPTED, accepted.orderId(), null);
    }
    if (verdict instanceof Verdict.Rejected rejected) {
      return settle(entry, State.REJECTED, null, rejected.reason());
    }
    if (verdict instanceof Verdict.Disputed disputed) {
      return settle(entry, State.DISPUTED, null, disputed.reason());
    }
    return Future.failedFuture(new IllegalArgumentException(verdict + " says nothing of an order"));
  }

  private Future<Void> settle(
      JournalEntry entry, State state, @Nullable String hubOrderId, @Nullable String reason) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    with moved as (
                      update journal_entries
                      set state = $2::text, hub_order_id = $3, reason = $4, settled_at = now()
                      where position = $1 and state = 'JOURNALED' returning position
                    )
                    update site_journal set unsettled = unsettled - 1
                    from moved where $2::text <> 'DISPUTED'
                    """)
                .execute(Tuple.of(entry.position(), state.name(), hubOrderId, cut(reason)))
                .mapEmpty());
  }

  private static @Nullable String cut(@Nullable String reason) {
    return reason == null || reason.length() <= OrdersLimits.PARKED_REASON_MAX_CHARS
        ? reason
        : reason.substring(0, OrdersLimits.PARKED_REASON_MAX_CHARS);
  }

  /**
   * Lets orders in dispute be brought to the hub again, once an operator has seen to why they were.
   *
   * @return how many those are
   */
  public Future<Integer> retryDisputed() {
    return database.withStatement(
        connection ->
            connection
                .query(
                    """
                    update journal_entries
                    set state = 'JOURNALED', reason = null, settled_at = null
                    where state = 'DISPUTED'
                    """)
                .execute()
                .map(RowSet::rowCount));
  }

  /** Finds an order by its id. */
  public Future<Optional<Found>> find(UUID order) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    "select "
                        + ENTRY
                        + ", state, hub_order_id, reason, placed_at, settled_at"
                        + " from journal_entries where order_id = $1")
                .execute(Tuple.of(order))
                .map(
                    rows ->
                        rows.size() == 0
                            ? Optional.empty()
                            : Optional.of(found(rows.iterator().next()))));
  }

  private static Found found(Row row) {
    var settledAt = row.getOffsetDateTime("settled_at");
    return new Found(
        entry(row),
        State.valueOf(row.getString("state")),
        row.getString("hub_order_id"),
        row.getString("reason"),
        row.getOffsetDateTime("placed_at").toInstant(),
        settledAt == null ? null : settledAt.toInstant());
  }

  @Override
  public Future<Held> of(UUID user) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    "select "
                        + STANDING
                        + ", p.* from site_journal left join purses p on p.user_id = $1")
                .execute(Tuple.of(user))
                .map(
                    rows -> {
                      Row row = one(rows);
                      return held(
                          standing(row),
                          row.getUUID("user_id") == null ? Purse.empty("") : purse(row));
                    }));
  }

  private static Held held(Standing standing, Purse purse) {
    return new Held(standing.incarnation(), standing.position(), purse);
  }

  @Override
  public Future<Held> accept(EscrowGrant grant) {
    return change(
        UUID.fromString(grant.userId()),
        grant.incarnation(),
        purse ->
            purse
                .orElseGet(() -> Purse.empty(grant.currency()))
                .accept(grant.number(), grant.amount()));
  }

  @Override
  public Future<Held> giveUp(UUID user, long amount) {
    return change(user, null, purse -> purse.orElseGet(() -> Purse.empty("")).giveUp(amount));
  }

  @Override
  public Future<Held> returned(EscrowBalance balance) {
    return change(
        UUID.fromString(balance.userId()),
        balance.incarnation(),
        purse -> purse.orElseGet(() -> Purse.empty("")).returned(balance.returned()));
  }

  /**
   * Changes a purse.
   *
   * @param incarnation of the journal that this is about; null for whichever there is
   */
  private Future<Held> change(
      UUID user, @Nullable String incarnation, Function<Optional<Purse>, Purse> change) {
    return database.withTransaction(
        tx -> {
          var journal = tx.query("select " + STANDING + " from site_journal for update").execute();
          var purse = purse(tx, user);
          return journal.compose(
              rows -> {
                var standing = standing(one(rows));
                if (incarnation != null && !incarnation.equals(standing.incarnation().toString())) {
                  return Future.failedFuture(otherJournal());
                }
                return purse.compose(held -> change(tx, user, standing, held, change));
              });
        });
  }

  private static Future<Held> change(
      SqlConnection tx,
      UUID user,
      Standing standing,
      Optional<Purse> held,
      Function<Optional<Purse>, Purse> change) {
    Purse changed = change.apply(held);
    if (held.isPresent() ? held.get().equals(changed) : changed.numbers() == 0) {
      return Future.succeededFuture(held(standing, changed));
    }
    var position = standing.position() + 1;
    return Future.all(write(tx, user, changed), moved(tx, 0))
        .map(done -> new Held(standing.incarnation(), position, changed));
  }

  private static MeshFailure.Application otherJournal() {
    return new MeshFailure.Application(
        "escrow.journal_other", "this is about another journal, which the site does not have");
  }

  /**
   * Forgets decided orders past an age, in one bounded batch; but for those that the hub knows by
   * another id, which only the journal can tell.
   *
   * @return how many were forgotten
   */
  public static Future<Integer> forget(SqlConnection tx, Duration age) {
    return tx.preparedQuery(
            """
            delete from journal_entries where position in (
              select position from journal_entries
              where state in ('ACCEPTED', 'REJECTED')
                and hub_order_id is not distinct from
                  case state when 'ACCEPTED' then order_id::text end
                and settled_at < now() - $1 * interval '1 millisecond'
              order by settled_at limit $2)
            """)
        .execute(Tuple.of((double) age.toMillis(), OrdersLimits.JOURNAL_FORGOTTEN_PER_BATCH))
        .map(RowSet::rowCount);
  }

  /**
   * Reads how the journal stands.
   *
   * @param linked whether whoever asks places orders at the hub
   */
  public Future<JournalReport> report(boolean linked) {
    return database.withConnection(
        connection ->
            connection
                .query(
                    "select s.incarnation, s.position, m.* from site_journal s, ("
                        + MEASURES
                        + ") m")
                .execute()
                .map(
                    rows -> {
                      Row row = one(rows);
                      long promised = row.getLong("journaled_confirmed");
                      return new JournalReport(
                          row.getUUID("incarnation").toString(),
                          row.getLong("position"),
                          linked,
                          promised + row.getLong("journaled_provisional"),
                          promised,
                          row.getLong("disputed_confirmed") + row.getLong("disputed_provisional"),
                          row.getDouble("oldest").longValue());
                    }));
  }

  /** Reads how the journal and the purses stand, for the metrics of the node. */
  public static Future<List<Measure>> measures(Database database) {
    return database.withConnection(
        connection -> {
          // Sent together.
          var journal = connection.query(MEASURES).execute();
          var purses =
              connection
                  .query(
                      """
                      select currency, count(*) as purses,
                        least(sum(granted - spent - given_up), 9223372036854775807)::bigint as held
                      from purses where granted - spent - given_up > 0 group by currency
                      """)
                  .execute();
          return journal.compose(
              rows ->
                  purses.map(
                      held -> {
                        var measures = new ArrayList<>(journal(one(rows)));
                        held.forEach(row -> measures.addAll(purses(row)));
                        return measures;
                      }));
        });
  }

  private static List<Measure> journal(Row row) {
    var measures = new ArrayList<Measure>();
    for (var state : List.of(State.JOURNALED, State.DISPUTED)) {
      for (var promise : Promise.values()) {
        measures.add(
            new Measure(
                "weft_journal_orders",
                "Orders in the journal of a site that its hub has not decided on",
                Map.of("service", "orders", "state", state.name(), "promise", promise.name()),
                (double) row.getLong((state + "_" + promise).toLowerCase(Locale.ROOT))));
      }
    }
    measures.add(
        new Measure(
            "weft_journal_age_seconds",
            "For how long the oldest order has waited to be brought to the hub",
            Map.of("service", "orders"),
            row.getDouble("oldest")));
    return measures;
  }

  private static List<Measure> purses(Row row) {
    var labels = Map.of("service", "orders", "currency", row.getString("currency"));
    return List.of(
        new Measure(
            "weft_purses",
            "Users of whose credit a site holds some",
            labels,
            (double) row.getLong("purses")),
        new Measure(
            "weft_purses_minor_units",
            "What a site can still promise of their credit, in minor units of the currency",
            labels,
            (double) row.getLong("held")));
  }
}
