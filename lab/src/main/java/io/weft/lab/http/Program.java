package io.weft.lab.http;

import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program of the system that runs beside what is measured, or measures it. For one thread. */
final class Program implements AutoCloseable {
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final Process process;

  private Program(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a program that stays, and returns when it listens.
   *
   * @param log where it says what it says
   */
  static Program listening(int port, Path log, String... command) {
    var program = start(log, command);
    Patience.until(
        command[0] + " listens",
        HttpLimits.START_MAX,
        HttpLimits.LOOK_INTERVAL,
        () -> {
          if (!program.process.isAlive()) {
            throw new LabException(command[0] + " ended instead of starting: " + text(log));
          }
          return Ports.open(port);
        });
    return program;
  }

  private static Program start(Path log, String... command) {
    try {
      var process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      return new Program(command[0], process);
    } catch (IOException e) {
      throw new LabException(
          command[0] + " cannot be started: install its package (" + e.getMessage() + ")", e);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @return what it said
   */
  static String output(Duration timeout, String... command) {
    Process process;
    try {
      process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new LabException(
          command[0] + " cannot be started: install its package (" + e.getMessage() + ")", e);
    }
    var said = CompletableFuture.supplyAsync(() -> all(process));
    try {
      var text = Patience.await(command[0], said, timeout);
      if (process.waitFor() != 0) {
        throw new LabException(command[0] + " failed: " + text);
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException(command[0] + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String all(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new LabException("what a program says cannot be read: " + e.getMessage(), e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (process.isAlive()) {
      System.err.println(name + " is left behind");
    }
  }
}
