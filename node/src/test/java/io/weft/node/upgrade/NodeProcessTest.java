package io.weft.node.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.node.StartFailure;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a node was started, read from its process, and how it is started again. */
class NodeProcessTest {
  private static final Path DATA = Path.of("/var/weft");
  private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

  private static List<String> command(String... flags) {
    var command =
        new ArrayList<>(
            List.of(
                "java", "-Xmx384m", "-Dweft.home=/opt/weft-1", "-Dweft.cwd=/srv", "-cp", "l/*"));
    command.addAll(List.of("io.weft.node.Main", "node"));
    command.addAll(List.of(flags));
    return command;
  }

  private static NodeProcess process(String... flags) {
    return NodeProcess.of(command(flags), List.of(), STARTED).orElseThrow();
  }

  @Test
  void aNodeIsKnownByWhatItWasStartedWith() {
    var found =
        NodeProcess.of(
                command("--name", "n1"),
                List.of("WEFT_LOG_LEVEL=debug", "JAVA_HOME=/opt/java", "HOME=/root", "odd"),
                STARTED)
            .orElseThrow();
    assertEquals(
        new NodeProcess(
            Path.of("/opt/weft-1"),
            Path.of("/srv"),
            List.of("--name", "n1"),
            Map.of("WEFT_LOG_LEVEL", "debug", "JAVA_HOME", "/opt/java"),
            STARTED),
        found);
  }

  @Test
  void aNodeOfAJarIsKnownAsOneOfAClassIs() {
    var command = new ArrayList<>(command("--name", "n1"));
    command.subList(command.indexOf("-cp"), command.indexOf("node")).clear();
    command.addAll(command.indexOf("node"), List.of("-jar", "lib/weft-node.jar"));
    assertEquals(Optional.of(process("--name", "n1")), NodeProcess.of(command, List.of(), STARTED));
  }

  @Test
  void whatIsNoNodeOfTheScriptIsNone() {
    var other = new ArrayList<>(command());
    other.set(other.size() - 1, "status");
    var byHand = new ArrayList<>(command("--name", "n1"));
    byHand.remove("-Dweft.home=/opt/weft-1");
    for (var each : List.of(List.<String>of(), List.of("sleep", "9"), other, byHand)) {
      assertEquals(Optional.empty(), NodeProcess.of(each, List.of(), STARTED), each.toString());
    }
    var e = assertThrows(StartFailure.class, () -> NodeProcess.of("n1", ProcessHandle.current()));
    assertTrue(String.valueOf(e.getMessage()).contains("docs/UPGRADE.md"), e.getMessage());
  }

  @Test
  void itJoinsThoseThatRunInItsDataFolderAndKeepsAllElse() {
    assertEquals(
        List.of("--name", "n1", "--zone=a", "--data", "/var/weft", "--join", "h:1,h:2"),
        process("--name", "n1", "--join", "h:9", "--zone=a", "--data=data")
            .flags(DATA, List.of("h:1", "h:2")));
  }

  @Test
  void aloneItJoinsWhatItJoinedBefore() {
    assertEquals(
        List.of("--join=h:9", "--name", "n1", "--data", "/var/weft"),
        process("--join=h:9", "--data", "data", "--name", "n1").flags(DATA, List.of()));
  }

  @Test
  void itRunsAReleaseOnlyAsThatLiesThereNow() {
    var running = process("--name", "n1");
    var home = Path.of("/opt/weft-1");
    assertTrue(running.runs(home, STARTED.minusSeconds(1)));
    assertFalse(running.runs(home, STARTED.plusSeconds(1)));
    assertFalse(running.runs(Path.of("/opt/weft-2"), STARTED.minusSeconds(1)));
  }
}
