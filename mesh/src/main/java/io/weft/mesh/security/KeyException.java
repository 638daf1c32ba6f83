package io.weft.mesh.security;

import org.jspecify.annotations.Nullable;

/** That keys cannot be used: what is wrong with them, and what was expected. */
public final class KeyException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates the failure. */
  public KeyException(String message) {
    super(message);
  }

  /** Creates the failure with what lies under it. */
  public KeyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
