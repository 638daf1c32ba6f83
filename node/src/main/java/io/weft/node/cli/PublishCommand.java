package io.weft.node.cli;

import io.weft.node.StartFailure;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft publish}: says that there is no such thing here, to those who look for it. */
@Command(
    name = "publish",
    hidden = true,
    description = {
      "There is none: an event is written by its service, with what it tells of.",
      "weft call makes that happen; docs/decisions/0053 says why."
    })
final class PublishCommand extends ShellCommand {
  @Parameters(arity = "0..*", hidden = true)
  private List<String> what = List.of();

  PublishCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    throw new StartFailure(
        (what.isEmpty() ? "an event" : "\"" + what.get(0) + "\"")
            + " cannot be published by hand (expected: a command of its service, whose event it"
            + " is, as in weft call orders.place): see docs/decisions/0053");
  }
}
