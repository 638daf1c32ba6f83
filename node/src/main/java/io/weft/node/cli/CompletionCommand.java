package io.weft.node.cli;

import io.weft.node.StartFailure;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft completion}: what a shell needs to complete commands and options. */
@Command(
    name = "completion",
    description = {
      "Prints the script by which a shell completes commands and options of weft:",
      "  bash: source <(scripts/weft completion bash)",
      "  zsh:  source <(scripts/weft completion zsh)"
    })
final class CompletionCommand extends ShellCommand {
  private static final String ZSH =
      """
      autoload -U +X compinit && compinit
      autoload -U +X bashcompinit && bashcompinit
      """;

  @Parameters(
      index = "0",
      paramLabel = "bash|zsh",
      completionCandidates = Choices.Shells.class,
      description = "for which shell")
  private String of = "";

  private final Supplier<CommandLine> weft;

  /**
   * Creates the command.
   *
   * @param weft makes the whole command line
   */
  CompletionCommand(Shell shell, Supplier<CommandLine> weft) {
    super(shell);
    this.weft = weft;
  }

  @Override
  int run() {
    if (!of.equals("bash") && !of.equals("zsh")) {
      throw new StartFailure("\"" + of + "\" (expected: bash or zsh)");
    }
    shell.out().print(of.equals("zsh") ? ZSH : "");
    shell.out().println(AutoComplete.bash("weft", weft.get()));
    return ExitCode.OK;
  }
}
