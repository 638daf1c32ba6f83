package io.weft.mesh.wire;

/** Says that bytes are not a frame: what was found, and what was expected. */
public final class FrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FrameException(String message) {
    super(message, null, false, false);
  }
}
