package io.weft.sites;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.sites.api.EdgeReport;
import io.weft.sites.api.FollowedPolicies;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
  private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9-]{0,127}");
  private static final Pattern VERSION = Pattern.compile("[!-~]{1,64}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{0,64}");

  /** What a terminal does not show as it is. */
  static final Pattern UNSHOWN = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");

  private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

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
      @Nullable FollowedPolicies followed) {
    /**
     * Returns this, if it makes sense: another site may say what it likes, and operators read it.
     *
     * @throws MeshFailure.Unknown otherwise
     */
    Heartbeat believed() {
      expect(nodes >= 0 && policyEpoch >= 0, "numbers from 0");
      expect(
          services != null
              && services.size() <= SitesLimits.HEARTBEAT_SERVICES_MAX
              && services.stream()
                  .allMatch(each -> each != null && SERVICE.matcher(each).matches()),
          "names of services");
      expect(version != null && VERSION.matcher(version).matches(), "a release");
      expect(now != null && isTime(now), "a time of day");
      expect(edge == null || isOf(edge), "numbers of orders from 0");
      expect(policyDigest == null || DIGEST.matcher(policyDigest).matches(), "a digest");
      expect(followed == null || isOf(followed), "how far policies are followed");
      return this;
    }

    private static boolean isTime(Instant instant) {
      return !instant.isBefore(Instant.EPOCH) && instant.isBefore(LATEST);
    }

    private static boolean isOf(EdgeReport edge) {
      return Stream.of(
              edge.journalOrders(),
              edge.journalDisputed(),
              edge.journalOldestSeconds(),
              edge.replicaAgeSeconds())
          .allMatch(count -> count == null || count >= 0);
    }

    private static boolean isOf(FollowedPolicies followed) {
      return followed.hubEpoch() >= 0
          && followed.takenEpoch() >= 0
          && DIGEST.matcher(followed.takenDigest()).matches()
          && (followed.since() == null || isTime(followed.since()))
          && (followed.why() == null || isText(followed.why()));
    }

    private static boolean isText(String why) {
      return why.length() <= MeshLimits.COMPLAINT_MAX_CHARS && !UNSHOWN.matcher(why).find();
    }

    private static void expect(boolean met, String expected) {
      if (!met) {
        throw new MeshFailure.Unknown(
            "a heartbeat that makes no sense (expected: " + expected + ")");
      }
    }
  }
}
