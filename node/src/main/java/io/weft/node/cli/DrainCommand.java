package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private final Changing changing = new Changing();

  DrainCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var options = query("force", force ? "" : null, "dry-run", changing.dryRun() ? "" : null);
    return change(this, node, "drain" + options, changing.waits() && !changing.dryRun());
  }

  /** Has a node drain, or take work on again, and tells what that changed. */
  static int change(AdminCommand command, String node, String what, boolean wait) {
    var timeout = NodeLimits.SCALE_STEP_TIMEOUT.multipliedBy(2).plus(NodeLimits.ADMIN_TIMEOUT);
    var path = "/v1/nodes/" + encoded(node) + "/" + what;
    var done = command.post(path, new JsonObject(), timeout);
    boolean reached = !wait || command.becomesAsDesired(service -> true);
    if (!command.printedAsJson(done)) {
      print(command, done);
      if (!reached) {
        command.say("! the site is not as desired yet: see scripts/weft doctor");
      }
    }
    return reached ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private static void print(AdminCommand command, JsonObject done) {
    boolean dryRun = done.getBoolean("dryRun", false);
    var node = done.getString("node");
    if (dryRun) {
      command.say("%s would be drained", node);
    } else {
      var what = done.getBoolean("draining") ? "is drained" : "takes work on";
      command.say("%s %s, in %d ms", node, what, done.getLong("tookMillis"));
    }
    objects(done, "services")
        .forEach(
            service ->
                command.say(
                    "  %s: %d -> %d instances",
                    service.getString("service"),
                    service.getInteger("before"),
                    service.getInteger("after")));
    if (dryRun) {
      command.say("nothing was changed");
    }
  }
}
