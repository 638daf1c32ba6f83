package io.weft.mesh.client;

import io.vertx.core.Future;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.balance.PowerOfTwo;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Ticker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Chooses the endpoint of each attempt: the cheaper of two, among those that this call has not
 * tried yet as long as there are any.
 */
final class Balancer implements Step {
  private final Ticker ticker;
  private final Supplier<Directory> directories;
  private final PowerOfTwo picker;
  private final Function<Endpoint, EndpointStack> stacks;
  private final Map<String, EndpointStack> known = new HashMap<>();
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
    var able = able(directory, request);
    if (able.isEmpty()) {
      return Future.failedFuture(new NotSent(nobody(request)));
    }
    var fresh = able.stream().filter(e -> !request.tried().contains(e.id())).toList();
    long now = ticker.nanos();
    var stack =
        picker.pick(
            (fresh.isEmpty() ? able : fresh).stream().map(this::stackOf).toList(),
            candidate -> candidate.cost(now));
    request.tried().add(stack.endpoint().id());
    return stack.take(request);
  }

  private static List<Endpoint> able(Directory directory, Request request) {
    return directory.of(request.service()).stream()
        .filter(e -> request.node() == null || e.node().equals(request.node()))
        .filter(e -> e.operations().contains(request.operation()))
        .toList();
  }

  private static String nobody(Request request) {
    return "no endpoint serves "
        + request.operation()
        + (request.node() == null ? "" : " on node " + request.node());
  }

  private EndpointStack stackOf(Endpoint endpoint) {
    return known.computeIfAbsent(endpoint.id(), id -> stacks.apply(endpoint));
  }

  /** What is known of endpoints that are gone would otherwise pile up. */
  private void forgetAllBut(Directory directory) {
    seenVersion = directory.version();
    var ids = new HashSet<String>();
    directory.endpoints().values().forEach(list -> list.forEach(e -> ids.add(e.id())));
    known.values().removeIf(stack -> !ids.contains(stack.endpoint().id()) && stack.idle());
  }
}
