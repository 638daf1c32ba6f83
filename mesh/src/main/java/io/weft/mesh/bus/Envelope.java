package io.weft.mesh.bus;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Requests and replies as event-bus messages: the body as it is, everything else as headers.
 *
 * <p>One message carries one request or one reply.
 */
final class Envelope {
  private static final String TYPE = "t";
  private static final String REQUEST = "q";
  private static final String REPLY = "r";
  private static final String ID = "id";
  private static final String REPLY_NODE = "rn";
  private static final String REPLY_LANE = "rl";
  private static final String INCARNATION = "inc";
  private static final String INSTANCE = "ins";
  private static final String OPERATION = "op";
  private static final String KIND = "kind";
  private static final String REMAINING_MICROS = "rem";
  private static final String KEY = "key";
  private static final String TRACE = "trace";
  private static final String CALLER = "from";
  private static final String REPLAYED = "again";
  private static final String FAILURE = "fail";
  private static final String CODE = "code";
  private static final String MESSAGE = "msg";
  private static final String POINTER = "ptr";
  private static final String REASON = "why";
  private static final String RETRY_AFTER_MILLIS = "after";

  private Envelope() {}

  /** What arrives at a lane besides the body. */
  sealed interface Arrival {}

  /** A request, for whom it is and where its reply goes. */
  record ArrivedRequest(
      long id,
      String replyNode,
      int replyLane,
      String incarnation,
      String instance,
      Request request)
      implements Arrival {}

  /** A reply to the request with the same id: either an answer or a failure. */
  record ArrivedReply(long id, @Nullable Reply reply, @Nullable MeshFailure failure)
      implements Arrival {}

  static DeliveryOptions request(
      long id, String replyNode, int replyLane, Endpoint endpoint, Request request) {
    return new DeliveryOptions()
        .addHeader(TYPE, REQUEST)
        .addHeader(ID, Long.toString(id))
        .addHeader(REPLY_NODE, replyNode)
        .addHeader(REPLY_LANE, Integer.toString(replyLane))
        .addHeader(INCARNATION, endpoint.incarnation())
        .addHeader(INSTANCE, endpoint.instance())
        .addHeader(OPERATION, request.operation())
        .addHeader(KIND, request.kind().name())
        .addHeader(
            REMAINING_MICROS, Long.toString(request.deadline().remaining().toNanos() / 1_000))
        .addHeader(KEY, request.key())
        .addHeader(TRACE, request.traceparent())
        .addHeader(CALLER, request.caller());
  }

  static DeliveryOptions reply(long id, Reply reply) {
    return new DeliveryOptions()
        .addHeader(TYPE, REPLY)
        .addHeader(ID, Long.toString(id))
        .addHeader(REPLAYED, Boolean.toString(reply.replayed()));
  }

  static DeliveryOptions failure(long id, MeshFailure failure) {
    var options =
        new DeliveryOptions()
            .addHeader(TYPE, REPLY)
            .addHeader(ID, Long.toString(id))
            .addHeader(FAILURE, failure.kind())
            .addHeader(MESSAGE, String.valueOf(failure.getMessage()));
    if (failure instanceof Application application) {
      options.addHeader(CODE, application.code());
      if (application.pointer() != null) {
        options.addHeader(POINTER, application.pointer());
      }
    } else if (failure instanceof Rejected rejected) {
      options
          .addHeader(REASON, rejected.reason().name())
          .addHeader(RETRY_AFTER_MILLIS, Long.toString(rejected.retryAfter().toMillis()));
    }
    return options;
  }

  /**
   * Reads what arrived.
   *
   * @throws IllegalArgumentException if it is not a message of ours; says which header and why
   */
  static Arrival read(MultiMap headers, Buffer body, Ticker ticker) {
    return switch (text(headers, TYPE)) {
      case REQUEST -> readRequest(headers, body, ticker);
      case REPLY -> readReply(headers, body);
      default -> throw new IllegalArgumentException(TYPE + ": \"" + headers.get(TYPE) + "\"");
    };
  }

  private static ArrivedRequest readRequest(MultiMap headers, Buffer body, Ticker ticker) {
    var remaining = Duration.ofNanos(number(headers, REMAINING_MICROS) * 1_000);
    return new ArrivedRequest(
        number(headers, ID),
        text(headers, REPLY_NODE),
        (int) number(headers, REPLY_LANE),
        text(headers, INCARNATION),
        text(headers, INSTANCE),
        new Request(
            text(headers, OPERATION),
            Operation.Kind.valueOf(text(headers, KIND)),
            body,
            Deadline.after(ticker, remaining),
            text(headers, KEY),
            text(headers, TRACE),
            text(headers, CALLER),
            null));
  }

  private static ArrivedReply readReply(MultiMap headers, Buffer body) {
    long id = number(headers, ID);
    String failure = headers.get(FAILURE);
    return failure == null
        ? new ArrivedReply(id, new Reply(body, "true".equals(headers.get(REPLAYED))), null)
        : new ArrivedReply(id, null, readFailure(failure, headers));
  }

  private static MeshFailure readFailure(String kind, MultiMap headers) {
    String message = text(headers, MESSAGE);
    return switch (kind) {
      case "NotSent" -> new NotSent(message);
      case "Expired" -> new Expired(message);
      case "Application" -> new Application(text(headers, CODE), message, headers.get(POINTER));
      case "Rejected" ->
          new Rejected(
              Rejected.Reason.valueOf(text(headers, REASON)),
              message,
              Duration.ofMillis(number(headers, RETRY_AFTER_MILLIS)));
      // Unknown, and whatever a newer node may add: nothing is known of the effect.
      default -> new Unknown(message);
    };
  }

  private static String text(MultiMap headers, String name) {
    String value = headers.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": absent");
    }
    return value;
  }

  private static long number(MultiMap headers, String name) {
    return Long.parseLong(text(headers, name));
  }
}
