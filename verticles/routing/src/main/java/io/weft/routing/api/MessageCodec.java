package io.weft.routing.api;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Codec;
import io.weft.mesh.MeshFailure.Application;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * HTTP messages as bytes: a byte of the format's version, the first line, the fields, the ticket to
 * the rest of the body, and the body as it is.
 *
 * <p>Texts are UTF-8 with their length in front (two bytes), so that no value needs an escape.
 */
final class MessageCodec {
  static final Codec<UpstreamRequest> REQUEST =
      new Of<>(
          UpstreamRequest.class,
          (to, request) -> {
            text(to, request.method());
            text(to, request.target());
            ending(to, request.headers(), request.body(), request.rest());
          },
          from ->
              new UpstreamRequest(
                  from.text(), from.text(), from.fields(), from.body(), from.rest()));

  static final Codec<UpstreamReply> REPLY =
      new Of<>(
          UpstreamReply.class,
          (to, reply) -> {
            to.appendUnsignedShort(reply.status());
            ending(to, reply.headers(), reply.body(), reply.rest());
          },
          from -> new UpstreamReply(from.number(), from.fields(), from.body(), from.rest()));

  private static final String CONTENT_TYPE = "application/x-weft-http";
  private static final byte VERSION = 1;
  private static final int LENGTH_MAX = 0xffff;

  private MessageCodec() {}

  private record Of<T>(Class<T> type, BiConsumer<Buffer, T> writer, Function<Reading, T> reader)
      implements Codec<T> {
    @Override
    public String contentType() {
      return CONTENT_TYPE;
    }

    @Override
    public Buffer encode(T value) {
      var to = Buffer.buffer().appendByte(VERSION);
      writer.accept(to, value);
      return to;
    }

    @Override
    public T decode(Buffer bytes) {
      try {
        var reading = new Reading(bytes);
        if (reading.number8() != VERSION) {
          throw malformed("its version is not known");
        }
        return reader.apply(reading);
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        throw malformed("it ends too soon");
      }
    }
  }

  private static Application malformed(String why) {
    return new Application("request.invalid", "not an HTTP message: " + why, "");
  }

  private static void ending(
      Buffer to, List<HeaderField> fields, Buffer body, @Nullable BodyRest rest) {
    to.appendUnsignedShort(length(fields.size(), "header fields"));
    for (var field : fields) {
      text(to, field.name());
      text(to, field.value());
    }
    to.appendInt(body.length()).appendBuffer(body);
    to.appendByte((byte) (rest == null ? 0 : 1));
    if (rest != null) {
      text(to, rest.node());
      text(to, rest.operation());
      text(to, rest.id());
      to.appendLong(rest.bytes());
    }
  }

  private static void text(Buffer to, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    to.appendUnsignedShort(length(bytes.length, "bytes of a text")).appendBytes(bytes);
  }

  private static int length(int length, String what) {
    if (length > LENGTH_MAX) {
      throw new Application("request.invalid", length + " " + what + " (limit: 65535)", "");
    }
    return length;
  }

  /** A message that is read from its begin to its end. */
  private static final class Reading {
    private final Buffer bytes;
    private int at;

    Reading(Buffer bytes) {
      this.bytes = bytes;
    }

    int number8() {
      return bytes.getByte(at++);
    }

    int number() {
      at += 2;
      return bytes.getUnsignedShort(at - 2);
    }

    String text() {
      int length = number();
      at += length;
      return bytes.getString(at - length, at);
    }

    List<HeaderField> fields() {
      int count = number();
      var fields = new ArrayList<HeaderField>(); // No larger than the bytes that are there.
      for (int i = 0; i < count; i++) {
        fields.add(new HeaderField(text(), text()));
      }
      return fields;
    }

    /** Copies, as the message may be a view of a frame and the body is kept for a while. */
    Buffer body() {
      int length = bytes.getInt(at);
      if (length < 0) {
        throw malformed("its length is negative");
      }
      at += 4 + length;
      return bytes.getBuffer(at - length, at);
    }

    @Nullable BodyRest rest() {
      if (number8() == 0) {
        return null;
      }
      var rest = new BodyRest(text(), text(), text(), bytes.getLong(at));
      at += Long.BYTES;
      return rest;
    }
  }
}
