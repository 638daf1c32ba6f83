package io.weft.routing.contract;

/** A contract that cannot be used; the message is one line: where, what, and what was expected. */
public final class ContractException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception from its one line. */
  public ContractException(String message) {
    super(message);
  }
}
