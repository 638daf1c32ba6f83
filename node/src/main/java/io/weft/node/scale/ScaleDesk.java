package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.plan.CapacityPlan;
import io.weft.node.plan.Demand;
import io.weft.node.plan.Host;
import io.weft.node.plan.Measured;
import io.weft.node.scale.DesiredCounts.Count;
import io.weft.node.scale.NodeDrain.Request;
import io.weft.node.scale.NodeLoad.Load;
import io.weft.node.scale.NodeLoad.Past;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import io.weft.routing.admin.Scaling;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where operators scale services, drain nodes and plan capacity, on any node. */
public final class ScaleDesk implements Scaling {
  static final Rule DRAINS = new Rule("W0402", "nodes take work on");

  private static final double MICROS_PER_SECOND = 1e6;
  private static final double MILLIS_PER_SECOND = 1e3;

  private final Vertx vertx;
  private final Mesh mesh;
  private final String gateway;
  private final CountsDesk counts;
  private final Scaler scaler;
  private final Autoscaling autoscaling;
  private final Time time;

  /**
   * Creates the desk of a node.
   *
   * @param gateway the service whose instances stay while a node drains
   */
  ScaleDesk(
      Vertx vertx,
      Mesh mesh,
      String gateway,
      CountsDesk counts,
      Scaler scaler,
      Autoscaling autoscaling,
      Time time) {
    this.vertx = vertx;
    this.mesh = mesh;
    this.gateway = gateway;
    this.counts = counts;
    this.scaler = scaler;
    this.autoscaling = autoscaling;
    this.time = time;
  }

  @Override
  public Future<JsonObject> scale(Wanted wanted) {
    return here(scaler.scale(wanted));
  }

  @Override
  public JsonObject show() {
    var standing = counts.standing();
    var services = new JsonArray();
    var names = new TreeSet<>(standing.counts().services().keySet());
    mesh.nodes().forEach(node -> names.addAll(node.hosts()));
    var scaled = autoscaling.policies();
    for (var service : names) {
      var json = service(service, standing.counts().services().get(service));
      var policy = scaled.get(service);
      if (policy != null) {
        json.put(
            "autoscale",
            new JsonObject()
                .put("target", policy.target())
                .put("floor", policy.floor())
                .put("ceiling", policy.ceiling())
                .put("coolDownUpMillis", policy.coolDownUp().toMillis())
                .put("coolDownDownMillis", policy.coolDownDown().toMillis()));
      }
      services.add(json);
    }
    var history = new JsonArray();
    counts.history().forEach(document -> history.add(decision(document)));
    return new JsonObject()
        .put("epoch", standing.epoch())
        .put("services", services)
        .put("decisions", history);
  }

  private JsonObject service(String service, @Nullable Count count) {
    var actual = new TreeMap<String, Object>();
    int total = 0;
    for (var node : mesh.nodes()) {
      if (node.hosts().contains(service) || node.serving(service) > 0) {
        actual.put(node.id(), node.serving(service));
        total += node.serving(service);
      }
    }
    var json =
        new JsonObject()
            .put("service", service)
            .put("actual", total)
            .put("nodes", new JsonObject(actual));
    if (count != null) {
      if (count.site() != null) {
        json.put("site", count.site());
      }
      int missing = 0;
      for (var group : ScalePlan.groups(service, count, mesh.nodes())) {
        missing += Math.max(0, group.desired() - group.serving(service));
      }
      json.put("desired", count.total())
          .put("zones", new JsonObject(new TreeMap<String, Object>(count.zones())))
          .put("missing", missing);
    }
    return json;
  }

  /** Returns what the doctor is to know besides the counts: who drains. */
  public Future<List<Finding>> findings() {
    return Future.succeededFuture(mesh.nodes().stream().map(ScaleDesk::finding).toList());
  }

  private static Finding finding(NodeRecord node) {
    return node.state() == State.DRAINING
        ? DRAINS.warn(node.id(), "it is drained, or stops", "scripts/weft undrain " + node.id())
        : DRAINS.pass(node.id(), "it does");
  }

  private static JsonObject decision(PolicyDocument document) {
    var json =
        new JsonObject()
            .put("epoch", document.epoch())
            .put("at", document.at())
            .put("by", document.by());
    try {
      return json.put("why", DesiredCounts.read(document.text()).why());
    } catch (PolicyException e) {
      return json.put("why", "cannot be read here: " + e.getMessage());
    }
  }

  @Override
  public Future<JsonObject> drain(String node, boolean force, boolean dryRun) {
    long start = time.ticker().nanos();
    var record = mesh.nodes().stream().filter(each -> each.id().equals(node)).findFirst();
    if (record.isEmpty()) {
      return Future.failedFuture(unknown(node));
    }
    var last = Drainer.last(mesh, node, serving(record.get()));
    var replaced = new ArrayList<Future<NodeScale.Done>>();
    boolean needed = !force && record.get().state() == State.SERVING;
    if (needed) {
      var stuck = last.stream().filter(service -> substitutes(service, node).isEmpty()).toList();
      if (!stuck.isEmpty()) {
        return Future.failedFuture(Drainer.refused(mesh, node, stuck));
      }
    }
    if (dryRun) {
      return Future.succeededFuture(
          wouldDrain(record.get(), needed ? last : List.of())
              .put("tookMillis", millisSince(start)));
    }
    if (needed) {
      last.forEach(service -> replaced.add(substitute(service, substitutes(service, node))));
    }
    var first = replaced.isEmpty() ? List.<String>of() : last;
    return here(
        Future.all(replaced)
            .compose(there -> tell(node, true, force))
            .map(
                done ->
                    json(done)
                        .put("replacedFirst", new JsonArray(first))
                        .put("tookMillis", millisSince(start))));
  }

  private JsonObject wouldDrain(NodeRecord node, List<String> first) {
    var before = serving(node);
    var after = new HashMap<String, Integer>();
    before.forEach((service, count) -> after.put(service, service.equals(gateway) ? count : 0));
    return json(new NodeDrain.Done(node.id(), node.state() == State.DRAINING, before, after))
        .put("replacedFirst", new JsonArray(first))
        .put("dryRun", true);
  }

  @Override
  public Future<JsonObject> undrain(String node) {
    long start = time.ticker().nanos();
    return mesh.nodes().stream().noneMatch(each -> each.id().equals(node))
        ? Future.failedFuture(unknown(node))
        : tell(node, false, false).map(done -> json(done).put("tookMillis", millisSince(start)));
  }

  /** Completes on the context that called, wherever the future does. */
  private <T> Future<T> here(Future<T> future) {
    Promise<T> promise = ((VertxInternal) vertx).promise();
    future.onComplete(promise);
    return promise.future();
  }

  private MeshFailure unknown(String node) {
    return new MeshFailure.Application(
        NodeDrain.UNKNOWN_NODE,
        "node \""
            + node
            + "\" is not in the site (expected: one of "
            + String.join(", ", mesh.nodes().stream().map(NodeRecord::id).sorted().toList())
            + ")");
  }

  private static Map<String, Integer> serving(NodeRecord node) {
    var serving = new HashMap<String, Integer>();
    node.hosts().forEach(service -> serving.put(service, node.serving(service)));
    return serving;
  }

  /** Returns the steps by which others take over what an operator wants to be somewhere. */
  private List<ScalePlan.Step> substitutes(String service, String node) {
    var count = counts.standing().counts().services().get(service);
    if (count == null) {
      return List.of();
    }
    var others = mesh.nodes().stream().filter(each -> !each.id().equals(node)).toList();
    for (var group : ScalePlan.groups(service, count, others)) {
      if (group.possible() > 0) {
        return ScalePlan.of(service, 1, group.hosts());
      }
    }
    return List.of();
  }

  /** One there before the last one goes; the rest follows as when a node leaves. */
  private Future<NodeScale.Done> substitute(String service, List<ScalePlan.Step> steps) {
    var step = steps.get(0);
    return mesh.call(
        NodeScale.SCALE,
        new NodeScale.Request(service, step.to()),
        CallOptions.DEFAULT.withNode(step.node()).withTimeout(NodeLimits.SCALE_STEP_TIMEOUT));
  }

  private Future<NodeDrain.Done> tell(String node, boolean drain, boolean force) {
    return mesh.call(
        NodeDrain.DRAIN,
        new Request(drain, force),
        CallOptions.DEFAULT.withNode(node).withTimeout(NodeLimits.SCALE_STEP_TIMEOUT));
  }

  private static JsonObject json(NodeDrain.Done done) {
    var services = new JsonArray();
    new TreeMap<>(done.before())
        .forEach(
            (service, before) ->
                services.add(
                    new JsonObject()
                        .put("service", service)
                        .put("before", before)
                        .put("after", done.after().getOrDefault(service, 0))));
    return new JsonObject()
        .put("node", done.node())
        .put("draining", done.draining())
        .put("services", services);
  }

  @Override
  public Future<JsonObject> plan(Target target) {
    return SiteLoads.ask(mesh, true)
        .compose(
            loads -> {
              var hosts = hosts(loads);
              var demands = demands(loads);
              return vertx
                  .executeBlocking(
                      () ->
                          CapacityPlan.of(
                              demands,
                              hosts,
                              target.service(),
                              target.p99Millis() / MILLIS_PER_SECOND,
                              target.rate()),
                      false)
                  .map(plan -> plan.json().put("missing", new JsonArray(loads.missing())));
            });
  }

  /** Returns the nodes that take instances on and told of themselves. */
  private List<Host> hosts(SiteLoads loads) {
    var cores = new HashMap<String, Integer>();
    loads.loads().forEach(load -> cores.put(load.node(), load.cores()));
    var hosts = new ArrayList<Host>();
    for (var node : mesh.nodes()) {
      var told = cores.get(node.id());
      if (node.state() == State.SERVING && told != null) {
        hosts.add(new Host(node.id(), node.zone(), told, serving(node)));
      }
    }
    return hosts;
  }

  private List<Demand> demands(SiteLoads loads) {
    var services = new TreeSet<String>();
    mesh.nodes().forEach(node -> services.addAll(node.hosts()));
    return services.stream().map(service -> demand(service, loads)).toList();
  }

  private static Demand demand(String service, SiteLoads loads) {
    double perSecond = 0;
    double cores = 0;
    var present = new ArrayList<Measured>();
    var past = new ArrayList<Measured>();
    for (var load : loads.loads()) {
      for (var each : load.services()) {
        if (each.service().equals(service) && each.instances() > 0) {
          perSecond += each.perSecond();
          cores += cores(load, each);
          if (PastLoads.enough(each)) {
            present.add(
                measured(
                    load.node(),
                    new Past(
                        each.instances(),
                        each.perSecond(),
                        each.meanMicros(),
                        each.p99Micros(),
                        each.atATimeMax())));
          }
          each.past().forEach(minute -> past.add(measured(load.node(), minute)));
        }
      }
    }
    return new Demand(service, perSecond, perSecond > 0 ? cores / perSecond : 0, present, past);
  }

  private static Measured measured(String node, Past load) {
    return new Measured(
        node,
        load.instances(),
        load.perSecond(),
        load.meanMicros() / MICROS_PER_SECOND,
        load.p99Micros() / MICROS_PER_SECOND,
        load.atATimeMax());
  }

  /** What a process uses is shared among its services by how much they have in hand. */
  private static double cores(Load load, ServiceLoad service) {
    double all =
        load.services().stream()
            .filter(each -> each.instances() > 0)
            .mapToDouble(ServiceLoad::busy)
            .sum();
    return all > 0 ? load.coresUsed() * service.busy() / all : 0;
  }

  private long millisSince(long startNanos) {
    return Duration.ofNanos(time.ticker().nanos() - startNanos).toMillis();
  }
}
