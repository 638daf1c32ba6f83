package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft drain}: has a node give its work up and run on without. */
@Command(
    name = "drain",
    description = {
      "Has a node give its work up: its instances finish what they run and go, its gateway says it",
      "is not ready, and the node runs on until it is undrained or stopped.",
      "Refused when a service would have no instance any more, unless --force is given."
    })
final class DrainCommand extends AdminCommand {
  @Parameters(index = "0", paramLabel = "node", description = "the node's name")
  private String node = "";

  @Option(names = "--force", description = "also when a service then has no instance any more")
  private boolean force;

  DrainCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    return change(this, node, "drain" + (force ? "?force" : ""));
  }

  static int change(AdminCommand command, String node, String what) {
    var timeout = NodeLimits.SCALE_STEP_TIMEOUT.multipliedBy(2).plus(NodeLimits.ADMIN_TIMEOUT);
    var path = "/v1/nodes/" + encoded(node) + "/" + what;
    var done = command.post(path, new JsonObject(), timeout);
    if (command.printedAsJson(done)) {
      return ExitCode.OK;
    }
    var out = command.shell.out();
    out.printf(
        Locale.ROOT,
        "%s %s, in %d ms%n",
        done.getString("node"),
        done.getBoolean("draining") ? "is drained" : "takes work on",
        done.getLong("tookMillis"));
    for (var item : done.getJsonArray("services")) {
      var service = (JsonObject) item;
      out.printf(
          Locale.ROOT,
          "  %s: %d -> %d instances%n",
          service.getString("service"),
          service.getInteger("before"),
          service.getInteger("after"));
    }
    return ExitCode.OK;
  }
}
