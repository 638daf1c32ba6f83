package io.weft.routing.gateway;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.security.Identity;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.access.JsonFields;
import io.weft.routing.cache.ResponseCache;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.limit.RateGate;
import io.weft.routing.problem.Problem;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP request and its response: the request is checked and becomes one call, the reply becomes
 * the response with its bytes as they are.
 */
final class HttpExchange {
  private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);
  private static final Pattern TEMPLATE_FIELD = Pattern.compile("\\{([A-Za-z][A-Za-z0-9]*)}");

  /** How long a client that sends too much may go on before its connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final RoutingContext context;
  private final HttpServerRequest request;
  private final Endpoint endpoint;
  private final RequestReader reader;
  private final Access access;
  private final RateGate gate;
  private final Set<String> wanted;

  /** Whether the client has gone before its answer. */
  private final Cancellation gone = new Cancellation();

  /**
   * Creates the exchange of one request.
   *
   * @param wanted the fields of its answer that {@link #wanted(Endpoint)} names
   */
  HttpExchange(
      RoutingContext context,
      Endpoint endpoint,
      RequestReader reader,
      Access access,
      RateGate gate,
      Set<String> wanted) {
    this.wanted = wanted;
    this.context = context;
    this.request = context.request();
    this.endpoint = endpoint;
    this.reader = reader;
    this.access = access;
    this.gate = gate;
  }

  /** Returns the fields of an endpoint's answers of which its headers and status are made. */
  static Set<String> wanted(Endpoint endpoint) {
    var wanted = new HashSet<String>();
    if (endpoint.etag() != null) {
      wanted.add(endpoint.etag());
    }
    if (endpoint.age() != null) {
      wanted.add(endpoint.age());
    }
    if (endpoint.pending() != null) {
      wanted.add(endpoint.pending().field());
    }
    if (endpoint.location() != null) {
      TEMPLATE_FIELD.matcher(endpoint.location()).results().forEach(r -> wanted.add(r.group(1)));
    }
    return Set.copyOf(wanted);
  }

  /** Runs the exchange; the response is sent in any case, unless the client leaves first. */
  void run(ResponseCache mesh, Timers timers) {
    context.addEndHandler(
        sent -> {
          if (sent.failed()) {
            gone.cancel();
          }
        });
    if (context.response().closed()) {
      gone.cancel(); // Before this was there to be told.
    }
    Access.hold(
        request,
        access.identify(request.headers().getAll(HttpHeaders.AUTHORIZATION)),
        identity ->
            identity
                .compose(who -> call(mesh, timers, who))
                .compose(reply -> answer(reply, mesh.ageSeconds(reply)))
                .onFailure(e -> fail(Failures.problem(e, endpoint), timers)));
  }

  private Future<Reply> call(Mesh mesh, Timers timers, Identity who) {
    Access.permit(endpoint, who.principal());
    gate.identified(context, who.principal().subject());
    Negotiation.accepts(request, "application", "json");
    var options = options(mesh);
    var check = new RequestCheck(endpoint.request());
    if (endpoint.versioned()) {
      check.parameter(Endpoint.VERSION, EntityTags.ifMatch(request));
    }
    reader.parameters(check);
    return body(check, timers)
        .compose(done -> access.call(mesh, endpoint, who, check.finish(), options));
  }

  private CallOptions options(Mesh mesh) {
    var options = reader.options(mesh, gone);
    if (endpoint.kind() == Operation.Kind.QUERY) {
      return options;
    }
    var key = IdempotencyKey.of(request.headers().getAll(IdempotencyKey.HEADER), endpoint);
    return key == null ? options : options.withKey(key);
  }

  /** Reads the body into the check; of a query there is none to be read. */
  private Future<Void> body(RequestCheck check, Timers timers) {
    if (endpoint.kind() == Operation.Kind.QUERY) {
      return Future.succeededFuture();
    }
    if (endpoint.hasBody()) {
      Negotiation.sendsJson(request);
    }
    return BodyReader.read(request, RoutingLimits.BODY_MAX_BYTES, timers)
        .compose(
            body -> {
              if (endpoint.hasBody()) {
                check.body(body.getBytes(), endpoint.outside());
              } else if (body.length() > 0) {
                check.fault("", "a body of " + body.length() + " bytes (expected: none)");
              }
              return Future.succeededFuture();
            });
  }

  private Future<Void> answer(Reply reply, long ageSeconds) {
    Map<String, String> fields;
    try {
      fields = JsonFields.of(reply.body(), wanted);
    } catch (IOException e) {
      return Future.failedFuture(e);
    }
    var response = context.response();
    if (response.closed()) {
      LOG.debug("{}: the client left before its answer", endpoint.operation());
      return Future.succeededFuture();
    }
    if (reply.replayed()) {
      response.putHeader("Idempotency-Replayed", "true");
    }
    age(fields, ageSeconds);
    location(fields);
    if (notModified(fields)) {
      Responses.empty(context, 304);
    } else {
      // What a command answers is for whoever sent it, and may hold what is shown only once.
      boolean query = endpoint.kind() == Operation.Kind.QUERY;
      response.putHeader(HttpHeaders.CACHE_CONTROL, query ? "no-cache" : "no-store");
      Responses.send(context, status(fields), Responses.JSON, reply.body());
    }
    return Future.succeededFuture();
  }

  /**
   * Says how old an answer may be: by what it says itself, and for as long as it was kept. That an
   * answer comes from a site which is cut off is told by this alone, as RFC 9111 has it: it has
   * done away with Warning.
   */
  private void age(Map<String, String> fields, long keptSeconds) {
    var told = endpoint.age() == null ? null : fields.get(endpoint.age());
    if (told != null || keptSeconds > 0) {
      long seconds = keptSeconds + (told == null ? 0 : Long.parseLong(told));
      context.response().putHeader(HttpHeaders.AGE, Long.toString(seconds));
    }
  }

  private int status(Map<String, String> fields) {
    var pending = endpoint.pending();
    return pending != null && pending.values().contains(fields.getOrDefault(pending.field(), ""))
        ? pending.status()
        : endpoint.success();
  }

  private void location(Map<String, String> fields) {
    if (endpoint.location() != null) {
      var location =
          TEMPLATE_FIELD
              .matcher(endpoint.location())
              .replaceAll(
                  field ->
                      URLEncoder.encode(
                              fields.getOrDefault(field.group(1), ""), StandardCharsets.UTF_8)
                          .replace("+", "%20"));
      context.response().putHeader(HttpHeaders.LOCATION, location);
    }
  }

  /** Sets the ETag, and returns whether the client has this very version. */
  private boolean notModified(Map<String, String> fields) {
    var version = endpoint.etag() == null ? null : fields.get(endpoint.etag());
    if (version == null) {
      return false;
    }
    var tag = EntityTags.of(version);
    context.response().putHeader(HttpHeaders.ETAG, tag);
    return endpoint.kind() == Operation.Kind.QUERY
        && EntityTags.noneMatchHolds(request.getHeader(HttpHeaders.IF_NONE_MATCH), tag);
  }

  private void fail(Problem problem, Timers timers) {
    if (problem.status() == 413 || problem.status() == 408) {
      timers.after(LINGER, this::cutOff);
    }
    Responses.problem(context, problem);
  }

  private void cutOff() {
    if (request.isEnded()) {
      return;
    }
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset();
    } else {
      request
          .connection()
          .close()
          .onFailure(e -> LOG.debug("connection already closed: {}", e.getMessage()));
    }
  }
}
