package io.weft.node.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft audit}: who changed what, and when. */
@Command(name = "audit", description = "Who asked for which change, when, and what came of it.")
final class AuditCommand extends AdminCommand {
  @Option(
      names = "--limit",
      paramLabel = "<entries>",
      description = "the latest so many (default: ${DEFAULT-VALUE})")
  private int limit = 50;

  AuditCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get("/v1/audit?limit=" + limit);
    if (!printedAsJson(answer)) {
      var table = table("AT", "WHO", "NODE", "ACTION", "SUBJECT", "DETAIL", "OUTCOME");
      objects(answer, "entries")
          .filter(entry -> ofNode(entry.getString("node")))
          .forEach(
              entry ->
                  table.row(
                      Shown.moment(entry.getString("at")),
                      entry.getString("who"),
                      entry.getString("node"),
                      entry.getString("action"),
                      entry.getString("subject", ""),
                      entry.getString("detail", ""),
                      entry.getString("outcome")));
      table.print(shell.out(), "nobody has changed anything");
      tellMissing(answer);
    }
    return ExitCode.OK;
  }
}
