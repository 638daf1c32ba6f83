package io.weft.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The end of a log, for the message about the process that wrote it. */
public final class LogTail {
  private static final int LINES = 20;

  private LogTail() {}

  /** Returns the last lines of a file, each after a line break; nothing when it has none. */
  public static String of(Path log) {
    try (var read = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      var lines = read.toList();
      int first = Math.max(0, lines.size() - LINES);
      return lines.isEmpty() ? "" : "\n" + String.join("\n", lines.subList(first, lines.size()));
    } catch (IOException e) {
      return " (its log cannot be read: " + e.getMessage() + ")";
    }
  }
}
