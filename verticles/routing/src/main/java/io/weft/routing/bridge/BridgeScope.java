package io.weft.routing.bridge;

import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.routing.access.Access;
import io.weft.routing.contract.Endpoint;
import java.util.Map;

/**
 * What the clients of one bridge have in common.
 *
 * @param mesh where their calls go
 * @param access who may ask for what
 * @param endpoints the operations that they reach, by name
 * @param topics of what they hear
 * @param load what all of them have waiting
 * @param messagesPerSecond how many messages each may send per second
 */
record BridgeScope(
    Mesh mesh,
    Time time,
    Access access,
    Map<String, Endpoint> endpoints,
    Topics topics,
    BridgeLoad load,
    int messagesPerSecond) {}
