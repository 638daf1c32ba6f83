package io.weft.ledger.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The processes that use the server: one empty file each, named after its process.
 *
 * <p>The name holds the process's id and its start in clock ticks since boot, so that a process
 * that was killed is never taken for another that has got its id since. Every method is called
 * under the lock of the data folder.
 */
final class ServerUsers {
  private static final AtomicInteger ACQUIRED = new AtomicInteger();
  private static final int STATE_FIELD = 0;
  private static final int START_FIELD = 19;

  private final Path folder;

  ServerUsers(Path folder) {
    this.folder = folder;
  }

  /** Adds this process, and returns its file. One process may be added many times. */
  Path add() throws IOException {
    Files.createDirectories(folder);
    long pid = ProcessHandle.current().pid();
    String start = startOf(pid);
    return Files.createFile(folder.resolve(pid + "-" + start + "-" + ACQUIRED.incrementAndGet()));
  }

  /** Takes a user away. */
  void remove(Path user) throws IOException {
    Files.deleteIfExists(user);
  }

  /** Returns whether any process that lives uses the server; forgets those that do not live. */
  boolean any() throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    boolean any = false;
    try (var users = Files.list(folder)) {
      for (Path user : users.toList()) {
        if (alive(user.getFileName().toString())) {
          any = true;
        } else {
          Files.deleteIfExists(user);
        }
      }
    }
    return any;
  }

  private static boolean alive(String name) {
    String[] parts = name.split("-", -1);
    return parts.length == 3
        && parts[0].matches("[0-9]{1,18}")
        && startOf(Long.parseLong(parts[0])).equals(parts[1]);
  }

  /** Returns when a process started, in clock ticks since boot; empty when it does not live. */
  private static String startOf(long pid) {
    try {
      String stat =
          Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      // The second field is the program's name in parentheses, and may hold anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[STATE_FIELD].equals("Z") ? "" : fields[START_FIELD];
    } catch (IOException e) {
      return "";
    }
  }
}
