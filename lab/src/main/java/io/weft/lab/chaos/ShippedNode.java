package io.weft.lab.chaos;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.LogTail;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node as it is shipped, with every service: a process that can be harmed. For one thread. */
final class ShippedNode {
  private final String name;
  private final String zone;
  private final Path data;
  private final int httpPort = Ports.lasting();
  private final int adminPort = Ports.lasting();
  private final int clusterPort = Ports.lasting();
  private @Nullable Process process;

  /** Creates a node whose process is not started. */
  ShippedNode(String name, String zone, Path data) {
    this.name = name;
    this.zone = zone;
    this.data = data;
  }

  /** Starts the process, and returns at once. */
  void launch(List<String> join) {
    var home = Path.of(System.getProperty("weft.home", "."));
    var command =
        new ArrayList<>(
            List.of(home.resolve("scripts").resolve("weft").toString(), "node", "--name", name));
    command.addAll(List.of("--zone", zone, "--data", data.toString()));
    command.addAll(List.of("--http-port", "" + httpPort, "--admin-port", "" + adminPort));
    command.addAll(List.of("--cluster-port", "" + clusterPort));
    command.addAll(List.of("--log-file", data.resolve(name + ".log").toString()));
    if (!join.isEmpty()) {
      command.addAll(List.of("--join", String.join(",", join)));
    }
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(data.resolve(name + ".out").toFile())
              .start();
    } catch (IOException e) {
      throw new LabException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Waits until the node says that it is ready. */
  void awaitReady() {
    Patience.until(
        name + " is ready", ChaosLimits.START_MAX, ChaosLimits.LOOK_INTERVAL, this::ready);
  }

  private boolean ready() {
    if (!alive()) {
      throw new LabException(
          name
              + " ended instead of starting:"
              + LogTail.of(data.resolve(name + ".log"))
              + LogTail.of(data.resolve(name + ".out")));
    }
    var file = data.resolve("nodes").resolve(name + ".json");
    try {
      return Files.exists(file)
          && new JsonObject(Files.readString(file)).getLong("pid") == started().pid();
    } catch (IOException | DecodeException e) {
      return false; // It is being written.
    }
  }

  private Process started() {
    if (process == null) {
      throw new LabException(name + " is not started");
    }
    return process;
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  int httpPort() {
    return httpPort;
  }

  /** Returns the address at which others join the cluster. */
  String seed() {
    return Ports.HOST + ":" + clusterPort;
  }

  /** Kills the process with {@code kill -9}. */
  void kill() {
    started().destroyForcibly();
    started().onExit().join();
  }

  /** Asks the node to stop in order; returns at once. */
  void terminate() {
    if (alive()) {
      Signals.send("TERM", started().pid());
    }
  }

  /** Waits until the process is gone. */
  void awaitEnd() {
    Patience.until(
        name + " stops", ChaosLimits.START_MAX, ChaosLimits.LOOK_INTERVAL, () -> !alive());
  }
}
