package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who this site is on links, and which hub it has joined: what all of its nodes share. */
final class IdentityStore {
  private final Database database;
  private final Vertx vertx;

  IdentityStore(Database database, Vertx vertx) {
    this.database = database;
    this.vertx = vertx;
  }

  /** Returns the site's key; the first to ask makes it. */
  Future<SiteKey> key() {
    return read().compose(found -> found.map(this::pair).orElseGet(this::make));
  }

  /**
   * The keys of a site.
   *
   * @param present what it goes by
   * @param next what it is to go by, once its hub knows it; null mostly
   * @param before what it went by; null before the first renewal
   * @param isOld whether the present one is to be renewed, by its age
   */
  record Keys(SiteKey present, @Nullable SiteKey next, @Nullable SiteKey before, boolean isOld) {
    /** Returns all of them, beginning with the present one. */
    List<SiteKey> all() {
      return Stream.of(present, next, before).filter(Objects::nonNull).toList();
    }
  }

  /** Returns all keys of a site that has one. */
  Future<Keys> keys() {
    return database
        .withConnection(
            connection ->
                connection
                    .preparedQuery(
                        """
                        select secret, shown, next_secret, next_shown, before_secret, before_shown,
                          made_at < now() - $1 * interval '1 millisecond' as is_old
                        from identity
                        """)
                    .execute(Tuple.of((double) SitesLimits.KEY_MAX_AGE.toMillis()))
                    .map(rows -> rows.iterator().next()))
        .compose(
            row ->
                vertx.executeBlocking(
                    () ->
                        new Keys(
                            Objects.requireNonNull(pair(row, "secret", "shown")),
                            pair(row, "next_secret", "next_shown"),
                            pair(row, "before_secret", "before_shown"),
                            row.getBoolean("is_old"))));
  }

  /** Returns the key that the site goes by: its public part. */
  Future<SitePublicKey> shown() {
    return database.withConnection(
        connection ->
            connection
                .query("select shown from identity")
                .execute()
                .map(rows -> SitePublicKey.of(rows.iterator().next().getString("shown"))));
  }

  /**
   * Makes the site's next key, unless there is one; whoever holds the link tells the hub of it.
   *
   * @return the next one
   */
  Future<SitePublicKey> prepare() {
    return key()
        .compose(present -> vertx.executeBlocking(SiteKey::create))
        .compose(
            made ->
                database.withStatement(
                    connection ->
                        connection
                            .preparedQuery(
                                """
                                update identity
                                set next_secret = coalesce(next_secret, $1),
                                  next_shown = coalesce(next_shown, $2)
                                returning next_shown
                                """)
                            .execute(Tuple.of(Buffer.buffer(made.pkcs8()), made.shown().text()))
                            .map(
                                rows ->
                                    SitePublicKey.of(
                                        rows.iterator().next().getString("next_shown")))));
  }

  /** Writes down that the hub knows the next key: the site goes by it from now on. */
  Future<Void> promote(SitePublicKey next) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    update identity
                    set before_secret = secret, before_shown = shown,
                      secret = next_secret, shown = next_shown, made_at = now(),
                      next_secret = null, next_shown = null
                    where next_shown = $1
                    """)
                .execute(Tuple.of(next.text()))
                .mapEmpty());
  }

  /** Writes down that the site has joined a hub, in the place of the one before. */
  Future<Void> join(SitePublicKey hub, String address) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    insert into hub (key, address) values ($1, $2)
                    on conflict (one) do update
                      set key = $1, address = $2, joined_at = clock_timestamp(), revoked_at = null
                    """)
                .execute(Tuple.of(hub.text(), address))
                .compose(joined -> connection.query("delete from links").execute())
                // The epochs of another hub, or of one that was set up anew, say nothing.
                .compose(gone -> connection.query("delete from followed").execute())
                .mapEmpty());
  }

  /** Writes down that the hub lets this site link no more. */
  Future<Void> revoked() {
    return database.withStatement(
        connection ->
            connection.query("update hub set revoked_at = clock_timestamp()").execute().mapEmpty());
  }

  private Future<Optional<Row>> read() {
    return database.withConnection(
        connection ->
            connection
                .query("select secret, shown from identity")
                .execute()
                .map(IdentityStore::first));
  }

  // Curves take the JDK milliseconds, the first time more.
  private Future<SiteKey> pair(Row row) {
    return vertx.executeBlocking(() -> Objects.requireNonNull(pair(row, "secret", "shown")));
  }

  private static @Nullable SiteKey pair(Row row, String secret, String shown) {
    var kept = row.getBuffer(secret);
    return kept == null
        ? null
        : SiteKey.of(kept.getBytes(), SitePublicKey.of(row.getString(shown)));
  }

  private Future<SiteKey> make() {
    return vertx
        .executeBlocking(SiteKey::create)
        .compose(made -> database.withStatement(connection -> keep(connection, made)))
        .compose(kept -> read())
        .compose(found -> pair(found.orElseThrow()));
  }

  /** Keeps a key, unless another node was sooner. */
  private static Future<Void> keep(SqlConnection connection, SiteKey made) {
    return connection
        .preparedQuery(
            "insert into identity (secret, shown) values ($1, $2) on conflict do nothing")
        .execute(Tuple.of(Buffer.buffer(made.pkcs8()), made.shown().text()))
        .mapEmpty();
  }

  private static Optional<Row> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next());
  }
}
