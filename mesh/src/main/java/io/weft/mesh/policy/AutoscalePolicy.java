package io.weft.mesh.policy;

import java.time.Duration;

/**
 * How many instances of a service there shall be, by what they have to do.
 *
 * @param target calls in flight that one instance is to have, running and waiting, above 0
 * @param floor the fewest instances, at least 1
 * @param ceiling the most instances, at least the floor
 * @param coolDownUp for how long more must have been called for before instances are added
 * @param coolDownDown for how long fewer must have sufficed before instances are taken away
 */
public record AutoscalePolicy(
    double target, int floor, int ceiling, Duration coolDownUp, Duration coolDownDown) {}
