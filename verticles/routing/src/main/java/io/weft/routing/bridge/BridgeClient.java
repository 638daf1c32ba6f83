package io.weft.routing.bridge;

import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Event;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event-bus client: its messages become calls, the replies go back to where it wants them, and
 * it hears of the topics for which it registers.
 *
 * <p>It is as untrusted as any HTTP client. How much it may send, what it may have running, what
 * may wait to be sent to it, how often it may talk nonsense and how long it may be silent are all
 * bounded. Everything happens on the context of its socket.
 */
final class BridgeClient implements ClientSocket.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeClient.class);

  private final BridgeScope scope;
  private final ClientSocket socket;
  private final Consumer<BridgeClient> left;
  private final Credentials credentials;
  private final Registrations registrations;
  private final Allowance messages;
  private final Allowance faults;

  /** Messages that came while those before them had to wait. */
  private final Queue<Buffer> held = new ArrayDeque<>();

  private int heldBytes;

  /** For how many reasons messages have to wait. */
  private int holds;

  private long heardNanos;
  private int running;
  private long waitingBytes;

  /** Whether it is not read slowly, as its part in {@link #holds} says. */
  private boolean keepsUp = true;

  /** Whether nothing that it says counts any more, as it is being cut off or has gone. */
  private boolean over;

  /** Gives the client's calls up when it goes. */
  private final Cancellation leaving = new Cancellation();

  private Timers.Handle silence = () -> {};
  private Timers.Handle closing = () -> {};

  /**
   * Creates a client.
   *
   * @param left is told once, when the client has gone
   */
  BridgeClient(BridgeScope scope, ClientSocket socket, Consumer<BridgeClient> left) {
    this.scope = scope;
    this.socket = socket;
    this.left = left;
    this.credentials = new Credentials(scope.access());
    this.registrations = new Registrations(this, scope.topics(), credentials, scope.time());
    var ticker = scope.time().ticker();
    long perSecond = scope.messagesPerSecond();
    this.messages =
        new Allowance(
            ticker,
            perSecond * RoutingLimits.BRIDGE_MESSAGES_SAVED_SECONDS,
            Duration.ofSeconds(1).dividedBy(perSecond));
    this.faults =
        new Allowance(ticker, RoutingLimits.BRIDGE_FAULTS_MAX, RoutingLimits.BRIDGE_FAULT_FORGIVEN);
    this.heardNanos = ticker.nanos();
  }

  /** Starts listening. */
  void start() {
    socket.start(this);
    listenOn();
  }

  /** Tells the client that this gateway is about to stop. */
  void stop() {
    end(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE.code(), "this gateway is stopping");
  }

  @Override
  public void broken(String why) {
    cutOff(why);
  }

  @Override
  public void closed() {
    closing.cancel();
    leave();
    left.accept(this);
  }

  /** Cuts the client off when it has been silent for too long, and looks again otherwise. */
  private void listenOn() {
    long silentNanos = scope.time().ticker().nanos() - heardNanos;
    var left = RoutingLimits.BRIDGE_PING_TIMEOUT.minusNanos(silentNanos);
    if (left.isNegative() || left.isZero()) {
      cutOff("silent for " + RoutingLimits.BRIDGE_PING_TIMEOUT.toSeconds() + " s");
    } else {
      silence = scope.time().timers().after(left, this::listenOn);
    }
  }

  @Override
  public void message(Buffer message) {
    if (over) {
      return;
    }
    heardNanos = scope.time().ticker().nanos();
    if (holds == 0 && held.isEmpty()) {
      heard(message);
      return;
    }
    held.add(message);
    heldBytes += message.length();
    if (held.size() > RoutingLimits.BRIDGE_HELD_MAX
        || heldBytes > RoutingLimits.BRIDGE_HELD_MAX_BYTES) {
      cutOff("sends more than it waits for");
    }
  }

  /** Lets messages wait, until {@link #goOn} has been called as often. */
  private void hold() {
    if (holds++ == 0) {
      socket.pause();
    }
  }

  private void goOn() {
    holds--;
    while (holds == 0 && !over && !held.isEmpty()) {
      var next = held.remove();
      heldBytes -= next.length();
      heard(next);
    }
    if (holds == 0 && !over) {
      socket.resume();
    }
  }

  private void heard(Buffer data) {
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
    if (!messages.spend()) {
      fault(message, tooFast());
      return;
    }
    switch (message.type()) {
      case "ping" -> pong();
      case "authenticate" -> authenticate(message);
      case "send" -> send(message);
      case "register" -> register(message);
      case "unregister" -> unregister(message);
      case "publish" -> fault(message, refused("publish"));
      default -> fault(null, message.replyAddress(), unknownType(message.type()));
    }
  }

  private static Problem tooLarge(int bytes) {
    return Problem.of(
        413,
        "message.too_large",
        "message of " + bytes + " bytes (limit: " + RoutingLimits.BRIDGE_MESSAGE_MAX_BYTES + ")");
  }

  private Problem tooFast() {
    return Problem.of(
            429,
            "messages.too_many",
            "more than " + scope.messagesPerSecond() + " messages per second; send fewer")
        .retryAfter(Duration.ofSeconds(1));
  }

  private static Problem unknownType(String type) {
    return Problem.of(
        400,
        "message.invalid",
        "type: \"" + type + "\" (expected: send, register, unregister, authenticate or ping)");
  }

  private void pong() {
    var pong = socket.dialect().pong();
    if (pong != null) {
      write(pong);
    }
  }

  /**
   * Does something once it is known who a message is from; what comes meanwhile waits.
   *
   * @param act is not run when the message's token is no good, of which the client is told
   */
  private void identified(BridgeMessage message, Consumer<Identity> act) {
    var authorization = credentials.of(message);
    await(
        credentials.identify(authorization),
        identity -> {
          registrations.seen(authorization, identity);
          act.accept(identity);
        },
        e -> error(message.address(), message.replyAddress(), unidentified(e)));
  }

  /** Goes on when something is done, if the client is still there; what comes meanwhile waits. */
  private <T> void await(Future<T> future, Consumer<T> done, Consumer<Throwable> failed) {
    boolean wait = !future.isComplete();
    if (wait) {
      hold();
    }
    future.onComplete(
        completed -> {
          if (over) {
            return;
          }
          if (completed.succeeded()) {
            done.accept(completed.result());
          } else {
            failed.accept(completed.cause());
          }
          if (wait) {
            goOn();
          }
        });
  }

  private static Problem unidentified(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.warn("a token cannot be checked: {}", failure.toString());
    return Problem.unavailable(
        "service.unavailable", "your token cannot be checked now; nothing was done, try again");
  }

  /** Takes a token for all later messages that have none. */
  private void authenticate(BridgeMessage message) {
    if (message.header(Credentials.HEADER).isEmpty()) {
      fault(
          message,
          Problem.of(
              400,
              "message.invalid",
              "headers: no Authorization (expected: Bearer and a token, with authenticate)"));
      return;
    }
    identified(
        message,
        identity -> {
          credentials.show(message.header(Credentials.HEADER));
          if (message.replyAddress() != null) {
            write(socket.dialect().identified(message.replyAddress(), identity));
          }
        });
  }

  /** Registers the client for a topic; what it says next waits until that stands. */
  private void register(BridgeMessage message) {
    var topic = message.address();
    if (!scope.topics().permit(topic)) {
      fault(message, notTopic(topic));
      return;
    }
    var wanted =
        new Topics.Wanted(
            first(message, BridgeMessage.AGGREGATE), first(message, BridgeMessage.OWNER));
    identified(
        message,
        identity ->
            await(
                registrations.register(topic, wanted, credentials.of(message), identity),
                done -> LOG.trace("registered for {}", topic),
                e -> tell(topic, unreachable(topic, e))));
  }

  private static Problem unreachable(String topic, Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.debug("no events of {}: {}", topic, failure.toString());
    return Problem.unavailable(
        "service.unavailable", "the service of " + topic + " cannot be reached; register again");
  }

  private void unregister(BridgeMessage message) {
    if (scope.topics().permit(message.address())) {
      registrations.unregister(message.address());
    } else {
      fault(message, notTopic(message.address()));
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
    registrations.clear();
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

  /** Returns how messages to the client are worded. */
  Dialect dialect() {
    return socket.dialect();
  }

  /** Tells the client what is wrong with a topic for which it is, or was, registered. */
  void tell(String topic, Problem problem) {
    error(topic, null, problem);
  }

  /** Tells the client that it is registered for a topic no longer. */
  void ended(String topic, Problem problem) {
    registrations.unregister(topic);
    tell(topic, problem);
  }

  private static Problem refused(String type) {
    return Problem.of(
        403, "access_denied", type + " is not for clients (expected: send to an operation)");
  }

  private void send(BridgeMessage message) {
    var endpoint = scope.endpoints().get(message.address());
    if (endpoint == null) {
      fault(
          message,
          scope.topics().permit(message.address())
              ? refused("send to a topic")
              : unknown(message.address()));
      return;
    }
    identified(message, identity -> send(message, endpoint, identity));
  }

  private void send(BridgeMessage message, Endpoint endpoint, Identity identity) {
    if (running >= RoutingLimits.BRIDGE_CALLS_MAX) {
      error(
          message.address(),
          message.replyAddress(),
          Problem.of(
              429,
              "calls.too_many",
              running + " calls running (limit: " + RoutingLimits.BRIDGE_CALLS_MAX + ")"));
      return;
    }
    running++;
    Future.succeededFuture(message)
        .compose(m -> call(m, endpoint, identity))
        .andThen(done -> running--)
        .onSuccess(reply -> reply(message.replyAddress(), reply))
        .onFailure(
            e -> error(message.address(), message.replyAddress(), Failures.problem(e, endpoint)));
  }

  private static Problem unknown(String address) {
    return Problem.of(
        404,
        "address.unknown",
        "address \"" + address + "\" (expected: an operation, as in users.get)");
  }

  private Future<Reply> call(BridgeMessage message, Endpoint endpoint, Identity identity) {
    Access.permit(endpoint, identity.principal());
    var trace =
        Trace.of(first(message, "traceparent"), first(message, "X-Request-Id"), scope.time().rng())
            .sampledBy(scope.mesh().spans());
    var options = CallOptions.DEFAULT.withTrace(trace.context()).withCancellation(leaving);
    options =
        Attributes.add(
            options,
            scope.mesh().policies().attributes(),
            name -> first(message, name),
            socket.remoteAddress());
    options = Attributes.tell(options, endpoint, socket.remoteAddress());
    if (endpoint.kind() == Operation.Kind.COMMAND) {
      var key = IdempotencyKey.of(message.header(IdempotencyKey.HEADER), endpoint);
      options = key == null ? options : options.withKey(key);
    }
    var check = new RequestCheck(endpoint.request());
    check.body(message.body().getBytes(), Set.of());
    long startNanos = scope.time().ticker().nanos();
    return scope
        .access()
        .call(scope.mesh(), endpoint, identity, check.finish(), options)
        .onComplete(
            (reply, failure) ->
                trace.tell(
                    scope.mesh().spans(),
                    "bridge " + endpoint.operation(),
                    failure == null
                        ? endpoint.success()
                        : Failures.problem(failure, endpoint).status(),
                    scope.time().ticker().nanos() - startNanos,
                    Map.of()));
  }

  private static @Nullable String first(BridgeMessage message, String header) {
    var values = message.header(header);
    return values.isEmpty() ? null : values.get(0);
  }

  private void reply(@Nullable String address, Reply reply) {
    if (address != null) {
      write(socket.dialect().reply(address, reply));
    }
  }

  /** Answers a message that no well-behaved client sends. */
  private void fault(BridgeMessage message, Problem problem) {
    fault(message.address(), message.replyAddress(), problem);
  }

  /** Answers what no well-behaved client sends; too much of it ends the conversation. */
  private void fault(@Nullable String at, @Nullable String replyAddress, Problem problem) {
    error(at, replyAddress, problem);
    if (!faults.spend()) {
      cutOff("too many faulty messages");
    }
  }

  private void error(@Nullable String at, @Nullable String replyAddress, Problem problem) {
    write(socket.dialect().error(at, replyAddress, problem));
  }

  private void write(String message) {
    if (over) {
      return;
    }
    int bytes = message.length();
    waiting(bytes);
    socket
        .write(message)
        .onFailure(e -> LOG.debug("bridge client gone before its answer: {}", e.getMessage()))
        .onComplete(written -> waiting(-bytes));
    if (waitingBytes > RoutingLimits.BRIDGE_WAITING_MAX_BYTES
        || scope.load().tooMuchOutgoing(waitingBytes)) {
      cutOff("reads too slowly");
    }
  }

  /** Counts what waits to be sent; who does not read it is not read either. */
  private void waiting(int bytes) {
    waitingBytes += bytes;
    scope.load().outgoing(bytes);
    boolean keptUp = keepsUp;
    keepsUp = waitingBytes <= RoutingLimits.BRIDGE_WAITING_BYTES;
    if (keptUp && !keepsUp) {
      hold();
    } else if (!keptUp && bytes < 0) {
      heardNanos = scope.time().ticker().nanos(); // It could not be heard, but it does read.
      if (keepsUp) {
        goOn();
      }
    }
  }

  private void cutOff(String why) {
    if (!over) {
      LOG.debug("bridge client {} cut off: {}", socket.remoteAddress(), why);
      end(WebSocketCloseStatus.POLICY_VIOLATION.code(), why);
    }
  }

  private void end(int code, String why) {
    if (!over) {
      leave();
      socket.close(code, why);
      closing = scope.time().timers().after(RoutingLimits.BRIDGE_CLOSE_TIMEOUT, socket::abort);
    }
  }

  /** Gives up all that is done for the client. */
  private void leave() {
    if (!over) {
      over = true;
      silence.cancel();
      held.clear();
      registrations.clear();
      leaving.cancel();
    }
  }
}
