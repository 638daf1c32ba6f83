package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.node.NodeFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each start that cannot be: one line that says what to do, exit code 2, nothing left running. */
class BadStartTest {
  @TempDir private Path folder;

  @Test
  void anUnknownFlag() {
    assertEquals(
        "weft: Unknown option: '--htpp-port': see weft node --help",
        refused("node", "--htpp-port"));
  }

  @Test
  void anUnknownCommandAndNoCommand() {
    assertEquals("weft: \"nod\": no such command (nearest: node): see weft --help", refused("nod"));
    try (var child = Child.start(folder, Map.of())) {
      assertEquals(2, child.code());
      assertTrue(child.err().startsWith("Usage: weft"), child.err());
    }
  }

  @Test
  void aValueThatIsMissingOrWrong() {
    assertTrue(refused("node", "--http-port").contains("--http-port"));
    assertEquals(
        "weft: --http-port: \"eighty\" (expected: a port; 0 for any that is free, 0 to 65535)",
        refused("node", "--http-port", "eighty"));
    assertEquals(
        "weft: WEFT_LOG_LEVEL: \"loud\" (expected: error or warn or info or debug or trace)",
        refused(Map.of("WEFT_LOG_LEVEL", "loud"), "node"));
  }

  @Test
  void anUnreadableOrInvalidSettingsFile() throws IOException {
    var missing = folder.resolve("none.yaml");
    assertEquals(
        "weft: " + missing + ": cannot be read (no such file): name a readable file with --config",
        refused("node", "--config", missing.toString()));
    var invalid = folder.resolve("bad.yaml");
    Files.writeString(invalid, "http:\n  port: 8080\n  prot: 1\n");
    assertEquals(
        "weft: " + invalid + ":3: http.prot: no such setting: did you mean http.port?",
        refused("node", "--config", invalid.toString()));
    Files.writeString(invalid, "http: {port: 1\n");
    assertTrue(
        refused("node", "--config", invalid.toString())
            .startsWith("weft: " + invalid + ":2: not YAML: "));
  }

  @Test
  void aServiceThatNobodyProvides() {
    var line = refused("node", "--services", "users,bills", "--data", data("a"));
    assertTrue(line.startsWith("weft: --services: no such service: \"bills\" (expected: "), line);
  }

  @Test
  void anHttpPortThatIsTaken() throws IOException {
    try (var taken = taken()) {
      var port = String.valueOf(taken.getLocalPort());
      var line = refused(edge("n1", "weft", "--http-port", port));
      assertTrue(line.contains("http port " + port + " is taken"), line);
      assertTrue(line.contains("--http-port"), line);
    }
  }

  @Test
  void anAdminPortThatIsTaken() throws IOException {
    try (var taken = taken()) {
      var port = String.valueOf(taken.getLocalPort());
      var line = refused(edge("n1", "weft", "--admin-port", port));
      assertTrue(line.contains("admin port " + port + " is taken"), line);
      assertTrue(line.contains("--admin-port"), line);
    }
  }

  @Test
  void halfOfTheTlsOfAPort() {
    assertEquals(
        "weft: admin.certificate: nothing (expected: certificate and key, or neither)",
        refused(edge("n1", "weft", "--admin-key", "n1.key")));
    assertEquals(
        "weft: service routing cannot start: http.key: nothing (expected: certificate and key, or"
            + " neither)",
        refused(edge("n1", "weft", "--http-certificate", "n1.pem")));
  }

  @Test
  void aClusterPortThatIsTaken() throws IOException {
    try (var taken = taken()) {
      var port = String.valueOf(taken.getLocalPort());
      var line = refused(edge("n1", "weft", "--cluster-port", port));
      assertTrue(line.contains(port) && line.contains("--cluster-port"), line);
    }
  }

  @Test
  void aPostgresThatDoesNotAnswer() throws IOException {
    int nobody = freePort();
    var line =
        refused(
            "node",
            "--services",
            "users",
            "--data",
            data("a"),
            "--cluster-port",
            String.valueOf(freePort()),
            "--admin-port",
            "0",
            "--postgres",
            "postgresql://weft:hush@127.0.0.1:" + nobody + "/weft");
    assertTrue(
        line.startsWith(
            "weft: PostgreSQL at postgresql://weft:***@127.0.0.1:"
                + nobody
                + "/weft does not"
                + " answer ("),
        line);
    assertTrue(line.endsWith("start it, or name another with --postgres"), line);
  }

  @Test
  void aDataFolderThatIsAFile() throws IOException {
    var file = folder.resolve("file");
    Files.writeString(file, "mine");
    var line = refused(edge("n1", "weft", "--data", file.toString()));
    assertTrue(line.startsWith("weft: the data folder " + file + " cannot be used ("), line);
    assertTrue(line.endsWith("or name another with --data"), line);
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aDataFolderOfANewerVersion() throws IOException {
    Files.createDirectories(Path.of(data("n1")));
    var format = Path.of(data("n1"), "format");
    Files.writeString(format, "2\n");
    assertEquals(
        "weft: "
            + format
            + ": 2 (expected: at most 1): a newer version has used this data folder; start that"
            + " one, or name another folder with --data",
        refused(edge("n1", "weft")));
    try (var left = Files.list(Path.of(data("n1")))) {
      assertEquals(List.of(format), left.toList());
    }
  }

  @Test
  void anotherClusterNameOnTheSeedAndANodeNameInUse() throws IOException {
    int seed = freePort();
    try (var first =
        Child.start(
            folder, Map.of(), edge("n1", "first", "--cluster-port", String.valueOf(seed)))) {
      first.awaitFile(NodeFile.path(Path.of(data("n1")), "n1"));
      var join = "127.0.0.1:" + seed;

      // Another host would have another data folder: then the cluster knows. Both are watched for
      // seconds before they are refused, so they are watched together.
      try (var stranger = Child.start(folder, Map.of(), edge("n2", "second", "--join", join));
          var namesake =
              Child.start(
                  folder, Map.of(), edge("n1", "first", "--join", join, "--data", data("other")))) {
        // The same data folder, and so the same file.
        var again = refused(edge("n1", "first", "--join", join));
        assertTrue(again.startsWith("weft: node n1 runs already (process " + first.pid()), again);

        var inUse = refused(namesake);
        assertTrue(inUse.contains("\"n1\" is in use"), inUse);
        var notLetIn = refused(stranger);
        assertTrue(
            notLetIn.contains("\"second\"") && notLetIn.contains("--cluster-name"), notLetIn);
      }

      first.terminate();
      assertEquals(0, first.code(), first.err());
      assertFalse(Files.exists(NodeFile.path(Path.of(data("n1")), "n1")));
    }
  }

  private String refused(String... arguments) {
    return refused(Map.of(), arguments);
  }

  private String refused(Map<String, String> environment, String... arguments) {
    return refused(Child.start(folder, environment, arguments));
  }

  private static String refused(Child child) {
    try (child) {
      int code = child.code();
      var err = child.err();
      assertEquals(2, code, err + child.out());
      assertEquals(1, err.lines().count(), err);
      assertFalse(child.out().contains("\tat "), child.out());
      return err.strip();
    }
  }

  // A node without data: a gateway alone, on ports of its own.
  private String[] edge(String name, String cluster, String... more) {
    var arguments =
        new ArrayList<>(
            List.of(
                "node",
                "--services",
                "routing",
                "--name",
                name,
                "--cluster-name",
                cluster,
                "--data",
                data(name),
                "--http-port",
                "0",
                "--admin-port",
                "0",
                "--cluster-port",
                String.valueOf(freePort())));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private String data(String name) {
    return folder.resolve("data-" + name).toString();
  }

  private static ServerSocket taken() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static int freePort() {
    try (var socket = taken()) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
