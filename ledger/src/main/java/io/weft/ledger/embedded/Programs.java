package io.weft.ledger.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the programs of PostgreSQL, away from this process's terminal and environment.
 *
 * <p>PostgreSQL refuses to run as root. Then each program runs in a user namespace of its own, in
 * which nobody is root; the files that it makes still belong to the real user.
 */
final class Programs {
  private final Path folder;
  private final Path output;

  /** What a program left behind: its exit code and the end of what it printed. */
  record Outcome(int exitCode, String printed) {}

  /**
   * Creates a runner.
   *
   * @param folder holds {@code bin/}
   * @param output the file to which programs print; it is overwritten by each
   */
  Programs(Path folder, Path output) {
    this.folder = folder;
    this.output = output;
  }

  /** Runs a program to its end, which is bounded in time; blocks. */
  Outcome run(String program, List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    if (root()) {
      command.addAll(List.of("unshare", "--user"));
    }
    command.add(folder.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    // A file and not a pipe: the server outlives this process and must not die of a broken pipe.
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return finish(program, start(builder));
  }

  private static Process start(ProcessBuilder builder) throws IOException {
    try {
      return builder.start();
    } catch (IOException e) {
      if (builder.command().get(0).equals("unshare")) {
        throw rootRefused("the program unshare is missing");
      }
      throw e;
    }
  }

  private Outcome finish(String program, Process process) throws IOException {
    try {
      if (!process.waitFor(EmbeddedLimits.PROGRAM_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new EmbeddedPostgresException(
            program + " ran for more than " + EmbeddedLimits.PROGRAM_TIMEOUT.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new EmbeddedPostgresException("interrupted while " + program + " ran", e);
    }
    String printed = tail(output);
    if (process.exitValue() != 0 && printed.contains("unshare:")) {
      throw rootRefused(printed.strip());
    }
    return new Outcome(process.exitValue(), printed);
  }

  private static EmbeddedPostgresException rootRefused(String detail) {
    return new EmbeddedPostgresException(
        "PostgreSQL does not run as root, and no user namespace can be had ("
            + detail
            + "); run the node as another user, or give the URI of a PostgreSQL of your own");
  }

  private static boolean root() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /** Returns the end of a text file, or nothing when there is no such file. */
  static String tail(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    return text.substring(Math.max(0, text.length() - EmbeddedLimits.QUOTED_MAX_CHARS));
  }
}
