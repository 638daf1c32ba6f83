package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Role;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What must hold between this site and those that it is linked to. */
final class LinkChecks {
  static final Rule LINKS = new Rule("W0601", "linked sites can be reached");
  static final Rule CLOCKS = new Rule("W0602", "clocks of linked sites agree");
  private static final String LIST = "sites.list";

  private final Mesh mesh;

  LinkChecks(Mesh mesh) {
    this.mesh = mesh;
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
        .map(reply -> of(reply.body().toJsonObject()))
        .otherwise(
            e ->
                List.of(
                    LINKS.warn(
                        "the site",
                        "how its links stand is not known: " + e.getMessage(),
                        "see whether PostgreSQL answers: weft doctor names it")));
  }

  /** Returns the findings of an answer of {@code sites.list}. */
  static List<Finding> of(JsonObject list) {
    var findings = new ArrayList<Finding>();
    for (var each : list.getJsonArray("sites", new JsonArray())) {
      var site = (JsonObject) each;
      var name = site.getString("site");
      switch (site.getString("state")) {
        case "SERVING" -> {
          findings.add(LINKS.pass(name, "it is linked since " + site.getString("since")));
          findings.add(clock(name, site.getLong("clockOffMillis", 0L)));
        }
        case "CUT_OFF" ->
            findings.add(
                LINKS.warn(
                    name,
                    "cut off since " + site.getString("since"),
                    "look at the uplink of the edge, and for \"no link to the hub\" in the logs"
                        + " of its nodes; it connects again by itself"));
        case "DEAD" ->
            findings.add(
                LINKS.fail(
                    name,
                    "cut off since " + site.getString("since"),
                    "bring it back, or give it up: weft site revoke " + name));
        default -> {} // Invited or revoked: nobody expects a link.
      }
    }
    return findings;
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
