package io.weft.routing.gateway;

import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The event streams that one gateway instance has open: how many, whose, and their end when it
 * stops. For its event loop.
 */
final class EventStreams {
  private final Set<EventExchange> open = new HashSet<>();
  private final Map<String, Integer> byAddress = new HashMap<>();
  private boolean stopping;

  /**
   * Takes a stream in.
   *
   * @param address of the client's host
   * @throws ProblemException of 503 when there is no room for it here
   */
  void enter(EventExchange stream, String address) {
    if (stopping) {
      throw new ProblemException(draining());
    }
    if (open.size() >= RoutingLimits.EVENT_STREAMS_MAX) {
      throw tooMany("here", open.size(), RoutingLimits.EVENT_STREAMS_MAX);
    }
    int ofAddress = byAddress.getOrDefault(address, 0);
    if (ofAddress >= RoutingLimits.EVENT_STREAMS_PER_ADDRESS_MAX) {
      throw tooMany("for your host", ofAddress, RoutingLimits.EVENT_STREAMS_PER_ADDRESS_MAX);
    }
    open.add(stream);
    byAddress.put(address, ofAddress + 1);
  }

  /** Returns what is told to clients that come, or wait, when the gateway stops. */
  static Problem draining() {
    return Problem.unavailable("gateway.draining", "this gateway is about to stop; try again");
  }

  private static ProblemException tooMany(String where, int count, int limit) {
    return new ProblemException(
        Problem.unavailable(
            "streams.too_many",
            count + " event streams are open " + where + " (limit: " + limit + "); try again"));
  }

  /** Lets a stream go that was taken in; what is gone already is left alone. */
  void leave(EventExchange stream, String address) {
    if (open.remove(stream)) {
      byAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Returns how many are open. */
  int size() {
    return open.size();
  }

  /** Ends all streams in order, and takes no more in. */
  void stop() {
    stopping = true;
    List.copyOf(open).forEach(EventExchange::finish);
  }
}
