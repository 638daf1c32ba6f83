package io.weft.mesh.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Codec;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Topic;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Events as JSON, whose bodies pass through byte by byte. */
final class EventCodecTest {
  private static final Instant AT = Instant.parse("2026-03-01T10:00:00.123456Z");

  record Thing(String name) {}

  private static Event event(String body) {
    return new Event(7, "things.made", "a", "o", AT, Buffer.buffer(body));
  }

  @Test
  void anEventIsOneObjectWithItsBodyAsAValueInside() {
    assertEquals(
        "{\"position\":7,\"topic\":\"things.made\",\"aggregate\":\"a\",\"owner\":\"o\","
            + "\"at\":\"2026-03-01T10:00:00.123456Z\",\"body\":{\"name\":\"n\"}}",
        EventCodec.INSTANCE.encode(event("{\"name\":\"n\"}")).toString());
  }

  @Test
  void whereAnEventStandsInATraceComesOutAsItWentIn() {
    var traced = new Event(7, "things.made", "a", "o", AT, Buffer.buffer("{}"), traceparent());
    assertEquals(traced, EventCodec.INSTANCE.decode(EventCodec.INSTANCE.encode(traced)));
  }

  private static String traceparent() {
    return "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ \"a\" : [1, {\"b\":\"}\\\"é\"}], \"c\":1.50 }",
        "[]",
        "\"text with \\u00e9 and }\"",
        "12345",
        "-1.5e3",
        "true",
        "null"
      })
  void aBodyComesOutByteByByte(String body) {
    assertEquals(
        event(body), EventCodec.INSTANCE.decode(EventCodec.INSTANCE.encode(event(body))), body);
  }

  @Property(seed = "1")
  void idsOfAnyCharactersComeOutAsTheyWentIn(
      @ForAll @StringLength(max = 50) String aggregate,
      @ForAll @StringLength(max = 50) String owner) {
    var event = new Event(1, "things.made", aggregate, owner, AT, Buffer.buffer("{}"));
    assertTrue(
        hasLoneSurrogate(aggregate + owner)
            || event.equals(EventCodec.INSTANCE.decode(EventCodec.INSTANCE.encode(event))));
  }

  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  @Test
  void theLargestEventIsOneItemOfAStream() {
    String id = "\u0001".repeat(MeshLimits.EVENT_ID_MAX_CHARS);
    String topic = "a." + "b".repeat(MeshLimits.OPERATION_MAX_CHARS - 2);
    var body = Buffer.buffer("\"" + "x".repeat(MeshLimits.EVENT_BODY_MAX_BYTES - 2) + "\"");
    var event = new Event(Long.MAX_VALUE, topic, id, id, AT, body, traceparent());
    assertTrue(EventCodec.INSTANCE.encode(event).length() <= MeshLimits.ITEM_MAX_BYTES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | /position",
        "{\"position\":\"7\"} | /position",
        "{\"position\":1.5} | /position",
        "{\"position\":1,\"topic\":2} | /topic",
        "{\"at\":\"yesterday\"} | /at",
        "[] | ``",
        "`` | ``",
        "{\"position\":1,\"position\":1} | ``",
        "{\"body\":{ | ``",
        "{\"position\":99999999999999999999} | ``",
        "{\"position\":7,\"topic\":\"t\",\"aggregate\":\"a\",\"owner\":\"o\","
            + "\"at\":\"2026-03-01T10:00:00Z\",\"body\":{}} {} | ``"
      })
  void whatIsNoEventIsRefusedWithThePlaceOfTheFault(String json, String pointer) {
    var failure =
        assertThrows(
            MeshFailure.Application.class,
            () -> EventCodec.INSTANCE.decode(Buffer.buffer(json)),
            json);
    assertEquals("request.invalid", failure.code());
    assertEquals(pointer, failure.pointer(), json);
  }

  @Test
  void whatANewerNodeSaysOfAnEventBesidesIsPassedOver() {
    var event =
        EventCodec.INSTANCE.decode(
            Buffer.buffer(
                "{\"position\":7,\"cause\":{\"a\":[1,{}]},\"topic\":\"t\",\"aggregate\":\"a\","
                    + "\"owner\":\"o\",\"at\":\"2026-03-01T10:00:00Z\",\"body\":{},\"more\":1}"));
    assertEquals(7, event.position());
    assertEquals("{}", event.body().toString());
  }

  @Test
  void aBodyIsReadByItsOwnTopicOnly() {
    var made = Topic.of("things.made", Thing.class);
    assertEquals(new Thing("n"), event("{\"name\":\"n\"}").as(made));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> event("{}").as(Topic.of("things.broken", Thing.class)));
    assertEquals("event 7 is of things.made (expected: things.broken)", e.getMessage());
  }

  @Test
  void aTopicIsNamedLikeAnOperationAndItsBodiesAreJson() {
    assertEquals("things", Topic.of("things.made", Thing.class).service());
    assertThrows(IllegalArgumentException.class, () -> Topic.of("made", Thing.class));
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> new Topic<>("things.made", new Opaque()));
    assertEquals(
        "topic things.made: application/octet-stream (expected: application/json)", e.getMessage());
  }

  @Test
  void aQueryWithoutTopicsIsForAll() {
    var query = JsonCodec.decode(Buffer.buffer("{\"after\":3}"), EventQuery.class);
    assertEquals(new EventQuery(3L, List.of(), null, null), query);
    assertEquals(EventQuery.NEW, JsonCodec.decode(Buffer.buffer("{}"), EventQuery.class));
  }

  private static final class Opaque implements Codec<Thing> {
    @Override
    public Class<Thing> type() {
      return Thing.class;
    }

    @Override
    public String contentType() {
      return "application/octet-stream";
    }

    @Override
    public Buffer encode(Thing value) {
      return Buffer.buffer(value.name());
    }

    @Override
    public Thing decode(Buffer bytes) {
      return new Thing(bytes.toString());
    }
  }
}
