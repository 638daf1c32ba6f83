package io.weft.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands for backups refuse before they touch anything, and which files they keep. */
final class BackupCommandsTest {
  @TempDir private Path folder;

  private String refused(String... arguments) {
    var err = new StringWriter();
    var root = Path.of(System.getProperty("weft.root", ".."));
    var shell =
        new Shell(
            root,
            folder,
            Map.of(),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            false);
    assertEquals(ExitCode.REFUSED, CommandLines.run(shell, arguments));
    assertEquals(1, err.toString().lines().count(), err.toString());
    return err.toString();
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  @Test
  void aDataFolderWithoutADatabaseIsNoSourceAndGetsNone() {
    var said = refused("backup", "--data", data(), "a.backup");
    assertTrue(said.contains("has no embedded PostgreSQL (expected: the data folder"), said);
    assertFalse(Files.exists(folder.resolve("data/postgres")));
  }

  @Test
  void aFileThatIsNotThereIsNoBackupAndNoDatabaseIsMadeForIt() {
    var said = refused("restore", "--data", data(), "a.backup");
    assertTrue(said.contains("no such file (expected: a backup)"), said);
    assertFalse(Files.exists(folder.resolve("data/postgres")));
  }

  @Test
  void aNameThatNoNodeCanHaveIsRefused() {
    var said = refused("restore", "--data", data(), "--nodes", "n1,../x", "a.backup");
    assertTrue(said.contains("--nodes: \"../x\" (expected: names of nodes"), said);
  }

  @Test
  void aServerThatIsNotThereIsSaidSoWithoutThePassword() {
    var said =
        refused("backup", "--data", data(), "--postgres", "postgresql://a:hid@127.0.0.1:1/x", "f");
    assertTrue(said.contains("PostgreSQL at 127.0.0.1:1, database x: "), said);
    assertFalse(said.contains("hid@"), said);
    assertFalse(Files.exists(folder.resolve("f")));
  }

  @Test
  void onlyWholeDocumentsOfNodesAreKept() throws IOException {
    for (var name :
        List.of(
            "policies/n1/4.json",
            "policies/n1/5.draft",
            "policies/n1/x.json",
            "policies/stray.json",
            "counts/n2/12.json",
            "keys/development.json")) {
      var path = folder.resolve(name);
      Files.createDirectories(path.resolveSibling("."));
      Files.writeString(path, name);
    }
    assertEquals(
        Set.of("policies/n1/4.json", "counts/n2/12.json"),
        new KeptDocuments(folder).read().keySet());
  }
}
