package io.weft.node.scale;

import io.vertx.core.Future;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.AutoscalePolicy;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeLimits;
import io.weft.node.scale.Autoscaler.Seen;
import io.weft.node.scale.DesiredCounts.Count;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import io.weft.routing.admin.Scaling.Wanted;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node's part in automatic scaling: the first node by name of those that serve asks all of them
 * what they have to do, and changes the desired counts as the policies say.
 *
 * <p>Which node is the first each node sees for itself. Where two take themselves for it for a
 * moment, as records travel, only one of two changes of one epoch is taken, and the other is seen
 * to be no use. A node that becomes the first has no history, and so waits for as long as the
 * cool-downs before it changes anything.
 *
 * <p>Called on one event loop. A look that is under way, which may go on elsewhere, has everything
 * to itself.
 */
final class Autoscaling {
  private final Mesh mesh;
  private final String gateway;
  private final CountsDesk counts;
  private final Scaler scaler;
  private final Decisions decisions;
  private final Ticker ticker;
  private final Autoscaler autoscaler = new Autoscaler();
  private volatile boolean busy;

  /**
   * Creates the part of a node that has seen nothing yet.
   *
   * @param gateway the service that is never scaled automatically, as what it has to do comes over
   *     HTTP and is no calls in flight
   */
  Autoscaling(
      Mesh mesh,
      String gateway,
      CountsDesk counts,
      Scaler scaler,
      Decisions decisions,
      Ticker ticker) {
    this.mesh = mesh;
    this.gateway = gateway;
    this.counts = counts;
    this.scaler = scaler;
    this.decisions = decisions;
    this.ticker = ticker;
  }

  /** Returns the policies of the services that are scaled automatically. */
  Map<String, AutoscalePolicy> policies() {
    var policies = mesh.policies();
    var services = new TreeSet<String>();
    mesh.nodes().forEach(node -> services.addAll(node.hosts()));
    var scaled = new TreeMap<String, AutoscalePolicy>();
    for (var service : services) {
      var policy = policies.services().getOrDefault(service, policies.defaults()).autoscale();
      if (policy != null && !service.equals(gateway)) {
        scaled.put(service, policy);
      }
    }
    return scaled;
  }

  /** Looks once; to be called every {@link NodeLimits#AUTOSCALE_INTERVAL}. */
  void look() {
    if (busy) {
      return;
    }
    var scaled = policies();
    if (!mesh.node().equals(first())) {
      scaled.clear(); // Another node's turn: whoever takes it on begins anew.
    }
    autoscaler.keep(scaled.keySet());
    if (scaled.isEmpty()) {
      return;
    }
    busy = true;
    SiteLoads.ask(mesh)
        .compose(loads -> decide(scaled, loads))
        .onComplete(
            (done, failure) -> {
              busy = false;
              if (failure != null) {
                decisions.add(Kind.AUTOSCALE, mesh.node(), "failed: " + failure.getMessage());
              }
            });
  }

  private @Nullable String first() {
    return mesh.nodes().stream()
        .filter(node -> node.state() == State.SERVING)
        .map(NodeRecord::id)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private Future<Void> decide(Map<String, AutoscalePolicy> scaled, SiteLoads loads) {
    Future<Void> done = Future.succeededFuture();
    for (var each : scaled.entrySet()) {
      done = done.compose(before -> decide(each.getKey(), each.getValue(), loads));
    }
    return done;
  }

  private Future<Void> decide(String service, AutoscalePolicy policy, SiteLoads loads) {
    var said = counts.standing().counts().services().get(service);
    if (said != null && !said.zones().isEmpty()) {
      return Future.succeededFuture(); // An operator counts it zone by zone.
    }
    int serving = mesh.nodes().stream().mapToInt(node -> node.serving(service)).sum();
    int desired = said == null || said.site() == null ? serving : said.site();
    var everywhere = ScalePlan.groups(service, Count.of(Integer.MAX_VALUE), mesh.nodes());
    int possible = everywhere.stream().mapToInt(ScalePlan.Group::possible).sum();
    var decision =
        autoscaler.decide(
            service,
            policy,
            new Seen(loads.inFlight(service), whole(service, loads), desired, possible),
            ticker.nanos());
    if (decision.isEmpty()) {
      return Future.succeededFuture();
    }
    var made = decision.get();
    decisions.add(Kind.AUTOSCALE, service, made.why());
    return scaler
        .scale(
            new Wanted(Map.of(service, made.to()), null, false, counts.standing().epoch()),
            "autoscale " + service + ": " + made.why())
        .<Void>mapEmpty()
        .recover(
            e -> {
              decisions.add(Kind.AUTOSCALE, service, "not done: " + e.getMessage());
              return e instanceof MeshFailure || e instanceof PolicyException
                  ? Future.succeededFuture()
                  : Future.failedFuture(e);
            });
  }

  /** What a node has to do that runs instances and does not tell would look like nothing. */
  private boolean whole(String service, SiteLoads loads) {
    var told =
        loads.loads().stream()
            .filter(
                load ->
                    load.services().stream().map(ServiceLoad::service).anyMatch(service::equals))
            .map(NodeLoad.Load::node)
            .collect(Collectors.toSet());
    return mesh.nodes().stream()
        .filter(node -> node.serving(service) > 0)
        .allMatch(node -> told.contains(node.id()));
  }
}
