package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.scale.NodeDrain.Done;
import io.weft.node.scale.NodeDrain.Request;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Has this node give its work up while it runs on, and take it on again.
 *
 * <p>It first says so to all, waits until each must have heard it, and only then looks whether
 * somebody else still serves what it serves. So of two nodes that drain at a time, each of which
 * would leave the other the last instance, both see each other, and both go back.
 *
 * <p>Called on one event loop; what it begins may end on others.
 */
public final class Drainer {
  private final Mesh mesh;
  private final Deployments deployments;
  private final Predicate<String> stays;
  private final Function<Boolean, Future<Void>> publish;
  private final Consumer<Boolean> readiness;
  private final Decisions decisions;
  private final Time time;
  private volatile boolean draining;

  /** Set on the one event loop only, and taken back wherever a change ends. */
  private volatile boolean changing;

  /**
   * Creates the drainer of a node that does not drain.
   *
   * @param stays says of a service whether its instances stay, as the gateway's do: who still comes
   *     is served, and who asks for the node's readiness is told to go elsewhere
   * @param publish tells the site whether the node drains
   * @param readiness is told whether the node drains
   */
  public Drainer(
      Mesh mesh,
      Deployments deployments,
      Predicate<String> stays,
      Function<Boolean, Future<Void>> publish,
      Consumer<Boolean> readiness,
      Decisions decisions,
      Time time) {
    this.mesh = mesh;
    this.deployments = deployments;
    this.stays = stays;
    this.publish = publish;
    this.readiness = readiness;
    this.decisions = decisions;
    this.time = time;
  }

  /** Does what it is told; completes when what ran is finished, or what is to run serves. */
  Future<Done> change(Request request) {
    if (changing) {
      return Future.failedFuture(
          new MeshFailure.Application(
              NodeScale.DRAINING,
              "node "
                  + mesh.node()
                  + " is being drained, or taken back, already: try again when that has ended"));
    }
    var before = deployments.counts();
    if (request.drain() == draining) {
      return Future.succeededFuture(new Done(mesh.node(), draining, before, before));
    }
    changing = true;
    return (request.drain() ? drain(request.force()) : undrain())
        .map(done -> new Done(mesh.node(), draining, before, deployments.counts()))
        .eventually(
            () -> {
              changing = false;
              return Future.succeededFuture();
            });
  }

  private Future<Void> drain(boolean force) {
    return say(true)
        .compose(said -> pause())
        .compose(
            heard -> {
              var last = force ? List.<String>of() : last();
              return last.isEmpty()
                  ? deployments.drain(stays.negate())
                  : say(false)
                      .compose(taken -> Future.failedFuture(refused(mesh, mesh.node(), last)));
            })
        .onSuccess(done -> decisions.add(Kind.DRAIN, mesh.node(), mesh.node() + " is drained"));
  }

  private Future<Void> undrain() {
    return say(false)
        .compose(said -> deployments.undrain())
        .onSuccess(
            done -> decisions.add(Kind.DRAIN, mesh.node(), mesh.node() + " takes work on again"));
  }

  private Future<Void> say(boolean drains) {
    draining = drains;
    readiness.accept(drains);
    return publish.apply(drains);
  }

  /** Returns the services of which nobody else has an instance. */
  private List<String> last() {
    return last(mesh, mesh.node(), deployments.counts());
  }

  /**
   * Returns the services of which a node has the only instances, but for those of nodes that drain.
   *
   * @param counts how many instances the node runs, by service
   */
  static List<String> last(Mesh mesh, String node, Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .map(Map.Entry::getKey)
        .filter(
            service ->
                mesh.nodes().stream()
                    .filter(other -> !other.id().equals(node) && other.state() == State.SERVING)
                    .allMatch(other -> other.serving(service) == 0))
        .sorted()
        .toList();
  }

  /** Returns the refusal to drain a node that has the last instances of services. */
  static MeshFailure refused(Mesh mesh, String node, List<String> last) {
    var drained =
        mesh.nodes().stream()
            .filter(other -> !other.id().equals(node) && other.state() == State.DRAINING)
            .map(NodeRecord::id)
            .sorted()
            .findFirst();
    var remedy =
        drained
            .map(other -> "take one back first, as with scripts/weft undrain " + other)
            .orElseGet(
                () ->
                    "scale first, as with scripts/scale.sh "
                        + last.stream()
                            .map(service -> service + "=2")
                            .collect(Collectors.joining(" ")));
    return new MeshFailure.Application(
        NodeDrain.LAST_INSTANCE,
        "node "
            + node
            + " has the last instance of "
            + String.join(", ", last)
            + " (expected: another on a node that does not drain): "
            + remedy
            + ", or drain with --force");
  }

  private Future<Void> pause() {
    var paused = Promise.<Void>promise();
    time.timers().after(NodeLimits.DRAIN_SETTLE, paused::complete);
    return paused.future();
  }
}
