package io.weft.node.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No document leads anywhere that is not there, or shows what does not work. */
class DocumentsTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s#]*)(?:#([^)\\s]*))?\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

  /** A file of ours that is named in prose, as docs/LIMITS.md is. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?<![\\w/.-])((?:docs|conf|scripts|lab|deploy|examples|mesh|ledger|node)/[\\w./-]*"
              + "\\.(?:md|sh|yaml|xml|py|mjs|java|sql))\\b");

  private static final Pattern DECISION = Pattern.compile("\\b[dD]ecisions? (\\d{4})");
  private static final Pattern FROM = Pattern.compile("<!-- from (\\S+) -->");
  private static List<Markdown> documents = List.of();

  @BeforeAll
  static void read() throws IOException {
    var all = new ArrayList<Markdown>();
    for (var name : List.of("README.md", "CHANGELOG.md")) {
      all.add(Markdown.read(ROOT.resolve(name)));
    }
    try (var files = Files.walk(ROOT.resolve("docs"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
        all.add(Markdown.read(file));
      }
    }
    documents = all;
  }

  @Test
  void everyLinkLeadsToAFileAndAHeadingThatAreThere() throws IOException {
    var dead = new TreeSet<String>();
    for (var document : documents) {
      for (var link : LINK.matcher(String.join("\n", document.prose())).results().toList()) {
        if (!ELSEWHERE.matcher(link.group(1)).matches()
            && !leadsSomewhere(document, link.group(1), link.group(2))) {
          dead.add(ROOT.relativize(document.file()) + ": " + link.group());
        }
      }
    }
    assertEquals(List.of(), List.copyOf(dead));
  }

  private static boolean leadsSomewhere(Markdown from, String path, String anchor)
      throws IOException {
    var target =
        path.isEmpty()
            ? from.file()
            : from.file().resolveSibling(path).toAbsolutePath().normalize();
    return Files.exists(target)
        && (anchor == null || Markdown.read(target).anchors().contains(anchor));
  }

  @Test
  void everyFileAndDecisionThatIsNamedIsThere() throws IOException {
    var decisions = new TreeSet<String>();
    try (var files = Files.list(ROOT.resolve("docs/decisions"))) {
      files.forEach(file -> decisions.add(file.getFileName().toString().substring(0, 4)));
    }
    var dead = new TreeSet<String>();
    for (var document : documents) {
      var prose = String.join("\n", document.prose());
      NAMED
          .matcher(prose)
          .results()
          .map(found -> found.group(1))
          .filter(file -> !Files.exists(ROOT.resolve(file)))
          .forEach(file -> dead.add(ROOT.relativize(document.file()) + ": " + file));
      DECISION
          .matcher(prose)
          .results()
          .map(found -> found.group(1))
          .filter(number -> !decisions.contains(number))
          .forEach(number -> dead.add(ROOT.relativize(document.file()) + ": decision " + number));
    }
    assertEquals(List.of(), List.copyOf(dead));
  }

  @Test
  void theIndexLeadsToEveryDocument() throws IOException {
    var index = Files.readString(ROOT.resolve("docs/README.md"));
    try (var files = Files.list(ROOT.resolve("docs"))) {
      var missing =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".md") && !name.equals("README.md"))
              .filter(name -> !index.contains("](" + name + ")"))
              .sorted()
              .toList();
      assertEquals(List.of(), missing);
    }
  }

  @Test
  void commandsExistAndTakeTheFlagsThatAreShown() throws IOException {
    var commands = new Commands(ROOT);
    var faults = new TreeSet<String>();
    int looked = 0;
    for (var document : documents) {
      for (var command : Commands.in(document)) {
        looked++;
        for (var fault : commands.faults(command)) {
          faults.add(ROOT.relativize(document.file()) + ": " + fault);
        }
      }
    }
    assertEquals(List.of(), List.copyOf(faults));
    assertTrue(looked > 100, looked + " commands were found");
  }

  @Test
  void aCommandOrAFlagThatIsNotThereIsFound() throws IOException {
    var commands = new Commands(ROOT);
    assertFalse(commands.faults("scripts/begin.sh").isEmpty());
    assertFalse(commands.faults("scripts/start.sh --nodes 3 --forground").isEmpty());
    assertFalse(commands.faults("scripts/start.sh -- --http-prot 1").isEmpty());
    assertFalse(commands.faults("weft drain n2 --hard").isEmpty());
    assertTrue(commands.faults("scripts/start.sh --nodes 3 -- --http-port 1").isEmpty());
  }

  @Test
  void theCodeThatIsShownIsCutFromTheCode() throws IOException {
    int shown = 0;
    for (var document : documents) {
      for (var block : document.blocks()) {
        var from = FROM.matcher(block.above());
        if (from.matches()) {
          assertCutFrom(document, block, Files.readAllLines(ROOT.resolve(from.group(1))));
          shown++;
        }
      }
    }
    assertTrue(shown >= 10, shown + " blocks name where they are from");
  }

  /** The parts of a block, between lines of an ellipsis, are in the file in their order. */
  private static void assertCutFrom(Markdown document, Markdown.Block block, List<String> file) {
    var part = new ArrayList<String>();
    int from = 0;
    for (var line : block.lines()) {
      if (line.strip().equals("…")) {
        from = behind(document, part, file, from);
        part.clear();
      } else {
        part.add(line);
      }
    }
    behind(document, part, file, from);
  }

  private static int behind(Markdown document, List<String> part, List<String> file, int from) {
    var sought = bare(part);
    for (int at = from; at + sought.size() <= file.size(); at++) {
      if (bare(file.subList(at, at + sought.size())).equals(sought)) {
        return at + sought.size();
      }
    }
    throw new AssertionError(
        ROOT.relativize(document.file())
            + " shows what is not in the code:\n"
            + String.join("\n", part));
  }

  /** Lines without the blanks that all of them begin with, and without empty ones at the ends. */
  private static List<String> bare(List<String> lines) {
    return String.join("\n", lines)
        .stripIndent()
        .strip()
        .lines()
        .map(String::stripTrailing)
        .toList();
  }
}
