package io.weft.lab.call;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that is measured, as seen by the one that has started it: with the same JVM, flags and
 * class path. For one thread.
 */
final class SideProcess implements AutoCloseable {
  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  /**
   * Starts a process.
   *
   * @param role {@link SideMain#SERVE} or {@link SideMain#CALL}
   */
  SideProcess(String role, SystemUnderTest system) {
    name = system.label() + " (" + role + ")";
    try {
      log = Files.createTempFile("weft-bench-", ".log");
      var command = new ArrayList<String>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(SideMain.class.getName());
      command.add(role);
      command.add(system.label());
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
  JsonObject ask(JsonObject command, Duration timeout) {
    var answer =
        Patience.await(name, CompletableFuture.supplyAsync(() -> exchange(command)), timeout);
    if (answer.containsKey("failure")) {
      throw new LabException(name + ": " + answer.getString("failure") + lastLines());
    }
    return answer.getJsonObject("result");
  }

  private JsonObject exchange(JsonObject command) {
    try {
      commands.write(command.encode());
      commands.newLine();
      commands.flush();
      var line = answers.readLine();
      if (line != null) {
        return new JsonObject(line);
      }
    } catch (IOException e) {
      throw new LabException("it ended (" + e.getMessage() + ")" + lastLines(), e);
    }
    throw new LabException("it ended" + lastLines());
  }

  private String lastLines() {
    try {
      var lines = Files.readAllLines(log);
      int first = Math.max(0, lines.size() - CallLimits.LOG_LINES_SHOWN);
      return lines.isEmpty() ? "" : "\n" + String.join("\n", lines.subList(first, lines.size()));
    } catch (IOException e) {
      return " (its log cannot be read: " + e.getMessage() + ")";
    }
  }

  /** Tells the process to end. */
  void end() {
    try {
      commands.close();
    } catch (IOException e) {
      // It has ended by itself; close() makes sure.
      process.destroy();
    }
  }

  /** Ends the process, by force if it must be, and waits until it is gone. */
  @Override
  public void close() {
    end();
    try {
      if (!process.waitFor(CallLimits.EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
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
