package io.weft.routing.limit;

import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one gateway instance: how many there may be, in all and from one address, and
 * for how long one may ask nothing.
 *
 * <p>The idle timeout of the server goes by bytes, so a client that sends a byte of its headers now
 * and then would stay for ever. This goes by requests whose headers have come as a whole, and
 * leaves alone whatever waits for an answer or reads a stream. For one event loop.
 */
public final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Ticker ticker;
  private final Timers timers;
  private final int max;
  private final int perAddressMax;
  private final Map<HttpConnection, Use> open = new HashMap<>();
  private final Map<Long, Integer> byAddress = new HashMap<>();
  private Timers.@Nullable Handle look;
  private boolean stopped;

  /** What one connection is used for. */
  private static final class Use {
    private final long client;
    private int running;
    private long untilNanos;

    private Use(long client, long untilNanos) {
      this.client = client;
      this.untilNanos = untilNanos;
    }
  }

  /**
   * Creates the bounds of an instance without connections.
   *
   * @param max connections at a time, at least 1
   * @param perAddressMax those from one address, at least 1; a network of IPv6 counts as one
   */
  public Connections(Time time, int max, int perAddressMax) {
    ticker = time.ticker();
    timers = time.timers();
    this.max = max;
    this.perAddressMax = perAddressMax;
  }

  /** Begins to close connections that ask nothing. To be called on the event loop. */
  public void start() {
    look = stopped ? null : timers.after(RoutingLimits.CONNECTION_LOOK, this::closeSilent);
  }

  /** Closes no more of them. */
  public void stop() {
    stopped = true;
    if (look != null) {
      look.cancel();
    }
  }

  /** Lets a connection stay if there is room for it. */
  public void opened(HttpConnection connection) {
    long client = Clients.at(connection.remoteAddress());
    int others = byAddress.getOrDefault(client, 0);
    if (open.size() >= max || others >= perAddressMax) {
      LOG.debug("{} has {} connections of {}", connection.remoteAddress(), others, open.size());
      close(connection);
      return;
    }
    byAddress.put(client, others + 1);
    open.put(connection, new Use(client, in(RoutingLimits.FIRST_REQUEST_TIMEOUT)));
    connection.closeHandler(closed -> forget(connection));
  }

  /** Notes that the headers of a request have come, and passes it on. */
  public void arrived(RoutingContext context) {
    var use = open.get(context.request().connection());
    if (use != null) {
      use.running++;
      context.addEndHandler(end -> answered(use, context));
    }
    context.next();
  }

  /** A connection that has become one of WebSocket asks nothing more, and has its own limits. */
  private void answered(Use use, RoutingContext context) {
    if (context.response().getStatusCode() != SWITCHING_PROTOCOLS) {
      use.running--;
      use.untilNanos = in(RoutingLimits.NEXT_REQUEST_TIMEOUT);
    }
  }

  private long in(Duration time) {
    return ticker.nanos() + time.toNanos();
  }

  private void forget(HttpConnection connection) {
    var use = open.remove(connection);
    if (use != null) {
      byAddress.compute(
          use.client, (client, count) -> count == null || count == 1 ? null : count - 1);
    }
  }

  private void closeSilent() {
    long now = ticker.nanos();
    open.forEach(
        (connection, use) -> {
          if (use.running == 0 && use.untilNanos - now <= 0) {
            LOG.debug("{} asked nothing for too long", connection.remoteAddress());
            close(connection);
          }
        });
    start();
  }

  private static void close(HttpConnection connection) {
    connection.close().onFailure(e -> LOG.debug("already closed: {}", e.getMessage()));
  }
}
