package io.weft.lab.hostile;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The process of the {@link Target}, as its parent sees it. For one thread. */
final class TargetProcess implements AutoCloseable {
  private static final int LINES_SHOWN = 20;

  private final Path log = Files.createTempFile("weft-hostile-", ".log");
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  /** Starts the process with the JVM, flags and class path of this one. */
  TargetProcess(String cluster, int port) throws IOException, TimeoutException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Target.class.getName());
    command.add(cluster);
    command.add(Integer.toString(port));
    process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
    line();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Returns the bytes of heap in use after a collection. */
  long heap() throws IOException, TimeoutException {
    commands.write("figures");
    commands.newLine();
    commands.flush();
    return new JsonObject(line()).getLong("heap");
  }

  /** Returns what the process last said, once it has ended. */
  String lastWord() throws IOException {
    return "the node exited: " + answers.readLine();
  }

  /** Returns how many lines the process has logged. */
  long lines() throws IOException {
    try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines.count();
    }
  }

  /** Returns how many bytes the process has logged. */
  long logged() throws IOException {
    return Files.size(log);
  }

  String firstLines() throws IOException {
    try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return String.join("\n", lines.limit(LINES_SHOWN).toList());
    }
  }

  private String line() throws IOException, TimeoutException {
    var line =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return String.valueOf(answers.readLine());
              } catch (IOException e) {
                return "null";
              }
            });
    try {
      var text = line.get(HostileLimits.ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
      if (text.equals("null")) {
        throw new IOException("the node ended:\n" + firstLines());
      }
      if (!text.startsWith("{") && !text.equals("ready")) {
        throw new IOException("the node ended: " + text); // What the JVM says when it gives up.
      }
      return text;
    } catch (InterruptedException | ExecutionException e) {
      throw new IOException("no answer of the node", e);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    process.onExit().join();
    Files.deleteIfExists(log);
  }
}
