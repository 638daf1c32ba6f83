package io.weft.routing.bridge;

import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Event;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.gateway.Attributes;
import io.weft.routing.gateway.Failures;
import io.weft.routing.gateway.IdempotencyKey;
import io.weft.routing.gateway.Trace;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event-bus client: its messages become calls, the replies go back to where it wants them, and
 * it hears of the topics for which it registers.
 *
 * <p>It is as untrusted as any HTTP client. What it may have running, what may wait to be sent to
 * it, how often it may talk nonsense and how long it may be silent are all bounded. Everything
 * happens on the context of its socket.
 */
final class BridgeClient {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeClient.class);

  private static final String AUTHORIZATION = "Authorization";
  private static final int REASON_MAX_CHARS = 60;

  private final SockJSSocket socket;
  private final Mesh mesh;
  private final Time time;
  private final Map<String, Endpoint> endpoints;
  private final Topics topics;
  private final Access access;
  private final FaultBudget faults;
  private long heardNanos;
  private int running;
  private long waitingBytes;
  private boolean gone;

  /** Gives the client's calls up when it goes. */
  private final Cancellation leaving = new Cancellation();

  private Timers.@Nullable Handle silence;

  BridgeClient(
      SockJSSocket socket,
      Mesh mesh,
      Time time,
      Map<String, Endpoint> endpoints,
      Topics topics,
      Access access) {
    this.socket = socket;
    this.mesh = mesh;
    this.time = time;
    this.endpoints = endpoints;
    this.topics = topics;
    this.access = access;
    this.faults = new FaultBudget(time.ticker());
    this.heardNanos = time.ticker().nanos();
  }

  /**
   * Starts listening.
   *
   * @param left is run once, when the client has gone
   */
  void start(Runnable left) {
    socket.handler(this::heard);
    // Above all a message over the limit, whose remainder would be taken for the next message.
    socket.exceptionHandler(e -> cutOff(String.valueOf(e.getMessage())));
    socket.closeHandler(
        closed -> {
          if (!gone) {
            gone = true;
            if (silence != null) {
              silence.cancel();
            }
            leaving.cancel();
            left.run();
          }
        });
    listenOn();
  }

  /** Tells the client that this gateway is about to stop. */
  void stop() {
    socket.close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "this gateway is stopping");
  }

  /** Cuts the client off when it has been silent for too long, and looks again otherwise. */
  private void listenOn() {
    long silentNanos = time.ticker().nanos() - heardNanos;
    var left = RoutingLimits.BRIDGE_PING_TIMEOUT.minusNanos(silentNanos);
    if (left.isNegative() || left.isZero()) {
      cutOff("silent for " + RoutingLimits.BRIDGE_PING_TIMEOUT.toSeconds() + " s");
    } else {
      silence = time.timers().after(left, this::listenOn);
    }
  }

  private void heard(Buffer data) {
    heardNanos = time.ticker().nanos();
    BridgeMessage message;
    try {
      if (data.length() > RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES) {
        throw new ProblemException(tooLarge(data.length()));
      }
      message = BridgeMessage.read(data);
    } catch (ProblemException e) {
      fault(null, null, e.problem());
      return;
    }
    switch (message.type()) {
      case "ping" -> LOG.trace("ping");
      case "send" -> send(message);
      case "register" -> register(message);
      case "unregister" -> unregister(message);
      case "publish" -> fault(message.address(), message.replyAddress(), refused("publish"));
      default ->
          fault(
              null,
              message.replyAddress(),
              Problem.of(
                  400,
                  "message.invalid",
                  "type: \""
                      + message.type()
                      + "\" (expected: send, register, unregister or ping)"));
    }
  }

  /** Registers the client for a topic; what it says next waits until that stands. */
  private void register(BridgeMessage message) {
    var topic = message.address();
    if (!topics.permit(topic)) {
      fault(topic, message.replyAddress(), notTopic(topic));
      return;
    }
    var wanted =
        new Topics.Wanted(
            first(message, BridgeMessage.AGGREGATE), first(message, BridgeMessage.OWNER));
    var identity = access.identify(message.header(AUTHORIZATION));
    if (!identity.isComplete()) {
      socket.pause();
      identity.onComplete(known -> socket.resume());
    }
    identity
        .onSuccess(who -> register(topic, wanted, who.principal()))
        .onFailure(e -> tell(topic, refusal(e, topic)));
  }

  private static Problem refusal(Throwable failure, String topic) {
    return failure instanceof ProblemException known
        ? known.problem()
        : unreachable(topic, failure);
  }

  /** Of what is another's nobody hears but operators. */
  private void register(String topic, Topics.Wanted wanted, Principal who) {
    if (who.anonymous()) {
      tell(topic, Access.unauthenticated().problem());
      return;
    }
    boolean own = who.subject().equals(wanted.owner());
    if (!who.operator() && !(own && who.has(Operation.serviceOf(topic) + ":read"))) {
      tell(topic, Access.denied().problem());
      return;
    }
    var registered = topics.register(this, topic, wanted);
    if (!registered.isComplete()) {
      socket.pause();
      registered.onComplete(done -> socket.resume());
    }
    registered.onFailure(e -> tell(topic, unreachable(topic, e)));
  }

  private static Problem unreachable(String topic, Throwable failure) {
    LOG.debug("no events of {}: {}", topic, failure.toString());
    return Problem.unavailable(
        "service.unavailable", "the service of " + topic + " cannot be reached; register again");
  }

  private void unregister(BridgeMessage message) {
    if (topics.permit(message.address())) {
      topics.unregister(this, message.address());
    } else {
      fault(message.address(), message.replyAddress(), notTopic(message.address()));
    }
  }

  private static Problem notTopic(String address) {
    return Problem.of(
        403,
        "access_denied",
        "\"" + address + "\" is no topic for clients (expected: one, as in orders.placed)");
  }

  /** Tells the client of an event, unless it has too much to read already. */
  void event(Event event, String frame) {
    if (waitingBytes + frame.length() <= RoutingLimits.BRIDGE_EVENTS_WAITING_MAX_BYTES) {
      write(frame);
      return;
    }
    topics.forget(this);
    tell(
        event.topic(),
        Problem.of(
            429,
            "topic.read_too_slowly",
            "%d bytes wait to be sent (limit: %d); you hear of no topic any more, and missed %d of %s"
                .formatted(
                    waitingBytes,
                    RoutingLimits.BRIDGE_EVENTS_WAITING_MAX_BYTES,
                    event.position(),
                    event.topic())));
  }

  /** Tells the client what is wrong with a topic for which it is, or was, registered. */
  void tell(String topic, Problem problem) {
    error(topic, null, problem);
  }

  private static Problem refused(String type) {
    return Problem.of(
        403, "access_denied", type + " is not for clients (expected: send to an operation)");
  }

  private static Problem tooLarge(int bytes) {
    return Problem.of(
        413,
        "message.too_large",
        "message of " + bytes + " bytes (limit: " + RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES + ")");
  }

  private void send(BridgeMessage message) {
    var endpoint = endpoints.get(message.address());
    if (endpoint == null && topics.permit(message.address())) {
      fault(message.address(), message.replyAddress(), refused("send to a topic"));
      return;
    }
    if (endpoint == null) {
      fault(
          null,
          message.replyAddress(),
          Problem.of(
              404,
              "address.unknown",
              "address \"" + message.address() + "\" (expected: an operation, as in users.get)"));
      return;
    }
    if (running >= RoutingLimits.BRIDGE_CALLS_MAX) {
      error(
          null,
          message.replyAddress(),
          Problem.of(
              429,
              "calls.too_many",
              running + " calls running (limit: " + RoutingLimits.BRIDGE_CALLS_MAX + ")"));
      return;
    }
    running++;
    access
        .identify(message.header(AUTHORIZATION))
        .compose(who -> call(message, endpoint, who))
        .andThen(done -> running--)
        .onSuccess(reply -> reply(message.replyAddress(), reply))
        .onFailure(e -> error(null, message.replyAddress(), Failures.problem(e, endpoint)));
  }

  private Future<Reply> call(BridgeMessage message, Endpoint endpoint, Identity who) {
    Access.permit(endpoint, who.principal());
    var trace = Trace.of(first(message, "traceparent"), first(message, "X-Request-Id"), time.rng());
    var options = CallOptions.DEFAULT.withTrace(trace.context()).withCancellation(leaving);
    options =
        Attributes.add(
            options,
            mesh.policies().attributes(),
            name -> first(message, name),
            socket.remoteAddress());
    options = Attributes.tell(options, endpoint, socket.remoteAddress());
    if (endpoint.kind() == Operation.Kind.COMMAND) {
      var key = IdempotencyKey.of(message.header(IdempotencyKey.HEADER), endpoint);
      options = key == null ? options : options.withKey(key);
    }
    var check = new RequestCheck(endpoint.request());
    check.body(message.body().getBytes(), Set.of());
    return access.call(mesh, endpoint, who, check.finish(), options);
  }

  private static @Nullable String first(BridgeMessage message, String header) {
    var values = message.header(header);
    return values.isEmpty() ? null : values.get(0);
  }

  /** Sends a reply with its bytes as they are. */
  private void reply(@Nullable String address, Reply reply) {
    if (address == null) {
      return;
    }
    var frame =
        Buffer.buffer(reply.body().length() + 128)
            .appendString("{\"type\":\"rec\",\"address\":")
            .appendString(Json.encode(address))
            .appendString(
                reply.replayed() ? ",\"headers\":{\"Idempotency-Replayed\":\"true\"}" : "")
            .appendString(",\"body\":")
            .appendBuffer(reply.body())
            .appendString("}");
    write(frame.toString());
  }

  /** Answers a message that no well-behaved client sends; too many of them end the conversation. */
  private void fault(@Nullable String at, @Nullable String replyAddress, Problem problem) {
    error(at, replyAddress, problem);
    if (!faults.spend()) {
      cutOff("too many faulty messages");
    }
  }

  private void error(@Nullable String at, @Nullable String replyAddress, Problem problem) {
    var frame = new JsonObject().put("type", "err");
    if (replyAddress != null || at != null) {
      frame.put("address", replyAddress != null ? replyAddress : at);
    }
    frame
        .put("failureCode", problem.status())
        .put("failureType", failureType(problem.status()))
        .put("message", problem.json(null).encode())
        .put("body", problem.code());
    write(frame.encode());
  }

  /** Returns the event bus' own word for a failure. */
  private static String failureType(int status) {
    return switch (status) {
      case 503 -> "NO_HANDLERS";
      case 504 -> "TIMEOUT";
      default -> "RECIPIENT_FAILURE";
    };
  }

  private void write(String frame) {
    if (gone) {
      return;
    }
    int bytes = frame.length();
    waitingBytes += bytes;
    socket
        .write(frame)
        .andThen(written -> waitingBytes -= bytes)
        .onFailure(e -> LOG.debug("bridge client gone before its answer: {}", e.getMessage()));
    if (waitingBytes > RoutingLimits.BRIDGE_WAITING_MAX_BYTES) {
      cutOff("reads too slowly");
    }
  }

  /** Returns as much of a reason as a WebSocket's close frame can hold. */
  private static String shortened(String why) {
    return why.length() <= REASON_MAX_CHARS ? why : why.substring(0, REASON_MAX_CHARS);
  }

  private void cutOff(String why) {
    if (!gone) {
      LOG.info("bridge client {} cut off: {}", socket.remoteAddress(), why);
      socket.close(WebSocketCloseStatus.POLICY_VIOLATION.code(), shortened(why));
    }
  }
}
