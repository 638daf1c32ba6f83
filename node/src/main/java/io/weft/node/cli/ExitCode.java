package io.weft.node.cli;

/** What a command's exit code says. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** It ran, and what it found or did is not as it should be. */
  public static final int NOT_WELL = 1;

  /** It was not asked rightly, or could not start; one line on standard error says why. */
  public static final int REFUSED = 2;

  /** No node could be reached, or the one asked did not answer. */
  public static final int UNREACHABLE = 3;

  /**
   * It cannot be done as things are: somebody else changed them in between, or the nodes cannot
   * hold or spare so much. Nothing was done.
   */
  public static final int CONFLICT = 4;

  /** Whoever asked may not. */
  public static final int DENIED = 5;

  private ExitCode() {}
}
