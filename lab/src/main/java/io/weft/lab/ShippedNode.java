package io.weft.lab;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node as it is shipped, with every service: a process that can be harmed. For one thread. */
public final class ShippedNode {
  private final Path home;
  private final Host host;
  private final String name;
  private final String zone;
  private final Path data;
  private final List<String> more;
  private final int httpPort = Ports.lasting();
  private final int adminPort = Ports.lasting();
  private final int clusterPort = Ports.lasting();
  private @Nullable ProcessHandle process;

  /**
   * Where a node runs.
   *
   * @param by the program that runs it in its own place, with its arguments; empty for none
   * @param address where its HTTP API listens
   */
  public record Host(List<String> by, String address) {
    /** This host, as it is. */
    public static final Host THIS = new Host(List.of(), Ports.HOST);

    /** Copies the list. */
    public Host {
      by = List.copyOf(by);
    }
  }

  private ShippedNode(
      Path home, Host host, String name, String zone, Path data, List<String> more) {
    this.home = home;
    this.host = host;
    this.name = name;
    this.zone = zone;
    this.data = data;
    this.more = more;
  }

  /**
   * Creates a node whose process is not started, for who starts and stops it himself.
   *
   * @param data the folder for what it keeps
   * @param more further flags
   */
  public static ShippedNode alone(String name, String zone, Path data, List<String> more) {
    return of(Path.of(System.getProperty("weft.home", ".")), Host.THIS, name, zone, data, more);
  }

  /**
   * Creates a node of a release, whose process is not started.
   *
   * @param home the folder of the release
   */
  static ShippedNode of(
      Path home, Host host, String name, String zone, Path data, List<String> more) {
    return new ShippedNode(home, host, name, zone, data, more);
  }

  /** Returns a token of an operator that it takes, good for longer than it lives. */
  public String token() {
    return OperatorToken.of(data);
  }

  /** Starts the process, and returns at once. */
  public void launch(List<String> join) {
    var command = new ArrayList<>(host.by());
    command.addAll(
        List.of(home.resolve("scripts").resolve("weft").toString(), "node", "--name", name));
    command.addAll(List.of("--http-host", host.address()));
    command.addAll(List.of("--zone", zone, "--data", data.toString()));
    command.addAll(List.of("--http-port", "" + httpPort, "--admin-port", "" + adminPort));
    command.addAll(List.of("--cluster-port", "" + clusterPort));
    command.addAll(List.of("--log-file", data.resolve(name + ".log").toString()));
    command.addAll(more);
    if (!join.isEmpty()) {
      command.addAll(List.of("--join", String.join(",", join)));
    }
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(data.resolve(name + ".out").toFile())
              .start()
              .toHandle();
    } catch (IOException e) {
      throw new LabException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Waits until the node says that it is ready. */
  public void awaitReady() {
    Patience.until(
        name + " is ready", LabLimits.START_MAX, LabLimits.LOOK_INTERVAL, this::readyOrEnded);
  }

  private boolean readyOrEnded() {
    if (!alive()) {
      throw new LabException(
          name
              + " ended instead of starting:"
              + LogTail.of(data.resolve(name + ".log"))
              + LogTail.of(data.resolve(name + ".out")));
    }
    return ready();
  }

  /** Returns whether the process that was started last runs and has said that it is ready. */
  public boolean ready() {
    if (!alive()) {
      return false;
    }
    var file = data.resolve("nodes").resolve(name + ".json");
    try {
      return Files.exists(file) && new JsonObject(Files.readString(file)).getLong("pid") == pid();
    } catch (IOException | DecodeException e) {
      return false; // It is being written.
    }
  }

  /** Takes the process for its own that has taken its place: somebody else has started it anew. */
  public void adopt() {
    try {
      var file = data.resolve("nodes").resolve(name + ".json");
      long pid = new JsonObject(Files.readString(file)).getLong("pid");
      process =
          ProcessHandle.of(pid)
              .orElseThrow(() -> new LabException(name + ": no process " + pid + " any more"));
    } catch (IOException | DecodeException e) {
      throw new LabException(name + " is not ready: " + e.getMessage(), e);
    }
  }

  private ProcessHandle started() {
    if (process == null) {
      throw new LabException(name + " is not started");
    }
    return process;
  }

  /** Returns whether the process runs. */
  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** Returns the node's name. */
  public String name() {
    return name;
  }

  /** Returns the id of the process that was started last. */
  public long pid() {
    return started().pid();
  }

  /** Returns the port of its HTTP API. */
  public int httpPort() {
    return httpPort;
  }

  /** Returns the port of its admin API. */
  public int adminPort() {
    return adminPort;
  }

  /** Returns the address at which others join the cluster. */
  String seed() {
    return Ports.HOST + ":" + clusterPort;
  }

  /** Kills the process with {@code kill -9}. */
  public void kill() {
    started().destroyForcibly();
    started().onExit().join();
  }

  /** Asks the node to stop in order; returns at once. */
  public void terminate() {
    if (alive()) {
      Signals.send("TERM", pid());
    }
  }

  /** Waits until the process is gone. */
  public void awaitEnd() {
    Patience.until(name + " stops", LabLimits.START_MAX, LabLimits.LOOK_INTERVAL, () -> !alive());
  }
}
