package io.weft.mesh.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Payload;
import io.weft.mesh.wire.Told.Asked;
import io.weft.mesh.wire.Told.Cancelled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Keeps docs/PROTOCOL.md to what nodes do. */
class ProtocolDocumentTest {
  private static final String BLOCK = "```hex\n";

  /** The column at which a line of the block says what its bytes are. */
  private static final String REMARK = "#";

  @Test
  void theExampleIsWhatANodeWrites() throws Exception {
    var body = Buffer.buffer("{\"id\":\"u-7\"}");
    var asked =
        Frames.request(
            "users.rename", Kind.COMMAND, "k-81", Payload.of(body), Duration.ofMillis(750));

    var frame =
        Frames.of(
            writer -> {
              writer.request(0x0000_0001_0000_0003L, "users-1", asked, body);
              writer.cancel(0x0000_0001_0000_0002L);
            });

    assertEquals(HexFormat.of().formatHex(example()), HexFormat.of().formatHex(frame.getBytes()));
  }

  @Test
  void theExampleIsReadAsTheDocumentSays() throws Exception {
    var frame = Buffer.buffer(example());

    assertEquals("edge-1", Told.reader(frame).node());
    assertEquals(
        List.of(
            new Asked(
                0x0000_0001_0000_0003L,
                "users-1",
                "users.rename",
                Kind.COMMAND,
                "orders",
                Duration.ofMillis(750),
                "k-81",
                Frames.TRACE,
                "application/json",
                "{\"id\":\"u-7\"}"),
            new Cancelled(0x0000_0001_0000_0002L)),
        Told.by(frame));
  }

  @Test
  void everyTypeOfEntryAndFieldIsInTheDocument() throws Exception {
    var document = document();
    for (var constant : FrameFormat.class.getDeclaredFields()) {
      var name = constant.getName();
      if (constant.getType() == byte.class
          && !name.startsWith("KIND_")
          && !name.startsWith("PRIORITY_")
          && !name.equals("DELETE")) {
        var word =
            name.replaceFirst("^(FIELD|FAILURE)_", "").toLowerCase(Locale.ROOT).replace('_', ' ');
        assertTrue(
            document.toLowerCase(Locale.ROOT).contains(word),
            "docs/PROTOCOL.md says nothing of " + name);
      }
    }
  }

  private static byte[] example() throws IOException {
    var document = document();
    int begin = document.indexOf(BLOCK) + BLOCK.length();
    var digits = new StringBuilder();
    document
        .substring(begin, document.indexOf("```", begin))
        .lines()
        .forEach(line -> digits.append(line.replaceFirst(REMARK + ".*", "").replace(" ", "")));
    return HexFormat.of().parseHex(digits);
  }

  private static String document() throws IOException {
    return Files.readString(Path.of(System.getProperty("weft.root"), "docs", "PROTOCOL.md"));
  }
}
