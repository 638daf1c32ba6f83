package io.weft.sites;

import io.weft.mesh.telemetry.Measure;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.SiteLink;
import io.weft.sites.api.SiteLink.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How links stand, for the metrics of nodes: each node of a site tells of all of its links. */
final class LinkMeasures {
  private static final double MICROS_PER_SECOND = 1_000_000;
  private static final double MILLIS_PER_SECOND = 1_000;

  /** Those that nobody expects a link of. */
  private static final Set<State> UNLINKED = Set.of(State.INVITED, State.REVOKED);

  private LinkMeasures() {}

  /** Returns the readings of a link; none of a site that cannot have one. */
  static List<Measure> of(SiteLink link) {
    if (UNLINKED.contains(link.state())) {
      return List.of();
    }
    // The label site is taken: scrapes say by it which site a node is of.
    var other = Map.of("link", link.site());
    var all = new ArrayList<Measure>();
    var followed = link.policies();
    if (followed != null) {
      all.add(
          new Measure(
              "weft_link_policies_behind",
              "Whether the edge of a link does not go by its hub's policies, as it is to",
              other,
              followed.state() == FollowedPolicies.State.CURRENT ? 0 : 1));
    }
    all.addAll(of(link, other));
    return all;
  }

  private static List<Measure> of(SiteLink link, Map<String, String> other) {
    boolean up = link.state() == State.SERVING;
    return List.of(
        new Measure(
            "weft_link_up", "Whether a site can be reached over its link", other, up ? 1 : 0),
        new Measure(
            "weft_link_round_trip_seconds",
            "The round trip of a link that was measured last",
            other,
            link.roundTripMicros() / MICROS_PER_SECOND),
        new Measure(
            "weft_link_sent_bytes",
            "Bytes that went over the present session of a link",
            other,
            link.bytesSent()),
        new Measure(
            "weft_link_received_bytes",
            "Bytes that came over the present session of a link",
            other,
            link.bytesReceived()),
        new Measure(
            "weft_link_unacknowledged_bytes",
            "Bytes that were given to a link and that the other side has not taken",
            other,
            link.unacknowledgedBytes()),
        new Measure(
            "weft_link_clock_off_seconds",
            "How far the clock of a site is ahead",
            other,
            link.clockOffMillis() / MILLIS_PER_SECOND));
  }
}
