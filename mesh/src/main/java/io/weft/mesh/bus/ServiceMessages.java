package io.weft.mesh.bus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.MeshFailure.Expired;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Unknown;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.wire.JsonCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service of this node as plain event-bus messages reach it, in the format of
 * vertx-service-proxy; docs/SERVICE-PROXY.md describes it.
 *
 * <p>The node listens at one address per service, for as long as it hosts an instance of it. Each
 * message becomes a call like any other, which is served wherever the balancer sends it. State
 * belongs to the event loop of one lane.
 */
final class ServiceMessages {
  /** What a service's name follows in its address. */
  static final String ADDRESS_PREFIX = "weft.service.";

  static final String ACTION = "action";
  static final String DEADLINE_MILLIS = "deadline-millis";
  static final String IDEMPOTENCY_KEY = "idempotency-key";
  static final String IDEMPOTENCY_REPLAYED = "idempotency-replayed";
  static final String TRACEPARENT = "traceparent";

  /** The failure code of a request that its operation, or this class, refuses. */
  static final int CODE_APPLICATION = 400;

  /** The failure code of what the caller may not do. */
  static final int CODE_FORBIDDEN = 403;

  /** The failure code of what was not run, and may be sent again. */
  static final int CODE_UNAVAILABLE = 503;

  /** The failure code of what was not answered in time. */
  static final int CODE_TIMEOUT = 504;

  private static final Logger LOG = LoggerFactory.getLogger(ServiceMessages.class);
  private static final Pattern KEY =
      Pattern.compile("[\\x20-\\x7e]{1," + MeshLimits.KEY_MAX_CHARS + "}");
  private static final Pattern MILLIS = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

  private final String service;
  private final Mesh mesh;
  private final Lane lane;
  private final Complaints complaints;
  private final Map<String, Operation.Kind> operations = new HashMap<>();
  private final Set<String> instances = new HashSet<>();
  private @Nullable MessageConsumer<Object> consumer;
  private int running;

  /**
   * Creates what listens to nothing yet.
   *
   * @param lane on whose event loop messages are taken
   */
  ServiceMessages(String service, Mesh mesh, Lane lane, Ticker ticker) {
    this.service = service;
    this.mesh = mesh;
    this.lane = lane;
    complaints = new Complaints(LOG, ticker);
  }

  /** Notes what an instance serves; completes when messages find it. From any thread. */
  Future<Void> serve(String instance, String operation, Operation.Kind kind) {
    Promise<Void> listening = Promise.promise();
    lane.run(
        () -> {
          operations.put(operation, kind);
          instances.add(instance);
          if (consumer == null) {
            var bus = lane.context().owner().eventBus();
            consumer = bus.consumer(ADDRESS_PREFIX + service, this::arrived);
          }
          consumer.completion().onComplete(listening);
        });
    return listening.future();
  }

  /** Notes that an instance is gone; with the last one this stops to listen. From any thread. */
  Future<Void> left(String instance) {
    Promise<Void> done = Promise.promise();
    lane.run(
        () -> {
          if (!instances.remove(instance) || !instances.isEmpty() || consumer == null) {
            done.complete();
            return;
          }
          operations.clear();
          var last = consumer;
          consumer = null;
          last.unregister().onComplete(done);
        });
    return done.future();
  }

  /** Delivered on the lane's event loop, on a context of its own. */
  private void arrived(Message<Object> message) {
    if (!message.isSend()) {
      // Every node that hosts the service has got it, and all of them would run it.
      complaints.add(
          "A message to " + message.address() + " was dropped",
          new IllegalArgumentException("it was published (expected: sent)"));
    } else if (running >= MeshLimits.MESSAGES_RUNNING_MAX) {
      fail(message, overloaded());
    } else {
      running++;
      exchange(message)
          .compose(reply -> reply(message, reply))
          .onComplete(
              (done, failure) -> {
                running--;
                if (failure != null) {
                  fail(message, failure);
                }
              });
    }
  }

  private Rejected overloaded() {
    return new Rejected(
        Rejected.Reason.OVERLOADED,
        running
            + " messages to "
            + service
            + " are running (limit: "
            + MeshLimits.MESSAGES_RUNNING_MAX
            + ")",
        MeshLimits.RETRY_AFTER);
  }

  private Future<Reply> exchange(Message<Object> message) {
    try {
      var operation = operation(message.headers().get(ACTION));
      var kind = operations.get(operation);
      if (kind == null) {
        throw new Application("action.unknown", "action of " + operation + expectedActions());
      }
      return mesh.exchange(operation, kind, body(message.body()), options(message, kind));
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    }
  }

  /** Methods in Java are named as in cancelAll, and operations as in cancel-all. */
  private String operation(@Nullable String action) {
    if (action == null) {
      throw new Application("request.invalid", "no header " + ACTION + expectedActions());
    }
    if (action.length() > MeshLimits.KEY_MAX_CHARS) {
      throw new Application(
          "request.invalid",
          ACTION
              + " of "
              + action.length()
              + " characters (limit: "
              + MeshLimits.KEY_MAX_CHARS
              + ")");
    }
    return service
        + "."
        + CAPITAL.matcher(action).replaceAll(c -> "-" + c.group().toLowerCase(Locale.ROOT));
  }

  private String expectedActions() {
    var names = new TreeSet<String>();
    operations.keySet().forEach(name -> names.add(name.substring(service.length() + 1)));
    return " (expected: " + String.join(", ", names) + ")";
  }

  private static Buffer body(@Nullable Object body) {
    if (body == null) {
      return Buffer.buffer("{}");
    } else if (body instanceof JsonObject json) {
      try {
        return json.toBuffer();
      } catch (EncodeException e) {
        throw new Application("request.invalid", "body: " + e.getMessage(), "");
      }
    } else if (body instanceof Buffer bytes) {
      return bytes;
    } else if (body instanceof String text) {
      return Buffer.buffer(text.getBytes(UTF_8));
    }
    throw new Application(
        "request.invalid",
        "body of " + body.getClass().getName() + " (expected: a JsonObject, or JSON as text)",
        "");
  }

  private static CallOptions options(Message<Object> message, Operation.Kind kind) {
    var headers = message.headers();
    var options = CallOptions.DEFAULT;
    var millis = headers.get(DEADLINE_MILLIS);
    if (millis != null) {
      options = options.withTimeout(timeout(millis));
    }
    var key = headers.get(IDEMPOTENCY_KEY);
    if (key != null && kind == Operation.Kind.COMMAND) {
      if (!KEY.matcher(key).matches()) {
        throw new Application(
            "request.invalid",
            IDEMPOTENCY_KEY
                + " of "
                + key.length()
                + " characters (expected: 1 to "
                + MeshLimits.KEY_MAX_CHARS
                + " printable ASCII characters)");
      }
      options = options.withKey(key);
    }
    var trace = headers.get(TRACEPARENT);
    var parsed = trace == null ? null : TraceContext.parse(trace);
    return parsed == null ? options : options.withTrace(parsed);
  }

  private static Duration timeout(String millis) {
    long max = MeshLimits.MESSAGE_DEADLINE_MAX.toMillis();
    if (!MILLIS.matcher(millis).matches() || Long.parseLong(millis) > max) {
      throw new Application(
          "request.invalid",
          DEADLINE_MILLIS + ": \"" + cut(millis) + "\" (expected: 1 to " + max + ")");
    }
    long left = Long.parseLong(millis);
    if (left <= 0) {
      throw new Expired("the deadline passed " + -left + " ms before the message came");
    }
    return Duration.ofMillis(left);
  }

  private static Future<Void> reply(Message<Object> message, Reply reply) {
    Object body;
    try {
      body = value(reply);
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    } catch (DecodeException e) {
      return Future.failedFuture(new Unknown("the reply cannot be read", e));
    }
    var options = new DeliveryOptions();
    if (reply.replayed()) {
      options.addHeader(IDEMPOTENCY_REPLAYED, "true");
    }
    message.reply(body, options); // To nobody, when no reply was asked for.
    return Future.succeededFuture();
  }

  private static @Nullable Object value(Reply reply) {
    var bytes = reply.body();
    if (!reply.payload().contentType().equals(JsonCodec.CONTENT_TYPE)) {
      return bytes;
    }
    return bytes.length() == 0 ? null : Json.decodeValue(bytes);
  }

  private void fail(Message<Object> message, Throwable failure) {
    if (message.replyAddress() == null) {
      complaints.add("A message to " + message.address() + " that wants no reply failed", failure);
    } else {
      message.fail(code(failure), cut(text(failure)));
    }
  }

  private static int code(Throwable failure) {
    if (failure instanceof Application) {
      return CODE_APPLICATION;
    } else if (failure instanceof Rejected rejected) {
      return rejected.reason() == Rejected.Reason.FORBIDDEN ? CODE_FORBIDDEN : CODE_UNAVAILABLE;
    }
    return failure instanceof NotSent ? CODE_UNAVAILABLE : CODE_TIMEOUT;
  }

  /**
   * The first word says what is known of the effect; that of an Application failure is its code.
   */
  private static String text(Throwable failure) {
    if (failure instanceof Application application) {
      var pointer = application.pointer();
      return application.code()
          + ": "
          + application.getMessage()
          + (pointer == null || pointer.isEmpty() ? "" : " (at " + pointer + ")");
    }
    return failure instanceof MeshFailure mesh
        ? mesh.kind() + ": " + mesh.getMessage()
        : "Unknown: " + failure.getMessage();
  }

  private static String cut(String text) {
    return text.length() <= MeshLimits.TEXT_MAX_CHARS
        ? text
        : text.substring(0, MeshLimits.TEXT_MAX_CHARS);
  }
}
