package io.weft.lab;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Nodes of this host as an operator has them: started, scaled and stopped by nothing but {@code
 * scripts/}, with an embedded PostgreSQL that they share. For one thread, which it blocks.
 */
public final class ScriptedNodes implements AutoCloseable {
  private static final int HTTP = 8079;
  private static final int ADMIN = 9079;
  private static final int CLUSTER = 5700;

  /** With it every port is below those that systems give out, and above those in common use. */
  private static final int OFFSET_FROM = 7_000;

  private static final int OFFSET_TO = 21_000;
  private static final int TRIES_MAX = 100;

  private final TemporaryFolder folder;
  private final Path data;
  private final int most;
  private final int offset;
  private final Thread end = new Thread(this::close);

  /**
   * What a command said in the end.
   *
   * @param code its exit code
   * @param text all that it printed, on both streams
   * @param took how long it ran
   */
  public record Ended(int code, String text, Duration took) {}

  /** A command that runs. */
  public static final class Running {
    private final Process process;
    private final long begunNanos = Ticker.system().nanos();

    private Running(Process process) {
      this.process = process;
    }

    /** Waits until it has ended. */
    public Ended await() {
      try {
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        return new Ended(
            code, text.strip(), Duration.ofNanos(Ticker.system().nanos() - begunNanos));
      } catch (IOException e) {
        throw new LabException("a command cannot be heard: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LabException("a command was not waited for", e);
      }
    }
  }

  /**
   * Finds a folder and ports for nodes, and starts none of them.
   *
   * @param most how many there may be at a time
   */
  public ScriptedNodes(int most) {
    this.most = most;
    offset = offset(most);
    folder = new TemporaryFolder();
    data = folder.path();
    Runtime.getRuntime().addShutdownHook(end);
  }

  private static int offset(int most) {
    for (int i = 0; i < TRIES_MAX; i++) {
      int offset = OFFSET_FROM + Rng.system().nextInt(OFFSET_TO - OFFSET_FROM);
      boolean free =
          IntStream.rangeClosed(offset + 1, offset + most)
              .allMatch(
                  port -> Ports.free(HTTP + port) && Ports.free(ADMIN + port) && cluster(port));
      if (free) {
        return offset;
      }
    }
    throw new LabException("no free ports for " + most + " nodes on " + Ports.HOST);
  }

  private static boolean cluster(int port) {
    return Ports.free(CLUSTER + port);
  }

  /**
   * Begins a command of {@code scripts/} for these nodes.
   *
   * @param script its name, as in {@code scale.sh}
   */
  public Running begin(String script, String... arguments) {
    var home = Path.of(System.getProperty("weft.home", "."));
    var command = new ArrayList<String>();
    command.add(home.resolve("scripts").resolve(script).toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", data.toString()));
    try {
      return new Running(new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new LabException(script + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** Runs a command of {@code scripts/} for these nodes to its end. */
  public Ended run(String script, String... arguments) {
    return begin(script, arguments).await();
  }

  /**
   * Has so many nodes run, by {@code scripts/start.sh}; those that run stay as they are.
   *
   * @throws LabException if they do not
   */
  public void start(int count) {
    well(
        run("start.sh", "--nodes", "" + count, "--background", "--offset", "" + offset),
        "scripts/start.sh");
  }

  /** Changes how many nodes run, by {@code scripts/scale.sh nodes=N}. */
  public Ended scale(int nodes) {
    return run("scale.sh", "nodes=" + nodes, "--offset", "" + offset);
  }

  /**
   * Stops all in order.
   *
   * @throws LabException if they do not
   */
  public void stop() {
    well(run("stop.sh"), "scripts/stop.sh");
  }

  private static void well(Ended ended, String what) {
    if (ended.code() != 0) {
      throw new LabException(what + " ended with " + ended.code() + ": " + ended.text());
    }
  }

  /** Kills a node with {@code kill -9}. */
  public void kill(String name) {
    long pid = pid(name);
    Signals.send("KILL", pid);
    Patience.until(
        name + " is gone",
        LabLimits.START_MAX,
        LabLimits.LOOK_INTERVAL,
        () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  private long pid(String name) {
    var file = data.resolve("nodes").resolve(name + ".json");
    try {
      return new JsonObject(Files.readString(file)).getLong("pid");
    } catch (IOException | DecodeException e) {
      throw new LabException(name + " has never run: " + e.getMessage(), e);
    }
  }

  /** Returns the HTTP ports of all that may be there at a time. */
  public List<Integer> httpPorts() {
    return IntStream.rangeClosed(1, most).mapToObj(i -> HTTP + offset + i).toList();
  }

  /** Returns the port of the admin API of a node, from 1. */
  public int adminPort(int number) {
    return ADMIN + offset + number;
  }

  /** Returns the folder of what they keep. */
  public Path data() {
    return data;
  }

  /** Returns a token of an operator that all of them take, good for longer than they live. */
  public String token() {
    return OperatorToken.of(data);
  }

  /** Returns the last lines of what each of them has logged. */
  public String logTails() {
    var tails = new StringBuilder();
    for (int i = 1; i <= most; i++) {
      var log = data.resolve("logs").resolve("n" + i + ".log");
      if (Files.exists(log)) {
        tails.append("\nn").append(i).append(':').append(LogTail.of(log));
      }
    }
    return tails.toString();
  }

  /** Stops them in order, so that the last one stops PostgreSQL, and deletes their data. */
  @Override
  public void close() {
    if (!Files.exists(data)) {
      return; // Closed before.
    }
    var stopped = run("stop.sh");
    if (stopped.code() != 0) {
      System.err.println("scripts/stop.sh: " + stopped.text());
    }
    folder.close();
  }
}
