package io.weft.node.plan;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A service as a queue: each instance serves so many calls at a time, each of which takes so long.
 *
 * <p>Fitted to what was measured by least squares of logarithms, so that an error of 10 % counts
 * the same for a fast service and for a slow one. How many calls an instance serves at a time is
 * tried out. For each such number, the time that a call takes follows from the mean response time,
 * whatever its distribution is like: that is what says how busy the service is. The 99th percentile
 * then says how well the number explains the waiting. What is left over of it, as the times of a
 * real service are not quite exponential, is kept as a factor. Where little is asked of a service
 * nothing waits, and any number at a time explains that about equally well: then the smallest is
 * taken, which promises least. No number is taken above what admission lets an instance run. So
 * measurements at several loads, with some waiting in them, make better models than one.
 *
 * @param serviceSeconds how long a call takes that does not wait, on average, above 0
 * @param serversPerInstance how many calls one instance serves at a time, at least 1
 * @param tail by what the model's percentiles are multiplied to be those that were measured
 */
public record ServiceModel(double serviceSeconds, int serversPerInstance, double tail) {
  /** The percentile that plans are made for, as a share. */
  public static final double P99 = 0.99;

  /** Calls that one instance may serve at a time: each of these is tried. */
  private static final int[] SERVERS = {
    1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160,
    192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024
  };

  private static final int MOST = SERVERS[SERVERS.length - 1];

  /** A larger number of servers must explain so much more to be believed, as a share. */
  private static final double BETTER = 0.02;

  /** Errors below this are as good as none. */
  private static final double ERROR_MIN = 1e-4;

  /** How much it counts when the factor is far from 1, next to errors. */
  private static final double TAIL_WEIGHT = 0.1;

  /** The service time is looked for from the longest mean down to so small a share of it. */
  private static final double SHORTEST_SHARE = 1e-3;

  private static final int STEPS = 80;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private record Fit(double serviceSeconds, double error) {}

  /**
   * Fits a model.
   *
   * @param all what was measured; what tells nothing is left out
   * @return nothing when nothing was served
   */
  public static Optional<ServiceModel> fit(List<Measured> all) {
    var measured = all.stream().filter(Measured::tells).toList();
    ServiceModel best = null;
    double error = Double.POSITIVE_INFINITY;
    for (int servers : candidates(measured)) {
      var fit = fit(measured, servers);
      if (best == null || fit.error() < error * (1 - BETTER) - ERROR_MIN) {
        best = new ServiceModel(fit.serviceSeconds(), servers, 1);
        error = fit.error();
      }
    }
    return Optional.ofNullable(best)
        .map(
            model ->
                new ServiceModel(
                    model.serviceSeconds(), model.serversPerInstance(), model.tailOf(measured)));
  }

  /** Returns the numbers at a time that come into question: none when nothing was measured. */
  private static int[] candidates(List<Measured> measured) {
    if (measured.isEmpty()) {
      return new int[0];
    }
    boolean known = measured.stream().allMatch(each -> each.atATimeMax() > 0);
    int most = known ? measured.stream().mapToInt(Measured::atATimeMax).max().orElse(1) : MOST;
    var below = IntStream.of(SERVERS).filter(servers -> servers < most);
    return IntStream.concat(below, IntStream.of(Math.min(most, MOST))).toArray();
  }

  /** Looks for the service time by the golden section: the error has one lowest place in it. */
  private static Fit fit(List<Measured> measured, int servers) {
    double stable = Double.POSITIVE_INFINITY;
    double slowest = 0;
    for (var each : measured) {
      stable = Math.min(stable, servers * (double) each.instances() / each.perSecond());
      slowest = Math.max(slowest, each.meanSeconds());
    }
    double high = Math.log(Math.min(stable, slowest));
    double low = high + Math.log(SHORTEST_SHARE);
    for (int step = 0; step < STEPS; step++) {
      double left = high - GOLDEN * (high - low);
      double right = low + GOLDEN * (high - low);
      if (meanError(measured, servers, Math.exp(left))
          <= meanError(measured, servers, Math.exp(right))) {
        high = right;
      } else {
        low = left;
      }
    }
    double found = Math.exp(low);
    return new Fit(
        found, meanError(measured, servers, found) + tailError(measured, servers, found));
  }

  private static double meanError(List<Measured> measured, int servers, double serviceSeconds) {
    double sum = 0;
    for (var each : measured) {
      var queue = new ErlangC(each.perSecond(), serviceSeconds, servers * each.instances());
      sum += square(Math.log(queue.meanResponseSeconds() / each.meanSeconds()));
    }
    return sum;
  }

  private static double tailError(List<Measured> measured, int servers, double serviceSeconds) {
    var model = new ServiceModel(serviceSeconds, servers, 1);
    double tail = Math.log(model.tailOf(measured));
    double sum = TAIL_WEIGHT * measured.size() * square(tail);
    for (var each : measured) {
      sum += square(Math.log(model.p99Share(each)) - tail);
    }
    return sum;
  }

  private static double square(double number) {
    return number * number;
  }

  private double tailOf(List<Measured> measured) {
    double sum = 0;
    for (var each : measured) {
      sum += Math.log(p99Share(each));
    }
    return Math.exp(sum / measured.size());
  }

  /** Returns how many times the predicted 99th percentile the measured one is. */
  private double p99Share(Measured each) {
    return each.p99Seconds() / responseSeconds(P99, each.perSecond(), each.instances());
  }

  /** Returns the queue that instances of the service are. */
  public ErlangC queue(double perSecond, int instances) {
    return new ErlangC(perSecond, serviceSeconds, serversPerInstance * instances);
  }

  /**
   * Returns the response time that a share of the calls does not exceed, in seconds; infinite when
   * so few instances cannot serve so many calls.
   */
  public double responseSeconds(double quantile, double perSecond, int instances) {
    return tail * queue(perSecond, instances).responseSeconds(quantile);
  }

  /**
   * Returns the fewest instances whose response time holds a target.
   *
   * @param most as many as there may be
   * @return nothing when not even those hold it
   */
  public OptionalInt instancesFor(
      double perSecond, double quantile, double targetSeconds, int most) {
    if (most < 1 || responseSeconds(quantile, perSecond, most) > targetSeconds) {
      return OptionalInt.empty();
    }
    int low = 1;
    int high = most;
    while (low < high) { // More instances never answer later.
      int middle = (low + high) >>> 1;
      if (responseSeconds(quantile, perSecond, middle) <= targetSeconds) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return OptionalInt.of(low);
  }
}
