package io.weft.lab.call;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The calling side of one system. */
interface EchoClient extends Caller {
  /**
   * Gets ready to call.
   *
   * @param address what the server said of itself
   */
  Future<Void> connect(JsonObject address);

  /** Returns the configurations that are tried out in the warm-up; the fastest is measured. */
  default List<String> variants() {
    return List.of("");
  }

  /** Changes to a configuration; called when no call is outstanding. */
  default void use(String variant) {}
}
