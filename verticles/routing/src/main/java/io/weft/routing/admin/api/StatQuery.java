package io.weft.routing.admin.api;

/**
 * Which seconds are asked for.
 *
 * @param windowSeconds the last so many, 1 to 60
 */
public record StatQuery(int windowSeconds) {}
