package io.weft.mesh;

import java.util.List;

/**
 * Whether a node can do its work, check by check.
 *
 * @param checks what was checked, in the order of checking
 */
public record Readiness(List<Check> checks) {
  /**
   * One thing that a node needs.
   *
   * @param name what is needed, such as {@code users} or {@code cluster}
   * @param ok whether it is there
   * @param detail for people; what is wrong and what to do when it is not there
   */
  public record Check(String name, boolean ok, String detail) {}

  /** Returns whether everything that the node needs is there. */
  public boolean ready() {
    return checks.stream().allMatch(Check::ok);
  }
}
