package io.weft.mesh.breaker;

import java.util.ArrayList;
import java.util.List;

/**
 * Which endpoints of one service are left out, of those whose breakers are open.
 *
 * <p>At most a share of them is, whoever tripped first, and never the last one. When the breakers
 * of all are open, none is left out: then it is not the endpoints that differ, and a call that may
 * fail is better than one that must. For one event loop.
 */
public final class Ejections {
  private final List<Breaker> open = new ArrayList<>();
  private int endpoints;
  private double shareMax;
  private int revision;

  /** Takes note of how many endpoints the service has. */
  public void endpoints(int number) {
    endpoints = number;
    decide();
  }

  /** Returns a number that grows whenever other endpoints than before are left out. */
  public int revision() {
    return revision;
  }

  /** Forgets a breaker that has closed, or whose endpoint is gone. */
  public void forget(Breaker breaker) {
    if (open.remove(breaker)) {
      if (breaker.eject(false)) {
        revision++;
      }
      decide();
    }
  }

  /** Returns the breakers that are not closed, in the order in which they opened. */
  List<Breaker> open() {
    return List.copyOf(open);
  }

  /**
   * Takes note of a breaker that opened.
   *
   * @param share of the service's endpoints that may be left out at most, from now on
   */
  void opened(Breaker breaker, double share) {
    open.add(breaker);
    shareMax = share;
    decide();
  }

  /** Who is not there takes no place from those that are, but keeps its own for a return. */
  private void decide() {
    int ill = 0;
    for (var breaker : open) {
      ill += breaker.present() ? 1 : 0;
    }
    int left = ill >= endpoints ? 0 : Math.min((int) (shareMax * endpoints), endpoints - 1);
    boolean changed = false;
    for (var breaker : open) {
      boolean out = breaker.present() && left > 0;
      left -= out ? 1 : 0;
      changed |= breaker.eject(out);
    }
    if (changed) {
      revision++;
    }
  }
}
