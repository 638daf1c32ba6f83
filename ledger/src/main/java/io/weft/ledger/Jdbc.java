package io.weft.ledger;

import io.vertx.pgclient.PgConnectOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/** PostgreSQL by JDBC, for what is no call and may block: migrations, backups. */
public final class Jdbc {
  private static final int CONNECT_SECONDS = 5;

  private Jdbc() {}

  /**
   * Connects; blocks.
   *
   * @param uri {@code postgresql://user:password@host:port/database}
   * @param settings for the server, as {@code -c name=value}
   * @param silence for how long the server may say nothing before the connection is given up
   */
  public static Connection connect(String uri, String settings, Duration silence)
      throws SQLException {
    var options = PgConnectOptions.fromUri(uri);
    return DriverManager.getConnection(
        url(options, settings, silence), options.getUser(), options.getPassword());
  }

  /** Returns where a URI leads, without what is secret in it. */
  public static String place(String uri) {
    var options = PgConnectOptions.fromUri(uri);
    return "PostgreSQL at "
        + options.getHost()
        + ":"
        + options.getPort()
        + ", database "
        + options.getDatabase();
  }

  /** JDBC's form of the address; the log-in is handed over beside it, as URLs end up in logs. */
  static String url(PgConnectOptions options, String settings, Duration silence) {
    return "jdbc:postgresql://%s:%d/%s?sslmode=%s&connectTimeout=%d&socketTimeout=%d&options=%s"
        .formatted(
            options.getHost(),
            options.getPort(),
            encoded(options.getDatabase()),
            options.getSslMode().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            CONNECT_SECONDS,
            silence.toSeconds(),
            encoded(settings));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
