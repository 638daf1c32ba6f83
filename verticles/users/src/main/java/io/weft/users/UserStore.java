package io.weft.users;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Cursors;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.ledger.Outbox;
import io.weft.mesh.Topic;
import io.weft.mesh.time.Time;
import io.weft.users.api.CreateUser;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.EventsEnd;
import io.weft.users.api.ListUsers;
import io.weft.users.api.ReadEventsEnd;
import io.weft.users.api.UpdateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserEvent;
import io.weft.users.api.UserId;
import io.weft.users.api.UserPage;
import io.weft.users.api.Users;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The accounts, in the schema of users.
 *
 * <p>Every command is one transaction, with its key in it. Requests are checked here, whoever sent
 * them: a method may throw the failure of a bad field, or return it.
 */
final class UserStore {
  static final String COLUMNS =
      "id, email, name, status, currency, credit_limit, reserved, created_at, version";
  private static final String EMAIL_INDEX = "users_email";
  private static final String LIST = "users.list";

  private final Database database;
  private final Cursors cursors;
  private final Outbox outbox;
  private final Time time;

  UserStore(Database database, Cursors cursors, Outbox outbox, Time time) {
    this.database = database;
    this.cursors = cursors;
    this.outbox = outbox;
    this.time = time;
  }

  /**
   * Opens an account.
   *
   * @param hash of its password, or null for none
   */
  Future<User> create(Command command, CreateUser request, @Nullable String hash) {
    String email = UserRules.email(request.email());
    String name = UserRules.name(request.name());
    String currency = UserRules.currency(request.currency());
    long limit = UserRules.amount(request.creditLimit(), "creditLimit");
    Tuple values = Tuple.of(time.rng().uuid(), email, name, currency, limit, hash);
    return once(
        command,
        connection ->
            insert(connection, values).compose(user -> told(connection, Users.REGISTERED, user)));
  }

  private static Future<User> insert(SqlConnection connection, Tuple values) {
    return connection
        .preparedQuery(
            """
            insert into users (id, email, name, status, currency, credit_limit, password,
              password_changed_at)
            values ($1, $2, $3, 'ACTIVE', $4, $5, $6::text,
              case when $6::text is not null then now() end)
            on conflict (lower(email)) do nothing
            returning
            """
                + COLUMNS)
        .execute(values)
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.failedFuture(UserFailures.emailTaken())
                    : Future.succeededFuture(user(rows.iterator().next())));
  }

  Future<User> find(UserId request) {
    UUID id = UserRules.userId(request.id(), "id");
    return database.withConnection(
        connection ->
            connection
                .preparedQuery("select " + COLUMNS + " from users where id = $1")
                .execute(Tuple.of(id))
                .compose(UserStore::one));
  }

  /** Tells how far the log of events has come. */
  Future<EventsEnd> eventsEnd(ReadEventsEnd request) {
    return database.withConnection(Outbox::end).map(EventsEnd::new);
  }

  Future<UserPage> list(ListUsers request) {
    int limit = UserRules.limit(request.limit());
    return database
        .withConnection(connection -> page(connection, limit, request.cursor()))
        .map(rows -> page(rows, limit));
  }

  private Future<RowSet<Row>> page(SqlConnection connection, int limit, @Nullable String cursor) {
    String select = "select " + COLUMNS + " from users ";
    String order = " order by created_at, id limit $1";
    if (cursor == null) {
      return connection.preparedQuery(select + order).execute(Tuple.of(limit + 1));
    }
    List<String> after = cursors.decode(LIST, cursor);
    return connection
        .preparedQuery(select + "where (created_at, id) > ($2, $3)" + order)
        .execute(
            Tuple.of(limit + 1, OffsetDateTime.parse(after.get(0)), UUID.fromString(after.get(1))));
  }

  private UserPage page(RowSet<Row> rows, int limit) {
    var users = new ArrayList<User>();
    rows.forEach(row -> users.add(user(row)));
    if (users.size() <= limit) {
      return new UserPage(users, null);
    }
    User last = users.get(limit - 1);
    return new UserPage(
        List.copyOf(users.subList(0, limit)),
        cursors.encode(LIST, List.of(last.createdAt().toString(), last.id())));
  }

  Future<User> update(Command command, UpdateUser request) {
    UUID id = UserRules.userId(request.id(), "id");
    long version = UserRules.version(request.version());
    String name = request.name() == null ? null : UserRules.name(request.name());
    String email = request.email() == null ? null : UserRules.email(request.email());
    Long limit =
        request.creditLimit() == null
            ? null
            : UserRules.amount(request.creditLimit(), "creditLimit");
    if (name == null && email == null && limit == null) {
      return Future.failedFuture(UserFailures.nothingToChange());
    }
    return once(
            command,
            connection ->
                locked(connection, id)
                    .map(user -> changeable(user, version, limit))
                    .compose(user -> change(connection, id, name, email, limit))
                    .compose(user -> told(connection, Users.CHANGED, user)))
        .recover(UserStore::emailTaken);
  }

  private static User changeable(User user, long version, @Nullable Long limit) {
    if (user.version() != version) {
      throw UserFailures.versionConflict(version, user.version());
    }
    if (user.status() == User.Status.INACTIVE) {
      throw UserFailures.inactive();
    }
    if (limit != null && limit < user.credit().reserved()) {
      throw UserFailures.limitBelowReserved(user.credit().reserved());
    }
    return user;
  }

  private static Future<User> change(
      SqlConnection connection,
      UUID id,
      @Nullable String name,
      @Nullable String email,
      @Nullable Long limit) {
    return connection
        .preparedQuery(
            """
            update users set
              name = coalesce($2, name),
              email = coalesce($3, email),
              credit_limit = coalesce($4, credit_limit),
              version = version + 1
            where id = $1 returning
            """
                + COLUMNS)
        .execute(Tuple.of(id, name, email, limit))
        .compose(UserStore::one);
  }

  private static Future<User> emailTaken(Throwable failure) {
    return Future.failedFuture(
        failure instanceof PgException error && EMAIL_INDEX.equals(error.getConstraint())
            ? UserFailures.emailTaken()
            : failure);
  }

  Future<User> deactivate(Command command, DeactivateUser request) {
    UUID id = UserRules.userId(request.id(), "id");
    return once(
        command,
        connection ->
            locked(connection, id).compose(user -> deactivate(connection, id, user, request)));
  }

  private Future<User> deactivate(
      SqlConnection connection, UUID id, User user, DeactivateUser request) {
    if (user.status() == User.Status.INACTIVE) {
      return Future.succeededFuture(user);
    }
    Long seen = request.version();
    if (seen != null && seen != user.version()) {
      return Future.failedFuture(UserFailures.versionConflict(seen, user.version()));
    }
    return connection
        .preparedQuery(
            "update users set status = 'INACTIVE', version = version + 1 where id = $1 returning "
                + COLUMNS)
        .execute(Tuple.of(id))
        .compose(UserStore::one)
        .compose(changed -> told(connection, Users.CHANGED, changed));
  }

  private Future<User> told(SqlConnection connection, Topic<UserEvent> topic, User user) {
    var event = UserEvent.of(user, time.wall().now());
    return outbox.add(connection, topic, user.id(), user.id(), event).map(added -> user);
  }

  private Future<User> once(Command command, Function<SqlConnection, Future<User>> effect) {
    return Inbox.perform(database, command, User.class, effect);
  }

  private static Future<User> locked(SqlConnection connection, UUID id) {
    return connection
        .preparedQuery("select " + COLUMNS + " from users where id = $1 for update")
        .execute(Tuple.of(id))
        .compose(UserStore::one);
  }

  private static Future<User> one(RowSet<Row> rows) {
    return rows.size() == 0
        ? Future.failedFuture(UserFailures.notFound())
        : Future.succeededFuture(user(rows.iterator().next()));
  }

  /** Returns the account in a row that has its columns. */
  static User user(Row row) {
    long limit = row.getLong("credit_limit");
    long reserved = row.getLong("reserved");
    return new User(
        row.getUUID("id").toString(),
        row.getString("email"),
        row.getString("name"),
        User.Status.valueOf(row.getString("status")),
        new User.Credit(row.getString("currency"), limit, reserved, limit - reserved),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getLong("version"));
  }
}
