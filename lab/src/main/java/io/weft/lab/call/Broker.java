package io.weft.lab.call;

import io.weft.lab.LabException;
import io.weft.lab.LogTail;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.TemporaryFolder;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A server that is no part of ours, in processes and a folder of its own. */
final class Broker {
  private static final String LOG = "broker.log";

  private final TemporaryFolder kept = new TemporaryFolder();
  private final Path folder = kept.path();
  private final List<Process> processes = new ArrayList<>();

  /** Returns the folder, which is deleted with the broker. */
  Path folder() {
    return folder;
  }

  /** Returns where a program of this name is on the PATH. */
  static Optional<Path> find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(each -> !each.isEmpty())
        .map(each -> Path.of(each, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts a process and waits until it takes connections. Blocks. */
  void start(List<String> command, Map<String, String> environment, int port) {
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(folder.resolve(LOG).toFile()));
    builder.environment().putAll(environment);
    var name = command.get(0);
    Process started;
    try {
      started = builder.start();
    } catch (IOException e) {
      throw new LabException(name + " cannot be run: " + e.getMessage(), e);
    }
    processes.add(started);
    Patience.until(
        name + " takes connections",
        CallLimits.BROKER_TIMEOUT,
        CallLimits.FIRST_CALL_PAUSE,
        () -> {
          if (!started.isAlive()) {
            throw new LabException(name + " ended with " + started.exitValue() + ": " + log());
          }
          return Ports.open(port);
        });
  }

  private String log() {
    return LogTail.of(folder.resolve(LOG));
  }

  /** Kills the processes with all that they have started, and deletes the folder. */
  void kill() {
    for (var process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
    kept.close();
  }
}
