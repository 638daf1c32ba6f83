package io.weft.ledger.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.ledger.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded PostgreSQL, with real processes in a folder of its own, stopped after each test. */
final class EmbeddedPostgresTest {
  @TempDir static Path data;

  @AfterEach
  void stopWhatIsLeft() throws IOException {
    Path users = data.resolve("postgres/users");
    if (Files.isDirectory(users)) {
      try (var files = Files.list(users)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
    assertTrue(EmbeddedPostgres.stopIfUnused(data));
  }

  @Test
  void whatWasWrittenIsThereAfterARestart() {
    var first = EmbeddedPostgres.acquire(data);
    TestPostgres.execute(first.uri(), "create table kept as select 42 as answer");
    first.release();

    var second = EmbeddedPostgres.acquire(data);
    assertEquals("42", TestPostgres.query(second.uri(), "select answer from kept"));
    second.release();
  }

  @Test
  void theLastUserStopsTheServerAndNoneBefore() {
    var one = EmbeddedPostgres.acquire(data);
    var two = EmbeddedPostgres.acquire(data);
    assertEquals(one.uri(), two.uri());

    one.release();
    assertEquals("1", TestPostgres.query(two.uri(), "select 1"));
    assertFalse(EmbeddedPostgres.stopIfUnused(data));

    two.release();
    assertEquals(0, two.serverPid());
  }

  @Test
  void aKilledServerComesBackAtTheSameAddressWithWhatItAcknowledged() throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    TestPostgres.execute(postgres.uri(), "create table survived as select 7 as answer");
    long killed = postgres.serverPid();
    kill(killed);

    postgres.ensureRunning();

    assertNotEquals(killed, postgres.serverPid());
    assertEquals("7", TestPostgres.query(postgres.uri(), "select answer from survived"));
    postgres.release();
  }

  @Test
  void aUserThatWasKilledDoesNotKeepTheServerRunning() throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    var other = new ProcessBuilder("sleep", "600").start();
    Path users = data.resolve("postgres/users");
    String start = startTicks(other.pid());
    Files.createFile(users.resolve(other.pid() + "-" + start + "-1"));
    postgres.release();
    assertNotEquals(0, postgres.serverPid());

    other.destroyForcibly();
    assertTrue(other.waitFor(10, TimeUnit.SECONDS));

    assertTrue(EmbeddedPostgres.stopIfUnused(data));
    assertEquals(0, postgres.serverPid());
  }

  @Test
  void nodesThatStartAtOnceShareOneServerWhichSurvivesThatTheyAreKilled() throws Exception {
    var nodes = List.of(OtherNode.start(data), OtherNode.start(data), OtherNode.start(data));
    String uri = OtherNode.said(nodes.get(0));
    assertEquals(uri, OtherNode.said(nodes.get(1)));
    assertEquals(uri, OtherNode.said(nodes.get(2)));
    TestPostgres.execute(uri, "create table shared as select 3 as answer");
    for (Process node : nodes) {
      node.destroyForcibly();
      assertTrue(node.waitFor(10, TimeUnit.SECONDS));
    }

    assertEquals("3", TestPostgres.query(uri, "select answer from shared"));
    var last = EmbeddedPostgres.acquire(data);
    assertEquals(uri, last.uri());
    last.release();
    assertEquals(0, last.serverPid());
  }

  @Test
  void aNodeThatEndsLeavesTheServerToTheOther() throws Exception {
    var here = EmbeddedPostgres.acquire(data);
    var other = OtherNode.start(data);
    assertEquals(here.uri(), OtherNode.said(other));
    here.release();
    assertNotEquals(0, here.serverPid());

    other.getOutputStream().close();
    assertTrue(other.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, here.serverPid());
  }

  @Test
  void aProcessThatGotTheIdOfAKilledUserIsNotTakenForIt() throws IOException {
    var postgres = EmbeddedPostgres.acquire(data);
    postgres.release();
    Path users = data.resolve("postgres/users");
    // This process lives, but did not start at tick 1.
    Files.createFile(users.resolve(ProcessHandle.current().pid() + "-1-1"));

    assertTrue(EmbeddedPostgres.stopIfUnused(data));
    try (var left = Files.list(users)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void aPidFileThatNamesAnotherProgramDoesNotKeepTheServerFromStarting() throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    kill(postgres.serverPid());
    Path pidFile = data.resolve("postgres/cluster/postmaster.pid");
    var lines = Files.readAllLines(pidFile);
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(pidFile, lines);

    postgres.ensureRunning();

    assertEquals("1", TestPostgres.query(postgres.uri(), "select 1"));
    postgres.release();
  }

  @Test
  void nobodyComesInWithoutThePassword() throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    String wrong = postgres.uri().replaceAll(":[0-9a-f]+@", ":guess@");
    assertThrows(SQLException.class, () -> TestPostgres.connect(wrong).close());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(data.resolve("postgres/password"))));
    postgres.release();
  }

  @Test
  void whatIsAcknowledgedIsOnTheDisk() {
    var postgres = EmbeddedPostgres.acquire(data);
    assertEquals("on", TestPostgres.query(postgres.uri(), "show fsync"));
    assertEquals("on", TestPostgres.query(postgres.uri(), "show synchronous_commit"));
    assertEquals("127.0.0.1", TestPostgres.query(postgres.uri(), "show listen_addresses"));
    assertEquals("UTF8", TestPostgres.query(postgres.uri(), "show server_encoding"));
    postgres.release();
  }

  @Test
  void aFolderThatAShellWouldMisreadIsRefused() {
    var e =
        assertThrows(
            EmbeddedPostgresException.class, () -> EmbeddedPostgres.acquire(data.resolve("a\"b")));
    assertTrue(String.valueOf(e.getMessage()).contains("expected: a path without quotes"));
  }

  private static void kill(long pid) throws Exception {
    var server = ProcessHandle.of(pid).orElseThrow();
    assertTrue(server.destroyForcibly());
    server.onExit().get(10, TimeUnit.SECONDS);
  }

  private static String startTicks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[19];
  }
}
