package io.weft.node;

/**
 * What keeps a node from starting, as one line: what was wrong, what was expected, what to do.
 *
 * <p>It carries no stack trace: it is for the person who started the node.
 */
public final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the failure from its one line; line breaks in it become blanks. */
  public StartFailure(String line) {
    super(oneLine(line), null, false, false);
  }

  /** Creates the failure with what caused it, which only a debug log shows. */
  public StartFailure(String line, Throwable cause) {
    super(oneLine(line), cause, false, false);
  }

  /** Returns the text with every run of white space as one blank. */
  public static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
