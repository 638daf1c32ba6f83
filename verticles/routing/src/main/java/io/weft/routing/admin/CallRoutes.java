package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.TraceContext;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.events.Subscription;
import io.weft.routing.gateway.BodyReader;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Negotiation;
import io.weft.routing.gateway.Responses;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The routes of the admin API by which an operator calls an operation, or hears of a topic. */
final class CallRoutes {
  private static final String CALLS = "/v1/calls";
  private static final String SUBSCRIBE = "/v1/subscribe";
  private static final long MICRO_NANOS = 1_000;

  private final Mesh mesh;
  private final Time time;
  private final Streams streams;

  /** How an operation is called: as a query, as a command, or as whatever it is. */
  private enum Manner {
    QUERY,
    COMMAND,
    ANY
  }

  /** A call that was asked for. */
  private record Asked(String operation, Manner manner, Buffer body, CallOptions options) {}

  CallRoutes(Mesh mesh, Time time, Streams streams) {
    this.mesh = mesh;
    this.time = time;
    this.streams = streams;
  }

  void mount(Router router) {
    router.post(CALLS).handler(context -> AdminReply.answer(context, () -> call(context)));
    router.get(SUBSCRIBE).handler(this::subscribe);
    HttpEdge.otherMethods(router, CALLS, Set.of(HttpMethod.POST));
    HttpEdge.otherMethods(router, SUBSCRIBE, Set.of(HttpMethod.GET));
  }

  private Future<JsonObject> call(RoutingContext context) {
    Negotiation.sendsJson(context.request());
    return BodyReader.read(context.request(), RoutingLimits.BODY_MAX_BYTES, time.timers())
        .compose(body -> call(context, asked(context, Questions.object(body))));
  }

  private Asked asked(RoutingContext context, JsonObject request) {
    Questions.only(request, "operation", "body", "key", "kind", "timeoutMillis", "node", "explain");
    var operation = Questions.field(request, "operation", String.class, "a text");
    if (operation == null) {
      throw Questions.wrong("operation", "required (expected: service.verb, as in users.get)");
    }
    checkName("operation", operation);
    var body = Questions.field(request, "body", JsonObject.class, "an object");
    var key = Questions.field(request, "key", String.class, "a text");
    var kind = Questions.field(request, "kind", String.class, "query, command or any");
    var explain = Questions.field(request, "explain", Boolean.class, "true or false");
    Audit.subject(context, operation);
    var manner = manner(kind, key);
    if (manner == Manner.QUERY) {
      Audit.unchanging(context);
    }
    return new Asked(
        operation,
        manner,
        body == null ? Buffer.buffer("{}") : body.toBuffer(),
        options(context, request, key, Boolean.TRUE.equals(explain)));
  }

  private static Manner manner(@Nullable String kind, @Nullable String key) {
    if (kind == null) {
      return key == null ? Manner.ANY : Manner.COMMAND;
    }
    return switch (kind) {
      case "query" -> Manner.QUERY;
      case "command" -> Manner.COMMAND;
      case "any" -> Manner.ANY;
      default ->
          throw Questions.wrong("kind", "\"" + kind + "\" (expected: query, command or any)");
    };
  }

  private CallOptions options(
      RoutingContext context, JsonObject request, @Nullable String key, boolean explain) {
    var options =
        CallOptions.DEFAULT
            .withTrace(TraceContext.begin(time.rng()))
            .withPrincipal(operator(context));
    var millis = Questions.field(request, "timeoutMillis", Integer.class, "a whole number");
    if (millis != null) {
      if (millis < 1 || millis > RoutingLimits.ADMIN_CALL_TIMEOUT_MAX.toMillis()) {
        throw Questions.wrong("timeoutMillis", millis + " (expected: 1 to 60000)");
      }
      options = options.withTimeout(Duration.ofMillis(millis));
    }
    var node = Questions.field(request, "node", String.class, "a text");
    options = node == null ? options : options.withNode(node);
    try {
      options = key == null ? options : options.withKey(key);
    } catch (IllegalArgumentException e) {
      throw Questions.wrong("key", String.valueOf(e.getMessage()));
    }
    return explain ? options.withExplain() : options;
  }

  private static Principal operator(RoutingContext context) {
    var who = Audit.principal(context);
    return who.anonymous() ? Role.OPERATOR.principal("operator") : who;
  }

  private static void checkName(String field, String name) {
    try {
      Operation.checkName(name);
    } catch (IllegalArgumentException e) {
      throw Questions.wrong(field, String.valueOf(e.getMessage()));
    }
  }

  private Future<JsonObject> call(RoutingContext context, Asked asked) {
    long startNanos = time.ticker().nanos();
    var trace = asked.options().trace();
    return exchange(asked)
        .transform(
            (reply, failure) -> {
              long micros = (time.ticker().nanos() - startNanos) / MICRO_NANOS;
              var outcome = Outcome.of(failure);
              Audit.detail(context, outcome.label());
              var answer =
                  new JsonObject()
                      .put("outcome", outcome.label())
                      .put("micros", micros)
                      .put("trace", trace == null ? "" : trace.traceId());
              if (failure == null) {
                return Future.succeededFuture(answer.put("body", value(reply.body())));
              }
              return failure instanceof MeshFailure met
                  ? Future.succeededFuture(answer.put("failure", failure(met)))
                  : Future.failedFuture(failure);
            });
  }

  /** An operation that is a command refuses to be a query before it does anything. */
  private Future<Reply> exchange(Asked asked) {
    var kind = asked.manner() == Manner.COMMAND ? Operation.Kind.COMMAND : Operation.Kind.QUERY;
    var first = exchange(asked, kind);
    return asked.manner() != Manner.ANY
        ? first
        : first.recover(
            e ->
                e instanceof Application answered && isCommand(asked, answered)
                    ? exchange(asked, Operation.Kind.COMMAND)
                    : Future.failedFuture(e));
  }

  private Future<Reply> exchange(Asked asked, Operation.Kind kind) {
    return mesh.exchange(asked.operation(), kind, asked.body(), asked.options());
  }

  private static boolean isCommand(Asked asked, Application answered) {
    return String.valueOf(answered.getMessage()).startsWith(asked.operation() + " is a command");
  }

  private static Object value(Buffer body) {
    try {
      return body.length() == 0 ? new JsonObject() : Json.decodeValue(body);
    } catch (DecodeException e) {
      // Of an operation with codecs of its own.
      return body.toString();
    }
  }

  private static JsonObject failure(MeshFailure met) {
    var failure =
        new JsonObject().put("kind", met.kind()).put("message", String.valueOf(met.getMessage()));
    return met instanceof Application answered ? failure.put("code", answered.code()) : failure;
  }

  private void subscribe(RoutingContext context) {
    try {
      var asked = new Questions(context, "topic", "after");
      var topic = asked.text("topic");
      if (topic == null) {
        throw Questions.wrong("topic", "required (expected: service.event, as in orders.placed)");
      }
      checkName("topic", topic);
      var service = Operation.serviceOf(topic);
      if (mesh.directory().of(service).isEmpty()) {
        throw Questions.wrong(
            "topic",
            "nobody serves \""
                + service
                + "\" (expected: one of "
                + new TreeSet<>(mesh.directory().endpoints().keySet())
                + ")");
      }
      long after = asked.whole("after", -1L, Long.MAX_VALUE, -1L);
      new Hearer(context, topic, after < 0 ? null : after).start(service);
    } catch (RuntimeException e) {
      Responses.problem(context, AdminReply.problem(e));
    }
  }

  /** One who hears of the events of a topic until he leaves. */
  private final class Hearer implements Subscription.Reader {
    private final RoutingContext context;
    private final EventQuery query;
    private @Nullable EventResponse response;
    private @Nullable Subscription subscription;
    private boolean over;

    Hearer(RoutingContext context, String topic, @Nullable Long after) {
      this.context = context;
      query = new EventQuery(after, List.of(topic), null, null);
    }

    void start(String service) {
      Subscription.open(mesh, time, service, query, CallOptions.DEFAULT, this)
          .onSuccess(this::opened)
          .onFailure(e -> Responses.problem(context, AdminReply.problem(e)));
    }

    private void opened(Subscription open) {
      subscription = open;
      try {
        response = streams.open(this::begin);
      } catch (RuntimeException e) {
        open.close();
        Responses.problem(context, AdminReply.problem(e));
      }
      if (over) {
        open.close();
      }
    }

    private EventResponse begin(Runnable ended) {
      return new EventResponse(
          context,
          time.timers(),
          () -> {
            over = true;
            if (subscription != null) {
              subscription.close();
            }
            ended.run();
          });
    }

    @Override
    public void event(Event event) {
      var to = response;
      var from = subscription;
      if (to == null || from == null) {
        return; // It is told again: the subscription goes on after what was handed on.
      }
      to.event("event", json(event));
      if (to.full()) {
        from.pause();
        to.whenDrained(from::resume);
      }
    }

    @Override
    public void interrupted() {
      var to = response;
      if (to != null) {
        to.event("interrupted", new JsonObject().put("why", "events may have been missed"));
      }
    }

    @Override
    public void ended(Application why) {
      var to = response;
      if (to != null) {
        to.event("ended", new JsonObject().put("why", why.code() + ": " + why.getMessage()));
        to.end();
      }
    }
  }

  private static JsonObject json(Event event) {
    return new JsonObject()
        .put("position", event.position())
        .put("topic", event.topic())
        .put("aggregate", event.aggregate())
        .put("owner", event.owner())
        .put("at", event.at().toString())
        .put("body", value(event.body()));
  }
}
