package io.weft.node.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One document: what is in its fenced blocks, and what is around them.
 *
 * @param file where it is
 * @param prose the lines outside of fenced blocks
 * @param blocks the fenced blocks, in order
 */
record Markdown(Path file, List<String> prose, List<Block> blocks) {
  private static final String FENCE = "```";
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /**
   * A fenced block.
   *
   * @param language what stands behind the fence; empty for none
   * @param above the last line before it that is not empty
   * @param lines what is in it
   */
  record Block(String language, String above, List<String> lines) {}

  static Markdown read(Path file) throws IOException {
    var prose = new ArrayList<String>();
    var blocks = new ArrayList<Block>();
    List<String> inside = null;
    var language = "";
    var above = "";
    for (var line : Files.readAllLines(file)) {
      if (line.strip().startsWith(FENCE)) {
        if (inside == null) {
          inside = new ArrayList<>();
          language = line.strip().substring(FENCE.length());
        } else {
          blocks.add(new Block(language, above, inside));
          inside = null;
        }
      } else if (inside != null) {
        inside.add(line);
      } else {
        prose.add(line);
        above = line.isBlank() ? above : line;
      }
    }
    if (inside != null) {
      throw new IllegalStateException(file + ": a block that does not end");
    }
    return new Markdown(file, prose, blocks);
  }

  /** Returns the names by which links reach the headings. */
  Set<String> anchors() {
    var anchors = new TreeSet<String>();
    for (var line : prose) {
      var heading = HEADING.matcher(line);
      if (heading.matches()) {
        var name = heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\w -]", "");
        anchors.add(name.strip().replace(' ', '-'));
      }
    }
    return anchors;
  }

  /** Returns what stands in the prose as code. */
  List<String> code() {
    return CODE.matcher(String.join("\n", prose)).results().map(found -> found.group(1)).toList();
  }
}
