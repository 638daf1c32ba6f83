package io.weft.routing.bridge;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Event;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
import io.weft.mesh.wire.EventCodec;
import io.weft.routing.problem.Problem;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How messages to a client are worded, which differs a little with what carries them. */
public enum Dialect {
  /** As {@code @vertx/eventbus-bridge-client.js} reads them. */
  SOCKJS("rec", ""),

  /** As clients of vertx-tcp-eventbus-bridge read them, who are also told what was sent to them. */
  TCP("message", ",\"send\":");

  private final String type;
  private final String send;

  Dialect(String type, String send) {
    this.type = type;
    this.send = send;
  }

  /** Returns a reply, with the bytes of its body as they are. */
  String reply(String address, Reply reply) {
    var headers = reply.replayed() ? ",\"headers\":{\"Idempotency-Replayed\":\"true\"}" : "";
    return message(address, true, headers, reply.body().toString(StandardCharsets.UTF_8));
  }

  /** Returns the reply to a client that has shown its token. */
  String identified(String address, Identity identity) {
    var body =
        new JsonObject()
            .put("subject", identity.principal().subject())
            .put("expires", identity.expires().toString());
    return message(address, true, "", body.encode());
  }

  /** Returns what tells of an event. */
  String event(Event event) {
    return message(
        event.topic(), false, "", EventCodec.INSTANCE.encode(event.withoutTrace()).toString());
  }

  private String message(String address, boolean sent, String headers, String body) {
    return "{\"type\":\""
        + type
        + "\",\"address\":"
        + Json.encode(address)
        + (send.isEmpty() ? "" : send + sent)
        + headers
        + ",\"body\":"
        + body
        + "}";
  }

  /**
   * Returns what tells of a problem.
   *
   * @param at the address of what it is about; null or empty when it is about none
   * @param replyAddress where the client expects its reply, or null
   */
  String error(@Nullable String at, @Nullable String replyAddress, Problem problem) {
    var error = new JsonObject().put("type", "err");
    boolean somewhere = at != null && !at.isEmpty();
    if (replyAddress != null || somewhere) {
      error.put("address", replyAddress != null ? replyAddress : at);
    }
    if (this == TCP && somewhere) {
      error.put("sourceAddress", at);
    }
    return error
        .put("failureCode", problem.status())
        .put("failureType", failureType(problem.status()))
        .put("message", problem.json(null).encode())
        .put("body", problem.code())
        .encode();
  }

  /** Returns the answer to a ping, or null when there is none. */
  @Nullable String pong() {
    return this == TCP ? "{\"type\":\"pong\"}" : null;
  }

  /** Returns the event bus' own word for a failure. */
  private static String failureType(int status) {
    return switch (status) {
      case 503 -> "NO_HANDLERS";
      case 504 -> "TIMEOUT";
      default -> "RECIPIENT_FAILURE";
    };
  }
}
