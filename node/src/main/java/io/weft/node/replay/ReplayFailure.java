package io.weft.node.replay;

/** What ends a replay before its comparison, as one line for people. */
public final class ReplayFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the failure from its one line. */
  public ReplayFailure(String line) {
    super(line, null, false, false);
  }

  /** Creates the failure with what caused it. */
  public ReplayFailure(String line, Throwable cause) {
    super(line, cause, false, false);
  }
}
