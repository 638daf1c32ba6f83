package io.weft.lab.http;

import io.weft.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a load generator measured of one system in one round.
 *
 * @param rps answers per second
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param errors answers that were none, or of another status
 */
record Measured(double rps, double p50Micros, double p99Micros, long errors) {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern P50 = Pattern.compile("\\s50%\\s+([0-9.]+)(us|ms|s|m)\\b");
  private static final Pattern P99 = Pattern.compile("\\s99%\\s+([0-9.]+)(us|ms|s|m)\\b");
  private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");
  private static final Pattern SOCKET =
      Pattern.compile(
          "Socket errors: connect ([0-9]+), read ([0-9]+), write ([0-9]+), timeout ([0-9]+)");
  private static final Pattern H2_RATE = Pattern.compile("finished in [^,]+, ([0-9.]+) req/s");
  private static final Pattern H2_DONE = Pattern.compile("requests: .*, ([0-9]+) done,");
  private static final Pattern H2_OK = Pattern.compile("status codes: ([0-9]+) 2xx");

  /** Loads an address over HTTP/1.1 with wrk. */
  static Measured wrk(String address, String token, int connections, int seconds) {
    var said =
        Program.output(
            Duration.ofSeconds(seconds).plus(HttpLimits.SLACK),
            "wrk",
            "-t" + HttpLimits.THREADS,
            "-c" + connections,
            "-d" + seconds + "s",
            "--latency",
            "-H",
            authorization(token),
            address);
    return ofWrk(said);
  }

  /** Sent to all alike, so that all have as much to read. */
  private static String authorization(String token) {
    return "Authorization: Bearer " + token;
  }

  /** Reads what wrk says. */
  static Measured ofWrk(String said) {
    long errors = 0;
    var refused = REFUSED.matcher(said);
    if (refused.find()) {
      errors += Long.parseLong(refused.group(1));
    }
    var socket = SOCKET.matcher(said);
    if (socket.find()) {
      for (int i = 1; i <= socket.groupCount(); i++) {
        errors += Long.parseLong(socket.group(i));
      }
    }
    return new Measured(number(RATE, said), micros(P50, said), micros(P99, said), errors);
  }

  /** Loads an address over HTTP/2 in clear text with h2load. */
  static Measured h2load(String address, String token, int outstanding, int seconds, Path log) {
    int connections = Math.min(outstanding, HttpLimits.CONNECTIONS_HTTP2);
    var said =
        Program.output(
            Duration.ofSeconds(seconds).plus(HttpLimits.SLACK),
            "h2load",
            "-t" + HttpLimits.THREADS,
            "-c" + connections,
            "-m" + outstanding / connections,
            "-D" + seconds,
            "--log-file=" + log,
            "-H",
            authorization(token),
            address);
    try {
      var measured = ofH2load(said, Files.readString(log));
      Files.deleteIfExists(log);
      return measured;
    } catch (IOException e) {
      throw new LabException("the log of h2load cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads what h2load says.
   *
   * @param log a line for each answer, whose third column is its time in microseconds
   */
  static Measured ofH2load(String said, String log) {
    long[] micros =
        log.lines().mapToLong(line -> Long.parseLong(line.split("\t", -1)[2])).sorted().toArray();
    if (micros.length == 0) {
      throw new LabException("h2load had no answer: " + said);
    }
    long errors = (long) (number(H2_DONE, said) - number(H2_OK, said));
    return new Measured(number(H2_RATE, said), at(micros, 0.5), at(micros, 0.99), errors);
  }

  private static double at(long[] sorted, double part) {
    return sorted[(int) Math.min(sorted.length - 1L, Math.round(sorted.length * part))];
  }

  private static double number(Pattern pattern, String said) {
    var match = pattern.matcher(said);
    if (!match.find()) {
      throw new LabException("a load generator said what cannot be read: " + said);
    }
    return Double.parseDouble(match.group(1));
  }

  private static double micros(Pattern pattern, String said) {
    var match = pattern.matcher(said);
    if (!match.find()) {
      throw new LabException("wrk said what cannot be read: " + said);
    }
    double figure = Double.parseDouble(match.group(1));
    return switch (match.group(2).toLowerCase(Locale.ROOT)) {
      case "us" -> figure;
      case "ms" -> figure * 1e3;
      case "s" -> figure * 1e6;
      default -> figure * 60e6;
    };
  }
}
