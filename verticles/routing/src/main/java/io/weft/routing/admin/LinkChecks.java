package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Role;
import io.weft.mesh.time.WallClock;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What must hold between this site and those that it is linked to. */
final class LinkChecks {
  static final Rule LINKS = new Rule("W0601", "linked sites can be reached");
  static final Rule CLOCKS = new Rule("W0602", "clocks of linked sites agree");
  static final Rule POLICIES = new Rule("W0603", "linked sites go by their hub's policies");
  static final Rule JOURNALS = new Rule("W0604", "journals are brought to the hub");
  static final Rule DISPUTES = new Rule("W0605", "no order is in dispute");
  private static final String LIST = "sites.list";
  private static final String SERVING = "SERVING";

  /** Those that nobody expects anything of. */
  private static final Set<String> UNLINKED = Set.of("INVITED", "REVOKED");

  private final Mesh mesh;
  private final WallClock clock;

  LinkChecks(Mesh mesh, WallClock clock) {
    this.mesh = mesh;
    this.clock = clock;
  }

  /** Looks at all links; finds nothing where nobody serves them. */
  Future<List<Finding>> make() {
    if (mesh.directory().serving(LIST).isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    var options =
        CallOptions.DEFAULT
            .withPrincipal(Role.OPERATOR.principal("doctor"))
            .withTimeout(RoutingLimits.NODE_TIMEOUT);
    return mesh.exchange(LIST, Operation.Kind.QUERY, Buffer.buffer("{}"), options)
        .map(reply -> of(reply.body().toJsonObject(), clock.now()))
        .otherwise(
            e ->
                List.of(
                    LINKS.warn(
                        "the site",
                        "how its links stand is not known: " + e.getMessage(),
                        "see whether PostgreSQL answers: weft doctor names it")));
  }

  /**
   * Returns the findings of an answer of {@code sites.list}.
   *
   * @param now the time
   */
  static List<Finding> of(JsonObject list, Instant now) {
    var findings = new ArrayList<Finding>();
    boolean linked = false;
    for (var each : list.getJsonArray("sites", new JsonArray())) {
      var site = (JsonObject) each;
      var name = site.getString("site");
      linked |= isSteady(site, now);
      findings.addAll(link(site));
      if (isExpected(site)) {
        findings.addAll(journal(name, site, isSteady(site, now)));
        var policies = site.getJsonObject("policies");
        if (policies != null) {
          findings.add(policies(name, policies));
        }
      }
    }
    findings.addAll(journal(list.getString("self"), list, linked));
    return findings;
  }

  private static List<Finding> link(JsonObject site) {
    var name = site.getString("site");
    var since = site.getString("since");
    return switch (site.getString("state")) {
      case SERVING ->
          List.of(
              LINKS.pass(name, "it is linked since " + since),
              clock(name, site.getLong("clockOffMillis", 0L)));
      case "CUT_OFF" ->
          List.of(
              LINKS.warn(
                  name,
                  "cut off since " + since,
                  "look at the uplink of the edge, and for \"no link to the hub\" in the logs"
                      + " of its nodes; it connects again by itself"));
      case "DEAD" ->
          List.of(
              LINKS.fail(
                  name,
                  "cut off since " + since,
                  "bring it back, or give it up: weft site revoke " + name));
      default -> List.of(); // Invited or revoked: nobody expects a link.
    };
  }

  private static boolean isExpected(JsonObject site) {
    return !UNLINKED.contains(site.getString("state"));
  }

  /** Whether a link has been there for so long that what waited for it should have gone. */
  private static boolean isSteady(JsonObject site, Instant now) {
    return site.getString("state").equals(SERVING)
        && Duration.between(site.getInstant("since"), now)
                .compareTo(RoutingLimits.JOURNAL_WAIT_WARN)
            > 0;
  }

  /**
   * Returns the findings of what an edge has said of its journal; none where it has not.
   *
   * @param of what says it: a link of this site, or this site itself
   * @param linked whether the edge has had its hub for a while
   */
  private static List<Finding> journal(String site, JsonObject of, boolean linked) {
    var edge = of.getJsonObject("edge");
    if (edge == null || edge.getLong("journalOrders") == null) {
      return List.of();
    }
    long orders = edge.getLong("journalOrders");
    var oldest = Duration.ofSeconds(edge.getLong("journalOldestSeconds", 0L));
    var detail =
        orders == 0
            ? "no order waits"
            : orders + " orders wait, the oldest for " + oldest.toSeconds() + " s";
    boolean stuck = linked && orders > 0 && oldest.compareTo(RoutingLimits.JOURNAL_WAIT_WARN) > 0;
    return List.of(
        stuck
            ? JOURNALS.warn(
                site,
                detail + " although the link is there",
                "a long journal takes its time; if the number does not fall, see \"works alone\" in"
                    + " the logs of the edge, and whether users and orders answer at the hub")
            : JOURNALS.pass(site, detail),
        disputes(site, edge.getLong("journalDisputed", 0L)));
  }

  private static Finding disputes(String site, long disputed) {
    return disputed == 0
        ? DISPUTES.pass(site, "none")
        : DISPUTES.warn(
            site,
            disputed + " orders that were promised were not taken by the hub",
            "give the journal what is missing, a grant or a higher limit (docs/decisions/0064);"
                + " then at the edge: weft call orders.retry-disputed");
  }

  /** Returns how far the edge of a link goes by its hub's policies. */
  private static Finding policies(String site, JsonObject followed) {
    long taken = followed.getLong("takenEpoch", 0L);
    var detail =
        "epoch %d of the hub's, which is at %d".formatted(taken, followed.getLong("hubEpoch", 0L));
    var state = followed.getString("state", "");
    if (state.equals("CURRENT")) {
      return POLICIES.pass(site, detail);
    }
    var since = followed.getString("since");
    var why = followed.getString("why");
    return POLICIES.warn(
        site,
        state
            + (since == null ? "" : " since " + since)
            + ": "
            + detail
            + (why == null ? "" : ": " + why),
        switch (state) {
          case "REFUSED" -> "bring the edge to the hub's release, or change the hub's policies";
          case "CHANGED" ->
              "make the change at the hub, or undo it at the edge: weft policy rollback";
          case "AHEAD" ->
              "invite the edge again and join it: weft site join; or change the hub's"
                  + " policies until its epoch is above";
          default -> "it takes them as soon as it can reach its hub; if it can, see why above";
        });
  }

  private static Finding clock(String site, long offMillis) {
    var off = Duration.ofMillis(Math.abs(offMillis));
    var detail =
        off.toSeconds() + " s " + (offMillis < 0 ? "behind" : "ahead") + ", as far as a link tells";
    return off.compareTo(RoutingLimits.SITE_CLOCK_OFF_MAX) > 0
        ? CLOCKS.warn(
            site,
            detail,
            "set one of the two by NTP; tokens and times of orders are off by as much")
        : CLOCKS.pass(site, detail);
  }
}
