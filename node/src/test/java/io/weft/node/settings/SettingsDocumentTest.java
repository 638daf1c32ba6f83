package io.weft.node.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * docs/SETTINGS.md and conf/node.yaml say what the table of settings says.
 *
 * <p>The tables of the document are made from the code: run this test with {@code -Dweft.write} to
 * write them anew.
 */
class SettingsDocumentTest {
  private static final Path ROOT = Path.of(System.getProperty("weft.root"));
  private static final Path DOCUMENT = ROOT.resolve("docs/SETTINGS.md");
  private static final String BEGIN = "<!-- begin: made from the code -->\n";
  private static final String END = "<!-- end -->";

  /** What is said of the one default that differs from host to host. */
  private static final String NAME_DEFAULT = "the host's name";

  private static final int INDENT = 2;

  /** A key of conf/node.yaml at its level, also one that is commented out. */
  private static final Pattern KEY = Pattern.compile("( *)(?:# )?([a-z][A-Za-z0-9]*):(?: .*)?");

  @Test
  void theDocumentIsMadeFromTheTable() throws IOException {
    var text = Files.readString(DOCUMENT);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END, begin);
    assertTrue(begin >= BEGIN.length() && end >= 0, "docs/SETTINGS.md has lost its marks");
    var made = text.substring(0, begin) + tables() + text.substring(end);
    if (System.getProperty("weft.write") != null) {
      Files.writeString(DOCUMENT, made);
    }
    assertEquals(
        made,
        Files.readString(DOCUMENT),
        "docs/SETTINGS.md is not as the code says: run SettingsDocumentTest with -Dweft.write");
  }

  @Test
  void everySettingHasAPlaceInTheSettingsFile() throws IOException {
    var keys = keysOf(Files.readAllLines(ROOT.resolve("conf/node.yaml")));
    var missing = SettingTable.ALL.stream().map(Setting::key).filter(k -> !keys.contains(k));
    assertEquals(List.of(), missing.toList());
  }

  /** The settings in sections, in the order of the table; those without one come by themselves. */
  private static String tables() {
    var sections = SettingTable.ALL.stream().map(SettingsDocumentTest::section).distinct();
    return sections.map(SettingsDocumentTest::table).collect(Collectors.joining());
  }

  private static String section(Setting setting) {
    return setting.key().split("\\.", 2)[0];
  }

  private static String table(String section) {
    var rows = SettingTable.ALL.stream().filter(each -> section(each).equals(section));
    return """

        ### %s

        | setting | flag | what it is | form, unit and range | default |
        |---|---|---|---|---|
        %s
        """
        .formatted(section, rows.map(SettingsDocumentTest::row).collect(Collectors.joining("\n")));
  }

  private static String row(Setting setting) {
    var cells = new ArrayList<String>();
    cells.add("`" + setting.key() + "`");
    cells.add("`" + setting.flag() + "`");
    cells.add(setting.about());
    cells.add(setting.kind().expected());
    cells.add(fallback(setting));
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static String fallback(Setting setting) {
    if (setting.key().equals("node.name")) {
      return NAME_DEFAULT;
    }
    return setting.fallback().isEmpty() ? "empty" : "`" + setting.fallback() + "`";
  }

  private static Set<String> keysOf(List<String> lines) {
    var section = "";
    var keys = new TreeSet<String>();
    for (var line : lines) {
      var key = KEY.matcher(line);
      if (!key.matches()) {
        continue;
      }
      if (key.group(1).isEmpty()) {
        section = key.group(2);
        keys.add(section);
      } else if (key.group(1).length() == INDENT) {
        keys.add(section + "." + key.group(2));
      }
    }
    return keys;
  }
}
