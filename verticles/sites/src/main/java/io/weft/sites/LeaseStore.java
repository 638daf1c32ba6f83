package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.link.SitePublicKey;
import java.util.Optional;
import java.util.UUID;

/**
 * The lease of an edge's link, as a row of the site's PostgreSQL, by its clock.
 *
 * <p>A row's end is counted from the beginning of the statement that wrote it, and whoever wrote it
 * counts from before that: so its own clock ends the lease first.
 */
final class LeaseStore implements Lease {
  private static final double LEASE_MILLIS = SitesLimits.LEASE.toMillis();
  private static final String CLAIM =
      """
      with claimed as (
        insert into holder (node, claim, term, until)
        select $1, $2, 1, now() + $3 * interval '1 millisecond' from hub
        on conflict (one) do update
          set node = $1, claim = $2, term = holder.term + 1, until = excluded.until
          where holder.until < now() or holder.node = $1
        returning term
      )
      select term, key, joined_at from claimed, hub
      """;
  private static final String RENEW =
      """
      with renewed as (
        update holder set until = now() + $3 * interval '1 millisecond'
        where claim = $1 and term = $2 and until > now()
        returning term
      )
      select term, key, joined_at from renewed, hub
      """;
  private static final String RAISE =
      """
      with raised as (
        update holder
        set term = greatest(term, $4) + 1, until = now() + $3 * interval '1 millisecond'
        where claim = $1 and term = $2 and until > now()
        returning term
      )
      select term, key, joined_at from raised, hub
      """;

  private final Database database;

  LeaseStore(Database database) {
    this.database = database;
  }

  @Override
  public Future<Optional<Held>> claim(String node, UUID claim) {
    return held(CLAIM, Tuple.of(node, claim, LEASE_MILLIS));
  }

  @Override
  public Future<Optional<Held>> renew(UUID claim, long term) {
    return held(RENEW, Tuple.of(claim, term, LEASE_MILLIS));
  }

  @Override
  public Future<Optional<Held>> raise(UUID claim, long term, long above) {
    return held(RAISE, Tuple.of(claim, term, LEASE_MILLIS, above));
  }

  @Override
  public Future<Void> release(UUID claim, long term) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery("update holder set until = now() where claim = $1 and term = $2")
                .execute(Tuple.of(claim, term))
                .mapEmpty());
  }

  private Future<Optional<Held>> held(String sql, Tuple values) {
    return database.withStatement(
        connection -> connection.preparedQuery(sql).execute(values).map(LeaseStore::held));
  }

  private static Optional<Held> held(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Optional.empty();
    }
    var row = rows.iterator().next();
    return Optional.of(
        new Held(
            row.getLong("term"),
            SitePublicKey.of(row.getString("key")),
            row.getOffsetDateTime("joined_at").toInstant()));
  }
}
