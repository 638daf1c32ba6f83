package io.weft.node.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft undrain}: has a drained node take work on again. */
@Command(
    name = "undrain",
    description = "Has a drained node take work on again, with the instances that it had.")
final class UndrainCommand extends AdminCommand {
  @Parameters(index = "0", paramLabel = "node", description = "the node's name")
  private String node = "";

  @Option(
      names = "--wait",
      description = "until the whole site has as many instances as are desired, for up to a minute")
  private boolean wait;

  UndrainCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    return DrainCommand.change(this, node, "undrain", wait);
  }
}
