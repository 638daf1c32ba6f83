package io.weft.lab;

import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.Role;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import java.nio.file.Path;

/** A token of an operator, made with the key of development of nodes on this host. */
final class OperatorToken {
  /** To issue a token takes no timers. */
  private static final Time LIFELESS = Time.withoutTimers();

  private OperatorToken() {}

  /**
   * Returns one that is good for {@link LabLimits#TOKEN_LIFETIME}, longer than nodes of the lab
   * live.
   *
   * @param data the data folder of the nodes
   * @throws LabException if their key can neither be read nor made
   */
  static String of(Path data) {
    try {
      return Tokens.development(data, LIFELESS)
          .issue(Role.OPERATOR.principal("lab"), LabLimits.TOKEN_LIFETIME);
    } catch (KeyException e) {
      throw new LabException("no token: " + e.getMessage(), e);
    }
  }
}
