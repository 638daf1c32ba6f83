package io.weft.mesh.discovery;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.weft.mesh.policy.PolicyStand;
import org.jspecify.annotations.Nullable;

/**
 * A node's renewal of its lease, sent every {@link io.weft.mesh.MeshLimits#ANNOUNCE_INTERVAL}.
 *
 * <p>What a newer node says besides is ignored.
 *
 * @param node the node's id
 * @param incarnation the node's incarnation
 * @param revision the revision of its record, so that who holds an older one notices
 * @param policies which policies it goes by; null when it does not say, as older nodes do not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Announcement(
    String node, String incarnation, long revision, @Nullable PolicyStand policies) {

  /**
   * Checks that nothing is missing.
   *
   * @throws IllegalArgumentException if an announcement of ours would not be like this
   */
  public Announcement {
    Require.text("node", node);
    Require.text("incarnation", incarnation);
  }

  /** Creates the announcement of a node that says nothing of its policies. */
  public Announcement(String node, String incarnation, long revision) {
    this(node, incarnation, revision, null);
  }

  /** Returns which policies the node goes by; the built-in ones when it does not say. */
  public PolicyStand stand() {
    return policies == null ? PolicyStand.DEFAULT : policies;
  }
}
