package io.weft.node.cli;

import io.weft.ledger.backup.Backup;
import io.weft.mesh.time.WallClock;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft backup}: writes all that the nodes keep into one file. */
@Command(
    name = "backup",
    description = {
      "Writes what all services keep in PostgreSQL, as of one moment, and the policies and desired",
      "counts of the nodes of the data folder into a file that only its owner can read. The nodes",
      "may run. Keys and certificates are not in it. docs/BACKUP.md."
    })
final class BackupCommand extends DatabaseCommand {
  private static final double MEBIBYTE = 1024.0 * 1024.0;

  @Parameters(arity = "1", paramLabel = "file", description = "the file to make")
  private Path file = Path.of("");

  BackupCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    if (embedded() && !Files.isDirectory(data().resolve("postgres/cluster"))) {
      throw new StartFailure(
          data()
              + " has no embedded PostgreSQL (expected: the data folder of nodes): name it with"
              + " --data, or the database with --postgres");
    }
    var path = shell.workingFolder().resolve(file).normalize();
    withDatabase(uri -> make(uri, path));
    return ExitCode.OK;
  }

  private void make(String uri, Path path) {
    var documents = new KeptDocuments(data()).read();
    var at = WallClock.system().now().toString();
    var manifest = Backup.make(uri, path, Version.TEXT, at, documents);
    shell
        .out()
        .printf(
            Locale.ROOT,
            "%s: %,d rows of %d tables of %d services, and %s; %.1f MiB%n",
            path,
            manifest.rows(),
            manifest.tables(),
            manifest.services().size(),
            KeptDocuments.count(manifest),
            size(path) / MEBIBYTE);
  }

  private static long size(Path path) {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw new StartFailure(path + " vanished: " + e, e);
    }
  }
}
