package io.weft.lab.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * Returns how a simulation ended as a person reads it: what broke, if anything did, and where.
   */
  static List<String> lines(@Nullable Violation violation, List<String> history, String summary) {
    var lines = new ArrayList<String>();
    if (violation != null) {
      lines.addAll(history);
      lines.add("VIOLATION  " + violation.getMessage());
    }
    lines.add(summary);
    return lines;
  }

  /** Returns the name of the law that was broken. */
  String law() {
    return law;
  }
}
