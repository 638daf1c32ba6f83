package io.weft.sites.api;

/** A request for how the links of a site stand. */
public record ListSites() {}
