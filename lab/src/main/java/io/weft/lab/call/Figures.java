package io.weft.lab.call;

import static io.weft.lab.Medians.median;
import static io.weft.lab.Medians.spread;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * One system at one concurrency: of every figure the median over the rounds, of errors the sum.
 *
 * @param system the system's name
 * @param concurrency calls outstanding at a time
 * @param rps calls answered per second
 * @param rpsSpread how far the rounds are apart: the highest less the lowest rps, by the median
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param p999Micros 999 of 1,000 answers came within, in microseconds
 * @param clientBytes bytes that the client allocated per call
 * @param serverBytes bytes that the server allocated per call
 * @param errors calls that failed, in all rounds
 */
record Figures(
    String system,
    int concurrency,
    double rps,
    double rpsSpread,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double clientBytes,
    double serverBytes,
    long errors) {

  /**
   * One round's measure with what both processes allocated during it.
   *
   * @param measure what the client saw
   * @param clientBytes all bytes that the client allocated
   * @param serverBytes all bytes that the server allocated
   */
  record Round(Measure measure, long clientBytes, long serverBytes) {
    private double rps() {
      return measure.rps();
    }

    private double perCall(long bytes) {
      return measure.answered() == 0 ? 0 : (double) bytes / measure.answered();
    }
  }

  /** Returns the figures of some rounds, at least one. */
  static Figures of(String system, int concurrency, List<Round> rounds) {
    return new Figures(
        system,
        concurrency,
        median(rounds, Round::rps),
        spread(rounds, Round::rps),
        median(rounds, round -> round.measure().p50Micros()),
        median(rounds, round -> round.measure().p99Micros()),
        median(rounds, round -> round.measure().p999Micros()),
        median(rounds, round -> round.perCall(round.clientBytes())),
        median(rounds, round -> round.perCall(round.serverBytes())),
        rounds.stream().mapToLong(round -> round.measure().errors()).sum());
  }

  /** Returns these figures as a line of {@code --json}. */
  JsonObject toJson() {
    return new JsonObject()
        .put("bench", "call")
        .put("system", system)
        .put("concurrency", concurrency)
        .put("rps", rounded(rps))
        .put("p50_us", rounded(p50Micros))
        .put("p99_us", rounded(p99Micros))
        .put("p999_us", rounded(p999Micros))
        .put("errors", errors)
        .put("alloc_bytes", rounded(clientBytes + serverBytes));
  }

  private static double rounded(double figure) {
    return Math.round(figure * 10) / 10.0;
  }
}
