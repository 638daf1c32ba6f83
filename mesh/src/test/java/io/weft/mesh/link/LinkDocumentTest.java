package io.weft.mesh.link;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Keeps what docs/PROTOCOL.md says of links to what they do. */
class LinkDocumentTest {
  private static String section() throws IOException {
    var document =
        Files.readString(Path.of(System.getProperty("weft.root"), "docs", "PROTOCOL.md"));
    return document.substring(document.indexOf("## The link between two sites"));
  }

  @Test
  void everyTypeIsInTheDocumentWithItsNumber() throws Exception {
    var section = section();
    for (var type : types()) {
      var name = type.getName().replace("ENTRY_", "");
      var row = "| " + type.getByte(null) + " |";
      assertTrue(
          section.lines().anyMatch(line -> line.startsWith(row) && line.contains(" " + name + " |"))
              || name.equals("SEALED"),
          name + " is not in docs/PROTOCOL.md");
    }
    assertTrue(section.contains("type " + LinkFormat.SEALED + ", SEALED"));
  }

  private static Field[] types() {
    return Arrays.stream(LinkFormat.class.getDeclaredFields())
        .filter(field -> field.getType() == byte.class && !field.getName().equals("MAGIC"))
        .toArray(Field[]::new);
  }

  @Test
  void everyReasonThatTravelsIsInTheDocumentWithItsNumber() throws Exception {
    var section = section();
    for (var reason : LinkReason.values()) {
      if (reason != LinkReason.UNKNOWN && reason != LinkReason.SILENT) {
        var row = "| " + reason.code() + " | " + reason + " |";
        assertTrue(section.contains(row), row);
      }
    }
  }
}
