package io.weft.sites.api;

import org.jspecify.annotations.Nullable;

/**
 * A request for an invitation.
 *
 * @param site the name that the site is to have: 1 to 63 of a-z, 0-9 and -; not {@code hub}
 * @param minutes how long the invitation is good, 1 to 10080, or null for 60
 */
public record InviteSite(@Nullable String site, @Nullable Integer minutes) {
  /** Creates a request for one that is good as long as usual. */
  public InviteSite(String site) {
    this(site, null);
  }
}
