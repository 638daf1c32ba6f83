package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a node off a data folder, and that it is then left as it was. */
class DataFolderTest {
  /** By the clock of the host, which is that of its file system too. */
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  @TempDir private Path folder;

  @Test
  void aNewFolderIsMadeAndMarkedOnce() throws IOException {
    var data = folder.resolve("a/b");
    DataFolder.open(data, () -> now);
    assertEquals("1\n", Files.readString(data.resolve("format")));
    DataFolder.open(data, () -> now.plusSeconds(1));
    try (var left = Files.list(data)) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void aClockThatWasNeverSetLeavesNoTrace() {
    var data = folder.resolve("data");
    var failure =
        assertThrows(StartFailure.class, () -> DataFolder.open(data, () -> Instant.EPOCH));
    assertTrue(
        failure.getMessage().startsWith("the clock of this host says 1970-01-01T00:00:00Z: set it"),
        failure.getMessage());
    assertFalse(Files.exists(data));
  }

  @Test
  void aClockThatWentBackByMoreThanADayIsRefused() throws IOException {
    DataFolder.open(folder, () -> now);
    DataFolder.open(folder, () -> now.minus(Duration.ofHours(23)));
    DataFolder.open(folder, () -> now);
    var failure =
        assertThrows(
            StartFailure.class,
            () -> DataFolder.open(folder, () -> now.minus(Duration.ofHours(25))));
    assertTrue(failure.getMessage().contains("touch " + folder.resolve("format")));
    assertEquals(now, Files.getLastModifiedTime(folder.resolve("format")).toInstant());
  }

  @Test
  void aFormatThatIsNoneIsRefused() throws IOException {
    Files.writeString(folder.resolve("format"), "one");
    var failure = assertThrows(StartFailure.class, () -> DataFolder.open(folder, () -> now));
    assertTrue(failure.getMessage().contains("format: \"one\" (expected: a number)"));
    assertEquals("one", Files.readString(folder.resolve("format")));
  }
}
