package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.link.Enrolment;
import io.weft.mesh.link.Enrolments;
import io.weft.mesh.link.SitePublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who may link to a hub, in the schema of sites. */
final class EnrolmentStore implements Enrolments {
  private final Database database;

  EnrolmentStore(Database database) {
    this.database = database;
  }

  /**
   * What a hub knows of a site that has a link to it.
   *
   * @param term the greatest that was claimed
   */
  record Known(Enrolment enrolment, long term) {}

  @Override
  public Future<Optional<Enrolment>> find(String site) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery("select site, key, revoked_at from enrolments where site = $1")
                .execute(Tuple.of(site))
                .map(
                    rows ->
                        rows.size() == 0
                            ? Optional.empty()
                            : Optional.of(enrolment(rows.iterator().next()))));
  }

  @Override
  public Future<Long> claimTerm(String site, long term) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    update enrolments set term = greatest(term, $2) where site = $1
                    returning term
                    """)
                .execute(Tuple.of(site, term))
                .compose(
                    rows ->
                        rows.size() == 0
                            ? Future.failedFuture(
                                new MeshFailure.NotSent(site + " is enrolled no more"))
                            : Future.succeededFuture(rows.iterator().next().getLong(0))));
  }

  /** Reads what is known of some sites, by name; those that are not enrolled are left out. */
  Future<Map<String, Known>> known(Collection<String> sites) {
    return database.withConnection(
        connection ->
            connection
                .preparedQuery(
                    "select site, key, revoked_at, term from enrolments where site = any($1)")
                .execute(Tuple.of((Object) sites.toArray(String[]::new)))
                .map(
                    rows -> {
                      var known = new HashMap<String, Known>();
                      rows.forEach(
                          row ->
                              known.put(
                                  row.getString("site"),
                                  new Known(enrolment(row), row.getLong("term"))));
                      return known;
                    }));
  }

  /**
   * Revokes a site, with the invitation of it that nobody has used.
   *
   * @return since when it is; empty when there is no such site
   */
  Future<Optional<Instant>> revoke(String site) {
    return database.withTransaction(
        connection ->
            connection
                .preparedQuery(
                    """
                    with void as (
                      update invitations set revoked_at = now()
                      where site = $1 and used_by is null and revoked_at is null
                      returning revoked_at
                    ), revoked as (
                      update enrolments set revoked_at = coalesce(revoked_at, now())
                      where site = $1 returning revoked_at
                    )
                    select revoked_at, 1 as rank from revoked
                    union all select revoked_at, 2 from void
                    union all
                    select revoked_at, 3 from invitations
                    where site = $1 and used_by is null and revoked_at is not null
                    order by rank, revoked_at desc limit 1
                    """)
                .execute(Tuple.of(site))
                .map(
                    rows ->
                        rows.size() == 0
                            ? Optional.empty()
                            : Optional.of(
                                rows.iterator()
                                    .next()
                                    .getOffsetDateTime("revoked_at")
                                    .toInstant())));
  }

  private static Enrolment enrolment(Row row) {
    return new Enrolment(
        row.getString("site"),
        SitePublicKey.of(row.getString("key")),
        row.getOffsetDateTime("revoked_at") != null);
  }
}
