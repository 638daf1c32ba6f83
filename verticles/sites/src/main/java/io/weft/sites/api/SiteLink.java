package io.weft.sites.api;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the link to one site stands, as the node that holds it has written down last.
 *
 * @param site the other site's name; of the hub, once it was linked to, the one that it goes by
 * @param state whether it can be reached
 * @param since since when that is so
 * @param node the node of this site that holds the link or held it last; null before the first
 * @param roundTripMicros how long an answer takes over the link, 0 when nothing is known
 * @param bytesSent bytes that went to the site over the present link, those of its frames and no
 *     others
 * @param bytesReceived bytes that came from it
 * @param unacknowledgedBytes bytes that were given to the link and that the site has not taken
 * @param nodes how many nodes the site has, 0 when nothing is known
 * @param services what it serves
 * @param policyEpoch the epoch of its policies
 * @param version the release that the node runs which holds the link there; null when not known
 * @param clockOffMillis how far its clock is ahead of this site's, give or take half a round trip;
 *     negative when it is behind
 * @param edge what it said last of its journal and its replica; null of a hub, and where nothing is
 *     known
 * @param policies how far the edge of the link goes by its hub's policies, be it the other site or
 *     this one; null when it goes by its own, or nothing is known
 */
public record SiteLink(
    String site,
    State state,
    Instant since,
    @Nullable String node,
    long roundTripMicros,
    long bytesSent,
    long bytesReceived,
    long unacknowledgedBytes,
    int nodes,
    List<String> services,
    long policyEpoch,
    @Nullable String version,
    long clockOffMillis,
    @Nullable EdgeReport edge,
    @Nullable FollowedPolicies policies) {
  /** Returns the same with what is known of the policies. */
  public SiteLink with(@Nullable FollowedPolicies known) {
    return new SiteLink(
        site,
        state,
        since,
        node,
        roundTripMicros,
        bytesSent,
        bytesReceived,
        unacknowledgedBytes,
        nodes,
        services,
        policyEpoch,
        version,
        clockOffMillis,
        edge,
        known);
  }

  /** Whether a site can be reached. */
  public enum State {
    /** It was heard of within the last seconds. */
    SERVING,
    /** It was not, or never yet. */
    @JsonEnumDefaultValue
    CUT_OFF,
    /** It was not for so long that somebody should look after it. */
    DEAD,
    /** It has not joined yet. */
    INVITED,
    /** It may link no more. */
    REVOKED
  }
}
