package io.weft.ledger.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A PostgreSQL server that the nodes of one host share, with its data under their data folder.
 *
 * <p>Whoever comes first starts it, the others find it, and the last to release it stops it. It
 * survives the death of the process that started it; a process that was killed does not count as a
 * user. Everything happens under a lock on the data folder that holds between processes.
 *
 * <p>Every method blocks, for seconds when the server has to be made or started: call it on a
 * worker thread. Safe for use by many threads. Failures are {@link EmbeddedPostgresException}s.
 */
public final class EmbeddedPostgres {
  /** File locks hold between processes, not between the threads of one. */
  private static final ReentrantLock THREADS = new ReentrantLock();

  private static final String SHELL_CHARACTERS = "\"$`\\\n";

  private final Path home;
  private final PostgresServer server;
  private final ServerUsers users;
  private final Path user;
  private final String uri;

  private EmbeddedPostgres(Path home, PostgresServer server, ServerUsers users) throws IOException {
    this.home = home;
    this.server = server;
    this.users = users;
    server.ensureRunning(users.any());
    user = users.add();
    uri = server.uri();
  }

  /** What is done under the lock. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  /**
   * Makes sure that the server of a data folder runs, and counts this process as a user of it.
   *
   * @param data the data folder of the nodes; the server's files lie in {@code postgres} in it
   */
  public static EmbeddedPostgres acquire(Path data) {
    Path home = homeIn(data);
    return locked(home, () -> new EmbeddedPostgres(home, serverIn(home), usersOf(home)));
  }

  /**
   * Stops the server of a data folder if no living process uses it: after nodes were killed.
   *
   * @return whether no server runs any more
   */
  public static boolean stopIfUnused(Path data) {
    Path home = homeIn(data);
    if (!Files.isDirectory(home.resolve("cluster"))) {
      return true;
    }
    return locked(
        home,
        () -> {
          if (usersOf(home).any()) {
            return false;
          }
          serverIn(home).stop();
          return true;
        });
  }

  /**
   * Returns {@link #uri} of the server of a data folder, whether or not it runs; nothing when it
   * was never made. Starts nothing, and counts nobody as a user.
   */
  public static Optional<String> uriIn(Path data) {
    Path home = homeIn(data);
    if (!Files.isRegularFile(home.resolve(PostgresServer.PORT_FILE))
        || !Files.isRegularFile(home.resolve(PostgresServer.PASSWORD_FILE))) {
      return Optional.empty();
    }
    try {
      return Optional.of(PostgresServer.uri(home));
    } catch (IOException e) {
      throw new EmbeddedPostgresException("embedded PostgreSQL in " + home, e);
    }
  }

  /**
   * Returns where the server listens and how to log in, as {@code
   * postgresql://user:password@127.0.0.1:port/database}. It stays the same as long as any process
   * uses the server. It holds a secret: do not log it.
   */
  public String uri() {
    return uri;
  }

  /** Starts the server again if it has died, at the same address; does nothing if it runs. */
  public void ensureRunning() {
    locked(
        home,
        () -> {
          server.ensureRunning(true);
          return user;
        });
  }

  /** Gives the server up; the last living user stops it. Further calls do nothing. */
  public void release() {
    locked(
        home,
        () -> {
          users.remove(user);
          if (!users.any()) {
            server.stop();
          }
          return user;
        });
  }

  /** Returns the process id of the server, or 0 when it does not run. */
  public long serverPid() {
    return locked(home, server::pid);
  }

  private static Path homeIn(Path data) {
    Path home = data.toAbsolutePath().normalize().resolve("postgres");
    String path = home.toString();
    // PostgreSQL's own start program hands these paths to a shell.
    if (path.chars().anyMatch(c -> SHELL_CHARACTERS.indexOf(c) >= 0)) {
      throw new EmbeddedPostgresException(
          "data folder: " + path + " (expected: a path without quotes, $, ` and \\)");
    }
    return home;
  }

  private static PostgresServer serverIn(Path home) throws IOException {
    return new PostgresServer(home, PostgresBinaries.unpackInto(home));
  }

  private static ServerUsers usersOf(Path home) {
    return new ServerUsers(home.resolve("users"));
  }

  private static <T> T locked(Path home, Work<T> work) {
    THREADS.lock();
    try {
      Files.createDirectories(home);
      try (var file =
              FileChannel.open(
                  home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = file.lock()) {
        if (!lock.isValid()) {
          throw new EmbeddedPostgresException("the lock on " + home + " was lost");
        }
        return work.run();
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException("embedded PostgreSQL in " + home, e);
    } finally {
      THREADS.unlock();
    }
  }
}
