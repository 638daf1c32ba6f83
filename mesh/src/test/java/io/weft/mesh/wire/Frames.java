package io.weft.mesh.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.security.Principal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Frames to read in tests. */
final class Frames {
  static final TraceContext TRACE =
      new TraceContext(
          0x0123_4567_89AB_CDEFL, 0xFEDC_BA98_7654_3210L, 0x00F0_67AA_0BA9_02B7L, (byte) 1);

  private Frames() {}

  static byte[] header() {
    return FrameWriter.header("edge-1", "a1", 3, "b2");
  }

  static Buffer of(Consumer<FrameWriter> entries) {
    return of(header(), entries);
  }

  static Buffer of(byte[] header, Consumer<FrameWriter> entries) {
    var writer = new FrameWriter(header);
    entries.accept(writer);
    return bytes(writer);
  }

  static Buffer bytes(FrameWriter writer) {
    return Buffer.buffer().appendBytes(writer.bytes(), 0, writer.size());
  }

  static Request request(String operation, Kind kind, String key, Buffer body) {
    return request(operation, kind, key, Payload.of(body), Duration.ofMillis(750));
  }

  static Request request(
      String operation, Kind kind, String key, Payload payload, Duration remaining) {
    return request(operation, kind, key, payload, remaining, Origin.of(TRACE, "orders"));
  }

  static Request request(Origin origin, Buffer body) {
    return request("users.get", Kind.QUERY, "", Payload.of(body), Duration.ofMillis(750), origin);
  }

  private static Request request(
      String operation, Kind kind, String key, Payload payload, Duration remaining, Origin origin) {
    return new Request(
        operation,
        kind,
        payload,
        Deadline.after(Told.STANDING, remaining),
        key,
        origin,
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  static void ask(FrameWriter writer, long id, String operation, Buffer body) {
    writer.request(id, "users-1", request(operation, Kind.QUERY, "", body), body);
  }

  static Reply reply(Buffer body, String contentType, boolean replayed) {
    return new Reply(Payload.of(body, contentType), replayed);
  }

  /** Returns an origin of which nothing is as in most calls. */
  static Origin unusual() {
    return new Origin(
        TRACE,
        "orders",
        Priority.SHEDDABLE,
        Map.of("tenant", "acme", "client", "10.0.0.7"),
        new RetryCredit(1),
        true,
        new Principal("anna", Set.of("customer"), Set.of("orders:read", "orders:write")));
  }

  /** Returns a frame with an entry of every type, some of them twice. */
  static Buffer ofEverything() {
    return of(
        writer -> {
          var body = Buffer.buffer("{\"id\":\"7\"}");
          ask(writer, 1, "users.get", body);
          writer.request(2, "users-2", request("users.reserve", Kind.COMMAND, "key-1", body), body);
          writer.request(3, "users-2", request("users.watch", Kind.STREAM, "", body), body);
          writer.request(3, "users-1", request(unusual(), body), body);
          writer.reply(4, reply(body, JsonCodec.CONTENT_TYPE, false), body);
          writer.reply(5, reply(body, "text/plain", true), body);
          writer.failure(6, new NotSent("gone"));
          writer.failure(
              7, new Rejected(Rejected.Reason.DRAINING, "stopping", Duration.ofMillis(1_500)));
          writer.failure(8, new Expired("late"));
          writer.failure(9, new Unknown("lost"), 2);
          writer.failure(10, new Application("user.invalid", "no name", "/name"));
          writer.failure(11, new Application("user.not_found", "nobody"));
          writer.cancel(12);
          writer.piece(13, 40, 8, "0123456789abcdef".getBytes(US_ASCII), 4);
          writer.reset();
        });
  }
}
