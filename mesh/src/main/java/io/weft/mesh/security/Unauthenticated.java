package io.weft.mesh.security;

/**
 * That a token does not show who asks. Its message says why, for the log: clients hear that it is
 * no good and nothing more, as the reason helps those most who make tokens up.
 */
public final class Unauthenticated extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the failure from what is wrong with the token. */
  public Unauthenticated(String reason) {
    super(reason, null, false, false);
  }
}
