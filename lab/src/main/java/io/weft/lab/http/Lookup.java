package io.weft.lab.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshFailure.Application;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Users in memory, for both sides the same: no database bounds what is measured. An answer has
 * about as many bytes as one of the users service.
 */
final class Lookup {
  private static final long MOST = 0x6f1a2c6e2b5d4c1eL;

  private final Map<String, Buffer> users = new HashMap<>();

  Lookup() {
    for (int i = 0; i < HttpLimits.USERS; i++) {
      var id = id(i);
      users.put(
          id,
          new JsonObject()
              .put("id", id)
              .put("email", "user" + i + "@example.org")
              .put("name", "User " + i)
              .put("active", true)
              .put("version", 1)
              .toBuffer());
    }
  }

  /** Returns the id of one of the users. */
  static String id(int index) {
    return new UUID(MOST, 0x8000000000000000L + index).toString();
  }

  /** Returns what a service answers to a request for a user. */
  Buffer find(Buffer request) {
    var found = users.get(request.toJsonObject().getString("id"));
    if (found == null) {
      throw new Application("user.not_found", "no such user");
    }
    return found;
  }

  /** Returns a user, or an empty buffer. */
  Buffer get(String id) {
    return users.getOrDefault(id, Buffer.buffer());
  }
}
