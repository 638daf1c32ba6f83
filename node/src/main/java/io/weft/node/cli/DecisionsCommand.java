package io.weft.node.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft decisions}: what the mesh decided by itself, and why. */
@Command(
    name = "decisions",
    description =
        "What nodes decided of late, and why: ejections, sheds, scaling, policies, nodes.")
final class DecisionsCommand extends AdminCommand {
  @Option(
      names = "--limit",
      paramLabel = "<decisions>",
      description = "the latest so many (default: ${DEFAULT-VALUE})")
  private int limit = 50;

  DecisionsCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var answer = get("/v1/decisions?limit=" + limit);
    if (!printedAsJson(answer)) {
      var table = table("AT", "NODE", "KIND", "SUBJECT", "WHY");
      objects(answer, "decisions")
          .filter(each -> ofNode(each.getString("node")))
          .forEach(
              each ->
                  table.row(
                      Shown.moment(each.getString("at")),
                      each.getString("node"),
                      each.getString("kind"),
                      each.getString("subject"),
                      each.getString("why")));
      table.print(shell.out());
      tellMissing(answer);
    }
    return ExitCode.OK;
  }
}
