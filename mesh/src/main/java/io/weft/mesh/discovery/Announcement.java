package io.weft.mesh.discovery;

/**
 * A node's renewal of its lease, sent every {@link io.weft.mesh.MeshLimits#ANNOUNCE_INTERVAL}.
 *
 * @param node the node's id
 * @param incarnation the node's incarnation
 * @param revision the revision of its record, so that who holds an older one notices
 */
public record Announcement(String node, String incarnation, long revision) {

  /**
   * Checks that nothing is missing.
   *
   * @throws IllegalArgumentException if an announcement of ours would not be like this
   */
  public Announcement {
    Require.text("node", node);
    Require.text("incarnation", incarnation);
  }
}
