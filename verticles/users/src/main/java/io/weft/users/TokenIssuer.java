package io.weft.users;

import io.weft.mesh.security.Principal;
import java.time.Duration;

/** What signs tokens. */
@FunctionalInterface
interface TokenIssuer {
  /**
   * Returns a token; for any thread.
   *
   * @param who whose it is
   * @param lifetime how long it is good
   * @throws io.weft.mesh.MeshFailure.Application {@code token.not_issued} if there is no key to
   *     sign with
   */
  String issue(Principal who, Duration lifetime);
}
