package io.weft.mesh.security;

import io.weft.mesh.MeshLimits;
import java.util.Set;

/**
 * Who asks, as the edge has found out.
 *
 * @param subject the name of who asks, such as the id of a user; empty for nobody, at most {@link
 *     MeshLimits#SUBJECT_MAX_CHARS} visible ASCII characters
 * @param roles what they are; at most {@link MeshLimits#SCOPES_MAX}
 * @param scopes what they may do; at most {@link MeshLimits#SCOPES_MAX}
 */
public record Principal(String subject, Set<String> roles, Set<String> scopes) {
  /** Nobody: the principal of a call that came without a token. */
  public static final Principal ANONYMOUS = new Principal("", Set.of(), Set.of());

  /** The scope that operators have: nothing is another's to them. */
  public static final String OPERATE = "operate";

  /**
   * Creates a principal.
   *
   * @throws IllegalArgumentException if a name is too long, there are too many, or one has a
   *     character that the text form of a token's scopes cannot carry
   */
  public Principal {
    roles = Set.copyOf(roles);
    scopes = Set.copyOf(scopes);
    if (!subject.isEmpty()) {
      requireName("subject", subject, MeshLimits.SUBJECT_MAX_CHARS);
    } else if (!roles.isEmpty() || !scopes.isEmpty()) {
      throw new IllegalArgumentException("nobody has roles or scopes (expected: a subject)");
    }
    requireNames("role", roles);
    requireNames("scope", scopes);
  }

  /** Returns whether it may do what a scope stands for. */
  public boolean has(String scope) {
    return scopes.contains(scope);
  }

  /** Returns whether it may act on what is another's. */
  public boolean operator() {
    return has(OPERATE);
  }

  /** Returns whether nothing is known of who asks. */
  public boolean anonymous() {
    return subject.isEmpty();
  }

  private static void requireNames(String what, Set<String> names) {
    if (names.size() > MeshLimits.SCOPES_MAX) {
      throw new IllegalArgumentException(
          names.size() + " " + what + "s (limit: " + MeshLimits.SCOPES_MAX + ")");
    }
    for (var name : names) {
      requireName(what, name, MeshLimits.SCOPE_MAX_CHARS);
    }
  }

  private static void requireName(String what, String name, int maxChars) {
    if (name.isEmpty() || name.length() > maxChars) {
      throw new IllegalArgumentException(
          what + " of " + name.length() + " characters (expected: 1 to " + maxChars + ")");
    }
    for (int i = 0; i < name.length(); i++) {
      char at = name.charAt(i);
      // RFC 6749, section 3.3: what a scope is made of; a space separates two.
      if (at <= ' ' || at > '~' || at == '"' || at == '\\') {
        throw new IllegalArgumentException(
            what + " with a character that is not visible ASCII, or is a quote, at " + i);
      }
    }
  }
}
