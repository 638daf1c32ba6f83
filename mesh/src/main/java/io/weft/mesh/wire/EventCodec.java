package io.weft.mesh.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.weft.mesh.Codec;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure.Application;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Events as JSON, with the body as a value inside: it is carried as it is, and not parsed into a
 * tree on either side.
 *
 * <p>Strict as {@link JsonCodec} is, but for fields that only a newer node knows. Safe for use by
 * many threads.
 */
public final class EventCodec implements Codec<Event> {
  /** The codec. */
  public static final EventCodec INSTANCE = new EventCodec();

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final int BESIDE_BODY_BYTES = 256;

  private EventCodec() {}

  @Override
  public Class<Event> type() {
    return Event.class;
  }

  @Override
  public String contentType() {
    return JsonCodec.CONTENT_TYPE;
  }

  @Override
  public Buffer encode(Event event) {
    var bytes = new ByteArrayOutputStream(event.body().length() + BESIDE_BODY_BYTES);
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      to.writeStartObject();
      to.writeNumberField("position", event.position());
      to.writeStringField("topic", event.topic());
      to.writeStringField("aggregate", event.aggregate());
      to.writeStringField("owner", event.owner());
      to.writeStringField("at", event.at().toString());
      if (event.trace() != null) {
        to.writeStringField("trace", event.trace());
      }
      to.writeFieldName("body");
      to.writeRawValue(event.body().toString(StandardCharsets.UTF_8));
      to.writeEndObject();
    } catch (IOException e) {
      throw new Application("body.unwritable", "event cannot be written: " + e.getMessage());
    }
    return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes.toByteArray()));
  }

  @Override
  public Event decode(Buffer bytes) {
    byte[] json = ByteBufUtil.getBytes(((BufferInternal) bytes).getByteBuf());
    try (JsonParser from = JSON.createParser(json)) {
      var fields = new Fields();
      expect(from.nextToken() == JsonToken.START_OBJECT, "an event", "");
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        fields.read(from.currentName(), from, json);
      }
      expect(from.nextToken() == null, "nothing after the event", "");
      return fields.event();
    } catch (IOException e) {
      throw new Application("request.invalid", "not JSON: " + e.getMessage(), "");
    }
  }

  private static void expect(boolean met, String expected, String pointer) {
    if (!met) {
      throw new Application("request.invalid", "expected: " + expected, pointer);
    }
  }

  /** What has been read of an event so far. */
  private static final class Fields {
    private @Nullable Long position;
    private @Nullable String topic;
    private @Nullable String aggregate;
    private @Nullable String owner;
    private @Nullable String trace;
    private @Nullable Instant at;
    private @Nullable Buffer body;

    void read(String name, JsonParser from, byte[] json) throws IOException {
      JsonToken value = from.nextToken();
      switch (name) {
        case "position" -> {
          expect(value == JsonToken.VALUE_NUMBER_INT, "a whole number", "/position");
          position = from.getLongValue();
        }
        case "topic" -> topic = text(name, from);
        case "aggregate" -> aggregate = text(name, from);
        case "owner" -> owner = text(name, from);
        case "trace" -> trace = text(name, from);
        case "at" -> at = instant(text(name, from));
        case "body" -> body = raw(from, json);
        default -> from.skipChildren(); // Of a newer node.
      }
    }

    private static String text(String name, JsonParser from) throws IOException {
      expect(from.currentToken() == JsonToken.VALUE_STRING, "a text", "/" + name);
      return from.getText();
    }

    private static Instant instant(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw new Application("request.invalid", "expected: an instant of ISO 8601", "/at");
      }
    }

    /** Copies the value, as what holds an event for long must not hold a frame. */
    private static Buffer raw(JsonParser from, byte[] json) throws IOException {
      int start = (int) from.currentTokenLocation().getByteOffset();
      from.skipChildren();
      from.finishToken();
      int end = (int) from.currentLocation().getByteOffset();
      return Buffer.buffer(Arrays.copyOfRange(json, start, end));
    }

    Event event() {
      return new Event(
          present(position, "position"),
          present(topic, "topic"),
          present(aggregate, "aggregate"),
          present(owner, "owner"),
          present(at, "at"),
          present(body, "body"),
          trace);
    }

    private static <T> T present(@Nullable T value, String name) {
      if (value == null) {
        throw new Application("request.invalid", "absent (expected: a value)", "/" + name);
      }
      return value;
    }
  }
}
