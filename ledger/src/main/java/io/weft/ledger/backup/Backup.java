package io.weft.ledger.backup;

import io.weft.ledger.Jdbc;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * All that the services of a database keep, as of one moment, on its way into a file.
 *
 * <p>Everything is read in one transaction that sees the database as of its first statement, over
 * all schemas, while the services go on. Rows are written in the order of their keys, so that two
 * backups of the same rows have the same digests. The file appears whole or not at all.
 */
public final class Backup {
  private static final String TABLES = "tables/";

  private final Connection connection;
  private final Catalog catalog;
  private final ZipOutputStream zip;

  private Backup(Connection connection, ZipOutputStream zip) {
    this.connection = connection;
    this.zip = zip;
    catalog = new Catalog(connection);
  }

  /**
   * Makes a backup; blocks for as long as it takes.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param file the file to make, which only its owner can read; there must be none yet
   * @param weft the version of this software
   * @param at when, for people
   * @param documents what is to be kept beside the tables, by name
   * @throws BackupException if it cannot be made; there is no file then
   */
  public static Manifest make(
      String uri, Path file, String weft, String at, Map<String, byte[]> documents) {
    if (Files.exists(file)) {
      throw new BackupException(file + " exists already: name another file");
    }
    var draft = file.resolveSibling(file.getFileName() + ".unfinished");
    try {
      var manifest = write(uri, draft, weft, at, documents);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      return manifest;
    } catch (SQLException e) {
      throw new BackupException(Jdbc.place(uri) + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackupException(
          file + " cannot be written (" + e.getMessage() + "): name a file where there is room", e);
    } finally {
      discard(draft);
    }
  }

  private static Manifest write(
      String uri, Path draft, String weft, String at, Map<String, byte[]> documents)
      throws SQLException, IOException {
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE);
        var zip = new ZipOutputStream(buffered(channel), StandardCharsets.UTF_8);
        var connection = Jdbc.connect(uri, "", BackupLimits.SILENCE)) {
      var manifest = new Backup(connection, zip).all(weft, at, documents);
      zip.finish();
      zip.flush();
      channel.force(true);
      return manifest;
    }
  }

  private static OutputStream buffered(FileChannel channel) {
    return new BufferedOutputStream(
        java.nio.channels.Channels.newOutputStream(channel), BackupLimits.BUFFER_BYTES);
  }

  private static void discard(Path draft) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      throw new BackupException(draft + " is left, and cannot be deleted: " + e.getMessage(), e);
    }
  }

  private Manifest all(String weft, String at, Map<String, byte[]> documents)
      throws SQLException, IOException {
    connection.setAutoCommit(false);
    connection.setReadOnly(true);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    catalog.settle();
    if (catalog.has(io.weft.ledger.Migrations.RESTORING)) {
      throw new BackupException(
          "a backup is being restored into this database, or its restore was broken off: run"
              + " scripts/restore.sh again");
    }
    var services = new ArrayList<Manifest.Service>();
    for (var service : catalog.services()) {
      services.add(service(service));
    }
    if (services.isEmpty()) {
      throw new BackupException(
          "no service keeps data in this database: name the one that the nodes use with --postgres");
    }
    var kept = documents(documents);
    var manifest = new Manifest(weft, catalog.server(), at, services, kept);
    zip.putNextEntry(new ZipEntry(BackupFile.MANIFEST));
    zip.write(manifest.text().getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    connection.rollback();
    return manifest;
  }

  private Manifest.Service service(String name) throws SQLException, IOException {
    catalog.actAs(name);
    var tables = new ArrayList<Manifest.Table>();
    for (var table : catalog.tables(name)) {
      tables.add(table(name, table));
    }
    // After the rows: a sequence is not of the transaction, and may only be further than they are.
    var service =
        new Manifest.Service(name, catalog.migrations(name), tables, catalog.sequences(name));
    catalog.actAsOneself();
    return service;
  }

  private Manifest.Table table(String service, String table) throws SQLException, IOException {
    zip.putNextEntry(new ZipEntry(entry(service, table)));
    var columns = catalog.columns(service, table);
    var written = copy(connection, catalog.rows(service, table, columns), new Unclosed(zip));
    zip.closeEntry();
    return new Manifest.Table(table, columns, written.rows(), written.sha256());
  }

  /** What was written. */
  record Written(long rows, String sha256) {}

  /** Writes the rows of a query as COPY does. */
  static Written copy(Connection connection, String query, OutputStream out)
      throws SQLException, IOException {
    var digest = new DigestOutputStream(out, Digests.sha256());
    long rows = copies(connection).copyOut("copy (" + query + ") to stdout", digest);
    return new Written(rows, Digests.text(digest.getMessageDigest()));
  }

  static CopyManager copies(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** Returns the name in the file of a table's rows. */
  static String entry(String service, String table) {
    return TABLES + service + "/" + table + ".copy";
  }

  private List<Manifest.Document> documents(Map<String, byte[]> documents) throws IOException {
    var kept = new ArrayList<Manifest.Document>();
    for (var document : new TreeMap<>(documents).entrySet()) {
      zip.putNextEntry(new ZipEntry(document.getKey()));
      zip.write(document.getValue());
      zip.closeEntry();
      var digest = Digests.sha256();
      digest.update(document.getValue());
      kept.add(new Manifest.Document(document.getKey(), Digests.text(digest)));
    }
    return kept;
  }

  /** A part of a file, whose end is not the file's. */
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
    }

    @Override
    public void close() {}
  }
}
