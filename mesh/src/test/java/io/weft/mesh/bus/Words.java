package io.weft.mesh.bus;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/** A service as a Vert.x program without the mesh would declare it for vertx-service-proxy. */
public interface Words {
  Future<JsonObject> echo(String text);

  Future<JsonObject> store(String text);
}
