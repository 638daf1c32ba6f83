package io.weft.lab.order;

import static io.weft.lab.Medians.median;
import static io.weft.lab.Medians.spread;

import io.vertx.core.json.JsonObject;
import io.weft.lab.call.Measure;
import java.util.List;

/**
 * One system: of every figure the median over the rounds, of errors the sum.
 *
 * @param system the system's name
 * @param concurrency orders outstanding at a time
 * @param rps orders per second
 * @param rpsSpread how far the rounds are apart: the highest less the lowest rps, by the median
 * @param p50Micros half the answers came within, in microseconds
 * @param p99Micros 99 of 100 answers came within, in microseconds
 * @param p999Micros 999 of 1,000 answers came within, in microseconds
 * @param spent what an order cost
 * @param errors orders that were not confirmed, in all rounds
 */
record Figures(
    String system,
    int concurrency,
    double rps,
    double rpsSpread,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    Spent.PerOrder spent,
    long errors) {

  /** One round's measure with what an order cost in it. */
  record Round(Measure measure, Spent.PerOrder spent) {}

  /** Returns the figures of some rounds, at least one. */
  static Figures of(String system, int concurrency, List<Round> rounds) {
    return new Figures(
        system,
        concurrency,
        median(rounds, round -> round.measure().rps()),
        spread(rounds, round -> round.measure().rps()),
        median(rounds, round -> round.measure().p50Micros()),
        median(rounds, round -> round.measure().p99Micros()),
        median(rounds, round -> round.measure().p999Micros()),
        new Spent.PerOrder(
            median(rounds, round -> round.spent().nodeMicros()),
            median(rounds, round -> round.spent().postgresMicros()),
            median(rounds, round -> round.spent().clientMicros()),
            median(rounds, round -> round.spent().commits()),
            median(rounds, round -> round.spent().walBytes())),
        rounds.stream().mapToLong(round -> round.measure().errors()).sum());
  }

  /** Returns these figures as a line of {@code --json}. */
  JsonObject toJson() {
    return new JsonObject()
        .put("bench", "order")
        .put("system", system)
        .put("concurrency", concurrency)
        .put("rps", rounded(rps))
        .put("p50_us", rounded(p50Micros))
        .put("p99_us", rounded(p99Micros))
        .put("p999_us", rounded(p999Micros))
        .put("errors", errors)
        .put("node_cpu_us", rounded(spent.nodeMicros()))
        .put("postgres_cpu_us", rounded(spent.postgresMicros()))
        .put("client_cpu_us", rounded(spent.clientMicros()))
        .put("commits", rounded(spent.commits()))
        .put("wal_bytes", rounded(spent.walBytes()));
  }

  private static double rounded(double figure) {
    return Math.round(figure * 10) / 10.0;
  }
}
