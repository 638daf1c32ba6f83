package io.weft.node.cli;

import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.ledger.embedded.EmbeddedPostgresException;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft stop}: asks nodes of this host to stop, and waits until they have. */
@Command(
    name = "stop",
    description = {
      "Stops nodes of this host: they finish what they run, leave the cluster, keep their data.",
      "A process is signalled only when it is the node that left its file in the data folder."
    })
final class StopCommand extends ShellCommand {
  private static final Duration WAIT = NodeLimits.STOP_TIMEOUT.plus(NodeLimits.STOP_MARGIN);

  @Parameters(arity = "0..*", paramLabel = "node", description = "names of nodes (default: all)")
  private List<String> names = List.of();

  private final Ticker ticker = Ticker.system();

  private record Stopping(NodeFile file, ProcessHandle process) {}

  StopCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    var files = named(nodeFiles(), names);
    if (files.isEmpty()) {
      shell.out().println("no node runs here: nothing to stop");
      return postgres();
    }
    long start = ticker.nanos();
    var stopping = new ArrayList<Stopping>();
    for (var file : files) {
      file.process().ifPresentOrElse(p -> stopping.add(signalled(file, p)), () -> forget(file));
    }
    int code = ExitCode.OK;
    for (var one : stopping) {
      code = Math.max(code, await(one, start));
    }
    return Math.max(code, postgres());
  }

  // Nodes that were killed could not stop the embedded PostgreSQL.
  private int postgres() {
    if (nodeFiles().stream().anyMatch(NodeFile::alive)) {
      return ExitCode.OK;
    }
    try {
      // False when a node that is not ready yet uses it: that one will stop it.
      return EmbeddedPostgres.stopIfUnused(data()) ? ExitCode.OK : ExitCode.NOT_WELL;
    } catch (EmbeddedPostgresException e) {
      shell.out().println("! the embedded PostgreSQL: " + e.getMessage());
      return ExitCode.NOT_WELL;
    }
  }

  private Stopping signalled(NodeFile file, ProcessHandle process) {
    if (!process.destroy()) {
      throw new StartFailure(
          file.name() + ": process " + file.pid() + " takes no signal: is it another user's?");
    }
    return new Stopping(file, process);
  }

  private void forget(NodeFile file) {
    try {
      NodeFile.remove(data(), file.name());
    } catch (IOException e) {
      throw new StartFailure("file of node " + file.name() + " cannot be removed: " + e, e);
    }
    shell.out().println(file.name() + " had ended without stopping; forgotten");
  }

  private int await(Stopping one, long startNanos) {
    var left = WAIT.minusNanos(ticker.nanos() - startNanos);
    try {
      one.process().onExit().get(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      shell
          .out()
          .println(
              "! "
                  + one.file().name()
                  + " still runs after "
                  + WAIT.toSeconds()
                  + " s: kill -9 "
                  + one.file().pid());
      return ExitCode.NOT_WELL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.NOT_WELL;
    } catch (ExecutionException e) {
      throw new StartFailure(one.file().name() + ": " + e.getCause(), e);
    }
    double seconds = (ticker.nanos() - startNanos) / 1e9;
    shell.out().printf(Locale.ROOT, "%s stopped in %.1f s%n", one.file().name(), seconds);
    return ExitCode.OK;
  }
}
