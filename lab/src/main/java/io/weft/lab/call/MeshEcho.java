package io.weft.lab.call;

import io.weft.lab.Said;
import io.weft.lab.Say;
import io.weft.mesh.Operation;

/** The operation of the benchmark. */
final class MeshEcho {
  /** Answers what is said. */
  static final Operation<Say, Said> SAY = Operation.query("echo.say", Say.class, Said.class);

  /** The number of event loops to try instead of a node's own. */
  private static final String LOOPS = "weft.lab.loops";

  private MeshEcho() {}

  /** Returns the event loops that a node is to have, 0 for its own default. */
  static int loops() {
    return Integer.getInteger(LOOPS, 0);
  }
}
