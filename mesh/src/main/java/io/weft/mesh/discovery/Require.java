package io.weft.mesh.discovery;

import io.weft.mesh.MeshLimits;
import org.jspecify.annotations.Nullable;

/** What is required of values that anybody on the cluster may have written. */
final class Require {
  private Require() {}

  static void present(String what, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException(what + " is missing");
    }
  }

  static void text(String what, @Nullable String value) {
    if (value == null) {
      throw new IllegalArgumentException(what + " is missing");
    }
    if (value.length() > MeshLimits.NAME_MAX_BYTES) {
      throw new IllegalArgumentException(
          what
              + " of "
              + value.length()
              + " characters (limit: "
              + MeshLimits.NAME_MAX_BYTES
              + ")");
    }
  }

  static void between(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }
}
