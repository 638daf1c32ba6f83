package io.weft.lab.hostile;

import io.vertx.core.json.JsonObject;
import io.weft.lab.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** The process of the {@link Target}, as its parent sees it. For one thread. */
final class TargetProcess implements AutoCloseable {
  private static final int LINES_SHOWN = 20;

  private final ChildProcess process;

  /** Starts the process, and returns when it serves. */
  TargetProcess(String cluster, int port) {
    process = new ChildProcess("the node", Target.class, cluster, Integer.toString(port));
    ask(Target.START);
  }

  private JsonObject ask(String what) {
    return process.ask(new JsonObject().put(ChildProcess.DO, what), HostileLimits.ANSWER_MAX);
  }

  boolean alive() {
    return process.alive();
  }

  /** Returns the bytes of heap in use after a collection. */
  long heap() {
    return ask("figures").getLong("heap");
  }

  /** Returns how many lines the process has logged. */
  long lines() throws IOException {
    try (var lines = Files.lines(process.log(), StandardCharsets.ISO_8859_1)) {
      return lines.count();
    }
  }

  /** Returns how many bytes the process has logged. */
  long logged() throws IOException {
    return Files.size(process.log());
  }

  String firstLines() throws IOException {
    try (var lines = Files.lines(process.log(), StandardCharsets.ISO_8859_1)) {
      return String.join("\n", lines.limit(LINES_SHOWN).toList());
    }
  }

  @Override
  public void close() {
    process.kill();
    process.close();
  }
}
