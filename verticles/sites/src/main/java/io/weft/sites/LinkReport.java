package io.weft.sites;

import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.FollowedPolicies;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a link stands, as the node that holds it sees it.
 *
 * @param roundTripMicros 0 when it was not measured yet
 * @param bytesSent over the present session
 * @param bytesReceived over the present session
 * @param unacknowledgedBytes what the other side has not taken
 * @param heartbeat what the other side has said last
 * @param clockOffMillis how far its clock was ahead then
 */
record LinkReport(
    long roundTripMicros,
    long bytesSent,
    long bytesReceived,
    long unacknowledgedBytes,
    Heartbeat heartbeat,
    long clockOffMillis) {
  /**
   * What a site says of itself to the other one.
   *
   * @param nodes how many it has
   * @param services what they serve
   * @param policyEpoch the epoch of its policies
   * @param version of the node that says it
   * @param now by its clock
   * @param edge how it stands as an edge; null of a hub, and of an earlier release
   * @param policyDigest the digest of its policies; null of a release that hands out none
   * @param followed how far it goes by the policies of its hub; null when it goes by its own
   */
  record Heartbeat(
      int nodes,
      List<String> services,
      long policyEpoch,
      String version,
      Instant now,
      @Nullable EdgeReport edge,
      @Nullable String policyDigest,
      @Nullable FollowedPolicies followed) {}
}
