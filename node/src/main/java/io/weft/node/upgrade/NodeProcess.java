package io.weft.node.upgrade;

import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the process of a node of this host was started, so that another release can be started in the
 * same way.
 *
 * @param home the folder of the release that runs
 * @param workingFolder where it was started, which relative paths in its flags are meant from
 * @param flags the flags of the node
 * @param environment the variables that a node looks at
 * @param startedAt when, as the system tells it
 */
public record NodeProcess(
    Path home,
    Path workingFolder,
    List<String> flags,
    Map<String, String> environment,
    Instant startedAt) {
  private static final String MAIN = "io.weft.node.Main";
  private static final String JAR = "-jar";
  private static final String HOME = "-Dweft.home=";
  private static final String WORKING_FOLDER = "-Dweft.cwd=";
  private static final String JOIN = "--join";
  private static final String DATA = "--data";

  /** Copies what may change. */
  public NodeProcess {
    flags = List.copyOf(flags);
    environment = Map.copyOf(environment);
  }

  /**
   * Reads how a process was started.
   *
   * @throws StartFailure if that cannot be read, or it is no node that {@code scripts/weft} started
   */
  public static NodeProcess of(String node, ProcessHandle process) {
    var folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      // What ProcessHandle knows of it ends after a page.
      var arguments =
          Files.isReadable(folder.resolve("cmdline"))
              ? parts(folder.resolve("cmdline"))
              : List.of(process.info().arguments().orElse(new String[0]));
      var environment =
          Files.isReadable(folder.resolve("environ"))
              ? parts(folder.resolve("environ"))
              : List.<String>of();
      return of(arguments, environment, process.info().startInstant().orElse(Instant.EPOCH))
          .orElseThrow(() -> unknown(node, process, "it was not started by scripts/weft"));
    } catch (IOException e) {
      throw unknown(node, process, String.valueOf(e.getMessage()));
    }
  }

  private static StartFailure unknown(String node, ProcessHandle process, String why) {
    return new StartFailure(
        "how "
            + node
            + " (process "
            + process.pid()
            + ") was started cannot be told ("
            + why
            + "): upgrade it as whatever starts it does, see docs/UPGRADE.md");
  }

  private static List<String> parts(Path file) throws IOException {
    var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return List.of(
        (text.endsWith("\0") ? text.substring(0, text.length() - 1) : text).split("\0", -1));
  }

  /** Reads the arguments and variables of a process; nothing when it is no node. */
  static Optional<NodeProcess> of(
      List<String> arguments, List<String> variables, Instant startedAt) {
    int main = program(arguments);
    var home = value(arguments, HOME);
    var working = value(arguments, WORKING_FOLDER);
    if (main < 0
        || main + 1 >= arguments.size()
        || !arguments.get(main + 1).equals("node")
        || home.isEmpty()
        || working.isEmpty()) {
      return Optional.empty();
    }
    var environment = new TreeMap<String, String>();
    for (var each : variables) {
      int equals = each.indexOf('=');
      if (equals > 0 && (each.startsWith("WEFT_") || each.startsWith("JAVA_HOME="))) {
        environment.put(each.substring(0, equals), each.substring(equals + 1));
      }
    }
    return Optional.of(
        new NodeProcess(
            Path.of(home.get()),
            Path.of(working.get()),
            arguments.subList(main + 2, arguments.size()),
            environment,
            startedAt));
  }

  /** Returns where the JVM is told what to run: by its class or by its jar; -1 for nowhere. */
  private static int program(List<String> arguments) {
    int jar = arguments.indexOf(JAR);
    return jar < 0 ? arguments.indexOf(MAIN) : jar + 1;
  }

  private static Optional<String> value(List<String> arguments, String name) {
    return arguments.stream()
        .filter(each -> each.startsWith(name))
        .map(each -> each.substring(name.length()))
        .findFirst();
  }

  /**
   * Returns the flags with which the node comes back to its site: those that it had, in its data
   * folder wherever the release lies, and joining nodes that run.
   *
   * @param seeds the addresses of nodes of this host that run; when there are none, it joins what
   *     it joined before
   */
  public List<String> flags(Path data, List<String> seeds) {
    var next = new ArrayList<String>();
    for (int i = 0; i < flags.size(); i++) {
      var flag = flags.get(i);
      var name = flag.contains("=") ? flag.substring(0, flag.indexOf('=')) : flag;
      boolean dropped = name.equals(DATA) || (name.equals(JOIN) && !seeds.isEmpty());
      if (!dropped) {
        next.add(flag);
      } else if (!flag.contains("=")) {
        i++; // Its value.
      }
    }
    next.addAll(List.of(DATA, data.toString()));
    if (!seeds.isEmpty()) {
      next.addAll(List.of(JOIN, String.join(",", seeds)));
    }
    return List.copyOf(next);
  }

  /**
   * Returns whether it runs a release as it lies in a folder now.
   *
   * @param builtAt when what lies there was built
   */
  public boolean runs(Path release, Instant builtAt) {
    return home.equals(release) && !startedAt.isBefore(builtAt);
  }
}
