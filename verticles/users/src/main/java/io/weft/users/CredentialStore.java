package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Command;
import io.weft.ledger.Cursors;
import io.weft.ledger.Database;
import io.weft.ledger.Inbox;
import io.weft.mesh.security.Role;
import io.weft.mesh.time.Time;
import io.weft.users.api.CheckApiKey;
import io.weft.users.api.CreateCredential;
import io.weft.users.api.Credential;
import io.weft.users.api.CredentialId;
import io.weft.users.api.CredentialPage;
import io.weft.users.api.KeyHolder;
import io.weft.users.api.ListCredentials;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of machines, in the schema of users: clients and API keys.
 *
 * <p>What is stored of a secret is its SHA-256, and nothing else keeps it: it is not in the answer
 * that the inbox has for a repetition. So whoever lost that answer makes another credential and
 * revokes this one.
 */
final class CredentialStore {
  private static final String COLUMNS =
      "id, name, scopes, user_id, created_at, expires_at, revoked_at";

  private static final String GOOD =
      "c.revoked_at is null and (c.expires_at is null or c.expires_at > now())";

  private final Database database;
  private final Cursors cursors;
  private final Time time;

  CredentialStore(Database database, Cursors cursors, Time time) {
    this.database = database;
    this.cursors = cursors;
    this.time = time;
  }

  /**
   * A client that may have a token.
   *
   * @param remaining how much longer its credential is good, or null for ever
   */
  record Client(UUID id, Set<String> scopes, @Nullable Duration remaining) {}

  Future<Credential> create(MachineKind kind, Command command, CreateCredential request) {
    String name = UserRules.name(request.name());
    Set<String> scopes = Scopes.given(request.scopes(), kind.most());
    UUID user = kind == MachineKind.API_KEY ? user(request.userId()) : nobody(request.userId());
    Instant expires = UserRules.future(request.expiresAt(), "expiresAt", time.wall().now());
    UUID id = time.rng().uuid();
    String secret = MachineKind.newSecret();
    Tuple values =
        Tuple.of(
            id,
            kind.name(),
            Buffer.buffer(MachineKind.digest(secret)),
            name,
            scopes.toArray(String[]::new),
            user,
            expires == null ? null : expires.atOffset(ZoneOffset.UTC));
    return Inbox.perform(
            database, command, Credential.class, connection -> insert(connection, values))
        .map(
            made ->
                // Another id is that of the first answer, whose secret nobody has any more.
                made.id().equals(id.toString()) ? made.with(kind.shown(id, secret)) : made);
  }

  private static @Nullable UUID user(@Nullable String id) {
    return id == null ? null : UserRules.userId(id, "userId");
  }

  private static @Nullable UUID nobody(@Nullable String userId) {
    if (userId != null) {
      throw UserRules.invalid("userId: a client acts for nobody (expected: absent)", "/userId");
    }
    return null;
  }

  private static Future<Credential> insert(SqlConnection connection, Tuple values) {
    return connection
        .preparedQuery(
            """
            insert into credentials (id, kind, secret, name, scopes, user_id, expires_at)
            select $1, $2, $3, $4, $5, $6, $7
            where $6::uuid is null or exists (select from users where id = $6::uuid)
            returning
            """
                + COLUMNS)
        .execute(values)
        .compose(rows -> one(rows, UserFailures.notFound()));
  }

  Future<CredentialPage> list(MachineKind kind, ListCredentials request) {
    int limit = UserRules.limit(request.limit());
    return database
        .withConnection(connection -> page(connection, kind, limit, request.cursor()))
        .map(rows -> page(rows, kind, limit));
  }

  private Future<RowSet<Row>> page(
      SqlConnection connection, MachineKind kind, int limit, @Nullable String cursor) {
    String select = "select " + COLUMNS + " from credentials where kind = $2 ";
    String order = " order by created_at, id limit $1";
    if (cursor == null) {
      return connection.preparedQuery(select + order).execute(Tuple.of(limit + 1, kind.name()));
    }
    List<String> after = cursors.decode(kind.list(), cursor);
    return connection
        .preparedQuery(select + "and (created_at, id) > ($3, $4)" + order)
        .execute(
            Tuple.of(
                limit + 1,
                kind.name(),
                OffsetDateTime.parse(after.get(0)),
                UUID.fromString(after.get(1))));
  }

  private CredentialPage page(RowSet<Row> rows, MachineKind kind, int limit) {
    var items = new ArrayList<Credential>();
    rows.forEach(row -> items.add(credential(row)));
    if (items.size() <= limit) {
      return new CredentialPage(items, null);
    }
    Credential last = items.get(limit - 1);
    return new CredentialPage(
        List.copyOf(items.subList(0, limit)),
        cursors.encode(kind.list(), List.of(last.createdAt().toString(), last.id())));
  }

  Future<Credential> revoke(MachineKind kind, CredentialId request) {
    UUID id = UserRules.uuid(UserRules.present(request.id(), "/id"));
    if (id == null) {
      return Future.failedFuture(kind.notFound());
    }
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    update credentials set revoked_at = coalesce(revoked_at, now())
                    where id = $1 and kind = $2 returning
                    """
                        + COLUMNS)
                .execute(Tuple.of(id, kind.name()))
                .compose(rows -> one(rows, kind.notFound())));
  }

  /** Returns the client with an id and a secret, or null when there is none that is good. */
  Future<@Nullable Client> client(@Nullable UUID id, String secret) {
    byte[] digest = MachineKind.digest(secret);
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    """
                    select c.id, c.scopes, c.secret,
                      ceil(extract(epoch from c.expires_at - now()))::bigint as seconds
                    from credentials c where c.id = $1 and c.kind = 'CLIENT' and
                    """
                        + GOOD)
                .execute(Tuple.of(id))
                .map(rows -> matches(rows, digest) ? client(rows.iterator().next()) : null));
  }

  private static Client client(Row row) {
    Long seconds = row.getLong("seconds");
    return new Client(
        row.getUUID("id"),
        Set.of(row.getArrayOfStrings("scopes")),
        seconds == null ? null : Duration.ofSeconds(seconds));
  }

  /** Tells whose an API key is; a key of an account that is inactive is not good. */
  Future<KeyHolder> find(CheckApiKey request) {
    var key = MachineKind.Key.of(UserRules.present(request.key(), "/key"));
    byte[] digest = MachineKind.digest(key.secret());
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    """
                    select c.id, c.user_id, c.scopes, c.secret, c.expires_at
                    from credentials c left join users u on u.id = c.user_id
                    where c.id = $1 and c.kind = 'API_KEY'
                      and (c.user_id is null or u.status = 'ACTIVE') and
                    """
                        + GOOD)
                .execute(Tuple.of(key.id()))
                .compose(
                    rows ->
                        matches(rows, digest)
                            ? Future.succeededFuture(holder(rows.iterator().next()))
                            : Future.failedFuture(UserFailures.apiKeyInvalid())));
  }

  private static KeyHolder holder(Row row) {
    UUID user = row.getUUID("user_id");
    OffsetDateTime expires = row.getOffsetDateTime("expires_at");
    return new KeyHolder(
        user == null ? "key:" + row.getUUID("id") : user.toString(),
        List.of(Role.DEVICE.word()),
        List.of(row.getArrayOfStrings("scopes")),
        expires == null ? null : expires.toInstant());
  }

  private static boolean matches(RowSet<Row> rows, byte[] digest) {
    return rows.size() == 1
        && MessageDigest.isEqual(rows.iterator().next().getBuffer("secret").getBytes(), digest);
  }

  private static Future<Credential> one(RowSet<Row> rows, Throwable absent) {
    return rows.size() == 0
        ? Future.failedFuture(absent)
        : Future.succeededFuture(credential(rows.iterator().next()));
  }

  private static Credential credential(Row row) {
    UUID user = row.getUUID("user_id");
    return new Credential(
        row.getUUID("id").toString(),
        null,
        row.getString("name"),
        List.of(row.getArrayOfStrings("scopes")),
        user == null ? null : user.toString(),
        row.getOffsetDateTime("created_at").toInstant(),
        instant(row.getOffsetDateTime("expires_at")),
        instant(row.getOffsetDateTime("revoked_at")));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime at) {
    return at == null ? null : at.toInstant();
  }
}
