package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.policy.BalancePolicy;
import io.weft.mesh.time.Rng;
import java.util.ArrayList;
import java.util.List;

/**
 * Picks among the nearest candidates, unless they have become much dearer than those farther away.
 *
 * <p>What is compared is one candidate picked on each side, so that the far ones take over in the
 * measure in which the near ones are loaded. For one event loop.
 *
 * @param <C> what is picked
 */
public final class Nearness<C extends Candidate> implements Picker<C> {
  private final double spillOver;
  private final double cheap;
  private final Picker<C> near;
  private final List<PowerOfTwo<C>> far = new ArrayList<>();

  private Nearness(BalancePolicy policy, List<List<C>> rings, Rng rng, long nowNanos) {
    spillOver = policy.spillOver();
    cheap = MeshLimits.LATENCY_FLOOR.toNanos() * spillOver;
    near = Picker.of(policy, rings.get(0), rng, nowNanos);
    for (var ring : rings.subList(1, rings.size())) {
      far.add(PowerOfTwo.byCost(new Draw<>(ring, rng, nowNanos)));
    }
  }

  /**
   * Returns the picker of a policy for candidates at different distances.
   *
   * @param rings the candidates, from the nearest to the farthest; at least one ring, none empty
   */
  public static <C extends Candidate> Picker<C> of(
      BalancePolicy policy, List<List<C>> rings, Rng rng, long nowNanos) {
    return rings.size() == 1
        ? Picker.of(policy, rings.get(0), rng, nowNanos)
        : new Nearness<>(policy, rings, rng, nowNanos);
  }

  @Override
  public C pick(Request request, long nowNanos) {
    var picked = near.pick(request, nowNanos);
    double cost = picked.cost(nowNanos);
    for (int i = 0; i < far.size() && cost > cheap; i++) { // Nothing costs less than the floor.
      var farther = far.get(i).pick(nowNanos);
      double price = farther.cost(nowNanos);
      if (cost > spillOver * price) {
        picked = farther;
        cost = price;
      }
    }
    return picked;
  }
}
