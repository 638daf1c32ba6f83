package io.weft.mesh.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who serves what, at one moment: an immutable picture that the registry draws anew with each
 * change.
 *
 * @param version grows with each picture of one registry
 * @param nodes the records of the nodes that are believed, by id
 * @param endpoints the endpoints that may be picked, by service
 * @param byOperation the endpoints that may be picked, by operation
 */
public record Directory(
    long version,
    List<NodeRecord> nodes,
    Map<String, List<Endpoint>> endpoints,
    Map<String, List<Endpoint>> byOperation) {
  /** Nobody serves anything. */
  public static final Directory EMPTY = new Directory(0, List.of(), Map.of());

  /**
   * Draws the picture of some endpoints, and of which operation each of them serves.
   *
   * @param version grows with each picture
   * @param nodes the records of the nodes that are believed, by id
   * @param endpoints the endpoints that may be picked, by service
   */
  public Directory(long version, List<NodeRecord> nodes, Map<String, List<Endpoint>> endpoints) {
    this(version, nodes, frozen(endpoints), operations(endpoints));
  }

  /** Returns the endpoints of a service; none when nobody serves it. */
  public List<Endpoint> of(String service) {
    return endpoints.getOrDefault(service, List.of());
  }

  /** Returns the endpoints that serve an operation; none when nobody does. */
  public List<Endpoint> serving(String operation) {
    return byOperation.getOrDefault(operation, List.of());
  }

  /** Drawn once with the picture, so that no call has to search the endpoints of its service. */
  private static Map<String, List<Endpoint>> operations(Map<String, List<Endpoint>> endpoints) {
    var serving = new HashMap<String, List<Endpoint>>();
    for (var list : endpoints.values()) {
      for (var endpoint : list) {
        for (var operation : endpoint.operations()) {
          serving.computeIfAbsent(operation, o -> new ArrayList<>()).add(endpoint);
        }
      }
    }
    return frozen(serving);
  }

  private static Map<String, List<Endpoint>> frozen(Map<String, List<Endpoint>> lists) {
    var copies = new HashMap<String, List<Endpoint>>();
    lists.forEach((name, list) -> copies.put(name, List.copyOf(list)));
    return Map.copyOf(copies);
  }
}
