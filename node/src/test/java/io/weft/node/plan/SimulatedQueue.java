package io.weft.node.plan;

import io.weft.mesh.time.Rng;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * A queue with several servers and one line, run call by call: what the formulas are held against.
 */
final class SimulatedQueue {
  /** Calls that come before the line is as long as it usually is. */
  private static final int WARM_UP = 20_000;

  /** How long the calls took, sorted. */
  private final double[] responseSeconds;

  private final double waited;

  private SimulatedQueue(double[] responseSeconds, double waited) {
    this.responseSeconds = responseSeconds;
    this.waited = waited;
  }

  /** Runs a queue with arrivals by chance and exponential service times. */
  static SimulatedQueue run(
      long seed, double perSecond, double serviceSeconds, int servers, int calls) {
    var rng = Rng.seeded(seed);
    var free = new PriorityQueue<Double>();
    for (int i = 0; i < servers; i++) {
      free.add(0.0);
    }
    var took = new double[calls];
    int waited = 0;
    double now = 0;
    for (int call = -WARM_UP; call < calls; call++) {
      now += exponential(rng, 1 / perSecond);
      double begins = Math.max(now, free.remove());
      double ends = begins + exponential(rng, serviceSeconds);
      free.add(ends);
      if (call >= 0) {
        took[call] = ends - now;
        waited += begins > now ? 1 : 0;
      }
    }
    Arrays.sort(took);
    return new SimulatedQueue(took, (double) waited / calls);
  }

  private static double exponential(Rng rng, double mean) {
    return -Math.log(1 - rng.nextDouble()) * mean;
  }

  /** Returns the share of the calls that had to wait. */
  double waited() {
    return waited;
  }

  double secondsAt(double quantile) {
    return responseSeconds[(int) Math.ceil(quantile * responseSeconds.length) - 1];
  }

  double meanSeconds() {
    return Arrays.stream(responseSeconds).average().orElseThrow();
  }
}
