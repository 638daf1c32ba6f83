package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;

/** One half of a system in its own process, which does what it is told, one thing at a time. */
interface Side {
  /** Starts to serve, or to call. */
  String START = "start";

  /** Begins to count the bytes that are allocated. */
  String MARK = "mark";

  /** Tells the bytes that were allocated since the mark. */
  String ALLOCATED = "allocated";

  /** Calls, so that the compilers have seen it all, and finds the fastest configuration. */
  String WARM = "warm";

  /** Calls and tells what it took. */
  String MEASURE = "measure";

  /**
   * Does what it is told. Blocks.
   *
   * @throws LabException if it cannot be done
   */
  JsonObject handle(JsonObject command);

  /** Ends what would outlive this process. */
  default void kill() {}
}
