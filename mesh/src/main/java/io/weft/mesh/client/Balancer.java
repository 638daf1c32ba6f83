package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.balance.PowerOfTwo;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.telemetry.Explanation;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the endpoint of each attempt: the cheaper of two, among those that this call has not
 * tried yet as long as there are any.
 *
 * <p>Who can serve an operation is looked up once per change of the directory, so a pick costs the
 * same whether there is one endpoint or a thousand. For one event loop.
 */
final class Balancer implements Step {
  private final Ticker ticker;
  private final Supplier<Directory> directories;
  private final PowerOfTwo picker;
  private final Function<Endpoint, EndpointStack> stacks;
  private final Map<String, EndpointStack> known = new HashMap<>();
  private final Map<String, List<EndpointStack>> able = new HashMap<>();
  private long seenVersion;

  Balancer(
      Ticker ticker,
      Supplier<Directory> directories,
      PowerOfTwo picker,
      Function<Endpoint, EndpointStack> stacks) {
    this.ticker = ticker;
    this.directories = directories;
    this.picker = picker;
    this.stacks = stacks;
  }

  @Override
  public Future<Reply> take(Request request) {
    var directory = directories.get();
    if (directory.version() != seenVersion) {
      forgetAllBut(directory);
    }
    var candidates = candidates(directory, request);
    if (candidates.isEmpty()) {
      return Future.failedFuture(new NotSent(nobody(request)));
    }
    var stack = picker.pick(candidates, ticker.nanos());
    var explanation = request.explanation();
    if (explanation != null) {
      return explained(explanation, request, stack);
    }
    request.trying(stack.endpoint().id());
    return stack.take(request);
  }

  private Future<Reply> explained(Explanation explanation, Request request, EndpointStack chosen) {
    var attempt = explanation.attempt(chosen.endpoint().id());
    long nowNanos = ticker.nanos();
    for (var stack : able.getOrDefault(request.operation(), List.of())) {
      attempt.considered(
          stack.endpoint().id(), stack.cost(nowNanos), whySkipped(stack.endpoint(), request));
    }
    request.trying(chosen.endpoint().id());
    return chosen.take(request).onComplete((reply, failure) -> attempt.ended(failure));
  }

  private static @Nullable String whySkipped(Endpoint endpoint, Request request) {
    if (request.node() != null && !endpoint.node().equals(request.node())) {
      return "on another node than asked for";
    }
    return request.tried(endpoint.id()) ? "tried before" : null;
  }

  private List<EndpointStack> candidates(Directory directory, Request request) {
    var all = able.get(request.operation());
    if (all == null) {
      all = look(directory, request.operation());
    }
    var node = request.node();
    if (node != null) {
      all = all.stream().filter(stack -> stack.endpoint().node().equals(node)).toList();
    }
    if (!request.triedBefore()) {
      return all;
    }
    var fresh = all.stream().filter(stack -> !request.tried(stack.endpoint().id())).toList();
    return fresh.isEmpty() ? all : fresh;
  }

  /** Returns whether there is an endpoint that no attempt of a call has gone to. */
  boolean hasUntried(Request request) {
    for (var stack : candidates(directories.get(), request)) {
      if (!request.tried(stack.endpoint().id())) {
        return true;
      }
    }
    return false;
  }

  private List<EndpointStack> look(Directory directory, String operation) {
    var found =
        directory.serving(operation).stream()
            .map(endpoint -> known.computeIfAbsent(endpoint.id(), id -> stacks.apply(endpoint)))
            .toList();
    if (!found.isEmpty()) { // What nobody serves is not remembered: callers may invent names.
      able.put(operation, found);
    }
    return found;
  }

  private static String nobody(Request request) {
    return "no endpoint serves "
        + request.operation()
        + (request.node() == null ? "" : " on node " + request.node());
  }

  /** What is known of endpoints that are gone would otherwise pile up. */
  private void forgetAllBut(Directory directory) {
    seenVersion = directory.version();
    able.clear();
    var ids = new HashSet<String>();
    directory.endpoints().values().forEach(list -> list.forEach(e -> ids.add(e.id())));
    known.values().removeIf(stack -> !ids.contains(stack.endpoint().id()) && stack.idle());
  }
}
