package io.weft.ledger;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migration scripts of a service that lie on the class path, with their checksums.
 *
 * <p>They are read to find out by one query that a schema has all of them and nothing has to be
 * done, which is so at nearly every start: the program that runs migrations takes longer to load
 * than a node takes to join its cluster.
 *
 * @param checksums the checksum of each script by its file name, as Flyway counts it
 */
record MigrationScripts(Map<String, Integer> checksums) {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationScripts.class);
  private static final String ENDING = ".sql";

  /** Reads the scripts of a service and those of the ledger; blocks. */
  static MigrationScripts of(String service) throws IOException {
    var checksums = new HashMap<String, Integer>();
    for (var folder : List.of("db/ledger", "db/" + service)) {
      for (var name : names(folder)) {
        checksums.put(name, checksum(folder + "/" + name));
      }
    }
    return new MigrationScripts(Map.copyOf(checksums));
  }

  /**
   * Asks whether exactly these scripts have run in a schema, none of them changed since; never of a
   * database into which a backup is being restored.
   *
   * @return whether that is certain; whatever is in the way of finding out means that it is not
   */
  Future<Boolean> haveRun(Vertx vertx, String uri, ServiceNames names) {
    return PgConnection.connect(vertx, PgConnectOptions.fromUri(uri))
        .compose(
            connection ->
                connection
                    .query(
                        """
                        select script, checksum, success from "%s".schema_history
                        where to_regnamespace('%s') is null
                        """
                            .formatted(names.schema(), Migrations.RESTORING))
                    .execute()
                    .map(this::same)
                    .eventually(connection::close))
        .recover(
            unknown -> {
              LOG.debug("the history of {} cannot be read", names.schema(), unknown);
              return Future.succeededFuture(false);
            });
  }

  private boolean same(RowSet<Row> rows) {
    var run = new HashMap<String, Integer>();
    for (var row : rows) {
      if (!row.getBoolean("success")) {
        return false;
      }
      run.put(row.getString("script"), row.getInteger("checksum"));
    }
    return run.equals(checksums);
  }

  private static List<String> names(String folder) throws IOException {
    URL url = MigrationScripts.class.getClassLoader().getResource(folder);
    if (url == null) {
      return List.of();
    }
    return url.getProtocol().equals("jar") ? inJar(url, folder + "/") : inFolder(url);
  }

  private static List<String> inJar(URL url, String folder) throws IOException {
    // One that is shared would be left open by whoever reads it, and closed for others.
    var connection = (JarURLConnection) url.openConnection();
    connection.setUseCaches(false);
    try (var jar = connection.getJarFile()) {
      return jar.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.startsWith(folder) && name.endsWith(ENDING))
          .map(name -> name.substring(folder.length()))
          .toList();
    }
  }

  private static List<String> inFolder(URL url) throws IOException {
    var names = new ArrayList<String>();
    try (var files = Files.newDirectoryStream(Path.of(uri(url)), "*" + ENDING)) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    return names;
  }

  private static URI uri(URL url) throws IOException {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IOException(url + " is no URI", e);
    }
  }

  // Flyway's: the CRC-32 of the lines without their ends.
  private static int checksum(String resource) throws IOException {
    try (InputStream in = MigrationScripts.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException(resource + " vanished from the class path");
      }
      var crc = new CRC32();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
      return (int) crc.getValue();
    }
  }
}
