package io.weft.mesh.client;

import io.vertx.circuitbreaker.CircuitBreakerState;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.balance.Tally;
import io.weft.mesh.breaker.Ejections;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Gauges.EndpointGauge;
import io.weft.mesh.telemetry.Gauges.TargetGauge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one service, with what this event loop has learnt of each of them.
 *
 * <p>What was learnt outlives the pictures of the site that the endpoints come from, and ends with
 * the endpoint.
 */
final class Fleet {
  private final Ejections ejections = new Ejections();
  private final Map<String, EndpointStack> known = new HashMap<>();
  private final Map<String, Tally> tallies = new HashMap<>();
  private final Stacks stacks;
  private List<Endpoint> endpoints = List.of();
  private int generation;

  /** Makes what belongs to an endpoint that was not known before. */
  @FunctionalInterface
  interface Stacks {
    /**
     * Makes it.
     *
     * @param newcomer whether the endpoint appeared while this client was calling its service
     */
    EndpointStack of(Endpoint endpoint, boolean newcomer, Fleet fleet);
  }

  Fleet(Stacks stacks) {
    this.stacks = stacks;
  }

  Ejections ejections() {
    return ejections;
  }

  /** Returns the tally of the requests in flight to the endpoints of one version. */
  Tally tally(String version) {
    return tallies.computeIfAbsent(version, v -> new Tally());
  }

  /** Returns what belongs to an endpoint, or null if it is not one of these. */
  @Nullable EndpointStack find(String endpoint) {
    return known.get(endpoint);
  }

  /**
   * Takes what a picture of the site says, if it is news.
   *
   * <p>Nothing is looked at twice: with ten thousand endpoints, each in every picture, this is what
   * a change of the site costs each event loop. Endpoints that are gone are forgotten, or they
   * would pile up; those that still owe an answer at the next change, so that their requests count
   * should they return.
   */
  @SuppressWarnings("ReferenceEquality") // An unchanged list is handed on; comparing is dear.
  void update(List<Endpoint> present) {
    if (present == endpoints) {
      return;
    }
    boolean first = generation == 0;
    endpoints = present;
    generation++;
    for (var endpoint : present) {
      var stack = known.get(endpoint.id());
      if (stack == null) {
        stack = stacks.of(endpoint, !first, this);
        known.put(endpoint.id(), stack);
      }
      stack.renew(endpoint, generation);
    }
    if (known.size() > present.size()) {
      forgetTheGone();
    }
    ejections.endpoints(present.size());
  }

  /**
   * Returns how the service stands.
   *
   * @param budget of further attempts at it, or null if there is none yet
   * @param ill gets the endpoints that are not well, up to a bound
   */
  TargetGauge gauge(
      String service, @Nullable RetryBudget budget, long nowNanos, List<EndpointGauge> ill) {
    int ejected = 0;
    int open = 0;
    int halfOpen = 0;
    int inFlight = 0;
    for (var stack : known.values()) {
      inFlight += stack.inFlight();
      var state = stack.breaker().state();
      if (state != CircuitBreakerState.CLOSED && stack.generation() == generation) {
        ejected += stack.ejected() ? 1 : 0;
        open += state == CircuitBreakerState.OPEN ? 1 : 0;
        halfOpen += state == CircuitBreakerState.HALF_OPEN ? 1 : 0;
        if (ill.size() < MeshLimits.GAUGED_ENDPOINTS_MAX) {
          ill.add(stack.gauge(service));
        }
      }
    }
    return new TargetGauge(
        service,
        endpoints.size(),
        ejected,
        open,
        halfOpen,
        inFlight,
        budget == null ? 0 : budget.left(nowNanos),
        budget == null ? 0 : budget.withdrawn(),
        budget == null ? 0 : budget.refused());
  }

  private void forgetTheGone() {
    var gone = new ArrayList<EndpointStack>();
    for (var stack : known.values()) {
      if (stack.generation() != generation) {
        gone.add(stack);
      }
    }
    for (var stack : gone) {
      stack.breaker().present(false);
      if (stack.idle()) {
        ejections.forget(stack.breaker());
        known.remove(stack.id());
      }
    }
  }
}
