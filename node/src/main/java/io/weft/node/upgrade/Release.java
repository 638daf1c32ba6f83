package io.weft.node.upgrade;

import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A release as it lies in a folder, ready to start nodes of. Its methods block, for about as long
 * as a JVM takes to start.
 *
 * @param home the folder, which has {@code scripts/weft} in it
 * @param version as it says itself
 * @param builtAt when what lies there was built or unpacked
 */
public record Release(Path home, String version, Instant builtAt) {
  private static final String BUILT = "node/target/lib/.built";

  /** What a program said and how it ended. */
  private record Said(int code, String out, String err) {}

  /**
   * Looks at the release in a folder.
   *
   * @throws StartFailure if there is none, or it does not run here
   */
  public static Release in(Path folder) {
    try {
      var home = real(folder);
      var built = home.resolve(BUILT);
      var script = script(home);
      if (!Files.isExecutable(script)) {
        throw new StartFailure(
            folder + ": no scripts/weft in it (expected: the folder of a release, built)");
      }
      var said = run(List.of(script.toString(), "--version"), Map.of(), home);
      if (said.code() != 0) {
        throw new StartFailure(folder + ": it does not run here: " + said.err());
      }
      var at = Files.getLastModifiedTime(Files.exists(built) ? built : script).toInstant();
      return new Release(home, said.out().replaceFirst("^weft ", ""), at);
    } catch (IOException e) {
      throw new StartFailure(
          folder + ": " + e.getMessage() + " (expected: the folder of a release)", e);
    }
  }

  /** Returns a folder without symbolic links in its path, as the home of a release is told. */
  public static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      throw new StartFailure(folder + ": " + e.getMessage(), e);
    }
  }

  private static Path script(Path home) {
    return home.resolve("scripts").resolve("weft");
  }

  /**
   * Returns what the release says against the flags, variables and settings of a node; empty when
   * it takes them.
   *
   * @param flags with which it would be started
   */
  public String refusal(NodeProcess node, List<String> flags) {
    var command = new ArrayList<>(List.of(script(home).toString(), "node"));
    command.addAll(flags);
    command.add("--print-config");
    try {
      var said = run(command, node.environment(), node.workingFolder());
      return said.code() == 0 ? "" : said.err();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Starts a node, which outlives this process and the terminal, and returns at once.
   *
   * @param output takes what is printed before the log is set up
   */
  public Process start(NodeProcess node, List<String> flags, Path output) throws IOException {
    // As the shell does it for what it starts in the background.
    var command = new ArrayList<>(List.of("bash", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
    command.addAll(List.of(script(home).toString(), "node"));
    command.addAll(flags);
    var builder =
        new ProcessBuilder(command)
            .directory(node.workingFolder().toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(node.environment());
    return builder.start();
  }

  private static Said run(List<String> command, Map<String, String> environment, Path folder)
      throws IOException {
    var out = Files.createTempFile("weft-", ".out");
    var err = Files.createTempFile("weft-", ".err");
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      var process = builder.start();
      if (!process.waitFor(NodeLimits.RELEASE_ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            command.get(0)
                + " has not ended in "
                + NodeLimits.RELEASE_ANSWER_TIMEOUT.toSeconds()
                + " s");
      }
      return new Said(process.exitValue(), text(out), text(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static String text(Path file) throws IOException {
    return StartFailure.oneLine(Files.readString(file, StandardCharsets.UTF_8));
  }
}
