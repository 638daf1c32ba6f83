package io.weft.users;

import io.weft.mesh.Call;
import io.weft.mesh.security.Principal;

/** Who asks. */
final class Asker {
  private Asker() {}

  static Principal of(Call call) {
    return Principal.ANONYMOUS;
  }
}
