package io.weft.routing.admin.api;

/** Asks a node to look into itself. */
public record CheckQuery() {}
