package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.settings.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft scale}: changes how many instances of services run, while they run. */
@Command(
    name = "scale",
    description = "Sets the number of live instances of services across the cluster.")
final class ScaleCommand extends ShellCommand {
  @Parameters(
      arity = "1..*",
      paramLabel = "service=instances",
      description = "such as users=4 orders=2")
  private List<String> wanted = List.of();

  ScaleCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    var desired = desired();
    var alive = nodeFiles().stream().filter(NodeFile::alive).toList();
    if (alive.isEmpty()) {
      throw new StartFailure("no node runs here: start one with scripts/start.sh");
    }
    var timeout =
        NodeLimits.SCALE_STEP_TIMEOUT
            .plus(NodeLimits.SCALE_VISIBLE_TIMEOUT)
            .plus(NodeLimits.ADMIN_TIMEOUT);
    // Numbers are set, not added to, so asking another node after no answer does no harm.
    var answer =
        alive.stream()
            .map(file -> admin(file).post("/v1/scale", desired, timeout))
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow(
                () -> new StartFailure("no node's admin API answers: see scripts/status.sh"));
    return tell(answer);
  }

  private JsonObject desired() {
    var desired = new JsonObject();
    for (var part : wanted) {
      int equals = part.indexOf('=');
      var name = equals < 0 ? "" : part.substring(0, equals);
      var count = part.substring(equals + 1);
      if (name.isEmpty() || !count.matches("[0-9]{1,6}") || desired.containsKey(name)) {
        throw new StartFailure(
            "\"" + part + "\" (expected: service=instances, each once, as in users=4)");
      }
      desired.put(name, Integer.parseInt(count));
    }
    return desired;
  }

  private int tell(AdminClient.Answer answer) {
    if (answer.status() != 200) {
      var body = answer.body();
      throw new StartFailure(
          Settings.masked(body.getString("detail", body.getString("title", body.encode()))));
    }
    boolean well = answer.body().getBoolean("visible", true);
    for (var item : answer.body().getJsonArray("services", new JsonArray())) {
      well &= service((JsonObject) item);
    }
    shell.out().printf(Locale.ROOT, "done in %d ms%n", answer.body().getLong("tookMillis", 0L));
    if (!answer.body().getBoolean("visible", true)) {
      shell.out().println("! the registry does not show it yet: see scripts/status.sh");
    }
    return well ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private boolean service(JsonObject service) {
    shell
        .out()
        .printf(
            Locale.ROOT,
            "%s: %d -> %d instances%n",
            service.getString("service"),
            service.getInteger("before"),
            service.getInteger("after"));
    boolean well = true;
    for (var item : service.getJsonArray("steps", new JsonArray())) {
      var step = (JsonObject) item;
      var error = step.getString("error");
      well &= error == null;
      shell
          .out()
          .printf(
              Locale.ROOT,
              "  %s: %d -> %d in %d ms%s%n",
              step.getString("node"),
              step.getInteger("from"),
              step.getInteger("to"),
              step.getLong("tookMillis"),
              error == null ? "" : " FAILED: " + error);
    }
    return well;
  }
}
