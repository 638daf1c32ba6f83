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

  /** How often an edge reads how its journal and its replica stand, to tell of it. */
  public static final Duration EDGE_READ_INTERVAL = Duration.ofSeconds(4);

  /** How long the answer to that may take. */
  public static final Duration EDGE_READ_TIMEOUT = Duration.ofMillis(500);

  /** Services that a site may say that it serves. */
  public static final int HEARTBEAT_SERVICES_MAX = 1_024;

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

  /** After how long the key of an edge is renewed by itself. */
  public static final Duration KEY_MAX_AGE = Duration.ofDays(30);

  /** How often the holder of a link looks whether the site has a next key. */
  public static final Duration KEY_LOOK_INTERVAL = Duration.ofSeconds(2);

  /** How long a hub may take to answer that it knows a site by another key. */
  public static final Duration KEY_TIMEOUT = Duration.ofSeconds(5);

  /** How long after a hub that renews no keys it is asked again. */
  public static final Duration KEY_RETRY = Duration.ofMinutes(10);

  /** For how long a link that was made by a key that was renewed since may stay. */
  public static final Duration KEY_GRACE = Duration.ofSeconds(10);

  /** How often whoever has renewed a key by hand looks whether the hub knows it. */
  public static final Duration RENEWED_LOOK_INTERVAL = Duration.ofMillis(500);

  /** How often at most, before it is left to come about by itself. */
  public static final int RENEWED_LOOKS_MAX = 12;

  /** How long to wait when the database is away at the start. */
  public static final Duration START_INTERVAL = Duration.ofSeconds(1);

  /** The longest that a call of another site may take here. */
  public static final Duration EXPORTED_CALL_TIMEOUT_MAX = Duration.ofSeconds(30);

  /** Operations or services that the setting {@code sites.exports} names for one site. */
  public static final int EXPORTED_MAX = 256;

  /** Services that one site is told of, or hears of, at a time. */
  public static final int OFFERED_SERVICES_MAX = 64;

  /** Operations of one service that are told of, or believed, at a time. */
  public static final int OFFERED_OPERATIONS_MAX = 128;

  /** How often the other site is asked what it offers. */
  public static final Duration OFFERS_INTERVAL = Duration.ofSeconds(5);

  /** How long its answer may take. */
  public static final Duration OFFERS_TIMEOUT = Duration.ofSeconds(4);

  /** How long the other site may take to say by which policies it goes. */
  public static final Duration POLICIES_TIMEOUT = Duration.ofSeconds(4);

  /** How often it is looked whether the link is cut, and how soon it is noticed that it is back. */
  public static final Duration CUT_LOOK_INTERVAL = Duration.ofMillis(500);

  /** For how long a link may be cut before nobody here stands for the other site any more. */
  public static final Duration CUT_MAX = Duration.ofSeconds(3);

  /** Streams of events that one site reads here at a time. */
  public static final int EVENT_READERS_MAX = 64;

  /** Events in one page. */
  public static final int EVENTS_PAGE_MAX = 128;

  /** Bytes of the events in one page; half of what a message of a link may have. */
  public static final int EVENTS_PAGE_MAX_BYTES = 128 * 1024;

  /** Bytes that an event takes in a page beside its body and its names. */
  public static final int EVENT_OVERHEAD_BYTES = 256;

  /** The most bytes that one character of a name takes in a page. */
  public static final int EVENT_CHARACTER_MAX_BYTES = 6;

  /** Events that a stream is asked for at a time, beyond which a page may be held. */
  public static final int EVENTS_GRANT = 16;

  /** How long a page waits for its first event. */
  public static final Duration EVENTS_WAIT_MAX = Duration.ofSeconds(2);

  /** How long a page waits for further events behind one that has come. */
  public static final Duration EVENTS_LINGER = Duration.ofMillis(1);

  /** How long the answer to a page may take, besides its wait. */
  public static final Duration EVENTS_TIMEOUT = Duration.ofSeconds(4);

  /** For how long a stream is kept that nobody asks for a page. */
  public static final Duration EVENT_READER_KEPT = Duration.ofSeconds(10);

  /** Characters in the name that the other site gives a stream. */
  public static final int EVENT_READER_MAX_CHARS = 64;

  /** Topics that one stream of events is for. */
  public static final int EVENT_TOPICS_MAX = 64;

  private SitesLimits() {}
}
