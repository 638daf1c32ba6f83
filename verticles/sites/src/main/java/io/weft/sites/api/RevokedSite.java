package io.weft.sites.api;

import java.time.Instant;

/**
 * A site that was revoked.
 *
 * @param site its name
 * @param since since when it may link no more
 */
public record RevokedSite(String site, Instant since) {}
