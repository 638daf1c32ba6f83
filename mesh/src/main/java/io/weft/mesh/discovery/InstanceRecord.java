package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One deployed verticle that serves a service.
 *
 * @param id unique within the node's incarnation
 * @param service the service's name
 * @param version the service's version
 * @param lane the lane that the instance's event loop reads
 * @param weight its share of the traffic relative to others, at least 1
 * @param state whether it may be picked
 * @param operations the names of the operations that it serves, sorted
 * @param site the site that it stands for, when what it is asked is done at another one; or null
 */
public record InstanceRecord(
    String id,
    String service,
    String version,
    int lane,
    int weight,
    NodeRecord.State state,
    List<String> operations,
    @Nullable String site) {

  /**
   * Checks that nothing is missing and no limit exceeded.
   *
   * @throws IllegalArgumentException if a record of ours would not be like this
   * @throws NullPointerException if something is missing
   */
  public InstanceRecord {
    Require.text("id", id);
    Require.text("service", service);
    Require.text("version", version);
    Require.between("lane", lane, 0, MeshLimits.LANES_MAX - 1);
    Require.between("weight", weight, 1, Integer.MAX_VALUE);
    Require.present("state", state);
    operations = List.copyOf(operations);
    if (site != null) {
      Require.text("site", site);
    }
  }

  /** Creates the record of an instance that does what it is asked on its node. */
  public InstanceRecord(
      String id,
      String service,
      String version,
      int lane,
      int weight,
      NodeRecord.State state,
      List<String> operations) {
    this(id, service, version, lane, weight, state, operations, null);
  }

  /** Returns whether it does what it is asked on its node, and does not stand for another site. */
  public boolean local() {
    return site == null;
  }
}
