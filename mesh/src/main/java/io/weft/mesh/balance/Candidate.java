package io.weft.mesh.balance;

/** What can be picked for an attempt. What it tells may change from call to call. */
public interface Candidate {
  /** Returns the id by which a request knows where it was tried. */
  String id();

  /** Returns the name that a ring of hashes places it by; the same after a restart. */
  String name();

  /** Returns its share of the traffic relative to others, over 0. */
  int weight();

  /** Returns which part of its weight counts at present, over 0 to 1: less for a new instance. */
  double warmth(long nowNanos);

  /** Returns how many requests wait for its answer. */
  int inFlight();

  /** Returns the tally that its requests in flight are part of. */
  Tally tally();

  /**
   * Returns the cost of sending one more request to it: comparable between candidates, and at least
   * {@link io.weft.mesh.MeshLimits#LATENCY_FLOOR} in nanoseconds.
   */
  double cost(long nowNanos);

  /** Returns whether it is left out for its health. */
  boolean ejected();
}
