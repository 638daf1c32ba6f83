package io.weft.node.scale;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.ServiceProvider;
import io.weft.node.NodeLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The instances that run on this node, by service.
 *
 * <p>Changes of one service happen one after the other. Safe for use from any thread.
 */
public final class Deployments {
  private final ServiceProvider.Host host;
  private final Mesh mesh;
  private final Map<String, Hosted> services = new HashMap<>();
  private boolean stopping;
  private boolean draining;

  /** How many instances ran of each service when the node was told to drain. */
  private final Map<String, Integer> beforeDrain = new TreeMap<>();

  /** One service on this node; guarded by the enclosing object's lock. */
  private static final class Hosted {
    private final ServiceProvider provider;
    private final Deque<String> running = new ArrayDeque<>();
    private Future<?> last = Future.succeededFuture();
    private int waiting;

    private Hosted(ServiceProvider provider) {
      this.provider = provider;
    }
  }

  /** Creates the deployments of a node, of which there are none yet. */
  public Deployments(ServiceProvider.Host host) {
    this.host = host;
    this.mesh = host.mesh();
  }

  /** Makes a service known, once its provider is open. */
  public synchronized void host(ServiceProvider provider) {
    services.put(provider.name(), new Hosted(provider));
  }

  /**
   * Sets how many instances of a service run here.
   *
   * @return what was done, when the instances serve or have finished what they ran; a failure to
   *     deploy leaves those that were deployed before
   */
  public synchronized Future<NodeScale.Done> set(String service, int instances) {
    var hosted = services.get(service);
    if (hosted == null) {
      return Future.failedFuture(
          new MeshFailure.Application(
              NodeScale.NOT_HOSTED,
              "service \"" + service + "\" (expected: one of " + services.keySet() + ")"));
    }
    if (instances < 0 || instances > NodeLimits.INSTANCES_MAX) {
      return Future.failedFuture(
          new MeshFailure.Application(
              NodeScale.OUT_OF_RANGE,
              "instances: " + instances + " (expected: 0 to " + NodeLimits.INSTANCES_MAX + ")"));
    }
    if (stopping) {
      return Future.failedFuture(
          new MeshFailure.Rejected(
              MeshFailure.Rejected.Reason.DRAINING,
              "node " + mesh.node() + " is stopping",
              MeshLimits.RETRY_AFTER));
    }
    if (draining && instances > 0 && beforeDrain.containsKey(service)) {
      return Future.failedFuture(
          new MeshFailure.Application(
              NodeScale.DRAINING,
              "node " + mesh.node() + " drains (expected: one that does not): undrain it first"));
    }
    return enqueue(hosted, instances);
  }

  /** Returns how many instances of each service run here. */
  public synchronized Map<String, Integer> counts() {
    var counts = new TreeMap<String, Integer>();
    services.forEach((service, hosted) -> counts.put(service, hosted.running.size()));
    return counts;
  }

  /**
   * Withdraws and undeploys all instances of some services, and takes none of them on until {@link
   * #undrain}.
   *
   * @param concerned says which services
   * @return completes when they have finished what they ran
   */
  public synchronized Future<Void> drain(Predicate<String> concerned) {
    var all = new ArrayList<Future<?>>();
    if (!draining) {
      draining = true;
      services.forEach(
          (service, hosted) -> {
            if (concerned.test(service)) {
              beforeDrain.put(service, hosted.running.size());
            }
          });
    }
    beforeDrain.keySet().forEach(service -> all.add(enqueue(hosted(service), 0)));
    return Future.join(all).mapEmpty();
  }

  /** Runs as many instances again as before {@link #drain}. */
  public synchronized Future<Void> undrain() {
    var all = new ArrayList<Future<?>>();
    draining = false;
    beforeDrain.forEach((service, count) -> all.add(set(service, count)));
    beforeDrain.clear();
    return Future.join(all).mapEmpty();
  }

  private Hosted hosted(String service) {
    return Objects.requireNonNull(services.get(service), service);
  }

  /** Withdraws and undeploys all instances of a service; no more will be deployed on this node. */
  public synchronized Future<Void> stop(String service) {
    stopping = true;
    var hosted = services.get(service);
    return hosted == null ? Future.succeededFuture() : enqueue(hosted, 0).mapEmpty();
  }

  private Future<NodeScale.Done> enqueue(Hosted hosted, int instances) {
    if (hosted.waiting >= NodeLimits.SCALE_WAITING_MAX && instances > 0) {
      return Future.failedFuture(
          new MeshFailure.Rejected(
              MeshFailure.Rejected.Reason.OVERLOADED,
              hosted.waiting + " changes wait (limit: " + NodeLimits.SCALE_WAITING_MAX + ")",
              MeshLimits.RETRY_AFTER));
    }
    hosted.waiting++;
    var next =
        hosted.last.transform(before -> change(hosted, instances)).onComplete(done -> left(hosted));
    hosted.last = next;
    return next;
  }

  private synchronized void left(Hosted hosted) {
    hosted.waiting--;
  }

  private Future<NodeScale.Done> change(Hosted hosted, int instances) {
    int before = running(hosted);
    return step(hosted, instances)
        .map(done -> new NodeScale.Done(mesh.node(), before, running(hosted)));
  }

  /** Adds one by one, and removes all at a time. */
  private Future<Void> step(Hosted hosted, int instances) {
    int running = running(hosted);
    if (running < instances) {
      return deploy(hosted).compose(one -> step(hosted, instances));
    }
    var leaving = new ArrayList<Future<Void>>();
    for (int i = instances; i < running; i++) {
      leaving.add(undeploy(hosted));
    }
    return Future.join(leaving).mapEmpty();
  }

  private synchronized int running(Hosted hosted) {
    return hosted.running.size();
  }

  private Future<Void> deploy(Hosted hosted) {
    return host.vertx()
        .deployVerticle(hosted.provider.instance(host), new DeploymentOptions())
        .map(
            id -> {
              add(hosted, id);
              return null;
            });
  }

  private synchronized void add(Hosted hosted, String id) {
    hosted.running.addLast(id);
  }

  // Off the list first: whatever becomes of the withdrawal, the verticle is undeployed.
  private Future<Void> undeploy(Hosted hosted) {
    var id = take(hosted);
    return mesh.withdraw(id).eventually(() -> host.vertx().undeploy(id));
  }

  private synchronized String take(Hosted hosted) {
    return hosted.running.removeLast();
  }
}
