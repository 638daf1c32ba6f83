package io.weft.routing.gateway;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Identity;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import io.weft.routing.access.Access;
import io.weft.routing.access.JsonFields;
import io.weft.routing.contract.Endpoint;
import io.weft.routing.contract.Endpoint.Events;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.events.Subscription;
import io.weft.routing.limit.RateGate;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP request for events and its response, which goes on for as long as client and gateway are
 * there: server-sent events, each with its position in the service's log for an id.
 *
 * <p>A client that comes again says which event it saw last, to whatever gateway, and goes on after
 * it. A client that reads slowly slows the stream down to its source; nothing piles up here but
 * {@link RoutingLimits#EVENT_STREAM_WAITING_BYTES} and a window of events. Whatever cannot be told
 * by a status any more ends the response in order: the client comes again, and then is told.
 *
 * <p>Everything happens on the context of the request.
 */
final class EventExchange implements Subscription.Reader {
  private static final Logger LOG = LoggerFactory.getLogger(EventExchange.class);
  private static final String LAST_EVENT_ID = "Last-Event-ID";
  private static final Pattern POSITION = Pattern.compile("[0-9]{1,19}");

  private final RoutingContext context;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Endpoint endpoint;
  private final Events events;
  private final Endpoint of;
  private final RequestReader reader;
  private final EventStreams streams;
  private final Access access;
  private final RateGate gate;
  private final String address;
  private final List<String> authorization;
  private Identity who = Identity.ANONYMOUS;

  /** Gives up what is asked on the client's behalf, when it goes. */
  private final Cancellation gone = new Cancellation();

  private @Nullable Subscription subscription;
  private Timers.Handle heartbeat = () -> {};
  private boolean over;

  /**
   * Creates the exchange.
   *
   * @param of the query that knows what the events are of
   * @param streams the gateway's, which bound how many there are
   * @param gate bounds how often they are asked for
   */
  EventExchange(
      RoutingContext context,
      Endpoint endpoint,
      Events events,
      Endpoint of,
      RequestReader reader,
      EventStreams streams,
      Access access,
      RateGate gate) {
    this.context = context;
    this.request = context.request();
    this.response = context.response();
    this.endpoint = endpoint;
    this.events = events;
    this.of = of;
    this.reader = reader;
    this.streams = streams;
    this.access = access;
    this.gate = gate;
    this.address = request.connection().remoteAddress().hostAddress();
    this.authorization = request.headers().getAll(HttpHeaders.AUTHORIZATION);
  }

  /** Runs the exchange; the client is answered in any case, unless it leaves first. */
  void run(Mesh mesh, Time time) {
    context.addEndHandler(end -> leave());
    if (response.closed()) { // Before this was there to be told.
      leave();
      return;
    }
    access
        .identify(authorization)
        .compose(identity -> begin(mesh, time, identity))
        .onFailure(this::refuse);
  }

  private Future<Void> begin(Mesh mesh, Time time, Identity identity) {
    who = identity;
    Access.permit(endpoint, who.principal());
    Access.permit(of, who.principal());
    gate.identified(context, who.principal().subject());
    Negotiation.accepts(request, "text", "event-stream");
    long after = after();
    if (request.version() == HttpVersion.HTTP_1_0) {
      throw new ProblemException(
          Problem.of(505, "http.version", "HTTP/1.0 (expected: HTTP/1.1 or HTTP/2)"));
    }
    streams.enter(this, address);
    return id(mesh)
        .compose(
            id -> HttpMethod.HEAD.equals(request.method()) ? head() : open(mesh, time, id, after));
  }

  /** Returns the position after which to begin, from the header or else from the query. */
  private long after() {
    var check = new RequestCheck(endpoint.request());
    reader.parameters(check);
    var seen = request.headers().getAll(LAST_EVENT_ID);
    if (seen.size() > 1) {
      check.fault("", LAST_EVENT_ID + ": given " + seen.size() + " times (expected: once)");
    } else if (!seen.isEmpty() && !isPosition(seen.get(0))) {
      check.fault("", LAST_EVENT_ID + ": not the id of an event (expected: a whole number from 0)");
    }
    Long asked = check.finish().toJsonObject().getLong(Endpoint.AFTER, 0L);
    return seen.isEmpty() ? asked : Long.parseLong(seen.get(0));
  }

  private static boolean isPosition(String text) {
    return POSITION.matcher(text).matches()
        && (text.length() < 19 || text.compareTo(Long.toString(Long.MAX_VALUE)) <= 0);
  }

  /**
   * Asks for what the events are of: it must be there, and be open to who asks, and has an id of
   * its own.
   */
  private Future<String> id(Mesh mesh) {
    var check = new RequestCheck(of.request());
    reader.pathParameters(check);
    return access
        .call(mesh, of, who, check.finish(), reader.options(mesh, gone))
        .recover(e -> Future.failedFuture(new ProblemException(Failures.problem(e, of))))
        .compose(
            reply -> {
              try {
                var id = JsonFields.of(reply.body(), Set.of(events.field())).get(events.field());
                return id == null
                    ? Future.failedFuture(
                        new IOException(of.operation() + " answered without " + events.field()))
                    : Future.succeededFuture(id);
              } catch (IOException e) {
                return Future.failedFuture(e);
              }
            });
  }

  private CallOptions options(Mesh mesh) {
    var options = reader.options(mesh, gone);
    return who.principal().anonymous() ? options : options.withPrincipal(who.principal());
  }

  private Future<Void> open(Mesh mesh, Time time, String id, long after) {
    var query =
        switch (events.by()) {
          case AGGREGATE -> new EventQuery(after, List.of(), id, null);
          case OWNER -> new EventQuery(after, List.of(), null, id);
        };
    var service = Operation.serviceOf(endpoint.operation());
    return Subscription.open(mesh, time, service, query, options(mesh), this)
        .map(
            opened -> {
              subscription = opened;
              if (over) {
                opened.close();
              } else {
                start(time);
              }
              return null;
            });
  }

  private Future<Void> head() {
    if (!over) {
      writeHead();
      Responses.empty(context, endpoint.success());
    }
    return Future.succeededFuture();
  }

  private void writeHead() {
    response
        .setStatusCode(endpoint.success())
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        // Proxies that collect answers before they hand them on would never hand this one on.
        .putHeader("X-Accel-Buffering", "no");
  }

  private void start(Time time) {
    writeHead();
    if (request.version() == HttpVersion.HTTP_1_1) {
      // The next request, after a gateway that stops, is to find its way to another.
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    response.setChunked(true).setWriteQueueMaxSize(RoutingLimits.EVENT_STREAM_WAITING_BYTES);
    beat(time);
    long spread = RoutingLimits.EVENT_STREAM_RETRY_SPREAD.toMillis();
    write(
        EventFrame.retry(
            RoutingLimits.EVENT_STREAM_RETRY.toMillis() + time.rng().nextInt((int) spread)));
  }

  /** Lets the next look at the client's credential come: soon, and as soon as it runs out. */
  private void beat(Time time) {
    var left = who.remaining(time.wall().now());
    var rest = RoutingLimits.EVENT_STREAM_HEARTBEAT;
    heartbeat =
        time.timers().after(left.compareTo(rest) < 0 ? left : rest, () -> lookWhetherGood(time));
  }

  /**
   * Ends when the client's credential has, whatever of it; and shows now and then that it is on.
   */
  private void lookWhetherGood(Time time) {
    access
        .stands(authorization, who, time.wall().now())
        .onSuccess(
            stands -> {
              if (over) {
                return;
              }
              if (!stands) {
                LOG.debug("{} ends: the client's token is no good", endpoint.operation());
                finish();
                return;
              }
              if (!response.writeQueueFull()) { // A client that has more to read needs no sign.
                write(EventFrame.HEARTBEAT);
              }
              beat(time);
            });
  }

  @Override
  public void event(Event event) {
    write(EventFrame.of(event));
    var reading = subscription;
    if (reading != null && response.writeQueueFull()) {
      reading.pause();
      response.drainHandler(drained -> reading.resume());
    }
  }

  private void write(Buffer bytes) {
    response
        .write(bytes)
        .onFailure(e -> LOG.debug("client gone from its events: {}", e.getMessage()));
  }

  @Override
  public void interrupted() {
    throw new IllegalStateException("a stream that begins at a position has missed nothing");
  }

  @Override
  public void ended(MeshFailure.Application why) {
    LOG.debug("{} ends: {}: {}", endpoint.operation(), why.code(), why.getMessage());
    finish();
  }

  /** Ends the response in order; the client comes again, to this gateway or another. */
  void finish() {
    if (over) {
      return;
    }
    if (!response.headWritten()) {
      Responses.problem(context, EventStreams.draining());
      leave();
      return;
    }
    leave();
    response
        .end()
        .eventually(this::closeConnection)
        .onFailure(e -> LOG.debug("client gone before the end: {}", e.getMessage()));
  }

  private Future<Void> closeConnection() {
    return request.version() == HttpVersion.HTTP_2
        ? Future.succeededFuture()
        : request.connection().close();
  }

  private void refuse(Throwable failure) {
    leave();
    Responses.problem(context, Failures.problem(failure, endpoint));
  }

  /** Lets go of everything that is held for the client. */
  private void leave() {
    if (over) {
      return;
    }
    over = true;
    heartbeat.cancel();
    streams.leave(this, address);
    if (subscription != null) {
      subscription.close();
    }
    gone.cancel();
  }
}
