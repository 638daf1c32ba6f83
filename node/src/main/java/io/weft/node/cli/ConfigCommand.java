package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;

/** {@code weft config}: the settings of a node that runs, and where each came from. */
@Command(
    name = "config",
    description = "The settings that the node asked runs by, and where each came from.")
final class ConfigCommand extends AdminCommand {
  ConfigCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var settings = get("/v1/config");
    if (printedAsJson(settings)) {
      return ExitCode.OK;
    }
    var table = table("SETTING", "VALUE", "FROM");
    settings.forEach(
        each -> {
          if (each.getValue() instanceof JsonObject setting) {
            table.row(
                each.getKey(),
                String.valueOf(setting.getValue("value")),
                setting.getString("from", Shown.NONE));
          }
        });
    table.print(shell.out());
    return ExitCode.OK;
  }
}
