package io.weft.node.cli;

import io.weft.node.NodeFile;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command given from a shell about nodes of one data folder. */
abstract class ShellCommand {
  /** What surrounds the command. */
  protected final Shell shell;

  @Option(
      names = "--data",
      paramLabel = "<folder>",
      description = "the data folder of the nodes (default: as conf/node.yaml says)")
  private @Nullable String data;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this and exit")
  private boolean help;

  ShellCommand(Shell shell) {
    this.shell = shell;
  }

  /** Does it, and returns its {@link ExitCode}. */
  abstract int run();

  /** Returns the data folder. */
  Path data() {
    Map<String, String> flags = data == null ? Map.of() : Map.of("--data", data);
    return CommandLines.settings(shell, null, flags).path("node.data");
  }

  /** Returns what the nodes of this host left in the data folder. */
  List<NodeFile> nodeFiles() {
    try {
      return NodeFile.list(data());
    } catch (IOException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /** Returns whether help was asked for. */
  boolean helpAsked() {
    return help;
  }
}
