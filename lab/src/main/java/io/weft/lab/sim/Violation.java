package io.weft.lab.sim;

/** A law of the mesh was broken: the end of a simulation. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String law;

  /**
   * Creates the violation of a law.
   *
   * @param law the law's name, as in docs/SIMULATION.md
   */
  Violation(String law, String what) {
    super(law + ": " + what);
    this.law = law;
  }

  /** Creates the violation that something threw what nobody expected. */
  Violation(String law, Throwable thrown) {
    super(law + ": " + thrown, thrown);
    this.law = law;
  }

  /** Returns the name of the law that was broken. */
  String law() {
    return law;
  }
}
