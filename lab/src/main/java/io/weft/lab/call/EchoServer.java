package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * The serving side of one system: for each {@link io.weft.lab.Say} that arrives as JSON it reads
 * the record and answers with a {@link io.weft.lab.Said} that it writes as JSON.
 */
interface EchoServer {
  /** Starts to serve, and returns what a client needs to know to reach it. */
  Future<JsonObject> start();

  /** Ends what would outlive this process; called once, also after a start that failed. */
  default void kill() {}
}
