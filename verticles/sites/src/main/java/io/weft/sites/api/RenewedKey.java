package io.weft.sites.api;

/**
 * The next key of this site.
 *
 * @param site its name
 * @param key the fingerprint of the key: 16 hexadecimal digits
 * @param known whether the hub knows it by now, and the key before is refused there; if not, that
 *     comes about by itself once the link is there
 */
public record RenewedKey(String site, String key, boolean known) {}
