package io.weft.node;

import io.weft.node.cli.CommandLines;
import io.weft.node.cli.Shell;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The entry point of {@code weft}: hands the command line on, and exits with its code. */
public final class Main {
  private Main() {}

  /** Runs one command; exits 0 when all is well, 1 when not, 2 when it was refused. */
  public static void main(String[] arguments) {
    // Ours is the only one to stop Hazelcast: in order, after the calls that still run.
    System.setProperty("hazelcast.shutdownhook.enabled", "false");
    var shell =
        new Shell(
            Path.of(System.getProperty("weft.home", ".")),
            Path.of(System.getProperty("weft.cwd", ".")),
            System.getenv(),
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            Boolean.getBoolean("weft.terminal"));
    // Threads that a failed start could not end must not keep the process.
    System.exit(CommandLines.run(shell, arguments));
  }
}
