package io.weft.mesh.link;

/**
 * What a hub knows of a site that was enrolled with it.
 *
 * @param site its name
 * @param key the key that it proves itself by
 * @param revoked whether it is let in no more
 */
public record Enrolment(String site, SitePublicKey key, boolean revoked) {}
