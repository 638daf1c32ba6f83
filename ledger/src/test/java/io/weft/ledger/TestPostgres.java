package io.weft.ledger;

import io.weft.ledger.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL for the tests of one JVM, kept in the module's {@code target} folder.
 *
 * <p>Each test class takes a database of its own, so that classes do not meet.
 */
public final class TestPostgres {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static final EmbeddedPostgres SERVER = start();

  private TestPostgres() {}

  /** Returns the URI of a new, empty database. */
  public static String freshDatabase() {
    String name = "test_" + ProcessHandle.current().pid() + "_" + DATABASES.incrementAndGet();
    execute(SERVER.uri(), "drop database if exists " + name);
    execute(SERVER.uri(), "create database " + name);
    return SERVER.uri().replaceAll("/postgres$", "/" + name);
  }

  /** Executes one statement as the user of a URI. */
  public static void execute(String uri, String sql) {
    try (var connection = connect(uri);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /** Returns the first column of the first row of a query's result, as text. */
  public static String query(String uri, String sql) {
    try (var connection = connect(uri);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /** Connects as the user of a URI. */
  public static Connection connect(String uri) throws SQLException {
    var parsed = java.net.URI.create(uri);
    String[] login = parsed.getUserInfo().split(":", 2);
    var properties = new Properties();
    properties.setProperty("user", login[0]);
    properties.setProperty("password", login[1]);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + parsed.getHost() + ":" + parsed.getPort() + parsed.getPath(),
        properties);
  }

  private static EmbeddedPostgres start() {
    var server = EmbeddedPostgres.acquire(Path.of("target"));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  for (int n = 1; n <= DATABASES.get(); n++) {
                    execute(
                        server.uri(),
                        "drop database if exists test_%d_%d with (force)"
                            .formatted(ProcessHandle.current().pid(), n));
                  }
                  server.release();
                }));
    return server;
  }
}
