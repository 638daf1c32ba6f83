package io.weft.node;

import io.weft.mesh.time.WallClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * The folder of what a node keeps, looked at before anything in it is touched: whether it can be
 * written, whether there is room, whether this version knows what is in it.
 *
 * <p>Its file {@code format} holds the number of the layout of the folder. It changes when an older
 * version would misread what a newer one has written, and not before.
 */
final class DataFolder {
  /** The layout that this version writes, and the newest that it can read. */
  static final int FORMAT = 1;

  private static final String FILE = "format";

  private DataFolder() {}

  /**
   * Makes the folder if it is not there, and checks it; blocks.
   *
   * @throws StartFailure if a node must not run on it; it is then as it was
   */
  static void open(Path data, WallClock clock) {
    var now = clock.now();
    notBefore(NodeLimits.CLOCK_EARLIEST, now, "this version is later than that");
    try {
      Files.createDirectories(data);
      if (!Files.isWritable(data)) {
        throw new StartFailure(unusable(data, "it cannot be written"));
      }
      // Not by its FileStore, which has to find the mount: in a changed root there may be none.
      long free = data.toFile().getUsableSpace();
      if (free < NodeLimits.DISK_FREE_MIN_BYTES) {
        throw new StartFailure(
            "the disk of "
                + data
                + " has "
                + mebi(free)
                + " free (expected: at least "
                + mebi(NodeLimits.DISK_FREE_MIN_BYTES)
                + "): free some, or name another folder with --data");
      }
      known(data.resolve(FILE), now);
    } catch (IOException e) {
      throw new StartFailure(unusable(data, e.toString()), e);
    }
  }

  private static void known(Path file, Instant now) throws IOException {
    if (!Files.exists(file)) {
      var draft = file.resolveSibling(FILE + "." + ProcessHandle.current().pid());
      Files.writeString(draft, FORMAT + "\n");
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    if (Files.size(file) > NodeLimits.FORMAT_FILE_MAX_BYTES) {
      throw new StartFailure(file + ": too large (expected: a number)");
    }
    var text = Files.readString(file).strip();
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new StartFailure(
          file + ": \"" + text + "\" (expected: a number): restore the data folder from a backup");
    }
    if (Integer.parseInt(text) > FORMAT) {
      throw new StartFailure(
          file
              + ": "
              + text
              + " (expected: at most "
              + FORMAT
              + "): a newer version has used this data folder; start that one, or name another"
              + " folder with --data");
    }
    notBefore(
        Files.getLastModifiedTime(file).toInstant().minus(NodeLimits.CLOCK_BACK_MAX),
        now,
        "a node has used "
            + file.getParent()
            + " later than that; if the clock was wrong then, touch "
            + file);
    Files.setLastModifiedTime(file, FileTime.from(now));
  }

  private static void notBefore(Instant earliest, Instant now, String why) {
    if (now.isBefore(earliest)) {
      throw new StartFailure(
          "the clock of this host says "
              + now
              + ": set it ("
              + why
              + "): tokens, certificates and what is written down go by it");
    }
  }

  private static String unusable(Path data, String why) {
    return "the data folder "
        + data
        + " cannot be used ("
        + why
        + "): give this user the right to write there, or name another with --data";
  }

  private static String mebi(long bytes) {
    return bytes / (1024 * 1024) + " MiB";
  }
}
