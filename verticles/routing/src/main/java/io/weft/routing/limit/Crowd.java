package io.weft.routing.limit;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.MeshLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many requests one gateway instance runs, and how many connections it has, at a time.
 *
 * <p>Past its bound a request is answered 503, before anything of it is read, and a connection is
 * closed. The bound protects the gateway's memory; how much the services can do, their own
 * admission finds out. For one event loop.
 */
public final class Crowd {
  private static final Logger LOG = LoggerFactory.getLogger(Crowd.class);
  private static final String PLACE = "weft.crowd";
  private static final int UNAVAILABLE = 503;

  private final int requestsMax;
  private final int connectionsMax;
  private int requests;
  private int connections;

  /** What one request takes up until it is answered. */
  private final class Place implements Handler<AsyncResult<Void>> {
    private boolean left;

    @Override
    public void handle(AsyncResult<Void> end) {
      leave();
    }

    void leave() {
      if (!left) {
        left = true;
        requests--;
      }
    }
  }

  /**
   * Creates the bounds of an instance that runs nothing.
   *
   * @param requestsMax requests at a time, at least 1
   * @param connectionsMax connections at a time, at least 1
   */
  public Crowd(int requestsMax, int connectionsMax) {
    this.requestsMax = requestsMax;
    this.connectionsMax = connectionsMax;
  }

  /** Lets a connection stay if there is room for it. */
  public void opened(HttpConnection connection) {
    if (connections >= connectionsMax) {
      LOG.debug("closed a connection over {}: {}", connectionsMax, connection.remoteAddress());
      connection.close().onFailure(e -> LOG.debug("already closed: {}", e.getMessage()));
      return;
    }
    connections++;
    connection.closeHandler(closed -> connections--);
  }

  /** Lets a request go on to the next handler if there is room for it, or answers it. */
  public void arrived(RoutingContext context) {
    if (requests >= requestsMax) {
      context.fail(UNAVAILABLE, new ProblemException(tooMany()));
      return;
    }
    requests++;
    var place = new Place();
    context.put(PLACE, place).addEndHandler(place);
    context.next();
  }

  /** Counts a request no more that goes on as a stream, which has a bound of its own. */
  public static void streams(RoutingContext context) {
    Place place = context.get(PLACE);
    if (place != null) {
      place.leave();
    }
    context.next();
  }

  /** Returns how many requests are running. */
  public int requests() {
    return requests;
  }

  /** Returns how many connections there are. */
  public int connections() {
    return connections;
  }

  private Problem tooMany() {
    return Problem.of(
            UNAVAILABLE,
            "gateway.overloaded",
            requests + " requests are running here (limit: " + requestsMax + "); try again")
        .retryAfter(MeshLimits.RETRY_AFTER);
  }
}
