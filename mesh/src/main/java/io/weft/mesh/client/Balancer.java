package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.discovery.Place;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.telemetry.Gauges.ClientGauges;
import io.weft.mesh.telemetry.Gauges.EndpointGauge;
import io.weft.mesh.telemetry.Gauges.TargetGauge;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the endpoint of each attempt by the policy of its operation, among those that this call
 * has not tried yet as long as there are any.
 *
 * <p>Who can serve an operation is looked up once per change of the directory, so a pick costs the
 * same whether there is one endpoint or a thousand.
 *
 * <p>Each event loop has a balancer of its own, which shares nothing: what one call costs is
 * little, and what cores would pass to each other with each call is not. A loop that calls often
 * learns of a slow or ill endpoint within a few calls of its own, and for one that calls seldom
 * there is little to lose. For one event loop.
 */
final class Balancer implements Step {
  private final Ticker ticker;
  private final Rng rng;
  private final Place place;
  private final Supplier<Directory> directories;
  private final Fleet.Stacks stacks;
  private final Map<String, Fleet> fleets = new HashMap<>();
  private final Map<String, Served> served = new HashMap<>();
  private long seenVersion;

  /** Who serves an operation, and where that is from. */
  private record Served(List<Endpoint> endpoints, Group group) {}

  /**
   * Creates the balancer of an event loop.
   *
   * @param place where the caller is
   * @param directories who serves what, at present
   * @param stacks makes what belongs to an endpoint
   */
  Balancer(
      Ticker ticker, Rng rng, Place place, Supplier<Directory> directories, Fleet.Stacks stacks) {
    this.ticker = ticker;
    this.rng = rng;
    this.place = place;
    this.directories = directories;
    this.stacks = stacks;
  }

  @Override
  public Future<Reply> take(Request request) {
    var group = group(request);
    if (group == null) {
      return Future.failedFuture(new NotSent(nobody(request)));
    }
    var stack = group.pick(request, ticker.nanos());
    var explanation = request.explanation();
    if (explanation != null) {
      return explained(explanation, request, stack);
    }
    request.trying(stack.id(), stack.endpoint().site());
    return stack.take(spanned(request));
  }

  private Future<Reply> explained(Explanation explanation, Request request, EndpointStack chosen) {
    var attempt = explanation.attempt(chosen.id());
    candidates(
        request,
        (endpoint, cost, skipped) -> attempt.considered(endpoint.id(), cost, skipped.why()));
    request.trying(chosen.id(), chosen.endpoint().site());
    return chosen.take(spanned(request)).onComplete((reply, failure) -> attempt.ended(failure));
  }

  /** The first attempt needs no more than the call has; further ones are told apart by it. */
  private Request spanned(Request request) {
    return request.attempts() > 1 ? request.again(rng) : request;
  }

  /** Takes note of the load that an endpoint tells of itself: 0 for idle, 1 for all it can do. */
  void told(String endpoint, double load) {
    for (var fleet : fleets.values()) { // As many as there are services that are called from here.
      var stack = fleet.find(endpoint);
      if (stack != null) {
        stack.told(load);
        return;
      }
    }
  }

  /** Returns whether there is an endpoint that no attempt of a call has gone to. */
  boolean hasUntried(Request request) {
    var group = group(request);
    return group != null && group.hasUntried(request, ticker.nanos());
  }

  /**
   * Tells of each endpoint that serves a request's operation, as the next attempt would find it.
   * Looks at all of them: for calls that are to be explained.
   */
  void candidates(Request request, Candidates told) {
    var all = everybody(request.operation());
    if (all != null) {
      all.group().candidates(request, ticker.nanos(), told);
    }
  }

  /**
   * Returns how the services stand that are called from here.
   *
   * @param budgets the retry budgets, by service; null where there is none yet
   */
  ClientGauges gauges(Function<String, @Nullable RetryBudget> budgets) {
    var targets = new ArrayList<TargetGauge>(fleets.size());
    var endpoints = new ArrayList<EndpointGauge>();
    long now = ticker.nanos();
    fleets.forEach(
        (service, fleet) ->
            targets.add(fleet.gauge(service, budgets.apply(service), now, endpoints)));
    return new ClientGauges(targets, endpoints);
  }

  private @Nullable Group group(Request request) {
    var all = everybody(request.operation());
    return all == null ? null : all.group().of(request);
  }

  private @Nullable Served everybody(String operation) {
    var directory = directories.get();
    if (directory.version() != seenVersion) {
      see(directory);
    }
    var found = served.get(operation);
    return found == null ? look(directory, operation) : found;
  }

  private @Nullable Served look(Directory directory, String operation) {
    var endpoints = directory.serving(operation);
    if (endpoints.isEmpty()) { // What nobody serves is not remembered: callers may invent names.
      return null;
    }
    var members = new ArrayList<EndpointStack>(endpoints.size());
    Fleet fleet = null;
    for (var endpoint : endpoints) {
      fleet = fleet(directory, endpoint.service());
      var stack = fleet.find(endpoint.id());
      if (stack != null) {
        members.add(stack);
      }
    }
    if (fleet == null || members.isEmpty()) {
      return null;
    }
    var found = new Served(endpoints, new Group(members, fleet.ejections(), place, rng));
    served.put(operation, found);
    return found;
  }

  private Fleet fleet(Directory directory, String service) {
    var known = fleets.get(service);
    if (known == null) {
      known = new Fleet(stacks);
      known.update(directory.of(service));
      fleets.put(service, known);
    }
    return known;
  }

  /** Looks up again what has changed, when it is asked for. */
  @SuppressWarnings("ReferenceEquality") // An unchanged list is handed on; comparing is dear.
  private void see(Directory directory) {
    seenVersion = directory.version();
    served.entrySet().removeIf(e -> directory.serving(e.getKey()) != e.getValue().endpoints());
    fleets.forEach((service, fleet) -> fleet.update(directory.of(service)));
  }

  private static String nobody(Request request) {
    return "no endpoint serves "
        + request.operation()
        + (request.version() == null ? "" : " in version " + request.version())
        + (request.node() == null ? "" : " on node " + request.node())
        + (request.site() == null ? "" : " at site " + request.site());
  }
}
