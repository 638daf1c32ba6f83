package io.weft.lab;

import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The embedded PostgreSQL of nodes on this host, seen from outside: how to log in, what to kill.
 */
public final class HostPostgres {
  private static final String DATABASE = "postgres";

  private final Path home;

  /**
   * Knows a server by its files, whether or not it runs.
   *
   * @param home the folder {@code postgres} in the nodes' data folder
   */
  HostPostgres(Path home) {
    this.home = home;
  }

  /** Returns how to log in as the user who may see everything. */
  public PgConnectOptions login() {
    return PgConnectOptions.fromUri(
        "postgresql://weft:%s@%s:%s/%s"
            .formatted(read("password"), Ports.HOST, read("port"), DATABASE));
  }

  /** Returns the processes of the server, the one that has started the others first. */
  public List<ProcessHandle> processes() {
    return ProcessHandle.of(postmaster()).filter(HostPostgres::serves).stream()
        .flatMap(first -> with(first, first.children()))
        .toList();
  }

  /** After a crash the process id may be another program's. */
  private static boolean serves(ProcessHandle process) {
    return process.info().command().filter(path -> path.endsWith("/postgres")).isPresent();
  }

  private static Stream<ProcessHandle> with(ProcessHandle first, Stream<ProcessHandle> others) {
    return Stream.concat(Stream.of(first), others);
  }

  /** Kills every process of the server with {@code kill -9}; returns how many there were. */
  public int kill() {
    var processes = processes();
    processes.forEach(ProcessHandle::destroyForcibly);
    // One that was being started meanwhile ends by itself, as its parent is gone.
    Patience.until(
        "PostgreSQL is gone",
        LabLimits.START_MAX,
        LabLimits.LOOK_INTERVAL,
        () -> processes.stream().noneMatch(ProcessHandle::isAlive));
    return processes.size();
  }

  private long postmaster() {
    var lines = read("cluster/postmaster.pid").lines();
    return Long.parseLong(lines.findFirst().orElseThrow().strip());
  }

  private String read(String file) {
    try {
      return Files.readString(home.resolve(file)).strip();
    } catch (IOException e) {
      throw new LabException("no PostgreSQL in " + home + ": " + e.getMessage(), e);
    }
  }
}
