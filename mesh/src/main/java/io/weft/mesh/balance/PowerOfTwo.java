package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Picks the cheaper one of two that are drawn at random.
 *
 * <p>Every candidate is drawn as often as any other, so none is flooded by callers that all saw it
 * idle at the same moment. One pick in {@link MeshLimits#EXPLORE_ONE_IN} does not compare, so that
 * even the dearest is tried now and then and can show that it has become cheap. After M.
 * Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
 */
public final class PowerOfTwo {
  private final Rng rng;

  /** Creates a picker that draws from a source of chance. */
  public PowerOfTwo(Rng rng) {
    this.rng = rng;
  }

  /**
   * Picks one of the candidates.
   *
   * @param candidates at least one
   * @param cost the cost of a candidate
   */
  public <T> T pick(List<T> candidates, ToDoubleFunction<T> cost) {
    int size = candidates.size();
    if (size == 1) {
      return candidates.get(0);
    }
    int first = rng.nextInt(size);
    if (rng.nextInt(MeshLimits.EXPLORE_ONE_IN) == 0) {
      return candidates.get(first);
    }
    int second = (first + 1 + rng.nextInt(size - 1)) % size;
    var one = candidates.get(first);
    var other = candidates.get(second);
    return cost.applyAsDouble(other) < cost.applyAsDouble(one) ? other : one;
  }
}
