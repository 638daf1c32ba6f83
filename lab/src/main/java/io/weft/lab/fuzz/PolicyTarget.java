package io.weft.lab.fuzz;

import io.weft.mesh.policy.PolicyException;
import io.weft.node.policy.PolicyFile;
import java.nio.charset.StandardCharsets;

/** The reader of policies: a text is read, or refused with a {@link PolicyException}. */
public final class PolicyTarget {
  private static final long EPOCH = 7;
  private static final int SAID_MAX_CHARS = 100_000;

  private PolicyTarget() {}

  /** Reads one input. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      var read = PolicyFile.read(EPOCH, new String(input, StandardCharsets.UTF_8), "fuzz", null);
      if (read.epoch() != EPOCH) {
        throw new AssertionError("epoch " + read.epoch());
      }
    } catch (PolicyException refused) {
      int said = String.valueOf(refused.getMessage()).length();
      if (said == 0 || said > SAID_MAX_CHARS) {
        throw new AssertionError("refused in " + said + " characters", refused);
      }
    }
  }
}
