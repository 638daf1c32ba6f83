package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.security.Identity;
import io.weft.mesh.security.Principal;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.api.BodyRest;
import io.weft.routing.api.HeaderField;
import io.weft.routing.api.UpstreamReply;
import io.weft.routing.api.UpstreamRequest;
import io.weft.routing.gateway.Attributes;
import io.weft.routing.gateway.HttpEdge;
import io.weft.routing.gateway.Responses;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request of a client to an upstream, and its answer: a call like any other, whose body and
 * answer are streamed when they are long.
 *
 * <p>Requests by safe methods are repeated like queries; all others are sent once, and again only
 * where it is known that they never ran.
 */
final class UpstreamExchange {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamExchange.class);
  private static final String VIA = "Via";
  private static final String VIA_NAME = "weft-";

  /** Segments that mean another path than what is written, encoded or not. */
  private static final Pattern DOTS = Pattern.compile("(?i)/(\\.|%2e){1,2}(/|;|$)|\\\\|%5c|%00");

  private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9.\\[\\]:_-]{1,255}");

  /** What the gateway says itself; an upstream's own are not handed on. */
  private static final Set<String> OURS = Set.of("x-request-id", "traceparent");

  /** What a client may not say of where it comes from: we are the first whom it is known to. */
  private static final Set<String> TOLD_BY_US =
      Set.of(
          "host",
          "forwarded",
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "x-forwarded-port",
          "x-forwarded-user",
          "x-real-ip",
          "x-request-id",
          "traceparent",
          "via");

  /** How long a client that sends too much may go on before its connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final RoutingContext context;
  private final HttpServerRequest request;
  private final RouteTable.Entry entry;
  private final Mesh mesh;
  private final Time time;
  private final BodyShelf shelf;
  private final boolean explains;

  private Principal who = Principal.ANONYMOUS;

  /** Whether the client has gone before its answer. */
  private final Cancellation gone = new Cancellation();

  UpstreamExchange(
      RoutingContext context,
      RouteTable.Entry entry,
      Mesh mesh,
      Time time,
      BodyShelf shelf,
      boolean explains) {
    this.context = context;
    this.request = context.request();
    this.entry = entry;
    this.mesh = mesh;
    this.time = time;
    this.shelf = shelf;
    this.explains = explains;
  }

  /** Runs the exchange; the response is sent in any case, unless the client leaves first. */
  void run(Access access) {
    HttpEdge.aims(context, new HttpEdge.Target(entry.read().service(), entry.route().path()));
    context.addEndHandler(
        sent -> {
          if (sent.failed()) {
            gone.cancel();
          }
        });
    Access.hold(
        request,
        access.identify(request.headers().getAll(HttpHeaders.AUTHORIZATION)),
        identity ->
            identity
                .compose(this::call)
                .compose(this::answer)
                .onFailure(failure -> fail(problem(failure))));
  }

  private Future<UpstreamReply> call(Identity identity) {
    who = identity.principal();
    var scopes = entry.spec().scopes();
    if (scopes != null) {
      Access.permit(scopes, who);
    }
    refuseWhatCannotBe();
    return FirstPart.of(request, time.timers()).compose(this::call);
  }

  private void refuseWhatCannotBe() {
    if (request.headers().contains(HttpHeaders.UPGRADE)
        && !"h2c".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      throw refused(501, "upgrade.unsupported", "Upgrade (expected: plain HTTP; no WebSocket)");
    }
    if (DOTS.matcher(request.path()).find()) {
      throw refused(400, "path.ambiguous", "the path (expected: no \".\", \"..\" or backslash)");
    }
    if (cameByBefore()) {
      throw refused(508, "loop.detected", "this request came by here before; look at its routes");
    }
  }

  private boolean cameByBefore() {
    for (var via : request.headers().getAll(VIA)) {
      for (var hop : via.split(",")) {
        if (hop.strip().endsWith(" " + VIA_NAME + mesh.node())) {
          return true;
        }
      }
    }
    return false;
  }

  private static ProblemException refused(int status, String code, String detail) {
    return new ProblemException(Problem.of(status, code, detail));
  }

  private Future<UpstreamReply> call(FirstPart body) {
    boolean safe = entry.spec().safe().contains(request.method().name());
    @Nullable BodyRest rest = null;
    if (!body.whole()) {
      if (safe) {
        throw refused(
            413,
            "body.too_large",
            "body of more than %d bytes (expected of %s: fewer, as it may be repeated)"
                .formatted(RoutingLimits.UPSTREAM_REQUEST_COLLECTED_BYTES, request.method()));
      }
      if (shelf.full()) {
        throw new ProblemException(
            Problem.unavailable("gateway.busy", "too many bodies wait to be sent; try again"));
      }
      rest = shelf.put(request, body.leftBytes(), this::cutOff);
    }
    var asked =
        new UpstreamRequest(request.method().name(), target(), headers(), body.bytes(), rest);
    return mesh.call(safe ? entry.read() : entry.write(), asked, options(safe, rest != null));
  }

  private String target() {
    var query = request.query();
    var target = entry.route().target(request.path());
    return query == null ? target : target + "?" + query;
  }

  private List<HeaderField> headers() {
    var headers = new ArrayList<HeaderField>();
    // A token for us is none of an upstream's business: with it, it could ask us as that client.
    boolean ours = entry.spec().scopes() != null;
    for (var field : HeaderRules.endToEnd(request.headers())) {
      var name = field.name().toLowerCase(Locale.ROOT);
      if (!TOLD_BY_US.contains(name) && !(ours && name.equals("authorization"))) {
        headers.add(field);
      }
    }
    var client = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    var scheme = request.isSSL() ? "https" : "http";
    var forwarded = new StringBuilder("proto=").append(scheme);
    headers.add(new HeaderField("X-Forwarded-Proto", scheme));
    if (client != null) {
      headers.add(new HeaderField("X-Forwarded-For", client));
      forwarded.append(client.indexOf(':') < 0 ? ";for=" + client : ";for=\"[" + client + "]\"");
    }
    var host = request.authority() == null ? null : request.authority().toString();
    if (host != null && AUTHORITY.matcher(host).matches()) {
      headers.add(new HeaderField("X-Forwarded-Host", host));
      forwarded.append(";host=\"").append(host).append('"');
    }
    headers.add(new HeaderField("Forwarded", forwarded.toString()));
    if (ours) {
      headers.add(new HeaderField("X-Forwarded-User", who.subject()));
    }
    headers.add(new HeaderField("X-Request-Id", HttpEdge.trace(context).requestId()));
    request.headers().getAll(VIA).forEach(via -> headers.add(new HeaderField(VIA, via)));
    headers.add(new HeaderField(VIA, "1.1 " + VIA_NAME + mesh.node()));
    return headers;
  }

  private CallOptions options(boolean safe, boolean streamed) {
    var options =
        CallOptions.DEFAULT.withTrace(HttpEdge.trace(context).context()).withCancellation(gone);
    if (streamed) {
      options = options.withTimeout(RoutingLimits.UPSTREAM_TIMEOUT_MAX);
    } else if (entry.spec().timeout() != null) {
      options = options.withTimeout(entry.spec().timeout());
    }
    if (explains && "1".equals(request.getHeader("Weft-Explain"))) {
      options = options.withExplain();
    }
    options =
        Attributes.add(
            options, mesh.policies().attributes(), request::getHeader, request.remoteAddress());
    if (!who.anonymous()) {
      options = options.withPrincipal(who);
    }
    return safe ? options : options.withKey("");
  }

  private Future<Void> answer(UpstreamReply reply) {
    var response = context.response();
    var rest = reply.rest();
    if (response.closed()) {
      LOG.debug("{}: the client left before its answer", entry.spec().name());
      return Future.succeededFuture();
    }
    if (rest == null) {
      begin(response, reply);
      end(response, reply.body());
      return Future.succeededFuture();
    }
    return rest.open(mesh, CallOptions.DEFAULT.withCancellation(gone))
        .compose(
            stream -> {
              begin(response, reply);
              pump(response, reply, rest, stream);
              return Future.succeededFuture();
            });
  }

  private void begin(HttpServerResponse response, UpstreamReply reply) {
    response.setStatusCode(reply.status());
    try {
      for (var field : reply.headers()) {
        if (!OURS.contains(field.name().toLowerCase(Locale.ROOT))) {
          response.headers().add(field.name(), field.value());
        }
      }
    } catch (IllegalArgumentException e) {
      reply.headers().forEach(field -> response.headers().remove(field.name()));
      LOG.debug("{} answered with a header field that is none", entry.spec().name(), e);
      throw refused(502, "upstream.malformed", entry.spec().name() + " answered what is no HTTP");
    }
  }

  private void end(HttpServerResponse response, Buffer body) {
    var ended =
        body.length() == 0 || context.request().method().name().equals("HEAD")
            ? response.end()
            : response.end(body);
    ended.onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
  }

  /** Once it has begun, all that can be said of a failure is that the answer ends too soon. */
  private void pump(
      HttpServerResponse response, UpstreamReply reply, BodyRest rest, ItemStream<Buffer> stream) {
    if (rest.bytes() >= 0) {
      response.putHeader(
          HttpHeaders.CONTENT_LENGTH, Long.toString(reply.body().length() + rest.bytes()));
    } else {
      response.setChunked(true);
    }
    if (reply.body().length() > 0) {
      response
          .write(reply.body())
          .onFailure(e -> LOG.debug("client gone before its response: {}", e.getMessage()));
    }
    BodyPump.run(stream, response, RoutingLimits.UPSTREAM_BODY_MAX_BYTES)
        .compose(all -> response.end())
        .onFailure(
            failure -> {
              LOG.debug("{}: an answer broke off: {}", entry.spec().name(), failure.getMessage());
              close();
            });
  }

  private Problem problem(Throwable failure) {
    var name = entry.spec().name();
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof MeshFailure.Rejected rejected) {
      LOG.debug("{}: {}", name, failure.getMessage());
      return rejected.reason() == MeshFailure.Rejected.Reason.FORBIDDEN
          ? Problem.of(403, "access.forbidden", "This may not be done from here")
          : Problem.unavailable("service.unavailable", name + " cannot do it now; try again")
              .retryAfter(rejected.retryAfter());
    }
    if (failure instanceof MeshFailure.NotSent) {
      return Problem.unavailable(
          "service.unavailable", name + " cannot be reached; nothing was done, try again");
    }
    if (failure instanceof MeshFailure.Application refusal) {
      return Problem.of(400, refusal.code(), String.valueOf(refusal.getMessage()));
    }
    if (failure instanceof MeshFailure) {
      LOG.debug("{}: {}", name, failure.getMessage());
      return Problem.of(
          504, "outcome.unknown", name + " did not answer as it should, and may have done it");
    }
    LOG.error("{} failed", name, failure);
    return Problem.internal();
  }

  private void fail(Problem problem) {
    if (!request.isEnded()) {
      time.timers().after(LINGER, this::cutOff);
    }
    Responses.problem(context, problem);
  }

  /** Ends a request whose body nobody reads. */
  private void cutOff() {
    if (!request.isEnded()) {
      close();
    }
  }

  private void close() {
    Future<Void> closed =
        request.version() == HttpVersion.HTTP_2
            ? request.response().reset()
            : request.connection().close();
    closed.onFailure(e -> LOG.debug("connection already closed: {}", e.getMessage()));
  }
}
