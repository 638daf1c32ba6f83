package io.weft.node.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What no source file may hold, in any room. */
class SourcesTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));
  private static final int COLUMNS = 100;

  // Put together here, so that this file does not find itself.
  private static final Pattern SKIPPED =
      Pattern.compile("@" + "Disabled|@" + "Ignore\\b|\\bassume(True|False|That)\\(");
  private static final Pattern LUCK =
      Pattern.compile(
          "Thread\\." + "sleep|TimeUnit\\.[A-Z]+\\." + "sleep|Repeated" + "Test|Rerun" + "Failing");

  @Test
  void noTestIsSkipped() throws IOException {
    assertEquals(List.of(), found(SKIPPED, tests()));
  }

  @Test
  void noTestSleepsOrIsTriedAgain() throws IOException {
    assertEquals(List.of(), found(LUCK, tests()));
  }

  @Test
  void everyFileSaysFirstWhatItIs() throws IOException {
    var silent = new ArrayList<String>();
    for (var file : java("main")) {
      var text = Files.readString(file);
      if (!text.contains("/**")) {
        silent.add(ROOT.relativize(file).toString());
      }
    }
    assertEquals(List.of(), silent);
  }

  @Test
  void scriptsStopAtTheFirstErrorAndHaveHelp() throws IOException {
    var scripts = under(ROOT.resolve("scripts"), "");
    var shell = scripts.stream().filter(SourcesTest::isBash).toList();
    assertFalse(shell.isEmpty());
    for (var script : shell) {
      var text = Files.readString(script);
      assertTrue(text.contains("set -euo pipefail"), script + " does not stop at errors");
      assertTrue(Files.isExecutable(script), script + " is not executable");
      // scripts/weft hands --help on.
      boolean helps = text.contains("--help") || script.endsWith("weft");
      assertTrue(helps, script + " has no --help");
      text.lines().forEach(line -> assertTrue(line.length() <= COLUMNS, script + ": " + line));
    }
  }

  private static boolean isBash(Path file) {
    try (var lines = Files.newBufferedReader(file)) {
      var first = lines.readLine();
      return first != null && first.startsWith("#!") && first.endsWith("bash");
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
  }

  private static List<String> found(Pattern pattern, List<Path> files) throws IOException {
    var found = new ArrayList<String>();
    for (var file : files) {
      if (pattern.matcher(Files.readString(file)).find()) {
        found.add(ROOT.relativize(file).toString());
      }
    }
    return found;
  }

  private static List<Path> tests() throws IOException {
    var tests = java("test");
    assertFalse(tests.isEmpty());
    return tests;
  }

  private static List<Path> java(String kind) throws IOException {
    var files = new ArrayList<Path>();
    for (var room : List.of("mesh", "ledger", "verticles", "node", "examples", "lab")) {
      under(ROOT.resolve(room), ".java").stream()
          .filter(file -> file.toString().contains("/src/" + kind + "/"))
          .forEach(files::add);
    }
    return files;
  }

  private static List<Path> under(Path folder, String ending) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).filter(f -> f.toString().endsWith(ending)).toList();
    }
  }
}
