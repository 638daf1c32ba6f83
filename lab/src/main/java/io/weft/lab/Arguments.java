package io.weft.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** How the lab's programs read their arguments, and write the results of {@code --json}. */
public final class Arguments {
  private Arguments() {}

  /**
   * Reads arguments into an object with picocli's annotations; of one said twice the last counts.
   *
   * @param script the script's name, for the hint where to look
   * @return the object
   * @throws LabException if they are not as they should be
   */
  public static <T> T read(T into, String script, String... arguments) {
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    try {
      new CommandLine(into).setOverwrittenOptionsAllowed(true).parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      throw new LabException(e.getMessage() + ": see scripts/" + script + " --help", e);
    }
    return into;
  }

  /**
   * Returns a value that is from 1 to a limit.
   *
   * @throws LabException if it is not
   */
  public static int inRange(String option, int value, int max) {
    if (value < 1 || value > max) {
      throw new LabException(option + ": " + value + " (expected: 1 to " + max + ")");
    }
    return value;
  }

  /**
   * Writes lines to the file of {@code --json}; does nothing when there is none.
   *
   * @throws LabException if it cannot be written
   */
  public static void writeJson(@Nullable Path file, List<String> lines) {
    if (file == null) {
      return;
    }
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new LabException("--json: " + file + " cannot be written: " + e.getMessage(), e);
    }
  }
}
