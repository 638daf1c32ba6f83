package io.weft.mesh.balance;

import io.weft.mesh.Request;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.time.Rng;
import java.util.List;

/**
 * A way to choose one of several candidates for an attempt.
 *
 * <p>A picker is made for its candidates and for as long as they stay the same, so that whatever
 * can be computed once is. A pick allocates nothing, and costs the same however many they are. For
 * one event loop.
 *
 * @param <C> what is picked
 */
@FunctionalInterface
public interface Picker<C extends Candidate> {
  /** Picks a candidate; not necessarily one that the request has not been tried at. */
  C pick(Request request, long nowNanos);

  /**
   * Returns the picker of a policy.
   *
   * @param policy of which the algorithm counts; {@link HashRing} stands above one of these, for
   *     the requests that it does not take
   * @param candidates 1 to 2^20, quick to read by index
   * @param nowNanos the present; who is warm by now is not asked again
   */
  static <C extends Candidate> Picker<C> of(
      BalancePolicy policy, List<C> candidates, Rng rng, long nowNanos) {
    var draw = new Draw<>(candidates, rng, nowNanos);
    return switch (policy.algorithm()) {
      case PEAK_EWMA, CONSISTENT_HASH -> PowerOfTwo.byCost(draw);
      case LEAST_REQUESTS -> PowerOfTwo.byRequests(draw);
      case ROUND_ROBIN -> new RoundRobin<>(candidates, rng);
      case RANDOM -> new AtRandom<>(draw);
    };
  }
}
