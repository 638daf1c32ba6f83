package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a ready node leaves for the scripts, and whether it is still true. */
class NodeFileTest {
  @TempDir private Path data;

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    var file = file("n1", ProcessHandle.current().pid(), start());
    file.write(data);
    assertEquals(List.of(file), NodeFile.list(data));
    assertTrue(NodeFile.list(data).get(0).alive());
  }

  @Test
  void aUrlSaysWhetherItsPortSpeaksTls() {
    var file = file("n1", 1, start());
    assertEquals("http://127.0.0.1:8080", String.valueOf(file.url("http").orElseThrow()));
    assertEquals("https://127.0.0.1:9080", String.valueOf(file.url("admin").orElseThrow()));
    assertEquals("http://[::1]:7000", String.valueOf(file.url("cluster").orElseThrow()));
    assertEquals(Optional.empty(), file.url("bridge"));
  }

  @Test
  void aFileOfAnOlderVersionSaysNothingOfTls() throws IOException {
    var file = file("n1", 1, start());
    file.write(data);
    var path = NodeFile.path(data, "n1");
    var json = new JsonObject(Files.readString(path));
    json.remove("tls");
    Files.writeString(path, json.encode());
    assertEquals(Set.of(), NodeFile.list(data).get(0).tls());
  }

  @Test
  void nodesAreListedInTheOrderOfTheirNumbers() throws IOException {
    for (var name : List.of("n10", "n9", "edge", "n1")) {
      file(name, 1, start()).write(data);
    }
    assertEquals(
        List.of("edge", "n1", "n9", "n10"),
        NodeFile.list(data).stream().map(NodeFile::name).toList());
  }

  @Test
  void aLaterProcessWithTheSamePidIsNotTheNode() {
    assertFalse(file("n1", ProcessHandle.current().pid(), start().minusSeconds(60)).alive());
  }

  @Test
  void aProcessThatEndedButWasNotWaitedForIsNotAlive() throws IOException {
    // The JVM waits for its children by itself, so the child of a shell that goes on is looked at.
    var shell = new ProcessBuilder("bash", "-c", "true & echo $!; read -r; wait").start();
    try (var out = shell.inputReader()) {
      long pid = Long.parseLong(out.readLine());
      var started =
          ProcessHandle.of(pid).flatMap(p -> p.info().startInstant()).orElse(Instant.EPOCH);
      var file = file("n1", pid, started);
      while (file.alive()) {
        Thread.onSpinWait();
      }
      assertFalse(file.alive());
    } finally {
      shell.destroyForcibly();
    }
  }

  @Test
  void aNodeThatEndedIsNotAlive() throws IOException, InterruptedException {
    var child = new ProcessBuilder("true").start();
    var started = child.info().startInstant().orElse(start());
    child.waitFor();
    assertFalse(file("n1", child.pid(), started).alive());
  }

  @Test
  void aFileThatIsNoNodeFileIsNamed() throws IOException {
    Files.createDirectories(data.resolve("nodes"));
    for (var text : List.of("", "{}", "[]", "{\"name\": 1}")) {
      Files.writeString(data.resolve("nodes/n1.json"), text);
      var failure = assertThrows(IOException.class, () -> NodeFile.list(data));
      assertTrue(String.valueOf(failure.getMessage()).contains("n1.json"), failure.getMessage());
    }
  }

  @Test
  void aRemovedFileIsGoneAndRemovingItAgainDoesNothing() throws IOException {
    file("n1", 1, start()).write(data);
    NodeFile.remove(data, "n1");
    NodeFile.remove(data, "n1");
    assertEquals(List.of(), NodeFile.list(data));
  }

  private static Instant start() {
    return NodeFile.startOfThisProcess(Instant.EPOCH);
  }

  private static NodeFile file(String name, long pid, Instant started) {
    return new NodeFile(
        name,
        pid,
        started,
        1_234,
        "local",
        "a",
        Map.of("http", "127.0.0.1:8080", "admin", "127.0.0.1:9080", "cluster", "::1:7000"),
        Set.of("admin"));
  }
}
