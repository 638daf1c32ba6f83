package io.weft.mesh.discovery;

import java.util.List;
import java.util.Objects;

/**
 * A client's view of one instance: where a request for it goes.
 *
 * @param id unique in the site and over time: node, incarnation and instance
 * @param node the node's id
 * @param incarnation the node's incarnation
 * @param instance the instance's id on that node
 * @param service the service that it serves
 * @param site where what it is asked is done: the node's site, or one that the instance stands for
 * @param zone the node's zone
 * @param lane the lane of the node that the instance reads
 * @param version the version of the service that it serves
 * @param weight its share of the traffic relative to others, at least 1
 * @param operations the operations that it serves
 */
public record Endpoint(
    String id,
    String node,
    String incarnation,
    String instance,
    String service,
    String site,
    String zone,
    int lane,
    String version,
    int weight,
    List<String> operations) {

  /** Returns the id of the endpoint of an instance of a node. */
  public static String id(String node, String incarnation, String instance) {
    return node + "/" + incarnation + "/" + instance;
  }

  /** Returns the endpoint of an instance of a node. */
  public static Endpoint of(NodeRecord node, InstanceRecord instance) {
    return new Endpoint(
        id(node.id(), node.incarnation(), instance.id()),
        node.id(),
        node.incarnation(),
        instance.id(),
        instance.service(),
        Objects.requireNonNullElse(instance.site(), node.site()),
        node.zone(),
        instance.lane(),
        instance.version(),
        instance.weight(),
        instance.operations());
  }
}
