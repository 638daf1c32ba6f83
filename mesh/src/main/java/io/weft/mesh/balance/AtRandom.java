package io.weft.mesh.balance;

import io.weft.mesh.Request;

/**
 * Picks at random, by weight, whatever is known of the candidates.
 *
 * @param <C> what is picked
 */
final class AtRandom<C extends Candidate> implements Picker<C> {
  private final Draw<C> draw;

  AtRandom(Draw<C> draw) {
    this.draw = draw;
  }

  @Override
  public C pick(Request request, long nowNanos) {
    return draw.candidates().get(draw.one(nowNanos));
  }
}
