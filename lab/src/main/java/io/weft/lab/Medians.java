package io.weft.lab;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One figure of several rounds: the median says what it is, the spread how busy the machine was.
 */
public final class Medians {
  private Medians() {}

  /** Returns the median of a figure over rounds, at least one. */
  public static <R> double median(List<R> rounds, ToDoubleFunction<R> figure) {
    double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns how far the rounds are apart: the highest less the lowest, by the median. */
  public static <R> double spread(List<R> rounds, ToDoubleFunction<R> figure) {
    var all = rounds.stream().mapToDouble(figure).summaryStatistics();
    double median = median(rounds, figure);
    return median == 0 ? 0 : (all.getMax() - all.getMin()) / median;
  }
}
