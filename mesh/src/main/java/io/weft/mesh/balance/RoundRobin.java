package io.weft.mesh.balance;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Request;
import io.weft.mesh.time.Rng;
import java.util.Arrays;
import java.util.List;

/**
 * Picks one after the other, each as often in a round as it weighs, and spread over the round.
 *
 * <p>The round is laid out once: the n-th turn of a candidate of weight w stands at (n + 1/2) / w
 * of the round, so that nobody's turns come in a row where there are others in between. It begins
 * at a place of its own for each client, or all would begin with the same candidate.
 *
 * @param <C> what is picked
 */
final class RoundRobin<C extends Candidate> implements Picker<C> {
  private final List<C> candidates;
  private final Rng rng;
  private final int[] round;
  private int next;

  RoundRobin(List<C> candidates, Rng rng) {
    this.candidates = candidates;
    this.rng = rng;
    round = round(candidates);
    next = rng.nextInt(round.length);
  }

  /** The turns are sorted by their places, with the candidate in the low half of each number. */
  private static int[] round(List<? extends Candidate> candidates) {
    var turns = turns(candidates);
    var places = new long[Arrays.stream(turns).sum()];
    int count = 0;
    for (int i = 0; i < turns.length; i++) {
      for (int turn = 0; turn < turns[i]; turn++) {
        long place = (long) ((turn + 0.5) / turns[i] * Integer.MAX_VALUE);
        places[count++] = (place << Integer.SIZE) | i;
      }
    }
    Arrays.sort(places);
    return Arrays.stream(places).mapToInt(place -> (int) place).toArray();
  }

  /** Returns how many turns each has: in the relation of the weights, and as few as that allows. */
  private static int[] turns(List<? extends Candidate> candidates) {
    int divisor = 0;
    int heaviest = 0;
    for (var candidate : candidates) {
      divisor = commonDivisor(candidate.weight(), divisor);
      heaviest = Math.max(heaviest, candidate.weight());
    }
    var turns = new int[candidates.size()];
    boolean tooMany = heaviest / divisor > MeshLimits.TURNS_MAX;
    for (int i = 0; i < turns.length; i++) {
      int weight = candidates.get(i).weight();
      turns[i] =
          tooMany
              ? (int) Math.max(1, Math.round((double) weight * MeshLimits.TURNS_MAX / heaviest))
              : weight / divisor;
    }
    return turns;
  }

  private static int commonDivisor(int one, int other) {
    return other == 0 ? one : commonDivisor(other, one % other);
  }

  @Override
  public C pick(Request request, long nowNanos) {
    var picked = candidates.get(turn());
    for (int i = 0; i < MeshLimits.REDRAWS_MAX && cold(picked, nowNanos); i++) {
      picked = candidates.get(turn());
    }
    return picked;
  }

  private int turn() {
    int turn = round[next];
    next = next + 1 == round.length ? 0 : next + 1;
    return turn;
  }

  private boolean cold(C candidate, long nowNanos) {
    double warmth = candidate.warmth(nowNanos);
    return warmth < 1 && rng.nextDouble() >= warmth;
  }
}
