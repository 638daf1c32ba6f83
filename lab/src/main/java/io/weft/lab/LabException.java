package io.weft.lab;

/** A measurement that could not be made; its message is one line for people. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the failure from what went wrong. */
  public LabException(String message) {
    super(message);
  }

  /** Creates the failure from what went wrong, and what that came from. */
  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
