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
import java.util.Optional;

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
    var secret = row.getBuffer("secret");
    var shown = row.getString("shown");
    return vertx.executeBlocking(() -> SiteKey.of(secret.getBytes(), SitePublicKey.of(shown)));
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
