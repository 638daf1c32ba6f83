package io.weft.mesh.telemetry;

import java.time.Duration;
import java.util.List;

/**
 * What one node saw in the last seconds, as parts that can be added up over nodes.
 *
 * @param length the time that it spans: less than was asked for when the node began later, more
 *     when it stood still
 * @param calls calls made here, as their callers felt them, by operation
 * @param attempts attempts of those calls, by operation and the endpoint's node
 * @param servings runs of handlers here, refusals included, by operation and instance
 * @param edges the same runs by who asked: by operation, calling service and calling node
 * @param loopDelay how late the event loops were with what was due
 */
public record Window(
    Duration length,
    List<Measured> calls,
    List<Measured> attempts,
    List<Measured> servings,
    List<Measured> edges,
    Distribution loopDelay) {}
