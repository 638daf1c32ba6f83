package io.weft.sites;

import java.time.Duration;

/** Every limit and default of sites, with its unit. */
public final class SitesLimits {
  /** Characters in the name of a site, as in the setting {@code node.site}. */
  public static final int SITE_MAX_CHARS = 63;

  /** Minutes that an invitation is good when nobody says. */
  public static final int INVITATION_MINUTES = 60;

  /** Minutes that an invitation may be good: a week. */
  public static final int INVITATION_MINUTES_MAX = 7 * 24 * 60;

  /** How often a hub looks who was revoked, and whose link came to another node. */
  public static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

  private SitesLimits() {}
}
