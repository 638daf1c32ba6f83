package io.weft.node.cli;

import io.weft.ledger.backup.BackupException;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.ledger.embedded.EmbeddedPostgresException;
import io.weft.node.StartFailure;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command about all that the nodes of a data folder keep. */
abstract class DatabaseCommand extends ShellCommand {
  private static final String EMBEDDED = "embedded";

  @Option(
      names = "--postgres",
      paramLabel = "<uri>",
      description =
          "the PostgreSQL of the nodes: embedded, or postgresql://user:password@host:port/database"
              + " (default: as conf/node.yaml or WEFT_POSTGRES_URI say)")
  private @Nullable String postgres;

  DatabaseCommand(Shell shell) {
    super(shell);
  }

  /** Returns whether it is the embedded PostgreSQL of the data folder. */
  boolean embedded() {
    return uri().equals(EMBEDDED);
  }

  private String uri() {
    return settings(postgres == null ? Map.of() : Map.of("--postgres", postgres))
        .text("postgres.uri");
  }

  /** Does something with the database, by its URI; starts an embedded one that does not run. */
  void withDatabase(Consumer<String> work) {
    try {
      if (!embedded()) {
        work.accept(uri());
        return;
      }
      var server = EmbeddedPostgres.acquire(data());
      try {
        work.accept(server.uri());
      } finally {
        server.release();
      }
    } catch (BackupException | EmbeddedPostgresException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
