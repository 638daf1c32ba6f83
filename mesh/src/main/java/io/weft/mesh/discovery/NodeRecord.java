package io.weft.mesh.discovery;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import io.weft.mesh.MeshLimits;
import java.util.List;
import java.util.Map;

/**
 * What a node says about itself: the one record that discovery keeps per node.
 *
 * @param id the node's name, unique in its site
 * @param incarnation differs with every start of the node
 * @param revision grows with every change of the record within one incarnation
 * @param member the id of the node as a member of the cluster
 * @param site the cluster that the node belongs to
 * @param zone the failure domain inside the site
 * @param version the version of the node's software
 * @param state where the node is in its life
 * @param lanes how many lanes the node has; they are numbered from 0
 * @param hosts the services that the node may host
 * @param addresses where else the node can be reached, as {@code host:port} by purpose ({@code
 *     http}, {@code admin})
 * @param instances what the node serves
 * @param published what else programs on the node have published, to be known as long as it lives
 */
public record NodeRecord(
    String id,
    String incarnation,
    long revision,
    String member,
    String site,
    String zone,
    String version,
    State state,
    int lanes,
    List<String> hosts,
    Map<String, String> addresses,
    List<InstanceRecord> instances,
    List<Published> published) {

  /**
   * Checks that nothing is missing and no limit exceeded: anybody can write into the shared map.
   *
   * @throws IllegalArgumentException if a record of ours would not be like this
   * @throws NullPointerException if something is missing
   */
  public NodeRecord {
    Require.text("id", id);
    Require.text("incarnation", incarnation);
    Require.text("member", member);
    Require.text("site", site);
    Require.text("zone", zone);
    Require.text("version", version);
    Require.present("state", state);
    Require.between("lanes", lanes, 0, MeshLimits.LANES_MAX);
    hosts = List.copyOf(hosts);
    addresses = Map.copyOf(addresses);
    instances = List.copyOf(instances);
    published = List.copyOf(published);
    Require.between("instances", instances.size(), 0, MeshLimits.INSTANCES_MAX);
    Require.between("published", published.size(), 0, MeshLimits.PUBLISHED_MAX);
  }

  /** Creates the record of a node on which nothing but instances is published. */
  public NodeRecord(
      String id,
      String incarnation,
      long revision,
      String member,
      String site,
      String zone,
      String version,
      State state,
      int lanes,
      List<String> hosts,
      Map<String, String> addresses,
      List<InstanceRecord> instances) {
    this(
        id,
        incarnation,
        revision,
        member,
        site,
        zone,
        version,
        state,
        lanes,
        hosts,
        addresses,
        instances,
        List.of());
  }

  /** Where a node or an instance is in its life. */
  public enum State {
    /** Not to be picked yet. */
    STARTING,
    /** To be picked. */
    SERVING,
    /**
     * Not to be picked any more; it finishes what it runs. A node that drains takes no instances on
     * and takes back those that it has, each in its own time; only those say whether to pick them.
     */
    @JsonEnumDefaultValue // A state that only a newer node knows is none to be picked in.
    DRAINING,
    /** Never to be picked: a program that calls others and hosts nothing. */
    GUEST
  }

  /** Returns this record with other contents, one revision on. */
  public NodeRecord next(
      State state,
      Map<String, String> addresses,
      List<InstanceRecord> instances,
      List<Published> published) {
    return new NodeRecord(
        id,
        incarnation,
        revision + 1,
        member,
        site,
        zone,
        version,
        state,
        lanes,
        hosts,
        addresses,
        instances,
        published);
  }

  /** Returns this record with a number of lanes. */
  public NodeRecord withLanes(int lanes) {
    return new NodeRecord(
        id,
        incarnation,
        revision,
        member,
        site,
        zone,
        version,
        state,
        lanes,
        hosts,
        addresses,
        instances,
        published);
  }

  /** Returns whether the node gives its work up: if it is gone next, it has left in order. */
  public boolean drains() {
    return state == State.DRAINING;
  }

  /** Returns how many instances of a service run on the node that can be picked. */
  public int serving(String service) {
    return (int)
        instances.stream()
            .filter(i -> i.local() && i.service().equals(service) && i.state() == State.SERVING)
            .count();
  }
}
