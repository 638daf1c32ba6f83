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
import org.jspecify.annotations.Nullable;

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
   * @param before the key that its present one has taken the place of; null when it was enrolled
   *     with that
   * @param isRenewed whether that was just now, so that it may still come by the one before
   */
  record Known(Enrolment enrolment, long term, @Nullable SitePublicKey before, boolean isRenewed) {}

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
                    """
                    select site, key, revoked_at, term, before_key,
                      coalesce(renewed_at > now() - $2 * interval '1 millisecond', false)
                        as is_renewed
                    from enrolments where site = any($1)
                    """)
                .execute(
                    Tuple.of(
                        sites.toArray(String[]::new), (double) SitesLimits.KEY_GRACE.toMillis()))
                .map(
                    rows -> {
                      var known = new HashMap<String, Known>();
                      rows.forEach(
                          row ->
                              known.put(
                                  row.getString("site"),
                                  new Known(
                                      enrolment(row),
                                      row.getLong("term"),
                                      before(row),
                                      row.getBoolean("is_renewed"))));
                      return known;
                    }));
  }

  /**
   * Has a site known by another key from now on, if it is known by the one before; said again it
   * changes nothing.
   *
   * @return whether it is known by it
   */
  Future<Boolean> renew(String site, SitePublicKey before, SitePublicKey next) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    with renewed as (
                      update enrolments set key = $3, before_key = $2, renewed_at = now()
                      where site = $1 and key = $2 and key <> $3 and revoked_at is null
                      returning site
                    )
                    select exists (select from renewed) or exists (
                      select from enrolments where site = $1 and key = $3 and revoked_at is null)
                    """)
                .execute(Tuple.of(site, before.text(), next.text()))
                .map(rows -> rows.iterator().next().getBoolean(0)));
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

  private static @Nullable SitePublicKey before(Row row) {
    var before = row.getString("before_key");
    return before == null ? null : SitePublicKey.of(before);
  }

  private static Enrolment enrolment(Row row) {
    return new Enrolment(
        row.getString("site"),
        SitePublicKey.of(row.getString("key")),
        row.getOffsetDateTime("revoked_at") != null);
  }
}
