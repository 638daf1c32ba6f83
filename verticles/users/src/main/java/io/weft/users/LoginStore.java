package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.users.api.PasswordSet;
import io.weft.users.api.Roles;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in, and how often that was tried, in the schema of users.
 *
 * <p>A try is counted as a failure by the statement that reads the hash it is compared with, and
 * given back when it was none. So tries that run at the same time are counted as tries one after
 * the other are, and each waits for nobody but in that one statement.
 */
final class LoginStore {
  private static final Integer[] FREE = {
    UsersLimits.ACCOUNT_FAILURES_FREE, UsersLimits.ADDRESS_FAILURES_FREE
  };

  /**
   * Counts a try for an account by its address, known or not; what its owner tries, who has a token
   * already, is counted apart, so that nobody else's tries are in their way.
   */
  private static final String ENTER =
      """
      with asked as (
        select id, status, roles, password,
          array_remove(array[
            sha256(convert_to(
              case when id::text = $3::text then 'owner ' || id
              else 'email ' || lower($1::text) end, 'UTF8')),
            case when $2::text <> '' then sha256(convert_to('address ' || $2::text, 'UTF8')) end
          ], null) as keys
        from (values (1)) as one left join users on lower(email) = lower($1::text)
      )
      select *, enter_guess(keys, $4, $5, $6) as wait_millis from asked
      """;

  private static final String ENTER_AS_OWNER =
      """
      with asked as (
        select id, status, roles, password,
          array[sha256(convert_to('owner ' || id, 'UTF8'))] as keys
        from users where id = $1
      )
      select *, enter_guess(keys, $2, $3, $4) as wait_millis from asked
      """;

  private final Database database;

  LoginStore(Database database) {
    this.database = database;
  }

  /**
   * An account, as far as logging in goes.
   *
   * @param hash of its password, or null when it has none
   */
  record Account(UUID id, boolean active, Set<String> roles, @Nullable String hash) {
    @Override
    public String toString() {
      return "account " + id;
    }
  }

  /**
   * A try that was counted, or has to wait.
   *
   * @param delay how long it has to wait, or zero when it may be made
   * @param account whose password is tried, or null when there is no such account
   * @param keys by which it was counted
   */
  record Attempt(Duration delay, @Nullable Account account, List<Buffer> keys) {}

  /**
   * Counts a try to log in.
   *
   * @param address from where, as {@link ClientAddress} counts it; empty when that is not known
   * @param subject who asks, by their token; empty without one
   */
  Future<Attempt> enter(String email, String address, String subject) {
    var values = Tuple.of(email, address, subject);
    return entered(ENTER, values).map(rows -> attempt(rows.iterator().next()));
  }

  /** Counts a try by the owner of an account; fails when there is no such account. */
  Future<Attempt> enterAsOwner(UUID id) {
    return entered(ENTER_AS_OWNER, Tuple.of(id))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(UserFailures.notFound())
                    : Future.succeededFuture(attempt(rows.iterator().next())));
  }

  private Future<RowSet<Row>> entered(String enter, Tuple values) {
    values
        .addValue(FREE)
        .addLong(UsersLimits.GUESS_WAIT_MAX.toMillis())
        .addLong(UsersLimits.GUESSES_KEPT.toMillis());
    return database.withStatement(connection -> connection.preparedQuery(enter).execute(values));
  }

  private static Attempt attempt(Row row) {
    return new Attempt(
        Duration.ofMillis(row.getLong("wait_millis")),
        row.getUUID("id") == null ? null : account(row),
        List.of(row.get(Buffer[].class, "keys")));
  }

  private static Account account(Row row) {
    return new Account(
        row.getUUID("id"),
        row.getString("status").equals("ACTIVE"),
        new TreeSet<>(Arrays.asList(row.getArrayOfStrings("roles"))),
        row.getString("password"));
  }

  /** Gives back a try that was counted; with all failures of the account when it was right. */
  Future<Void> leave(Attempt attempt, boolean right) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("select leave_guess($1, $2)")
                .execute(Tuple.of(attempt.keys().toArray(Buffer[]::new), right))
                .mapEmpty());
  }

  /** Reads an account, and counts nothing. */
  Future<Account> find(UUID id) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery("select id, status, roles, password from users where id = $1")
                .execute(Tuple.of(id))
                .compose(
                    rows ->
                        rows.size() == 0
                            ? Future.failedFuture(UserFailures.notFound())
                            : Future.succeededFuture(account(rows.iterator().next()))));
  }

  /** Stores another hash of the same password, unless the password was changed meanwhile. */
  Future<Void> renew(Account account, String hash) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("update users set password = $3 where id = $1 and password = $2")
                .execute(Tuple.of(account.id(), account.hash(), hash))
                .mapEmpty());
  }

  /**
   * Stores a new password, once per command.
   *
   * @param account as it was when the present password was looked at
   * @param allowed whether that was right
   * @param hash of the new one
   */
  Future<PasswordSet> set(Command command, Account account, boolean allowed, String hash) {
    return Inbox.perform(
        database,
        command,
        PasswordSet.class,
        connection ->
            allowed
                ? set(connection, account, hash)
                : Future.failedFuture(UserFailures.passwordWrong()));
  }

  private static Future<PasswordSet> set(SqlConnection connection, Account account, String hash) {
    return connection
        .preparedQuery(
            """
            update users set password = $3, password_changed_at = now()
            where id = $1 and password is not distinct from $2::text
            returning password_changed_at
            """)
        .execute(Tuple.of(account.id(), account.hash(), hash))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(UserFailures.passwordWrong()) // It is another by now.
                    : Future.succeededFuture(
                        new PasswordSet(
                            account.id().toString(),
                            rows.iterator().next().getOffsetDateTime(0).toInstant())));
  }

  /** Says what an account may do. */
  Future<Roles> grant(UUID id, Set<String> roles) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("update users set roles = $2 where id = $1 returning id")
                .execute(Tuple.of(id, (Object) roles.toArray(String[]::new)))
                .compose(
                    rows ->
                        rows.size() == 0
                            ? Future.failedFuture(UserFailures.notFound())
                            : Future.succeededFuture(
                                new Roles(id.toString(), List.copyOf(roles)))));
  }

  /**
   * Forgets failures past their age and, of more than are kept, the oldest; in one bounded batch.
   *
   * @return how many were forgotten
   */
  static Future<Integer> forget(SqlConnection connection, int kept) {
    return connection
        .preparedQuery(
            """
            with aged as (
              select key from guesses where next_at < now() - $1 * interval '1 millisecond'
              order by next_at limit $2 for update skip locked
            ), too_many as (
              select key from guesses order by next_at desc, key offset $3 limit $2
              for update skip locked
            )
            delete from guesses where key in (select key from aged union select key from too_many)
            """)
        .execute(
            Tuple.of(
                (double) UsersLimits.GUESSES_KEPT.toMillis(),
                UsersLimits.GUESSES_FORGOTTEN_PER_BATCH,
                kept))
        .map(RowSet::rowCount);
  }
}
