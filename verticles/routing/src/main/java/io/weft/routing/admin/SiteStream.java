package io.weft.routing.admin;

import io.weft.mesh.CallOptions;
import io.weft.mesh.ItemStream;
import io.weft.mesh.Mesh;
import io.weft.mesh.StreamOperation;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.routing.RoutingLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same stream of every node of the site, as one: nodes that come are taken in, nodes that go
 * are let go. For one event loop.
 */
final class SiteStream<Q, T> {
  private static final Logger LOG = LoggerFactory.getLogger(SiteStream.class);

  private final Mesh mesh;
  private final StreamOperation<Q, T> operation;
  private final Q question;
  private final BiConsumer<String, T> taker;
  private final Predicate<String> wanted;

  /** By incarnation, so that a node that has restarted is another one. */
  private final Map<String, Source<T>> sources = new HashMap<>();

  /** Grows with each closing, so that what was being opened then is closed too. */
  private int life;

  /** One node's stream, which may still be on its way. */
  private static final class Source<T> {
    private @Nullable ItemStream<T> stream;
  }

  SiteStream(Mesh mesh, StreamOperation<Q, T> operation, Q question, BiConsumer<String, T> taker) {
    this(mesh, operation, question, taker, node -> true);
  }

  /**
   * Creates a stream that is not open.
   *
   * @param taker gets each item, and the node that it is from
   * @param wanted of which nodes
   */
  SiteStream(
      Mesh mesh,
      StreamOperation<Q, T> operation,
      Q question,
      BiConsumer<String, T> taker,
      Predicate<String> wanted) {
    this.mesh = mesh;
    this.operation = operation;
    this.question = question;
    this.taker = taker;
    this.wanted = wanted;
  }

  /** Opens the streams of the nodes that are there and have none; to be called now and then. */
  void follow() {
    for (var node : mesh.nodes()) {
      var name = node.id() + "/" + node.incarnation();
      if (wanted.test(node.id()) && !sources.containsKey(name)) {
        sources.put(name, new Source<>());
        open(node, name);
      }
    }
  }

  private void open(NodeRecord node, String name) {
    int mine = life;
    var options = CallOptions.DEFAULT.withNode(node.id()).withTimeout(RoutingLimits.NODE_TIMEOUT);
    mesh.open(operation, question, options)
        .onSuccess(stream -> opened(node.id(), name, mine, stream))
        .onFailure(e -> lost(name, mine, e));
  }

  private void opened(String node, String name, int mine, ItemStream<T> stream) {
    var source = sources.get(name);
    if (mine != life || source == null) {
      stream.cancel();
      return;
    }
    source.stream = stream;
    stream.exceptionHandler(e -> lost(name, mine, e));
    stream.endHandler(end -> lost(name, mine, new IllegalStateException("it has ended")));
    stream.handler(item -> taker.accept(node, item));
  }

  private void lost(String name, int mine, Throwable why) {
    if (mine == life) {
      LOG.debug("{} of {}: {}", operation.name(), name, why.toString());
      sources.remove(name);
    }
  }

  /** Lets all nodes go; it may be followed again. */
  void close() {
    life++;
    for (var source : sources.values()) {
      var stream = source.stream;
      if (stream != null) {
        stream.cancel();
      }
    }
    sources.clear();
  }
}
