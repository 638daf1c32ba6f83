package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft log}: what nodes write into their logs, changed while they run. */
@Command(
    name = "log",
    description = {
      "The levels of the logs, and with a level: sets one, on all nodes or with --node on one.",
      "  weft log debug --logger io.weft.mesh    weft log info --logger io.weft.mesh",
      "It lasts until the node stops; log.level in conf/node.yaml is what it starts with."
    })
final class LogCommand extends AdminCommand {
  private static final String ROOT = "ROOT";

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "level",
      completionCandidates = Choices.Levels.class,
      description = "trace, debug, info, warn, error, off; inherit for that of the logger above")
  private @Nullable String level;

  @Option(names = "--logger", paramLabel = "<name>", description = "and those below (default: all)")
  private @Nullable String logger;

  LogCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var path = "/v1/log" + query("node", asking().node());
    var answer = level == null ? get(path) : put(path, change(level), NodeLimits.ADMIN_TIMEOUT);
    if (!printedAsJson(answer)) {
      var table = table("NODE", "LOGGER", "LEVEL");
      objects(answer, "nodes")
          .forEach(
              node -> {
                if (level == null) {
                  rows(table, node);
                } else {
                  row(table, node, logger == null ? ROOT : logger);
                }
              });
      table.print(shell.out());
      tellMissing(answer);
    }
    return answer.getJsonArray("missing").isEmpty() ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private JsonObject change(String to) {
    var change = new JsonObject().put("level", to);
    return logger == null ? change : change.put("logger", logger);
  }

  /** Of what was set, not of all that there is. */
  private static void row(Table table, JsonObject node, String logger) {
    var loggers = node.getJsonObject("loggers", new JsonObject());
    table.row(node.getString("node"), logger, loggers.getString(logger, "inherited"));
  }

  private static void rows(Table table, JsonObject node) {
    node.getJsonObject("loggers", new JsonObject())
        .forEach(
            each ->
                table.row(node.getString("node"), each.getKey(), String.valueOf(each.getValue())));
  }
}
