package io.weft.users;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.Call;
import io.weft.users.api.DecideEscrow;
import io.weft.users.api.DecidedEscrow;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.EscrowJournal.State;
import io.weft.users.api.EscrowJournals;
import io.weft.users.api.EscrowSite;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.Reservation;
import io.weft.users.api.Reservation.Status;
import io.weft.users.api.ReturnEscrow;
import io.weft.users.api.SettleEscrow;
import io.weft.users.api.User;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The credit that sites hold, in the schema of users.
 *
 * <p>Each command is one transaction: it locks what it decides on, asks {@link EscrowRules} and
 * {@link EscrowAccount}, and writes what they say. The lock of a user is taken first (of users, by
 * their ids), and is that of all accounts of the user; that of a journal last, so that commands of
 * one site about different users meet only for as long as a commit takes. A command is known again
 * by what it is about (a grant by its number, an order by its id, a total by its value), as a
 * reservation is by its order.
 */
final class EscrowStore {
  private static final String NUMBERS = "a.numbers, a.granted, a.settled, a.returned, a.freed";

  private static final String OUTSTANDING = "granted - settled - returned - freed";

  private final Database database;

  EscrowStore(Database database) {
    this.database = database;
  }

  /** The journal that a command is about. */
  private record Key(String site, UUID incarnation) {
    static Key of(@Nullable String site, @Nullable String incarnation) {
      return new Key(UserRules.site(site), UserRules.incarnation(incarnation));
    }

    Tuple and(Object... more) {
      Tuple values = Tuple.of(site, incarnation);
      for (Object each : more) {
        values.addValue(each);
      }
      return values;
    }
  }

  /** A user who is locked. */
  private record Owner(UUID id, User.Status status, String currency, long limit, long reserved) {}

  Future<EscrowJournal> open(OpenEscrow request) {
    var key = Key.of(request.site(), request.incarnation());
    long position = UserRules.count(request.position(), 0, "position");
    return database
        .withTransaction(tx -> opened(tx, key, position).compose(opened -> write(tx, key, opened)))
        .compose(done -> database.withConnection(connection -> journal(connection, key)));
  }

  private static Future<EscrowRules.Journal> opened(SqlConnection tx, Key key, long position) {
    return known(tx, key).map(known -> EscrowRules.open(known.own(), position, known.others()));
  }

  /** The journal that is meant, and the states of the site's others; all of them locked. */
  private record Known(EscrowRules.@Nullable Journal own, List<State> others) {}

  private static Future<Known> known(SqlConnection tx, Key key) {
    return tx.preparedQuery(
            """
            select incarnation, state, position from escrow_journals
            where site = $1 order by incarnation for no key update
            """)
        .execute(Tuple.of(key.site()))
        .map(
            rows -> {
              EscrowRules.Journal own = null;
              var others = new ArrayList<State>();
              for (Row row : rows) {
                var state = State.valueOf(row.getString("state"));
                if (row.getUUID("incarnation").equals(key.incarnation())) {
                  own = new EscrowRules.Journal(state, row.getLong("position"));
                } else {
                  others.add(state);
                }
              }
              return new Known(own, others);
            });
  }

  /** Stores a journal; of two that a site begins at once, the second is another one. */
  private static Future<Void> write(SqlConnection tx, Key key, EscrowRules.Journal journal) {
    return tx.preparedQuery(
            """
            with moved as (
              update escrow_journals set position = greatest(position, $4)
              where site = $1 and incarnation = $2 returning site
            ), begun as (
              insert into escrow_journals (site, incarnation, state, position)
              select $1, $2, $3, $4 where not exists (select from moved)
              on conflict do nothing returning site
            )
            select site from moved union all select site from begun
            """)
        .execute(key.and(journal.state().name(), journal.position()))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(EscrowFailures.otherJournal()));
  }

  Future<EscrowGrant> grant(GrantEscrow request) {
    var key = Key.of(request.site(), request.incarnation());
    UUID user = UserRules.userId(request.userId(), "userId");
    long position = UserRules.count(request.position(), 0, "position");
    long number = UserRules.count(request.number(), 1, "number");
    long wanted = UserRules.count(request.amount(), 1, "amount");
    return database.withTransaction(
        tx ->
            owner(tx, key, EscrowRules::grants, user)
                .compose(owner -> granted(tx, key, owner, number, wanted))
                .compose(granted -> used(tx, key, EscrowRules::grants, position, granted)));
  }

  /**
   * Ends a command: remembers how far the site has come, and checks that the journal is still what
   * the command needs. Nobody decides about it from here to the end of the transaction.
   */
  private static <T> Future<T> used(
      SqlConnection tx, Key key, Consumer<State> needed, long position, T result) {
    return tx.preparedQuery(
            """
            update escrow_journals set position = greatest(position, $3)
            where site = $1 and incarnation = $2 returning state
            """)
        .execute(key.and(position))
        .map(
            rows -> {
              needed.accept(state(rows));
              return result;
            });
  }

  private static State state(RowSet<Row> rows) {
    if (rows.size() == 0) {
      throw EscrowFailures.unknownJournal();
    }
    return State.valueOf(rows.iterator().next().getString("state"));
  }

  /** Begins a command: looks whether the journal is what it needs, and locks the user. */
  private static Future<Owner> owner(SqlConnection tx, Key key, Consumer<State> needed, UUID user) {
    // Sent together.
    var state =
        tx.preparedQuery("select state from escrow_journals where site = $1 and incarnation = $2")
            .execute(key.and());
    var owner = owner(tx, user);
    return state.compose(
        rows -> {
          needed.accept(state(rows));
          return owner;
        });
  }

  private static Future<Owner> owner(SqlConnection tx, UUID user) {
    return tx.preparedQuery(
            """
            select id, status, currency, credit_limit, reserved from users where id = $1 for update
            """)
        .execute(Tuple.of(user))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw UserFailures.notFound();
              }
              return owner(rows.iterator().next());
            });
  }

  private static Owner owner(Row row) {
    return new Owner(
        row.getUUID("id"),
        User.Status.valueOf(row.getString("status")),
        row.getString("currency"),
        row.getLong("credit_limit"),
        row.getLong("reserved"));
  }

  private static Future<EscrowAccount> account(SqlConnection tx, Key key, UUID user) {
    return tx.preparedQuery(
            "select "
                + NUMBERS
                + " from escrow_accounts a where site = $1 and incarnation = $2 and user_id = $3")
        .execute(key.and(user))
        .map(rows -> rows.size() == 0 ? EscrowAccount.EMPTY : account(rows.iterator().next()));
  }

  private static EscrowAccount account(Row row) {
    return new EscrowAccount(
        row.getLong("numbers"),
        row.getLong("granted"),
        row.getLong("settled"),
        row.getLong("returned"),
        row.getLong("freed"));
  }

  private static Future<EscrowGrant> granted(
      SqlConnection tx, Key key, Owner owner, long number, long wanted) {
    return tx.preparedQuery(
            """
            select amount from escrow_grants
            where site = $1 and incarnation = $2 and user_id = $3 and number = $4
            """)
        .execute(key.and(owner.id(), number))
        .compose(
            rows -> {
              if (rows.size() == 1) {
                replayed();
                long amount = rows.iterator().next().getLong("amount");
                return Future.succeededFuture(grant(key, owner, number, amount));
              }
              if (owner.status() != User.Status.ACTIVE) {
                return Future.failedFuture(UserFailures.inactive());
              }
              return account(tx, key, owner.id())
                  .map(account -> account.grant(number, wanted, owner.limit(), owner.reserved()))
                  .compose(change -> change(tx, key, owner, change))
                  .compose(change -> grant(tx, key, owner, number, change.amount()));
            });
  }

  private static Future<EscrowGrant> grant(
      SqlConnection tx, Key key, Owner owner, long number, long amount) {
    return tx.preparedQuery(
            """
            insert into escrow_grants (site, incarnation, user_id, number, amount)
            values ($1, $2, $3, $4, $5)
            """)
        .execute(key.and(owner.id(), number, amount))
        .map(inserted -> grant(key, owner, number, amount));
  }

  private static EscrowGrant grant(Key key, Owner owner, long number, long amount) {
    return new EscrowGrant(
        owner.id().toString(),
        key.site(),
        key.incarnation().toString(),
        number,
        owner.currency(),
        amount);
  }

  /** Writes an account, and what its user cannot spend here any more, or again. */
  private static Future<EscrowAccount.Change> change(
      SqlConnection tx, Key key, Owner owner, EscrowAccount.Change change) {
    var account = change.account();
    var kept =
        tx.preparedQuery(
                """
                insert into escrow_accounts as kept (site, incarnation, user_id, currency,
                  numbers, granted, settled, returned, freed)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                on conflict (site, incarnation, user_id) do update set
                  numbers = excluded.numbers, granted = excluded.granted,
                  settled = excluded.settled, returned = excluded.returned, freed = excluded.freed
                """)
            .execute(
                key.and(
                    owner.id(),
                    owner.currency(),
                    account.numbers(),
                    account.granted(),
                    account.settled(),
                    account.returned(),
                    account.freed()));
    var reserved =
        change.reservedBy() == 0
            ? Future.succeededFuture()
            : tx.preparedQuery(
                    """
                    update users set reserved = reserved + $2, version = version + 1 where id = $1
                    """)
                .execute(Tuple.of(owner.id(), change.reservedBy()));
    return Future.all(kept, reserved).map(done -> change);
  }

  Future<EscrowBalance> takeBack(ReturnEscrow request) {
    var key = Key.of(request.site(), request.incarnation());
    UUID user = UserRules.userId(request.userId(), "userId");
    long position = UserRules.count(request.position(), 0, "position");
    long givenUp = UserRules.amount(request.givenUp(), "givenUp");
    return database.withTransaction(
        tx ->
            owner(tx, key, EscrowRules::settles, user)
                .compose(
                    owner ->
                        account(tx, key, user)
                            .map(account -> account.takeBack(givenUp))
                            .compose(change -> takenBack(tx, key, owner, change)))
                .compose(balance -> used(tx, key, EscrowRules::settles, position, balance)));
  }

  private static Future<EscrowBalance> takenBack(
      SqlConnection tx, Key key, Owner owner, EscrowAccount.Change change) {
    if (change.amount() == 0) {
      replayed();
      return Future.succeededFuture(balance(key, owner, change.account()));
    }
    return change(tx, key, owner, change).map(written -> balance(key, owner, change.account()));
  }

  private static EscrowBalance balance(Key key, Owner owner, EscrowAccount account) {
    return account.balance(owner.id(), key.site(), key.incarnation());
  }

  Future<Reservation> settle(SettleEscrow request) {
    var key = Key.of(request.site(), request.incarnation());
    UUID user = UserRules.userId(request.userId(), "userId");
    long position = UserRules.count(request.position(), 1, "position");
    UUID order = UserRules.orderId(request.orderId());
    String currency = UserRules.currency(request.currency());
    long amount = UserRules.amount(request.amount(), "amount");
    var asked = new Paid(key, order, user, currency, amount);
    return database.withTransaction(
        tx ->
            decided(tx, order)
                .compose(
                    decided ->
                        decided == null
                            ? settled(tx, asked, position)
                            : Future.succeededFuture(answer(asked, decided))));
  }

  /** An order that a site has paid. */
  private record Paid(Key key, UUID order, UUID user, String currency, long amount) {
    Reservation reservation(Status status) {
      return new Reservation(order.toString(), user.toString(), currency, amount, status);
    }
  }

  /** What was decided on the credit of an order, and the journal that has paid it, if one has. */
  private record Decided(Reservation reservation, @Nullable Key by) {}

  private static Future<@Nullable Decided> decided(SqlConnection tx, UUID order) {
    return tx.preparedQuery(
            """
            select user_id, currency, amount, status, escrow_site, escrow_incarnation
            from reservations where order_id = $1
            """)
        .execute(Tuple.of(order))
        .map(rows -> rows.size() == 0 ? null : decided(order, rows.iterator().next()));
  }

  private static Decided decided(UUID order, Row row) {
    UUID user = row.getUUID("user_id");
    String site = row.getString("escrow_site");
    return new Decided(
        new Reservation(
            order.toString(),
            user == null ? null : user.toString(),
            row.getString("currency"),
            row.getLong("amount"),
            Status.valueOf(row.getString("status"))),
        site == null ? null : new Key(site, row.getUUID("escrow_incarnation")));
  }

  /** An order that was settled stays so, whatever became of its journal, or of the order. */
  private static Reservation answer(Paid asked, Decided decided) {
    var reservation = decided.reservation();
    if (!asked.key().equals(decided.by())
        || !asked.reservation(reservation.status()).equals(reservation)) {
      throw UserFailures.reservedOtherwise();
    }
    replayed();
    return reservation;
  }

  private static Future<Reservation> settled(SqlConnection tx, Paid paid, long position) {
    return owner(tx, paid.key(), EscrowRules::settles, paid.user())
        .compose(
            owner ->
                owner.currency().equals(paid.currency())
                    ? hold(tx, paid, owner)
                    : Future.failedFuture(UserFailures.refused("credit.currency_mismatch")))
        .compose(held -> used(tx, paid.key(), EscrowRules::settles, position, held));
  }

  /** Two that settle an order at once: the second has waited for the user, and finds it done. */
  private static Future<Reservation> hold(SqlConnection tx, Paid paid, Owner owner) {
    // Sent together; whatever changes the account has the lock of its user.
    var held =
        tx.preparedQuery(
                """
                insert into reservations (order_id, user_id, currency, amount, status,
                  escrow_site, escrow_incarnation)
                values ($3, $4, $5, $6, 'HELD', $1, $2)
                on conflict do nothing returning order_id
                """)
            .execute(paid.key().and(paid.order(), paid.user(), paid.currency(), paid.amount()));
    var account = account(tx, paid.key(), paid.user());
    return held.compose(
        rows ->
            rows.size() == 0
                ? decided(tx, paid.order()).map(decided -> other(paid, decided))
                : account
                    .map(known -> known.settle(paid.amount()))
                    .compose(change -> change(tx, paid.key(), owner, change))
                    .map(change -> paid.reservation(Status.HELD)));
  }

  private static Reservation other(Paid paid, @Nullable Decided decided) {
    if (decided == null) {
      throw UserFailures.reservedOtherwise();
    }
    return answer(paid, decided);
  }

  /** Reads the journals of a site and what they hold. */
  Future<EscrowJournals> of(EscrowSite request) {
    String site = UserRules.site(request.site());
    return database.withConnection(connection -> listed(connection, site));
  }

  private static Future<EscrowJournals> listed(SqlConnection connection, String site) {
    return told(connection, "j.site = $1", Tuple.of(site)).map(EscrowJournals::new);
  }

  private static Future<EscrowJournal> journal(SqlConnection connection, Key key) {
    return told(connection, "j.site = $1 and j.incarnation = $2", key.and())
        .map(journals -> journals.get(0));
  }

  private static Future<List<EscrowJournal>> told(
      SqlConnection connection, String where, Tuple values) {
    return connection
        .preparedQuery(
            """
            select j.site, j.incarnation, j.state, j.position, a.currency,
              least(sum(%s), 9223372036854775807)::bigint as outstanding
            from (select * from escrow_journals j where %s order by opened_at desc limit %d) as j
            left join escrow_accounts a on a.site = j.site and a.incarnation = j.incarnation
              and %s > 0
            group by j.site, j.incarnation, j.state, j.position, j.opened_at, a.currency
            order by j.opened_at desc, j.incarnation, a.currency
            """
                .formatted(OUTSTANDING, where, UsersLimits.ESCROW_JOURNALS_MAX, OUTSTANDING))
        .execute(values)
        .map(EscrowStore::listed);
  }

  private static List<EscrowJournal> listed(RowSet<Row> rows) {
    var journals = new LinkedHashMap<UUID, EscrowJournal>();
    for (Row row : rows) {
      var journal =
          journals.computeIfAbsent(
              row.getUUID("incarnation"),
              incarnation ->
                  new EscrowJournal(
                      row.getString("site"),
                      incarnation.toString(),
                      State.valueOf(row.getString("state")),
                      row.getLong("position"),
                      new LinkedHashMap<>()));
      if (row.getString("currency") != null) {
        journal.outstanding().put(row.getString("currency"), row.getLong("outstanding"));
      }
    }
    return List.copyOf(journals.values());
  }

  /** Closes the journals of a site: nobody spends what they hold until an operator decides. */
  Future<EscrowJournals> close(EscrowSite request) {
    String site = UserRules.site(request.site());
    return database
        .withTransaction(
            tx ->
                tx.preparedQuery(
                        """
                        select incarnation, state from escrow_journals
                        where site = $1 order by incarnation for no key update
                        """)
                    .execute(Tuple.of(site))
                    .compose(
                        rows -> {
                          var states = new LinkedHashMap<UUID, State>();
                          rows.forEach(
                              row -> {
                                var state = State.valueOf(row.getString("state"));
                                if (EscrowRules.close(state) != state) {
                                  states.put(row.getUUID("incarnation"), EscrowRules.close(state));
                                }
                              });
                          return decide(tx, site, states);
                        }))
        .compose(done -> of(request));
  }

  private static Future<Void> decide(SqlConnection tx, String site, Map<UUID, State> states) {
    if (states.isEmpty()) {
      replayed();
      return Future.succeededFuture();
    }
    return tx.preparedQuery(
            """
            update escrow_journals j set state = d.state, decided_at = now()
            from unnest($2::uuid[], $3::text[]) as d (incarnation, state)
            where j.site = $1 and j.incarnation = d.incarnation
            """)
        .execute(
            Tuple.of(
                site,
                states.keySet().toArray(UUID[]::new),
                states.values().stream().map(State::name).toArray(String[]::new)))
        .mapEmpty();
  }

  /**
   * Decides what becomes of a journal that is closed. What it held is freed once that is decided
   * for good: nothing is granted or settled any more then.
   */
  Future<DecidedEscrow> decide(DecideEscrow request) {
    var key = Key.of(request.site(), request.incarnation());
    var decision = UserRules.present(request.decision(), "/decision");
    return database
        .withTransaction(tx -> decided(tx, key, decision))
        .compose(
            state ->
                state == State.FREED
                    ? database
                        .withTransaction(tx -> free(tx, key))
                        .map(freed -> decided(key, state, freed))
                    : Future.succeededFuture(decided(key, state, 0)));
  }

  private static Future<State> decided(SqlConnection tx, Key key, DecideEscrow.Decision decision) {
    return known(tx, key)
        .compose(
            known -> {
              if (known.own() == null) {
                return Future.failedFuture(EscrowFailures.unknownJournal());
              }
              var before = known.own().state();
              var state = EscrowRules.decide(before, decision, known.others());
              return decide(
                      tx, key.site(), state == before ? Map.of() : Map.of(key.incarnation(), state))
                  .map(done -> state);
            });
  }

  private static DecidedEscrow decided(Key key, State state, int freed) {
    return new DecidedEscrow(
        key.site(),
        key.incarnation().toString(),
        state,
        freed,
        freed == UsersLimits.ESCROW_FREED_PER_COMMAND);
  }

  /** Frees what a journal holds of the credit of some users. */
  private static Future<Integer> free(SqlConnection tx, Key key) {
    return tx.preparedQuery(
            """
            select id, status, currency, credit_limit, reserved from users where id in (
              select user_id from escrow_accounts
              where site = $1 and incarnation = $2 and %s > 0 order by user_id limit $3)
            order by id for update
            """
                .formatted(OUTSTANDING))
        .execute(key.and(UsersLimits.ESCROW_FREED_PER_COMMAND))
        .compose(
            rows -> {
              var owners = new LinkedHashMap<UUID, Owner>();
              rows.forEach(row -> owners.put(row.getUUID("id"), owner(row)));
              return free(tx, key, owners);
            });
  }

  /** Their accounts are read when they are locked. */
  private static Future<Integer> free(SqlConnection tx, Key key, Map<UUID, Owner> owners) {
    return tx.preparedQuery(
            """
            select user_id, %s from escrow_accounts a
            where site = $1 and incarnation = $2 and user_id = any ($3)
            """
                .formatted(NUMBERS))
        .execute(key.and((Object) owners.keySet().toArray(UUID[]::new)))
        .compose(
            rows -> {
              var changes = new ArrayList<Future<?>>();
              for (Row row : rows) {
                var owner = owners.get(row.getUUID("user_id"));
                if (owner != null) {
                  changes.add(change(tx, key, owner, account(row).free()));
                }
              }
              return Future.all(changes).map(done -> changes.size());
            });
  }

  /**
   * Forgets grants past an age, in one bounded batch, but for the last of each account: that one
   * may be asked for again, by a site that was away when it was granted.
   *
   * @return how many were forgotten
   */
  static Future<Integer> forget(SqlConnection tx, Duration age) {
    return tx.preparedQuery(
            """
            delete from escrow_grants where ctid in (
              select g.ctid from escrow_grants g
              join escrow_accounts a using (site, incarnation, user_id)
              where g.granted_at < now() - $1 * interval '1 millisecond' and g.number < a.numbers
              order by g.granted_at limit $2)
            """)
        .execute(Tuple.of((double) age.toMillis(), UsersLimits.ESCROW_GRANTS_FORGOTTEN_PER_BATCH))
        .map(RowSet::rowCount);
  }

  private static void replayed() {
    Call.current().ifPresent(Call::markReplayed);
  }
}
