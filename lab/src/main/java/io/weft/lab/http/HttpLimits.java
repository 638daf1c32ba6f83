package io.weft.lab.http;

import java.time.Duration;

/** Every limit, size, target and default of the HTTP benchmark, with its unit. */
final class HttpLimits {
  /** Connections of the load over HTTP/1.1, each with one request outstanding. */
  static final int CONNECTIONS = 64;

  /** The most connections. */
  static final int CONNECTIONS_MAX = 1_024;

  /** Connections of the load over HTTP/2; they share the requests that are outstanding. */
  static final int CONNECTIONS_HTTP2 = 8;

  /** Threads of the load generators. */
  static final int THREADS = 1;

  /** Seconds of one measurement. */
  static final int SECONDS = 10;

  /** The longest measurement, in seconds. */
  static final int SECONDS_MAX = 600;

  /** How often everything is measured; the medians are reported. */
  static final int ROUNDS = 3;

  /** The most rounds. */
  static final int ROUNDS_MAX = 100;

  /** So many measurements are thrown away first, while the compilers learn the way of a request. */
  static final int WARM_ROUNDS = 2;

  /** Users that both lookups know, in memory. */
  static final int USERS = 1_000;

  /** Connections that the proxies keep open to the lookup. */
  static final int KEPT_CONNECTIONS = 128;

  /** What of the other's throughput is wanted at least. */
  static final double RATIO_WANTED = 1.0;

  /** What of the other's p99 is wanted at most. */
  static final double P99_RATIO_WANTED = 1.0;

  /** How long a process may take to start. */
  static final Duration START_MAX = Duration.ofSeconds(60);

  /** How much longer than its time a load generator may take. */
  static final Duration SLACK = Duration.ofSeconds(30);

  /** Between two looks at a condition. */
  static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

  private HttpLimits() {}
}
