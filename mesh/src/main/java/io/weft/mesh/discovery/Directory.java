package io.weft.mesh.discovery;

import java.util.List;
import java.util.Map;

/**
 * Who serves what, at one moment: an immutable picture that the registry draws anew with each
 * change.
 *
 * @param version grows with each picture of one registry
 * @param nodes the records of the nodes that are believed, by id
 * @param endpoints the endpoints that may be picked, by service
 */
public record Directory(
    long version, List<NodeRecord> nodes, Map<String, List<Endpoint>> endpoints) {
  /** Nobody serves anything. */
  public static final Directory EMPTY = new Directory(0, List.of(), Map.of());

  /** Returns the endpoints of a service; none when nobody serves it. */
  public List<Endpoint> of(String service) {
    return endpoints.getOrDefault(service, List.of());
  }
}
