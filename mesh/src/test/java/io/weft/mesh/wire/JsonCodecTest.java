package io.weft.mesh.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Operation;
import io.weft.mesh.Topic;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records to bytes and back, strictly. */
class JsonCodecTest {
  record Line(String sku, int quantity) {}

  record Order(String id, List<Line> lines, Instant at, String note) {}

  @Test
  void aRecordComesBackAsItWas() {
    var order =
        new Order("7", List.of(new Line("a", 2)), Instant.parse("2026-01-02T03:04:05.678Z"), null);

    assertEquals(order, JsonCodec.decode(JsonCodec.encode(order), Order.class));
  }

  @Test
  void nullFieldsAreNotWrittenAndInstantsAreTexts() {
    var order = new Order("7", List.of(), Instant.parse("2026-01-02T03:04:05Z"), null);

    assertEquals(
        "{\"id\":\"7\",\"lines\":[],\"at\":\"2026-01-02T03:04:05Z\"}",
        JsonCodec.encode(order).toString());
  }

  @Test
  void buffersPassThroughUntouched() {
    var bytes = Buffer.buffer(new byte[] {1, 2, 3});

    assertSame(bytes, JsonCodec.encode(bytes));
    assertSame(bytes, JsonCodec.decode(bytes, Buffer.class));
  }

  @Test
  void theFieldAtFaultIsNamedByItsPointer() {
    assertEquals(
        "/lines/1/quantity", pointer("{\"lines\":[{\"quantity\":1},{\"quantity\":\"two\"}]}"));
    assertEquals(
        "/lines/0/size", pointer("{\"lines\":[{\"sku\":\"a\",\"quantity\":1,\"size\":1}]}"));
    assertEquals("/lines/0/quantity", pointer("{\"lines\":[{}]}"));
    assertEquals("/id", pointer("{\"id\":7}"));
  }

  enum Color {
    RED,
    @JsonEnumDefaultValue
    NONE
  }

  record Painted(Line line, Color color) {}

  @Test
  void whatANewerNodeTellsIsReadWithoutWhatIsNotKnown() {
    var told =
        Buffer.buffer(
            "{\"line\":{\"sku\":\"a\",\"quantity\":1,\"size\":{}},"
                + "\"color\":\"MAUVE\",\"more\":[1]}");
    var painted = new Painted(new Line("a", 1), Color.NONE);

    assertEquals(painted, JsonCodec.decodeLenient(told, Painted.class));
    assertEquals(painted, JsonCodec.lenient(Painted.class).decode(told));
    assertThrows(Application.class, () -> JsonCodec.of(Painted.class).decode(told));
  }

  @Test
  void whatANewerNodeTellsIsOtherwiseReadAsStrictly() {
    for (var text : List.of("{\"sku\":7,\"quantity\":1}", "{\"sku\":\"a\"}", "{} {}", "[]")) {
      assertThrows(
          Application.class, () -> JsonCodec.decodeLenient(Buffer.buffer(text), Line.class), text);
    }
  }

  @Test
  void requestsAreReadStrictlyAndRepliesAndEventsLeniently() {
    var newer = Buffer.buffer("{\"sku\":\"a\",\"quantity\":1,\"size\":1}");
    for (var operation :
        List.of(
            Operation.query("lines.get", Line.class, Line.class),
            Operation.command("lines.put", Line.class, Line.class))) {
      assertThrows(Application.class, () -> operation.request().decode(newer));
      assertEquals(new Line("a", 1), operation.reply().decode(newer));
    }
    assertEquals(new Line("a", 1), Topic.of("lines.put", Line.class).codec().decode(newer));
  }

  @Test
  void whatIsNotExactlyOneObjectIsRefused() {
    for (var text :
        List.of("", "{", "[]", "null", "{} {}", "{\"id\":\"1\",\"id\":\"2\"}", "\u0000")) {
      assertEquals("request.invalid", refusal(text).code(), text);
    }
  }

  @Test
  void aNumberWithAFractionOrTooLargeIsNoInteger() {
    assertEquals("/lines/0/quantity", pointer("{\"lines\":[{\"quantity\":1.5}]}"));
    assertEquals("/lines/0/quantity", pointer("{\"lines\":[{\"quantity\":99999999999}]}"));
  }

  private static String pointer(String text) {
    return refusal(text).pointer();
  }

  private static Application refusal(String text) {
    return assertThrows(
        Application.class, () -> JsonCodec.decode(Buffer.buffer(text), Order.class));
  }
}
