package io.weft.users;

import io.weft.mesh.MeshFailure;
import io.weft.mesh.security.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What principals may do: of all that goes with their roles, what was given or is wanted. */
final class Scopes {
  /** The roles that an account can have. */
  static final Set<String> OF_ACCOUNTS = Set.of(Role.CUSTOMER.word(), Role.OPERATOR.word());

  private Scopes() {}

  /** Returns what goes with the roles of an account. */
  static Set<String> of(Set<String> roles) {
    var scopes = new TreeSet<String>();
    for (var role : Role.values()) {
      if (roles.contains(role.word())) {
        scopes.addAll(role.scopes());
      }
    }
    return scopes;
  }

  /**
   * Returns what a token is for.
   *
   * @param wanted those that are wanted, separated by spaces, or null for all
   * @param has those that there are
   * @throws MeshFailure.Application {@code token.invalid_scope} for one that there is not
   */
  static Set<String> wanted(@Nullable String wanted, Set<String> has) {
    if (wanted == null) {
      return has;
    }
    var scopes = new TreeSet<>(Arrays.asList(wanted.strip().split(" +", -1)));
    if (!has.containsAll(scopes)) {
      throw UserFailures.invalidScope(has);
    }
    return scopes;
  }

  /**
   * Returns the scopes that a machine is given.
   *
   * @param most the role of which they are to be
   */
  static Set<String> given(@Nullable List<String> scopes, Role most) {
    if (scopes == null || scopes.isEmpty() || !most.scopes().containsAll(scopes)) {
      throw UserRules.invalid(
          "scopes: not of those that it can have (expected: at least one of "
              + String.join(", ", new TreeSet<>(most.scopes()))
              + ")",
          "/scopes");
    }
    return new TreeSet<>(scopes);
  }
}
