package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import java.util.List;

/**
 * Picks the cheaper one of two that are drawn at random.
 *
 * <p>Every candidate is drawn as often as any other, so none is flooded by callers that all saw it
 * idle at the same moment. One pick in {@link MeshLimits#EXPLORE_ONE_IN} does not compare, so that
 * even the dearest is tried now and then and can show that it has become cheap. After M.
 * Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001.
 */
public final class PowerOfTwo {
  /** Bits of chance for each of the two draws; a thousand candidates differ by under 0.01 %. */
  private static final int DRAW_BITS = 24;

  /** Bits of chance for whether to explore. */
  private static final int EXPLORE_BITS = 16;

  private final Rng rng;

  /** What can be picked. */
  @FunctionalInterface
  public interface Candidate {
    /** Returns the cost of sending one more request to it; comparable between candidates. */
    double cost(long nowNanos);
  }

  /** Creates a picker that draws from a source of chance. */
  public PowerOfTwo(Rng rng) {
    this.rng = rng;
  }

  /**
   * Picks one of the candidates, without allocating and in the same time however many they are.
   *
   * @param candidates 1 to 2^24, quick to read by index
   * @param nowNanos the time that costs are compared at
   */
  public <C extends Candidate> C pick(List<C> candidates, long nowNanos) {
    int size = candidates.size();
    if (size == 1) {
      return candidates.get(0);
    }
    long bits = rng.nextLong();
    int drawn = first(bits, size);
    var one = candidates.get(drawn);
    if (explores(bits)) {
      return one;
    }
    var other = candidates.get(second(bits, size, drawn));
    return other.cost(nowNanos) < one.cost(nowNanos) ? other : one;
  }

  private static int first(long bits, int size) {
    return (int) (((bits >>> (64 - DRAW_BITS)) * size) >>> DRAW_BITS);
  }

  /** Any other than the first, each as likely. */
  private static int second(long bits, int size, int first) {
    long draw = (bits >>> EXPLORE_BITS) & ((1L << DRAW_BITS) - 1);
    int others = (int) ((draw * (size - 1)) >>> DRAW_BITS);
    return others < first ? others : others + 1;
  }

  private static boolean explores(long bits) {
    long draw = bits & ((1L << EXPLORE_BITS) - 1);
    return (draw * MeshLimits.EXPLORE_ONE_IN) >>> EXPLORE_BITS == 0;
  }
}
