package io.weft.sites.reach;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Codec;
import io.weft.mesh.Event;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.wire.EventCodec;
import io.weft.mesh.wire.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pages of events as JSON: {@code {"events": […]}}, each as {@link EventCodec} has it. */
public final class EventPageCodec implements Codec<EventPage> {
  /** The codec. */
  public static final EventPageCodec INSTANCE = new EventPageCodec();

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final String EVENTS = "events";

  private EventPageCodec() {}

  @Override
  public Class<EventPage> type() {
    return EventPage.class;
  }

  @Override
  public String contentType() {
    return JsonCodec.CONTENT_TYPE;
  }

  @Override
  public Buffer encode(EventPage page) {
    var json = Buffer.buffer("{\"" + EVENTS + "\":[");
    var comma = "";
    for (var event : page.events()) {
      json.appendString(comma).appendBuffer(EventCodec.INSTANCE.encode(event));
      comma = ",";
    }
    return json.appendString("]}");
  }

  @Override
  public EventPage decode(Buffer bytes) {
    byte[] json = bytes.getBytes();
    try (JsonParser from = JSON.createParser(json)) {
      // The parser does not look into what it skips, and bodies are handed on as they are.
      UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
      List<Event> events = null;
      expect(from.nextToken() == JsonToken.START_OBJECT, "a page of events", "");
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = from.currentName().equals(EVENTS);
        from.nextToken();
        if (wanted) {
          events = events(from, Buffer.buffer(json));
        } else {
          from.skipChildren(); // Of a newer node.
        }
      }
      expect(from.nextToken() == null, "nothing after the page", "");
      return new EventPage(present(events));
    } catch (IOException e) {
      throw new Application("request.invalid", "not JSON: " + e.getMessage(), "");
    }
  }

  private static List<Event> events(JsonParser from, Buffer json) throws IOException {
    expect(from.currentToken() == JsonToken.START_ARRAY, "a list", "/" + EVENTS);
    var events = new ArrayList<Event>();
    while (from.nextToken() == JsonToken.START_OBJECT) {
      int start = (int) from.currentTokenLocation().getByteOffset();
      from.skipChildren();
      int end = (int) from.currentLocation().getByteOffset();
      events.add(EventCodec.INSTANCE.decode(json.slice(start, end)));
    }
    expect(from.currentToken() == JsonToken.END_ARRAY, "events", "/" + EVENTS);
    return events;
  }

  private static List<Event> present(@Nullable List<Event> events) {
    if (events == null) {
      throw new Application("request.invalid", "absent (expected: a list)", "/" + EVENTS);
    }
    return events;
  }

  private static void expect(boolean met, String expected, String pointer) {
    if (!met) {
      throw new Application("request.invalid", "expected: " + expected, pointer);
    }
  }
}
