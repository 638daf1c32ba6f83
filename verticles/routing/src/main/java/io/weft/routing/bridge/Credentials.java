package io.weft.routing.bridge;

import io.vertx.core.Future;
import io.weft.mesh.security.Identity;
import io.weft.routing.access.Access;
import java.time.Instant;
import java.util.List;

/**
 * Who a client says that it is: by the token of each message, or by the one that it has shown for
 * those that have none.
 *
 * <p>A token is kept as it came and checked again for every message, so that one that has run out,
 * or whose key is gone, is good for nothing any more. For the client's event loop.
 */
final class Credentials {
  /** The header of a message that has its token, as HTTP writes it. */
  static final String HEADER = "Authorization";

  private final Access access;
  private List<String> shown = List.of();

  Credentials(Access access) {
    this.access = access;
  }

  /** Returns the value of the header that counts for a message: one, or none. */
  List<String> of(BridgeMessage message) {
    var own = message.header(HEADER);
    return own.isEmpty() ? shown : own;
  }

  /** Returns who a value of the header says that it is; fails with 401 when it is no good. */
  Future<Identity> identify(List<String> authorization) {
    return access.identify(authorization);
  }

  /** Returns whether a value of the header still says that it is somebody. */
  Future<Boolean> stands(List<String> authorization, Identity identity, Instant now) {
    return access.stands(authorization, identity, now);
  }

  /** Lets a token count for all later messages that have none. */
  void show(List<String> authorization) {
    shown = authorization;
  }
}
