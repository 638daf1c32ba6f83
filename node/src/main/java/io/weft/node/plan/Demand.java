package io.weft.node.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is asked of one service, and what it takes.
 *
 * @param service the service's name
 * @param perSecond calls per second that are to be served, at least 0
 * @param coreSecondsPerCall what one call costs a processor core, in seconds; 0 when nobody knows
 * @param present how it did in the last minute, node by node
 * @param past how it did in earlier minutes, at other loads
 */
public record Demand(
    String service,
    double perSecond,
    double coreSecondsPerCall,
    List<Measured> present,
    List<Measured> past) {
  /** Copies the lists. */
  public Demand {
    present = List.copyOf(present);
    past = List.copyOf(past);
  }

  /** Returns all that a model can be fitted to. */
  List<Measured> measured() {
    return Stream.concat(present.stream(), past.stream()).toList();
  }

  /** Returns the demand when so many times as much is asked. */
  public Demand times(double factor) {
    return new Demand(service, perSecond * factor, coreSecondsPerCall, present, past);
  }
}
