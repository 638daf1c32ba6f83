package io.weft.node.plan;

import java.util.Map;

/**
 * A node that instances can be placed on.
 *
 * @param node the node's name
 * @param zone the failure domain inside its site
 * @param cores the processor cores that it has, above 0
 * @param present how many instances run there, by service that it may host; 0 for those of which
 *     none runs
 */
public record Host(String node, String zone, double cores, Map<String, Integer> present) {
  /** Copies the map. */
  public Host {
    if (!(cores > 0)) {
      throw new IllegalArgumentException(
          "cores of " + node + ": " + cores + " (expected: above 0)");
    }
    present = Map.copyOf(present);
  }

  /** Returns whether it may host a service. */
  boolean hosts(String service) {
    return present.containsKey(service);
  }

  /** Returns how many instances of a service run there. */
  int present(String service) {
    return present.getOrDefault(service, 0);
  }
}
