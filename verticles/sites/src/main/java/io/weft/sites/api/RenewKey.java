package io.weft.sites.api;

/** A request to renew the key that this site goes by at its hub. */
public record RenewKey() {}
