package io.weft.lab.http;

import static io.weft.lab.Medians.median;
import static io.weft.lab.Medians.spread;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * One system: of every figure the median over the rounds, of errors the sum.
 *
 * @param system its name
 * @param protocol what it was asked over
 * @param concurrency requests outstanding at a time
 * @param rps answers per second
 * @param rpsSpread how far the rounds are apart: the highest less the lowest rps, by the median
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param errors answers that were none, or of another status, in all rounds
 */
record Figures(
    String system,
    String protocol,
    int concurrency,
    double rps,
    double rpsSpread,
    double p50Micros,
    double p99Micros,
    long errors) {

  /** Returns the figures of some rounds, at least one. */
  static Figures of(Contender contender, int concurrency, List<Measured> rounds) {
    return new Figures(
        contender.system(),
        contender.protocol(),
        concurrency,
        median(rounds, Measured::rps),
        spread(rounds, Measured::rps),
        median(rounds, Measured::p50Micros),
        median(rounds, Measured::p99Micros),
        rounds.stream().mapToLong(Measured::errors).sum());
  }

  /** Returns these figures as a line of {@code --json}. */
  JsonObject toJson() {
    return new JsonObject()
        .put("bench", "http")
        .put("system", system)
        .put("protocol", protocol)
        .put("concurrency", concurrency)
        .put("rps", rounded(rps))
        .put("p50_us", rounded(p50Micros))
        .put("p99_us", rounded(p99Micros))
        .put("errors", errors);
  }

  private static double rounded(double figure) {
    return Math.round(figure * 10) / 10.0;
  }
}
