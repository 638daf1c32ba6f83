package io.weft.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** A folder of its own for what a run keeps, deleted with all that is in it when it is closed. */
public final class TemporaryFolder implements AutoCloseable {
  private static final String PREFIX = "weft-lab-";

  private final Path path;

  /**
   * Creates the folder, which is empty.
   *
   * @throws LabException if the host has no room for temporary files
   */
  public TemporaryFolder() {
    try {
      path = Files.createTempDirectory(PREFIX);
    } catch (IOException e) {
      throw new LabException("no temporary folder: " + e.getMessage(), e);
    }
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  /** Deletes it; what cannot be deleted is said, and stays. To be closed again does nothing. */
  @Override
  public void close() {
    if (!Files.exists(path)) {
      return;
    }
    try (var files = Files.walk(path)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println(path + " is left behind: " + e.getMessage());
    }
  }
}
