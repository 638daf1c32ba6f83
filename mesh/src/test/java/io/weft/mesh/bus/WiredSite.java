package io.weft.mesh.bus;

import static io.weft.mesh.bus.Await.await;
import static io.weft.mesh.bus.Await.eventually;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Announcement;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.wire.JsonCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Real nodes on a real cluster on loopback, each behind a wire through which all the others reach
 * its bus.
 */
final class WiredSite implements AutoCloseable {
  private static final int LOOPS = 2;

  private final String cluster = "wired-" + UUID.randomUUID();
  private final List<Node> nodes = new ArrayList<>();
  private final int seed;

  /** A node, the wire in front of its bus, and who has announced itself there. */
  record Node(String name, ClusterNode cluster, Wire wire, Set<String> announced) {
    BusMesh mesh() {
      return cluster.mesh();
    }

    /** Serves an operation from a verticle of its own. */
    <Q, R> String serve(Operation<Q, R> operation, Function<Q, Future<R>> handler)
        throws Exception {
      return await(
          cluster
              .vertx()
              .deployVerticle(
                  new VerticleBase() {
                    @Override
                    public Future<?> start() {
                      return mesh().serve(operation, handler);
                    }
                  }));
    }

    /**
     * Returns the endpoint of an operation on a node, as this node sees it; null if it does not.
     */
    Endpoint endpoint(String operation, String node) {
      return mesh().directory().of(Operation.serviceOf(operation)).stream()
          .filter(e -> e.node().equals(node) && e.operations().contains(operation))
          .findFirst()
          .orElse(null);
    }

    /**
     * Returns the endpoint of an operation on a node as soon as this node sees it: one whose
     * connection has closed is doubted until it is heard of again.
     */
    Endpoint found(String operation, String node) {
      var found = new AtomicReference<Endpoint>();
      eventually(
          () -> {
            found.set(endpoint(operation, node));
            return found.get() != null;
          });
      return found.get();
    }

    private Future<Void> listen() {
      return cluster
          .vertx()
          .eventBus()
          .<Buffer>consumer(
              Discovery.ANNOUNCEMENTS,
              message -> {
                var announcement = JsonCodec.decode(message.body(), Announcement.class);
                announced.add(announcement.node());
              })
          .completion();
    }

    /** Makes a single attempt at an endpoint, below retries and balancer, from the first lane. */
    Future<Reply> attempt(Endpoint endpoint, Request request) {
      var lane = mesh().lanes().control();
      Promise<Reply> answered = Promise.promise();
      lane.run(() -> lane.send(endpoint, request).onComplete(answered));
      return answered.future();
    }

    /** Looks at all that this node's lanes know of another node, on their event loops. */
    <T> List<T> look(String other, Function<PeerLane, T> question) {
      var answers = new ArrayList<T>();
      for (int i = 0; i < mesh().lanes().size(); i++) {
        var lane = mesh().lanes().at(i);
        var asked = Promise.<List<T>>promise();
        lane.run(
            () ->
                asked.complete(
                    lane.peers().of(other).stream()
                        .flatMap(peer -> peer.lanes().stream())
                        .map(question)
                        .toList()));
        try {
          answers.addAll(await(asked.future()));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
      return answers;
    }

    /** Makes a request with a deadline and a cancellation. */
    <Q> Request request(
        Operation<Q, ?> operation, Q body, Duration timeout, Cancellation cancellation) {
      return new Request(
          operation.name(),
          operation.kind(),
          Payload.of(body, operation.request()),
          Deadline.after(cluster.time().ticker(), timeout),
          operation.kind() == Operation.Kind.COMMAND ? UUID.randomUUID().toString() : "",
          Origin.of(TraceContext.NONE, "test"),
          null,
          cancellation,
          Policy.DEFAULT);
    }
  }

  /** Creates a site without nodes. */
  WiredSite() throws IOException {
    seed = freePort();
  }

  /** Starts a node that others may call. */
  Node start(String name) throws Exception {
    int busPort = freePort();
    var wire = new Wire(busPort);
    int port = nodes.isEmpty() ? seed : freePort();
    var options =
        new VertxOptions()
            .setEventLoopPoolSize(LOOPS)
            .setEventBusOptions(new EventBusOptions().setClusterPublicPort(wire.port()));
    var settings =
        new ClusterNode.Settings(
            name,
            "test",
            "test",
            "1",
            cluster,
            "127.0.0.1",
            port,
            busPort,
            nodes.isEmpty() ? List.of() : List.of("127.0.0.1:" + seed),
            Path.of(System.getProperty("weft.root"), "cluster.xml"),
            List.of());
    var cluster = await(ClusterNode.start(settings, options, Telemetry.NONE));
    var node = new Node(name, cluster, wire, ConcurrentHashMap.newKeySet());
    await(node.listen());
    nodes.add(node);
    await(node.cluster().ready());
    return node;
  }

  /** Takes a node out of those that are closed with the site. */
  void leave(Node node) throws IOException {
    nodes.remove(node);
    node.wire().close();
  }

  /**
   * Mends all wires, without what they still hold, and waits until each node has heard of each
   * other since, and sees it as serving: one that was silent for long might else be given up now.
   */
  void heal() throws IOException {
    for (var node : nodes) {
      node.wire().mend();
    }
    nodes.forEach(node -> node.announced().clear());
    for (var node : nodes) {
      for (var other : nodes) {
        eventually(
            () ->
                node.announced().contains(other.name())
                    && node.mesh().nodes().stream().anyMatch(r -> r.id().equals(other.name())));
      }
    }
  }

  @Override
  public void close() throws Exception {
    for (var node : nodes) {
      node.wire().mend();
    }
    Crash.of(nodes.stream().map(Node::cluster).toList());
    for (var node : List.copyOf(nodes)) {
      leave(node);
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
