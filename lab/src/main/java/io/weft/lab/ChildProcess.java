package io.weft.lab;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process of the lab as seen by the one that has started it: with the same JVM, flags and class
 * path. It obeys {@link Commands}, and ends with whoever has started it. For one thread.
 */
public final class ChildProcess implements AutoCloseable {
  /** The field of a command that says what is to be done. */
  public static final String DO = "do";

  /** How long a process that is told to end may take before it is killed. */
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(3);

  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  /** Starts a process. */
  public ChildProcess(String name, Class<?> main, String... arguments) {
    this(name, List.of(), main, arguments);
  }

  /**
   * Starts a process by another program.
   *
   * @param by the program that runs it in its own place, with its arguments
   */
  public ChildProcess(String name, List<String> by, Class<?> main, String... arguments) {
    this.name = name;
    try {
      log = Files.createTempFile("weft-lab-", ".log");
      var command = new ArrayList<>(by);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
      command.addAll(List.of(arguments));
      process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    } catch (IOException e) {
      throw new LabException(name + " cannot be started: " + e.getMessage(), e);
    }
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Gives a command and waits for its answer.
   *
   * @throws LabException if it fails, takes longer or the process ends
   */
  public JsonObject ask(JsonObject command, Duration timeout) {
    var answer =
        Patience.await(name, CompletableFuture.supplyAsync(() -> exchange(command)), timeout);
    if (answer.containsKey(Commands.FAILURE)) {
      throw new LabException(name + ": " + answer.getString(Commands.FAILURE) + lastLines());
    }
    return answer.getJsonObject(Commands.RESULT);
  }

  private JsonObject exchange(JsonObject command) {
    try {
      commands.write(command.encode());
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      // It has ended; what it said last is still to be read.
      return answer();
    }
    return answer();
  }

  private JsonObject answer() {
    String line;
    try {
      line = answers.readLine();
    } catch (IOException e) {
      throw new LabException("it ended (" + e.getMessage() + ")" + lastLines(), e);
    }
    if (line == null) {
      throw new LabException("it ended" + lastLines());
    }
    try {
      return new JsonObject(line);
    } catch (DecodeException e) { // What a JVM says when it gives up.
      throw new LabException("it ended: " + line + lastLines(), e);
    }
  }

  private String lastLines() {
    return LogTail.of(log);
  }

  /** Returns the file of what the process logs. */
  public Path log() {
    return log;
  }

  /** Returns the id of the process. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether the process runs. */
  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Sends a signal.
   *
   * @param signal as {@code kill} names it, such as {@code STOP}
   */
  public void signal(String signal) {
    Signals.send(signal, process.pid());
  }

  /** Tells the process to end. */
  public void end() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has ended by itself; close() makes sure.
      process.destroy();
    }
  }

  /** Kills the process, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Ends the process, by force if it must be, and waits until it is gone. */
  @Override
  public void close() {
    end();
    try {
      if (!process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      Files.deleteIfExists(log);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println(log + " is left behind: " + e.getMessage());
    }
    process.onExit().join();
  }
}
