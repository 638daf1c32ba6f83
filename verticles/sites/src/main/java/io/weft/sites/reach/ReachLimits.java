package io.weft.sites.reach;

import java.time.Duration;

/** Every limit and default of what crosses a link, with its unit. */
final class ReachLimits {
  /** The longest that a call of another site may take here. */
  static final Duration CALL_TIMEOUT_MAX = Duration.ofSeconds(30);

  /** Operations or services that the setting {@code sites.exports} names for one site. */
  static final int EXPORTED_MAX = 256;

  /** Services that one site is told of, or hears of, at a time. */
  static final int OFFERED_SERVICES_MAX = 64;

  /** Operations of one service that are told of, or believed, at a time. */
  static final int OFFERED_OPERATIONS_MAX = 128;

  /** How often the other site is asked what it offers. */
  static final Duration OFFERS_INTERVAL = Duration.ofSeconds(5);

  /** How long its answer may take. */
  static final Duration OFFERS_TIMEOUT = Duration.ofSeconds(4);

  /** How often it is looked whether the link is cut, and how soon it is noticed that it is back. */
  static final Duration LINK_LOOK = Duration.ofMillis(500);

  /** For how long a link may be cut before nobody here stands for the other site any more. */
  static final Duration CUT_MAX = Duration.ofSeconds(3);

  /** Streams of events that one site reads here at a time. */
  static final int EVENT_READERS_MAX = 64;

  /** Events in one page. */
  static final int EVENTS_PAGE_MAX = 128;

  /** Bytes of the events in one page; half of what a message of a link may have. */
  static final int EVENTS_PAGE_MAX_BYTES = 128 * 1024;

  /** Bytes that an event takes in a page beside its body and its names. */
  static final int EVENT_OVERHEAD_BYTES = 256;

  /** The most bytes that one character of a name takes in a page. */
  static final int CHARACTER_MAX_BYTES = 6;

  /** How long a page waits for its first event. */
  static final Duration EVENTS_WAIT_MAX = Duration.ofSeconds(2);

  /** How long a page waits for further events behind one that has come. */
  static final Duration EVENTS_LINGER = Duration.ofMillis(1);

  /** How long the answer to a page may take, besides its wait. */
  static final Duration EVENTS_TIMEOUT = Duration.ofSeconds(4);

  /** For how long a stream is kept that nobody asks for a page. */
  static final Duration EVENT_READER_KEPT = Duration.ofSeconds(10);

  /** Characters in the name that the other site gives a stream. */
  static final int EVENT_READER_MAX_CHARS = 64;

  /** Topics that one stream of events is for. */
  static final int EVENT_TOPICS_MAX = 64;

  private ReachLimits() {}
}
