package io.weft.routing.gateway;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Event;

/** Writes what goes over an event stream, in the format of HTML's server-sent events. */
final class EventFrame {
  /** A comment, which clients ignore: it shows that the stream is alive. */
  static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

  private static final int BESIDE_BODY_BYTES = 96;

  private EventFrame() {}

  /** Returns the opening: after how many milliseconds a client is to come again. */
  static Buffer retry(long millis) {
    return Buffer.buffer("retry: " + millis + "\n\n");
  }

  /** Returns an event, with its position for an id, and its body's bytes as they are. */
  static Buffer of(Event event) {
    var body = event.body();
    var frame =
        Buffer.buffer(body.length() + BESIDE_BODY_BYTES)
            .appendString("id: " + event.position() + "\nevent: " + event.topic() + "\ndata: ");
    int from = 0;
    for (int i = 0; i < body.length(); i++) {
      byte b = body.getByte(i);
      if (b == '\n' || b == '\r') { // Only between the tokens of JSON, where it means nothing.
        frame.appendBuffer(body, from, i - from);
        from = i + 1;
      }
    }
    return frame.appendBuffer(body, from, body.length() - from).appendString("\n\n");
  }
}
