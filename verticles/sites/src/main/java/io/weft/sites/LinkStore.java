package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.weft.ledger.Database;
import io.weft.mesh.wire.JsonCodec;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.SiteLink.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How the links of this site stand, as whichever node holds one writes it down. */
final class LinkStore {
  /** Of all sites that were enrolled, and of those that are invited. */
  private static final String OF_HUB =
      """
      select site, enrolled_at as since, revoked_at, false as invited,
        l.node, l.since as linked_since, l.heard_at, l.report, now() as now
      from enrolments left join links l using (site)
      where revoked_at is null or not exists (
        select from invitations i where i.site = enrolments.site
          and i.used_by is null and i.revoked_at is null and i.expires > now())
      union all
      select site, invited_at, null, true, null, null, null, null, now()
      from invitations i
      where used_by is null and revoked_at is null and expires > now()
        and not exists (
          select from enrolments e where e.site = i.site and e.revoked_at is null)
      order by site
      """;

  private static final String OF_EDGE =
      """
      select coalesce(l.site, 'hub') as site, joined_at as since,
        case when l.heard_at > revoked_at then null else revoked_at end as revoked_at, false as invited, l.node, l.since as linked_since, l.heard_at, l.report, now() as now
      from hub left join links l on true
      order by l.heard_at desc nulls last limit 1
      """;

  private final Database database;

  LinkStore(Database database) {
    this.database = database;
  }

  /** Writes down that a site was heard of just now, and how its link stands. */
  Future<Void> heard(String site, String node, LinkReport report) {
    return database.withStatement(
        connection ->
            connection
                .preparedQuery(
                    """
                    insert into links (site, node, report) values ($1, $2, $3)
                    on conflict (site) do update set node = $2, report = $3, heard_at = now(),
                      since = case
                        when links.heard_at < now() - $4 * interval '1 millisecond' then now()
                        else links.since end
                    """)
                .execute(
                    Tuple.of(
                        site,
                        node,
                        new JsonObject(JsonCodec.encode(report)),
                        (double) SitesLimits.SERVING_MAX_AGE.toMillis()))
                .mapEmpty());
  }

  /** Reads how the links of a hub stand, by the sites' names. */
  Future<List<SiteLink>> ofHub() {
    return database.withConnection(connection -> links(connection, OF_HUB));
  }

  /** Reads how the link of an edge stands; nothing before it has joined. */
  Future<List<SiteLink>> ofEdge() {
    return database.withConnection(connection -> links(connection, OF_EDGE));
  }

  private static Future<List<SiteLink>> links(SqlConnection connection, String sql) {
    return connection
        .query(sql)
        .execute()
        .map(
            rows -> {
              var links = new ArrayList<SiteLink>();
              rows.forEach(row -> links.add(link(row)));
              return links;
            });
  }

  private static SiteLink link(Row row) {
    if (row.getBoolean("invited")) {
      return link(row, State.INVITED, at(row, "since"));
    }
    if (!absent(row, "revoked_at")) {
      return link(row, State.REVOKED, at(row, "revoked_at"));
    }
    // One that was never heard of has been cut off since it has joined.
    boolean heard = !absent(row, "heard_at");
    var since = at(row, heard ? "heard_at" : "since");
    var state = state(since, at(row, "now"), heard);
    return link(row, state, state == State.SERVING ? at(row, "linked_since") : since);
  }

  private static State state(Instant since, Instant now, boolean heard) {
    var age = Duration.between(since, now);
    if (heard && age.compareTo(SitesLimits.SERVING_MAX_AGE) <= 0) {
      return State.SERVING;
    }
    return age.compareTo(SitesLimits.DEAD_AFTER) > 0 ? State.DEAD : State.CUT_OFF;
  }

  private static SiteLink link(Row row, State state, Instant since) {
    var json = row.getJsonObject("report");
    var site = row.getString("site");
    var node = row.getString("node");
    if (json == null) {
      return new SiteLink(
          site, state, since, node, 0, 0, 0, 0, 0, List.of(), 0, null, 0, null, null);
    }
    // Another node may have written it, of a later release.
    var report = JsonCodec.decodeLenient(json.toBuffer(), LinkReport.class);
    var said = report.heartbeat();
    return new SiteLink(
        site,
        state,
        since,
        node,
        report.roundTripMicros(),
        report.bytesSent(),
        report.bytesReceived(),
        report.unacknowledgedBytes(),
        said.nodes(),
        said.services(),
        said.policyEpoch(),
        said.version(),
        report.clockOffMillis(),
        said.edge(),
        state == State.REVOKED ? null : said.followed());
  }

  private static boolean absent(Row row, String column) {
    return row.getOffsetDateTime(column) == null;
  }

  private static Instant at(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }
}
