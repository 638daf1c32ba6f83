package io.weft.mesh.policy;

import java.util.List;

/** Says why a document of policies, or a change of them, is refused; it has no stack trace. */
public final class PolicyException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<String> problems;
  private final boolean conflict;

  private PolicyException(List<String> problems, boolean conflict) {
    super(line(problems), null, false, false);
    this.problems = List.copyOf(problems);
    this.conflict = conflict;
  }

  /** Returns the refusal of a document, with a line for each thing that is wrong, at least one. */
  public static PolicyException invalid(List<String> problems) {
    return new PolicyException(problems, false);
  }

  /** Returns the refusal of a change to policies that are not those it was made for. */
  public static PolicyException conflict(String problem) {
    return new PolicyException(List.of(problem), true);
  }

  /** Returns what is wrong, a line each: where, what was there, what was expected. */
  public List<String> problems() {
    return problems;
  }

  /** Returns whether somebody else changed the policies meanwhile. */
  public boolean isConflict() {
    return conflict;
  }

  private static String line(List<String> problems) {
    return problems.size() == 1
        ? problems.get(0)
        : problems.get(0) + " (and " + (problems.size() - 1) + " more)";
  }
}
