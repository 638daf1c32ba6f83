package io.weft.mesh.discovery;

/**
 * Where somebody is: what decides how near an endpoint is to him.
 *
 * @param node the node's id
 * @param zone the failure domain inside the site
 * @param site the cluster that the node belongs to
 */
public record Place(String node, String zone, String site) {
  /** A place that no endpoint is near to. */
  public static final Place NOWHERE = new Place("", "", "");

  /** How far an endpoint on the same node is. */
  public static final int SAME_NODE = 0;

  /** How far an endpoint in the same zone is. */
  public static final int SAME_ZONE = 1;

  /** How far an endpoint in the same site is. */
  public static final int SAME_SITE = 2;

  /** How far any other endpoint is. */
  public static final int ELSEWHERE = 3;

  /** Returns where a node is. */
  public static Place of(NodeRecord node) {
    return new Place(node.id(), node.zone(), node.site());
  }

  /** Returns how far an endpoint is, from {@link #SAME_NODE} to {@link #ELSEWHERE}. */
  public int distance(Endpoint endpoint) {
    if (!endpoint.site().equals(site)) {
      return ELSEWHERE; // Zones of two sites may have the same name.
    }
    if (endpoint.node().equals(node)) {
      return SAME_NODE;
    }
    return endpoint.zone().equals(zone) ? SAME_ZONE : SAME_SITE;
  }
}
