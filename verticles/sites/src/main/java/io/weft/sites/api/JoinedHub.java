package io.weft.sites.api;

/**
 * What this site is known by at a hub from now on.
 *
 * @param site its name
 * @param hub where the hub is, as {@code host:port}
 * @param key the fingerprint of this site's key: 16 hexadecimal digits
 * @param hubKey the fingerprint of the hub's
 */
public record JoinedHub(String site, String hub, String key, String hubKey) {}
