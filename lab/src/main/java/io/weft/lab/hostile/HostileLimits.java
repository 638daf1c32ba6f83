package io.weft.lab.hostile;

import java.time.Duration;

/** Every limit, timeout and share of the hostile run, with its unit. */
final class HostileLimits {
  /** Frames that are sent when the command line does not say. */
  static final int FRAMES = 1_000_000;

  /** Frames that may be asked for. */
  static final int FRAMES_MAX = 100_000_000;

  /** For so many frames one message more is sent with its envelope mutated, which Vert.x reads. */
  static final int ENVELOPE_ONE_IN = 20;

  /** Bytes of a message before its frame. */
  static final int ENVELOPE_BYTES = 90;

  /** Frames that are made, put out of order and sent at a time. */
  static final int BATCH_FRAMES = 64;

  /** Connections that frames go out on, in turn. */
  static final int CONNECTIONS = 4;

  /** Messages with a mutated envelope on one connection: then it is closed, and another made. */
  static final int ENVELOPES_PER_CONNECTION = 16;

  /** Bytes that a frame is lengthened by at most: beyond what a frame may have. */
  static final int OVERSIZE_BYTES = 300_000;

  /** Different names that strangers give themselves. */
  static final int STRANGERS = 100_000;

  /** Bytes sent behind a length that is never reached. */
  static final int UNENDED_BYTES = 32 * 1024 * 1024;

  /** How often the heap is looked at meanwhile, each time after a collection. */
  static final int UNENDED_LOOKS = 20;

  /** Time between two honest calls. */
  static final Duration CALL_INTERVAL = Duration.ofMillis(5);

  /** Honest calls that go through before the first figures are taken. */
  static final int WARM_CALLS = 2_000;

  /** How much of the heap of before may be in use more, afterwards. */
  static final double HEAP_GROWTH_MAX = 0.10;

  /** Lines that the node may log for each ten seconds. */
  static final int LINES_PER_INTERVAL_MAX = 20;

  /** The interval that lines are counted by. */
  static final Duration LINES_INTERVAL = Duration.ofSeconds(10);

  /** How long what the frames left behind may take to be forgotten. */
  static final Duration SETTLE_MAX = Duration.ofSeconds(60);

  /** Time between two looks at a condition. */
  static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);

  /** How long the node may take for one answer on its standard output. */
  static final Duration ANSWER_MAX = Duration.ofSeconds(60);

  private HostileLimits() {}
}
