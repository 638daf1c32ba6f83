package io.weft.mesh.discovery;

import java.util.List;

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
 */
public record InstanceRecord(
    String id,
    String service,
    String version,
    int lane,
    int weight,
    NodeRecord.State state,
    List<String> operations) {}
