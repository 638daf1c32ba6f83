package io.weft.lab.call;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import io.weft.lab.Patience;

/** The half that serves. */
final class ServingSide implements Side {
  private final EchoServer server;
  private final Allocations allocations = new Allocations();

  /** Creates the half of a system. */
  ServingSide(EchoServer server) {
    this.server = server;
  }

  @Override
  public JsonObject handle(JsonObject command) {
    return switch (command.getString(ChildProcess.DO)) {
      case START -> Patience.await("the server", server.start(), CallLimits.START_TIMEOUT);
      case MARK -> {
        allocations.mark();
        yield new JsonObject();
      }
      case ALLOCATED -> new JsonObject().put(ALLOCATED, allocations.sinceMark());
      default -> throw new LabException("unknown to a server: " + command);
    };
  }

  @Override
  public void kill() {
    server.kill();
  }
}
