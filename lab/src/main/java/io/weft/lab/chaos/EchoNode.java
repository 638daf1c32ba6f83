package io.weft.lab.chaos;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** One {@link Echo} process, which can be harmed and started again. For one thread. */
final class EchoNode implements AutoCloseable {
  private final String name;
  private final String cluster;
  private final int port;
  private final List<String> by;
  private final LongFunction<String> place;
  private String host = "";
  private @Nullable ChildProcess process;
  private JsonObject said = new JsonObject();

  /**
   * Creates a node whose process is not started.
   *
   * @param by the program that runs the process in its own place, with its arguments
   * @param place gives a process its place, by its id, and returns its address
   */
  EchoNode(String name, String cluster, int port, List<String> by, LongFunction<String> place) {
    this.name = name;
    this.cluster = cluster;
    this.port = port;
    this.by = by;
    this.place = place;
  }

  /** Starts the process, and returns when others may call the node. */
  void start(List<String> join) {
    var started = new ChildProcess("node " + name, by, Echo.class);
    process = started;
    host = place.apply(started.pid());
    var command =
        new JsonObject()
            .put(ChildProcess.DO, Echo.START)
            .put("name", name)
            .put("cluster", cluster)
            .put("host", host)
            .put("port", port)
            .put("join", new JsonArray(join));
    said = started.ask(command, ChaosLimits.START_MAX);
  }

  String name() {
    return name;
  }

  /** Returns the address at which others join the cluster. */
  String seed() {
    return host + ":" + port;
  }

  String incarnation() {
    return said.getString("incarnation");
  }

  /** Returns the port of the bus. */
  int busPort() {
    var address = said.getString("bus");
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  boolean alive() {
    return process != null && process.alive();
  }

  ChildProcess process() {
    if (process == null) {
      throw new LabException("node " + name + " is not started");
    }
    return process;
  }

  /** Returns the incarnations of the nodes that serve, as this node sees them. */
  List<String> table() {
    return ask(Echo.TABLE).getJsonArray("nodes").stream().map(String::valueOf).toList();
  }

  /** Returns how many handlers have run. */
  long served() {
    return ask(Echo.FIGURES).getLong("served");
  }

  /** Returns how long after the node was ready it ran its first handler. Waits until it has. */
  long firstCallMillis() {
    Patience.until(
        "node " + name + " is called",
        ChaosLimits.TABLE_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> served() > 0);
    long first = ask(Echo.FIGURES).getLong("firstNanos");
    return Math.max(0, (first - said.getLong("readyNanos")) / 1_000_000);
  }

  /** Asks the node to stop in order, and waits until its process is gone. */
  void terminate() {
    var ending = process();
    ending.signal("TERM");
    Patience.until(
        "node " + name + " stops",
        ChaosLimits.START_MAX,
        ChaosLimits.LOOK_INTERVAL,
        () -> !ending.alive());
    ending.close();
  }

  private JsonObject ask(String what) {
    return process().ask(new JsonObject().put(ChildProcess.DO, what), ChaosLimits.ANSWER_MAX);
  }

  /** Kills the process. */
  @Override
  public void close() {
    if (process != null) {
      process.kill();
      process.close();
    }
  }
}
