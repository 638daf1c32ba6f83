package io.weft.routing.limit;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.telemetry.Sheds;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;

/**
 * How many requests one gateway instance runs at a time.
 *
 * <p>Past its bound a request is answered 503, before anything of it is read. The bound protects
 * the gateway's memory; how much the services can do, their own admission finds out. For one event
 * loop.
 */
public final class Crowd {
  private static final String PLACE = "weft.crowd";
  private static final int UNAVAILABLE = 503;

  private final int requestsMax;
  private final Sheds sheds;
  private int requests;

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
   * @param sheds is told of each request that is refused
   */
  public Crowd(int requestsMax, Sheds sheds) {
    this.requestsMax = requestsMax;
    this.sheds = sheds;
  }

  /** Lets a request go on to the next handler if there is room for it, or answers it. */
  public void arrived(RoutingContext context) {
    if (requests >= requestsMax) {
      var problem = tooMany();
      sheds.shed("any request", problem.detail());
      context.fail(UNAVAILABLE, new ProblemException(problem));
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
  }

  private Problem tooMany() {
    return Problem.of(
            UNAVAILABLE,
            "gateway.overloaded",
            requests + " requests are running here (limit: " + requestsMax + "); try again")
        .retryAfter(MeshLimits.RETRY_AFTER);
  }
}
