package io.weft.ledger.backup;

import io.weft.ledger.Jdbc;
import io.weft.ledger.Migrations;
import io.weft.mesh.MeshFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A backup on its way back into a database in which no service keeps anything.
 *
 * <p>The schemas are made by the migrations of this software, up to those of the backup; then all
 * rows are put in, read back, and compared with the backup in one transaction, with which the
 * database becomes usable. Until then a mark in it keeps nodes from starting on it, and lets a
 * further restore begin anew.
 */
public final class Restore {
  private final String uri;
  private final BackupFile file;
  private final Runnable beside;

  private Restore(String uri, BackupFile file, Runnable beside) {
    this.uri = uri;
    this.file = file;
    this.beside = beside;
  }

  /**
   * Restores a backup; blocks for as long as it takes.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param beside puts back what is kept beside the tables: called once all rows are in, before
   *     they count; if it throws, they never do
   * @throws BackupException if it cannot be; what was there before is as it was
   */
  public static void into(String uri, BackupFile file, Runnable beside) {
    try (var connection = Jdbc.connect(uri, "", BackupLimits.SILENCE)) {
      new Restore(uri, file, beside).run(connection);
    } catch (SQLException | MeshFailure e) {
      throw new BackupException(Jdbc.place(uri) + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackupException("the backup cannot be read (" + e.getMessage() + ")", e);
    } catch (IllegalStateException e) {
      throw new BackupException(String.valueOf(e.getMessage()), e);
    }
  }

  private void run(Connection connection) throws SQLException, IOException {
    connection.setAutoCommit(false);
    var catalog = new Catalog(connection);
    begin(catalog);
    connection.commit();
    for (var service : file.manifest().services()) {
      schema(catalog, service);
    }
    connection.commit();
    catalog.settle();
    for (var service : file.manifest().services()) {
      catalog.actAs(service.name());
      fill(connection, catalog, service);
      catalog.actAsOneself();
    }
    beside.run();
    catalog.execute("drop schema " + Migrations.RESTORING);
    connection.commit();
  }

  /** Leaves the mark, after making sure that nothing is lost by what follows. */
  private void begin(Catalog catalog) throws SQLException {
    if (!catalog.alone()) {
      throw new BackupException(
          Jdbc.place(uri) + ": a backup is being restored there now: wait for its end");
    }
    catalog.execute("select pg_advisory_xact_lock(hashtext('weft migrations'))");
    var there = catalog.services();
    if (catalog.has(Migrations.RESTORING)) {
      // Left by a restore that was broken off; no node has been able to write since.
      for (var service : there) {
        catalog.execute("drop schema " + Catalog.names(List.of(service)) + " cascade");
      }
      return;
    }
    if (!there.isEmpty()) {
      throw new BackupException(
          "%s: services keep data there already: %s (expected: an empty database); name another one, or begin with an empty data folder"
              .formatted(Jdbc.place(uri), String.join(", ", there)));
    }
    catalog.execute("create schema " + Migrations.RESTORING);
  }

  private void schema(Catalog catalog, Manifest.Service service) throws SQLException {
    var wanted = service.migrations();
    if (wanted.isEmpty()) {
      throw new BackupException(service.name() + " has no migrations in the backup's manifest");
    }
    Migrations.migrateForRestore(uri, service.name(), wanted.get(wanted.size() - 1).version());
    catalog.actAs(service.name());
    var made = catalog.migrations(service.name());
    catalog.actAsOneself();
    if (!made.equals(wanted)) {
      throw new BackupException(
          "%s: migrations %s of the backup are %s here (the backup was made by Weft %s): restore it with that version, with all services on the class path (WEFT_CLASSPATH)"
              .formatted(service.name(), versions(wanted), versions(made), file.manifest().weft()));
    }
  }

  private static String versions(List<Manifest.Migration> migrations) {
    return migrations.stream()
        .map(m -> m.version() + "#" + Integer.toHexString(m.checksum()))
        .toList()
        .toString();
  }

  private void fill(Connection connection, Catalog catalog, Manifest.Service service)
      throws SQLException, IOException {
    var name = service.name();
    var tables = service.tables().stream().map(t -> Catalog.name(name, t.name())).toList();
    if (!tables.isEmpty()) {
      // The migrations have put rows of their own into some.
      catalog.execute("truncate " + String.join(", ", tables));
    }
    for (var table : service.tables()) {
      var into = Catalog.name(name, table.name());
      var columns = " (" + Catalog.names(table.columns()) + ")";
      try (var rows = file.rows(name, table.name())) {
        Backup.copies(connection).copyIn("copy " + into + columns + " from stdin", rows);
      }
      compare(connection, catalog, name, table);
    }
    for (var sequence : service.sequences()) {
      catalog.execute(
          "select setval('%s', %d)"
              .formatted(Catalog.name(name, sequence.name()).replace("'", "''"), sequence.last()));
    }
  }

  private static void compare(
      Connection connection, Catalog catalog, String service, Manifest.Table table)
      throws SQLException, IOException {
    var query = catalog.rows(service, table.name(), table.columns());
    var there = Backup.copy(connection, query, OutputStream.nullOutputStream());
    if (there.rows() != table.rows() || !there.sha256().equals(table.sha256())) {
      throw new BackupException(
          "%s.%s: %d rows came in, %d were written, and they are not the same: nothing was restored; report this"
              .formatted(service, table.name(), there.rows(), table.rows()));
    }
  }
}
