package io.weft.node.cli;

import io.weft.ledger.backup.BackupException;
import io.weft.ledger.backup.BackupFile;
import io.weft.ledger.backup.Restore;
import io.weft.node.NodeFile;
import io.weft.node.StartFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft restore}: puts a backup into an empty database and data folder. */
@Command(
    name = "restore",
    description = {
      "Puts a backup into a database in which no service keeps anything, compares every row with",
      "the backup, and makes the database usable only then. No node may run on it. A restore that",
      "was broken off begins anew when it is given again. docs/BACKUP.md."
    })
final class RestoreCommand extends DatabaseCommand {
  @Parameters(arity = "1", paramLabel = "file", description = "the backup")
  private Path file = Path.of("");

  @Option(
      names = "--nodes",
      split = ",",
      paramLabel = "<name>",
      description = "nodes that are to have the policies and counts (default: those that had them)")
  private List<String> nodes = List.of();

  @Option(names = "--check", description = "only read the backup, and say whether it is whole")
  private boolean check;

  RestoreCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    for (var node : nodes) {
      if (!node.matches("[a-z0-9][a-z0-9-]{0,62}")) {
        throw new StartFailure("--nodes: \"" + node + "\" (expected: names of nodes, as n1,n2)");
      }
    }
    var path = shell.workingFolder().resolve(file).normalize();
    try (var backup = BackupFile.open(path)) {
      if (check) {
        tell(backup, "is whole");
        return ExitCode.OK;
      }
      nobodyRuns();
      var documents = new KeptDocuments(data());
      withDatabase(uri -> Restore.into(uri, backup, () -> documents.write(backup, nodes)));
      tell(backup, "is restored, and every row compared");
      return ExitCode.OK;
    } catch (BackupException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private void nobodyRuns() {
    var running = nodeFiles().stream().filter(NodeFile::alive).map(NodeFile::name).toList();
    if (!running.isEmpty()) {
      throw new StartFailure(
          String.join(", ", running)
              + ": nodes of "
              + data()
              + " run (expected: none); stop them with scripts/stop.sh, or name another folder with"
              + " --data");
    }
  }

  private void tell(BackupFile backup, String what) {
    var manifest = backup.manifest();
    shell
        .out()
        .printf(
            Locale.ROOT,
            "the backup of %s (Weft %s, PostgreSQL %s) %s: %,d rows of %d tables of %d services, and %s%n",
            manifest.at(),
            manifest.weft(),
            manifest.postgres(),
            what,
            manifest.rows(),
            manifest.tables(),
            manifest.services().size(),
            KeptDocuments.count(manifest));
  }
}
