package io.weft.node.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, so that its exit code and what it leaves are seen. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 90;

  private final Process process;
  private final Path out;
  private final Path err;

  private Child(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts a command whose home is the project, with its output in a folder. */
  static Child start(Path folder, Map<String, String> environment, String... arguments) {
    try {
      var out = Files.createTempFile(folder, "out", ".txt");
      var err = Files.createTempFile(folder, "err", ".txt");
      var builder = new ProcessBuilder(command(arguments));
      builder.environment().keySet().removeIf(name -> name.startsWith("WEFT_"));
      builder.environment().putAll(environment);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      return new Child(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Those that open the JDK for Hazelcast and Netty, as the build says.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    var root = System.getProperty("weft.root");
    command.add("-Dweft.home=" + root);
    command.add("-Dweft.cwd=" + root);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.weft.node.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Waits for its end and returns its exit code. */
  int code() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still runs: " + out() + err());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits until a file is there, as long as the process runs. */
  void awaitFile(Path file) {
    while (!Files.exists(file)) {
      if (!process.isAlive()) {
        throw new AssertionError("ended with " + process.exitValue() + ": " + out() + err());
      }
      Thread.onSpinWait();
    }
  }

  /** Asks it to stop, as {@code kill} does. */
  void terminate() {
    process.destroy();
  }

  long pid() {
    return process.pid();
  }

  String out() {
    return read(out);
  }

  String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
