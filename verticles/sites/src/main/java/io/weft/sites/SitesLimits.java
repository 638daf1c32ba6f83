package io.weft.sites;

import java.time.Duration;

/** Every limit and default of sites, with its unit. */
public final class SitesLimits {
  /** Characters in the name of a site, as in the setting {@code node.site}. */
  public static final int SITE_MAX_CHARS = 63;

  /** Sites that a hub has at most, those invited and revoked included. */
  public static final int SITES_MAX = 1_024;

  /** Minutes that an invitation is good when nobody says. */
  public static final int INVITATION_MINUTES = 60;

  /** Minutes that an invitation may be good: a week. */
  public static final int INVITATION_MINUTES_MAX = 7 * 24 * 60;

  /**
   * How long an invitation is kept after it has expired: so long a site that has joined by it, and
   * never heard so, may ask again.
   */
  public static final Duration INVITATIONS_KEPT = Duration.ofDays(30);

  /** Invitations that one statement forgets. */
  public static final int INVITATIONS_FORGOTTEN_PER_BATCH = 1_000;

  /** How often a hub looks who was revoked, and whose link came to another node. */
  public static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  /** How often each side of a link tells the other how it stands. */
  public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

  /** How long the other side may take to answer that. */
  public static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(2);

  /** A site that was heard of so lately serves; three heartbeats may be lost. */
  public static final Duration SERVING_MAX_AGE = Duration.ofSeconds(6);

  /** A site that was cut off for longer is dead. */
  public static final Duration DEAD_AFTER = Duration.ofDays(7);

  /** How long a node of an edge holds the link unless it says so again, by the database's clock. */
  public static final Duration LEASE = Duration.ofSeconds(10);

  /** How often it says so, and how often the others ask for it. */
  public static final Duration LEASE_INTERVAL = Duration.ofSeconds(3);

  /** How soon it is said again when the database did not answer. */
  public static final Duration LEASE_RETRY = Duration.ofSeconds(1);

  /**
   * How long before the lease ends the link is stopped, by the node's own clock: more than two
   * clocks drift apart in ten seconds.
   */
  public static final Duration LEASE_MARGIN = Duration.ofSeconds(1);

  /** The longest wait of a holder whose term the hub has found too small, before its next try. */
  public static final Duration RAISE_BACKOFF_MAX = Duration.ofSeconds(60);

  /** The shortest one; each is twice the one before, until a link has lived for the longest. */
  public static final Duration RAISE_BACKOFF = Duration.ofMillis(500);

  /** How long to wait when the database is away at the start. */
  public static final Duration START_INTERVAL = Duration.ofSeconds(1);

  private SitesLimits() {}
}
