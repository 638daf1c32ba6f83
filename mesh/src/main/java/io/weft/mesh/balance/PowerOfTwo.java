package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;

/**
 * Picks the cheaper one of two that are drawn at random by their weights.
 *
 * <p>What is cheap is never flooded by callers that all saw it so at the same moment, as each of
 * them draws first. One pick in {@link MeshLimits#EXPLORE_ONE_IN} does not compare, so that even
 * the dearest is tried now and then and can show that it has become cheap. After M. Mitzenmacher,
 * "The Power of Two Choices in Randomized Load Balancing", 2001.
 *
 * <p>Where weights differ, the first one drawn may be a little dearer: an endpoint that is called
 * seldom always looks a little cheaper, as its average has had time to sink, and would get more
 * than it weighs.
 *
 * @param <C> what is picked
 */
public final class PowerOfTwo<C extends Candidate> implements Picker<C> {
  private final Draw<C> draw;
  private final Measure measure;
  private final double tolerance;
  private int picks;

  /** What a candidate is compared by; less is better. */
  @FunctionalInterface
  private interface Measure {
    double of(Candidate candidate, long nowNanos);
  }

  private PowerOfTwo(Draw<C> draw, Measure measure, double tolerance) {
    this.draw = draw;
    this.measure = measure;
    this.tolerance = tolerance;
  }

  /** Returns a picker that compares the costs of one more request. */
  static <C extends Candidate> PowerOfTwo<C> byCost(Draw<C> draw) {
    return new PowerOfTwo<>(draw, Candidate::cost, draw.equal() ? 1 : MeshLimits.COST_TOLERANCE);
  }

  /** Returns a picker that compares the requests in flight, for what a candidate weighs. */
  static <C extends Candidate> PowerOfTwo<C> byRequests(Draw<C> draw) {
    return new PowerOfTwo<>(
        draw,
        (candidate, now) -> candidate.inFlight() / (candidate.weight() * candidate.warmth(now)),
        1);
  }

  @Override
  public C pick(Request request, long nowNanos) {
    return pick(nowNanos);
  }

  /** Picks a candidate, whatever the request. */
  C pick(long nowNanos) {
    var candidates = draw.candidates();
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    int first = draw.one(nowNanos);
    var one = candidates.get(first);
    if (explores()) {
      return one;
    }
    int second = draw.another(first, nowNanos);
    if (second == first) {
      return one;
    }
    var other = candidates.get(second);
    return tolerance * measure.of(other, nowNanos) < measure.of(one, nowNanos) ? other : one;
  }

  private boolean explores() {
    picks++;
    return picks % MeshLimits.EXPLORE_ONE_IN == 0;
  }
}
