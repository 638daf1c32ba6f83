package io.weft.ledger.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * One PostgreSQL server with its files in one folder: made, started and stopped by its own
 * programs. Every method blocks, and is called under the lock of the data folder.
 */
final class PostgresServer {
  static final String USER = "weft";
  static final String PORT_FILE = "port";
  static final String PASSWORD_FILE = "password";
  private static final int STATUS_LINE = 7;

  private final Path home;
  private final Path cluster;
  private final Path log;
  private final Path portFile;
  private final Path passwordFile;
  private final Programs programs;
  private final SecureRandom random = new SecureRandom();

  /** Prepares the server whose files lie in {@code home}. */
  PostgresServer(Path home, Path binaries) {
    this.home = home;
    cluster = home.resolve("cluster");
    log = home.resolve("server.log");
    portFile = home.resolve(PORT_FILE);
    passwordFile = home.resolve(PASSWORD_FILE);
    programs = new Programs(binaries, home.resolve("program.log"));
  }

  /** Returns where the server listens and how to log in. */
  String uri() throws IOException {
    return uri(home);
  }

  /** Returns where the server whose files lie in {@code home} listens and how to log in. */
  static String uri(Path home) throws IOException {
    return "postgresql://"
        + USER
        + ":"
        + Files.readString(home.resolve(PASSWORD_FILE)).strip()
        + "@127.0.0.1:"
        + Files.readString(home.resolve(PORT_FILE)).strip()
        + "/postgres";
  }

  /**
   * Makes sure that the server runs and answers.
   *
   * @param keepPort whether the port must stay the remembered one, as others use it already
   */
  void ensureRunning(boolean keepPort) throws IOException {
    trimLog();
    if (awaitRunning()) {
      return;
    }
    initialise();
    start(keepPort);
  }

  /** Stops the server if it runs. */
  void stop() throws IOException {
    if (!running()) {
      return;
    }
    var stopped =
        programs.run("pg_ctl", List.of("-D", cluster.toString(), "-m", "fast", "-w", "stop"));
    if (stopped.exitCode() != 0 && running()) {
      throw new EmbeddedPostgresException("PostgreSQL does not stop: " + stopped.printed());
    }
  }

  /** Returns the process id of the server, or 0 when it does not run. */
  long pid() throws IOException {
    List<String> lines = pidFile();
    if (lines.isEmpty() || !lines.get(0).strip().matches("[0-9]{1,18}")) {
      return 0;
    }
    long pid = Long.parseLong(lines.get(0).strip());
    return isServer(pid) ? pid : 0;
  }

  private boolean running() throws IOException {
    return pid() != 0;
  }

  /** A process id alone proves nothing: after a crash it may belong to another program. */
  private boolean isServer(long pid) {
    try {
      String command =
          Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.UTF_8);
      return command.contains("postgres") && command.contains("\0" + cluster + "\0");
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> pidFile() throws IOException {
    Path file = cluster.resolve("postmaster.pid");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private boolean awaitRunning() throws IOException {
    long polls = EmbeddedLimits.PROGRAM_TIMEOUT.dividedBy(EmbeddedLimits.POLL_INTERVAL);
    for (long poll = 0; poll < polls && running(); poll++) {
      List<String> lines = pidFile();
      if (lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready")) {
        return true;
      }
      pause();
    }
    if (running()) {
      throw new EmbeddedPostgresException(
          "PostgreSQL runs but is not ready; its log ends: " + Programs.tail(log));
    }
    return false;
  }

  private void initialise() throws IOException {
    if (Files.isDirectory(cluster)) {
      return;
    }
    writePrivately(passwordFile, hex(EmbeddedLimits.PASSWORD_BYTES));
    Path unfinished = home.resolve("cluster-unfinished");
    PostgresBinaries.deleteTree(unfinished);
    var made =
        programs.run(
            "initdb",
            List.of(
                "-D",
                unfinished.toString(),
                "--encoding=UTF8",
                "--locale=C",
                "--auth=scram-sha-256",
                // Rounds of hashing make a poor password dear to guess, and each connection pays
                // for them; this one is drawn by chance.
                "--set=scram_iterations=" + EmbeddedLimits.SCRAM_ROUNDS,
                "--username=" + USER,
                "--pwfile=" + passwordFile));
    if (made.exitCode() != 0) {
      throw new EmbeddedPostgresException("initdb failed: " + made.printed());
    }
    Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private void start(boolean keepPort) throws IOException {
    if (!pidFile().isEmpty() && !running() && pidFileLies()) {
      Files.delete(cluster.resolve("postmaster.pid"));
    }
    String printed = "";
    for (int attempt = 1; attempt <= EmbeddedLimits.START_ATTEMPTS_MAX; attempt++) {
      choosePort(keepPort);
      configure();
      var started =
          programs.run(
              "pg_ctl",
              List.of(
                  "-D",
                  cluster.toString(),
                  "-l",
                  log.toString(),
                  "-w",
                  "-t",
                  Long.toString(EmbeddedLimits.PROGRAM_TIMEOUT.toSeconds() - 1),
                  "start"));
      if (started.exitCode() == 0) {
        return;
      }
      printed = started.printed();
      // The processes of a server that was killed need a moment to notice.
      pause();
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL does not start: " + printed + "; its log ends: " + Programs.tail(log));
  }

  /** Whether the process that the pid file names lives and is another program's. */
  private boolean pidFileLies() throws IOException {
    String pid = pidFile().get(0).strip();
    return pid.matches("[0-9]{1,18}")
        && ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
  }

  private void choosePort(boolean keepPort) throws IOException {
    if (Files.exists(portFile)) {
      int remembered = Integer.parseInt(Files.readString(portFile).strip());
      if (keepPort || free(remembered)) {
        return;
      }
    }
    for (int attempt = 0; attempt < EmbeddedLimits.PORT_COUNT; attempt++) {
      int port = EmbeddedLimits.PORT_FIRST + random.nextInt(EmbeddedLimits.PORT_COUNT);
      if (free(port)) {
        Files.writeString(portFile, Integer.toString(port));
        return;
      }
    }
    throw new EmbeddedPostgresException(
        "no free port on 127.0.0.1 from "
            + EmbeddedLimits.PORT_FIRST
            + " to "
            + (EmbeddedLimits.PORT_FIRST + EmbeddedLimits.PORT_COUNT - 1)
            + "; end what holds them, or give the URI of a PostgreSQL of your own");
  }

  private static boolean free(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes the whole configuration at each start, so that a newer node brings its own. */
  private void configure() throws IOException {
    String port = Files.readString(portFile).strip();
    Files.writeString(cluster.resolve("postgresql.conf"), settings(port, sharedMemory()));
  }

  /** What processes of the server share: files in memory, or in its folder on hosts without. */
  private static String sharedMemory() {
    return Files.isWritable(Path.of("/dev/shm")) ? "posix" : "mmap";
  }

  private static String settings(String port, String sharedMemory) {
    return """
    # Written by Weft at each start of the server; changes are lost.
    # Only programs of this host, and those by TCP with the password, may come in.
    listen_addresses = '127.0.0.1'
    port = %s
    unix_socket_directories = ''
    password_encryption = 'scram-sha-256'
    # What was acknowledged is on the disk. Never turn these off.
    fsync = on
    synchronous_commit = on
    full_page_writes = on
    # Five nodes with two services of eight connections each, migrations and people.
    max_connections = 120
    # Small: an edge host shares its memory with the nodes, and the page cache does the rest.
    shared_buffers = 64MB
    dynamic_shared_memory_type = %s
    max_wal_size = 256MB
    min_wal_size = 80MB
    # The data fits in memory, so processes that read ahead would only take memory.
    io_method = sync
    max_parallel_workers_per_gather = 0
    # Statements are short; compiling them costs more than it saves.
    jit = off
    # A dead client's connection is noticed within a minute.
    tcp_keepalives_idle = 30
    tcp_keepalives_interval = 10
    tcp_keepalives_count = 3
    # The log says what broke, and no customer's data: no statements, no values.
    log_min_messages = warning
    log_min_error_statement = panic
    log_error_verbosity = terse
    log_checkpoints = off
    log_timezone = 'UTC'
    timezone = 'UTC'
    datestyle = 'iso, mdy'
    lc_messages = 'C'
    """
        .formatted(port, sharedMemory);
  }

  /** Puts a long log aside. The server appends to it, so it may be emptied under its hands. */
  private void trimLog() throws IOException {
    if (Files.exists(log) && Files.size(log) > EmbeddedLimits.LOG_MAX_BYTES) {
      Files.copy(log, home.resolve("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
      Files.newByteChannel(log, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)
          .close();
    }
  }

  private String hex(int bytes) {
    byte[] secret = new byte[bytes];
    random.nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  private static void writePrivately(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  private static void pause() {
    try {
      Thread.sleep(EmbeddedLimits.POLL_INTERVAL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while waiting for PostgreSQL", e);
    }
  }
}
