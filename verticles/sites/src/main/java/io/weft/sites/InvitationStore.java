package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.link.Invitation;
import io.weft.mesh.link.Invitations;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.util.Optional;

/**
 * Who is invited to link to a hub, in the schema of sites.
 *
 * <p>Invitations expire by the database's clock, so that a node whose own is wrong neither makes
 * codes that are too old at another, nor takes such ones: ends are kept there as what was left of
 * them here, and come back so.
 */
final class InvitationStore implements Invitations {
  private static final double MILLIS_PER_SECOND = 1_000;

  private final Database database;
  private final WallClock wall;

  InvitationStore(Database database, WallClock wall) {
    this.database = database;
    this.wall = wall;
  }

  /**
   * Keeps an invitation, in the place of the one of its site that nobody has used.
   *
   * @return fails with {@code site.too_many} when there is no room for a further site
   */
  Future<Void> invite(Invitation invitation) {
    return database.withTransaction(
        connection ->
            room(connection, invitation.site())
                .compose(room -> voidOpen(connection, invitation.site()))
                .compose(before -> insert(connection, invitation, left(invitation))));
  }

  private static Future<Void> room(SqlConnection connection, String site) {
    return connection
        .preparedQuery(
            """
            select count(*) from (
              select site from enrolments union
              select site from invitations where used_by is null and revoked_at is null
            ) as known where site <> $1
            """)
        .execute(Tuple.of(site))
        .compose(
            rows ->
                rows.iterator().next().getLong(0) < SitesLimits.SITES_MAX
                    ? Future.succeededFuture()
                    : Future.failedFuture(SiteFailures.tooMany()));
  }

  private static Future<Void> voidOpen(SqlConnection connection, String site) {
    return connection
        .preparedQuery(
            """
            update invitations set revoked_at = now()
            where site = $1 and used_by is null and revoked_at is null
            """)
        .execute(Tuple.of(site))
        .mapEmpty();
  }

  private Duration left(Invitation invitation) {
    return Duration.between(wall.now(), invitation.expires());
  }

  private static Future<Void> insert(
      SqlConnection connection, Invitation invitation, Duration left) {
    return connection
        .preparedQuery(
            """
            insert into invitations (id, site, proof_key, expires)
            values ($1, $2, $3, now() + $4 * interval '1 millisecond')
            """)
        .execute(
            Tuple.of(
                invitation.id(),
                invitation.site(),
                invitation.proofKey(),
                (double) left.toMillis()))
        .mapEmpty();
  }

  @Override
  public Future<Optional<Invitation>> find(String id) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    """
                    select id, site, proof_key, used_by,
                      extract(epoch from expires - now())::float8 as left_seconds
                    from invitations
                    where id = $1 and revoked_at is null
                    """)
                .execute(Tuple.of(id))
                .map(
                    rows ->
                        rows.size() == 0
                            ? Optional.empty()
                            : Optional.of(invitation(rows.iterator().next()))));
  }

  @Override
  public Future<SitePublicKey> use(String id, SitePublicKey key) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    select site, used_by from invitations
                    where id = $1 and revoked_at is null for update
                    """)
                .execute(Tuple.of(id))
                .compose(
                    rows -> {
                      if (rows.size() == 0) {
                        return Future.failedFuture(
                            new MeshFailure.NotSent("the invitation was revoked meanwhile"));
                      }
                      var row = rows.iterator().next();
                      var usedBy = row.getString("used_by");
                      return usedBy == null
                          ? enrol(connection, id, row.getString("site"), key)
                          : Future.succeededFuture(SitePublicKey.of(usedBy));
                    }));
  }

  private static Future<SitePublicKey> enrol(
      SqlConnection connection, String id, String site, SitePublicKey key) {
    return connection
        .preparedQuery("update invitations set used_by = $2 where id = $1")
        .execute(Tuple.of(id, key.text()))
        .compose(
            used ->
                connection
                    .preparedQuery(
                        """
                        insert into enrolments (site, key) values ($1, $2)
                        on conflict (site) do update
                          set key = $2, enrolled_at = now(), revoked_at = null,
                            before_key = null, renewed_at = null
                        """)
                    .execute(Tuple.of(site, key.text())))
        .map(key);
  }

  /**
   * Forgets invitations that have expired long ago, in one bounded batch.
   *
   * @return how many were forgotten
   */
  static Future<Integer> forget(SqlConnection connection) {
    return connection
        .preparedQuery(
            """
            delete from invitations where id in (
              select id from invitations where expires < now() - $1 * interval '1 millisecond'
              order by expires limit $2 for update skip locked
            )
            """)
        .execute(
            Tuple.of(
                (double) SitesLimits.INVITATIONS_KEPT.toMillis(),
                SitesLimits.INVITATIONS_FORGOTTEN_PER_BATCH))
        .map(RowSet::rowCount);
  }

  private Invitation invitation(Row row) {
    var usedBy = row.getString("used_by");
    return new Invitation(
        row.getString("id"),
        row.getString("site"),
        row.getBuffer("proof_key"),
        wall.now().plusMillis((long) (row.getDouble("left_seconds") * MILLIS_PER_SECOND)),
        usedBy == null ? null : SitePublicKey.of(usedBy));
  }
}
