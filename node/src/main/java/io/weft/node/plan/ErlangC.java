package io.weft.node.plan;

/**
 * The queue M/M/c: calls come by chance at a mean rate, each takes a time drawn from an exponential
 * distribution, c are served at a time, and the others wait in one line.
 *
 * <p>That a call has to wait is as likely as A. K. Erlang's second formula says ("Solution of some
 * problems in the theory of probabilities of significance in automatic telephone exchanges", 1917).
 * It is worked out from his first one, which is taken server by server, as a ratio that stays
 * between 0 and 1: so nothing overflows, however many servers there are. The distributions of the
 * waiting time and of the response time are those of D. Gross and C. M. Harris, "Fundamentals of
 * Queueing Theory", chapter on M/M/c.
 *
 * @param perSecond how many calls come per second, at least 0
 * @param serviceSeconds how long one takes that does not wait, on average, above 0
 * @param servers how many are served at a time, at least 1
 */
public record ErlangC(double perSecond, double serviceSeconds, int servers) {
  /** Below this difference from 1 the limit is taken, as the exact form cancels itself out. */
  private static final double NEAR = 1e-6;

  /** Halvings until nothing of a double is left to be found. */
  private static final int HALVINGS = 64;

  /** Checks the ranges. */
  public ErlangC {
    if (!(perSecond >= 0 && perSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("perSecond: " + perSecond + " (expected: at least 0)");
    }
    if (!(serviceSeconds > 0 && serviceSeconds < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "serviceSeconds: " + serviceSeconds + " (expected: above 0)");
    }
    if (servers < 1) {
      throw new IllegalArgumentException("servers: " + servers + " (expected: at least 1)");
    }
  }

  /** Returns how many servers the calls keep busy on average: the offered load, in erlang. */
  public double offered() {
    return perSecond * serviceSeconds;
  }

  /** Returns which share of the servers is busy on average; from 1 on the line grows for ever. */
  public double use() {
    return offered() / servers;
  }

  /** Returns whether the line stays finite. */
  public boolean stable() {
    return use() < 1;
  }

  /** Returns how likely a call has to wait, 0 to 1. */
  public double waits() {
    if (!stable()) {
      return 1;
    }
    double load = offered();
    double lost = 1; // Erlang's first formula, for as many servers as were counted so far.
    for (int server = 1; server <= servers; server++) {
      lost = load * lost / (server + load * lost);
    }
    return lost / (1 - use() * (1 - lost));
  }

  /** Returns how long a call waits on average, in seconds; infinite when the line grows. */
  public double meanWaitSeconds() {
    return stable() ? waits() / spare() * serviceSeconds : Double.POSITIVE_INFINITY;
  }

  /** Returns how long a call takes on average, its wait included. */
  public double meanResponseSeconds() {
    return meanWaitSeconds() + serviceSeconds;
  }

  /**
   * Returns the wait that a share of the calls does not exceed, in seconds.
   *
   * @param quantile the share, at least 0 and below 1
   */
  public double waitSeconds(double quantile) {
    check(quantile);
    if (!stable()) {
      return Double.POSITIVE_INFINITY;
    }
    double waits = waits();
    return waits <= 1 - quantile ? 0 : Math.log(waits / (1 - quantile)) / spare() * serviceSeconds;
  }

  /**
   * Returns the response time that a share of the calls does not exceed, wait and service together,
   * in seconds; infinite when the line grows.
   *
   * @param quantile the share, at least 0 and below 1
   */
  public double responseSeconds(double quantile) {
    check(quantile);
    if (!stable()) {
      return Double.POSITIVE_INFINITY;
    }
    double waits = waits();
    double longer = 1 - quantile;
    double high = 1;
    while (tail(waits, high) > longer) {
      high *= 2;
    }
    double low = 0;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (tail(waits, middle) > longer) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high * serviceSeconds;
  }

  /** Returns which share of the calls takes longer than a time, wait and service together. */
  public double longerThan(double seconds) {
    return stable() ? tail(waits(), seconds / serviceSeconds) : 1;
  }

  /**
   * The tail of the response time, in units of the service time: those that do not wait take an
   * exponential time; those that do take the sum of two, of the wait and of the service.
   */
  private double tail(double waits, double time) {
    double spare = spare();
    double served = Math.exp(-time);
    double waited =
        Math.abs(spare - 1) < NEAR
            ? (1 + time) * served
            : (spare * served - Math.exp(-spare * time)) / (spare - 1);
    return (1 - waits) * served + waits * waited;
  }

  /** How many servers are idle on average: the rate at which a line shortens, per service time. */
  private double spare() {
    return servers - offered();
  }

  private static void check(double quantile) {
    if (!(quantile >= 0 && quantile < 1)) {
      throw new IllegalArgumentException(
          "quantile: " + quantile + " (expected: at least 0 and below 1)");
    }
  }
}
