package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.Rng;
import java.util.List;

/**
 * Candidates drawn at random by their weights, in the same time however many they are.
 *
 * <p>Where all weigh the same, a number is drawn and that is all. Else it is the alias method: each
 * candidate has a column of the same height, part of which belongs to one other candidate, so that
 * a column and a height say who it is. After A. J. Walker 1977, built as M. D. Vose has it ("A
 * Linear Algorithm for Generating Random Numbers with a Given Distribution", 1991). A candidate
 * that is not warm yet is passed over with the chance of what it lacks.
 *
 * @param <C> what is drawn
 */
final class Draw<C extends Candidate> {
  /** Bits of chance for each number drawn; a thousand candidates differ by under 0.01 %. */
  private static final int BITS = 24;

  private static final long MASK = (1L << BITS) - 1;

  private final List<C> candidates;
  private final Rng rng;
  private final int size;
  private final boolean warming;

  /** The height, of 2^24, up to which a column is its own candidate's; empty for equal weights. */
  private final int[] heights;

  /** Whose the rest of a column is. */
  private final int[] others;

  Draw(List<C> candidates, Rng rng, long nowNanos) {
    this.candidates = candidates;
    this.rng = rng;
    size = candidates.size();
    warming = anyWarming(candidates, nowNanos);
    boolean equal = equalWeights(candidates);
    heights = new int[equal ? 0 : size];
    others = new int[equal ? 0 : size];
    if (!equal) {
      build();
    }
  }

  private static boolean anyWarming(List<? extends Candidate> candidates, long nowNanos) {
    for (var candidate : candidates) {
      if (candidate.warmth(nowNanos) < 1) {
        return true;
      }
    }
    return false;
  }

  private static boolean equalWeights(List<? extends Candidate> candidates) {
    for (var candidate : candidates) {
      if (candidate.weight() != candidates.get(0).weight()) {
        return false;
      }
    }
    return true;
  }

  /** Columns that are not full are filled up, one by one, from those that overflow. */
  private void build() {
    var scaled = new double[size];
    long sum = 0;
    for (var candidate : candidates) {
      sum += candidate.weight();
    }
    var small = new int[size];
    var large = new int[size];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < size; i++) {
      scaled[i] = (double) candidates.get(i).weight() * size / sum;
      others[i] = i;
      if (scaled[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int low = small[--smalls];
      int high = large[--larges];
      heights[low] = (int) (scaled[low] * (1 << BITS));
      others[low] = high;
      scaled[high] -= 1 - scaled[low];
      if (scaled[high] < 1) {
        small[smalls++] = high;
      } else {
        large[larges++] = high;
      }
    }
  }

  List<C> candidates() {
    return candidates;
  }

  /** Returns whether all weigh the same. */
  boolean equal() {
    return heights.length == 0;
  }

  /** Draws a candidate's index. */
  int one(long nowNanos) {
    int drawn = any();
    for (int i = 0; warming && i < MeshLimits.REDRAWS_MAX && cold(drawn, nowNanos); i++) {
      drawn = any();
    }
    return drawn;
  }

  /**
   * Draws the index of another candidate. Where one weighs nearly everything it may be the same:
   * such a one is not to be measured against each of the few that are to get little.
   *
   * @param first what was drawn before
   */
  int another(int first, long nowNanos) {
    if (equal() && !warming) {
      int drawn = (int) (((rng.nextLong() & MASK) * (size - 1)) >>> BITS);
      return drawn < first ? drawn : drawn + 1; // Any but the first, each as likely.
    }
    int drawn = first;
    for (int i = 0; i < MeshLimits.REDRAWS_MAX && drawn == first; i++) {
      drawn = one(nowNanos);
    }
    return drawn;
  }

  private int any() {
    long bits = rng.nextLong();
    int column = (int) (((bits >>> (Long.SIZE - BITS)) * size) >>> BITS);
    return equal() || (bits & MASK) < heights[column] || others[column] == column
        ? column
        : others[column];
  }

  private boolean cold(int index, long nowNanos) {
    double warmth = candidates.get(index).warmth(nowNanos);
    return warmth < 1 && rng.nextDouble() >= warmth;
  }
}
