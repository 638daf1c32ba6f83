package io.weft.routing.admin;

import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The streams that the admin API has open: no more than it can serve. For its event loop. */
final class Streams {
  private final Set<EventResponse> open = new LinkedHashSet<>();
  private int count;
  private boolean stopped;

  /**
   * Opens one.
   *
   * @param begin makes the response, and is given what the response is to tell when it is over
   * @throws ProblemException of 503 if there is no room for one more
   */
  EventResponse open(Function<Runnable, EventResponse> begin) {
    if (stopped || count >= RoutingLimits.ADMIN_STREAMS_MAX) {
      throw new ProblemException(
          Problem.unavailable(
              "streams.too_many",
              count
                  + " streams are open (limit: "
                  + RoutingLimits.ADMIN_STREAMS_MAX
                  + "): end one, or ask another node"));
    }
    count++;
    var response = begin.apply(this::left);
    if (!response.over()) {
      open.add(response);
    }
    return response;
  }

  private void left() {
    count--;
    open.removeIf(EventResponse::over);
  }

  /** Ends all, and opens no more. */
  void stop() {
    stopped = true;
    List.copyOf(open).forEach(EventResponse::end);
  }
}
