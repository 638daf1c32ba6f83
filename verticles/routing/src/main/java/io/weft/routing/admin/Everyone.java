package io.weft.routing.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.time.Time;
import io.weft.routing.RoutingLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks all nodes of the site the same, side by side, and waits for none of them for longer than
 * {@link RoutingLimits#NODE_TIMEOUT}.
 *
 * <p>For the event loop of the admin API.
 */
final class Everyone {
  private static final Logger LOG = LoggerFactory.getLogger(Everyone.class);

  private final Mesh mesh;
  private final Time time;

  /**
   * What one node answered.
   *
   * @param value the answer
   * @param sentAt the time of day here at which it was asked
   * @param took until the answer was here
   */
  record Answered<R>(R value, Instant sentAt, Duration took) {}

  /**
   * What all answered.
   *
   * @param byNode the answers, by node, in the order of the nodes
   * @param missing the nodes that did not answer in time
   */
  record Answers<R>(Map<String, Answered<R>> byNode, List<String> missing) {
    /** Returns the answers alone. */
    List<R> values() {
      return byNode.values().stream().map(Answered::value).toList();
    }
  }

  Everyone(Mesh mesh, Time time) {
    this.mesh = mesh;
    this.time = time;
  }

  /** Asks all nodes that are believed to be alive; never fails. */
  <Q, R> Future<Answers<R>> ask(Operation<Q, R> operation, Q question) {
    return ask(operation, question, nodes());
  }

  /** Asks some nodes; never fails. */
  <Q, R> Future<Answers<R>> ask(Operation<Q, R> operation, Q question, List<String> nodes) {
    return ask(operation.name(), nodes, options -> mesh.call(operation, question, options));
  }

  /** Asks all nodes by an operation that is known by its name alone; never fails. */
  Future<Answers<JsonObject>> ask(String query, JsonObject question) {
    return ask(
        query,
        nodes(),
        options ->
            mesh.exchange(query, Operation.Kind.QUERY, question.toBuffer(), options)
                .map(reply -> reply.body().toJsonObject()));
  }

  private <R> Future<Answers<R>> ask(
      String name, List<String> nodes, Function<CallOptions, Future<R>> ask) {
    var asked = nodes.stream().map(node -> one(name, node, ask)).toList();
    return Future.join(asked)
        .transform(
            done -> {
              var byNode = new LinkedHashMap<String, Answered<R>>();
              var missing = new ArrayList<String>();
              for (int i = 0; i < asked.size(); i++) {
                if (asked.get(i).succeeded()) {
                  byNode.put(nodes.get(i), asked.get(i).result());
                } else {
                  missing.add(nodes.get(i));
                }
              }
              return Future.succeededFuture(new Answers<>(byNode, List.copyOf(missing)));
            });
  }

  /** Returns the ids of the nodes that are believed to be alive. */
  List<String> nodes() {
    return mesh.nodes().stream().map(NodeRecord::id).sorted().toList();
  }

  private <R> Future<Answered<R>> one(
      String name, String node, Function<CallOptions, Future<R>> ask) {
    var sentAt = time.wall().now();
    long startNanos = time.ticker().nanos();
    var options = CallOptions.DEFAULT.withNode(node).withTimeout(RoutingLimits.NODE_TIMEOUT);
    return ask.apply(options)
        .map(
            value ->
                new Answered<>(value, sentAt, Duration.ofNanos(time.ticker().nanos() - startNanos)))
        .onFailure(e -> LOG.debug("{} of {} is missing: {}", name, node, e.toString()));
  }
}
