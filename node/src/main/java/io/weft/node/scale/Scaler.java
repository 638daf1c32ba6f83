package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.scale.DesiredCounts.Count;
import io.weft.node.scale.ScalePlan.Step;
import io.weft.routing.admin.Scaling.Wanted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Changes how many instances of services run in the site: says so for good, has the nodes do it,
 * waits until the registry shows it, and tells what was done, where, in how long, and what went
 * wrong meanwhile.
 *
 * <p>Any node may do it. The desired counts are changed first; so when the node that does it dies
 * half-way, or one that was to take something on, {@link Upkeep} finishes it elsewhere. Two at a
 * time do no harm: each changes its own services' counts, the last one of the same service counts,
 * and nodes are told numbers and not changes.
 */
public final class Scaler {
  private final Mesh mesh;
  private final CountsDesk counts;
  private final Time time;

  private record Task(String service, Step step) {}

  private record Outcome(Task task, JsonObject told) {
    boolean failed() {
      return told.containsKey("error");
    }
  }

  /** Creates a scaler that works through a node's mesh. */
  public Scaler(Mesh mesh, CountsDesk counts, Time time) {
    this.mesh = mesh;
    this.counts = counts;
    this.time = time;
  }

  /**
   * Changes the numbers of instances.
   *
   * @return what was done: {@code {tookMillis, epoch, visible, errors, missing, services:
   *     [{service, before, after, desired, steps: [{node, from, to, served, tookMillis, error?}]}],
   *     placements: [{service, node, zone, instances}]}}; a step that failed has an {@code error}.
   *     In a dry run {@code after} is what there would be. It fails as a whole, and nothing is
   *     changed, when a plan cannot be made or the epoch is another
   */
  public Future<JsonObject> scale(Wanted wanted) {
    var said =
        wanted.services().entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" "));
    return scale(
        wanted,
        "asked at "
            + mesh.node()
            + ": "
            + said
            + (wanted.zone() == null ? "" : " in zone " + wanted.zone()));
  }

  /** Changes the numbers of instances, for a reason that is kept with them. */
  Future<JsonObject> scale(Wanted wanted, String why) {
    long start = time.ticker().nanos();
    var services = new TreeSet<>(wanted.services().keySet());
    var before = new TreeMap<String, Integer>();
    services.forEach(service -> before.put(service, serving(service)));
    if (wanted.dryRun()) {
      return dryRun(wanted, before, why, start);
    }
    return SiteLoads.ask(mesh)
        .compose(
            loads ->
                counts
                    .change(present -> changed(present, wanted, why), wanted.expected())
                    .compose(
                        standing ->
                            rounds(services, standing.counts(), NodeLimits.SCALE_ROUNDS, List.of())
                                .compose(
                                    outcomes ->
                                        told(loads, services, standing, before, outcomes, start))));
  }

  private Future<JsonObject> dryRun(
      Wanted wanted, Map<String, Integer> before, String why, long start) {
    DesiredCounts next;
    var outcomes = new ArrayList<Outcome>();
    try {
      next = changed(counts.standing().counts(), wanted, why);
    } catch (MeshFailure e) {
      return Future.failedFuture(e);
    }
    for (var service : before.keySet()) {
      for (var step : plan(service, next)) {
        outcomes.add(new Outcome(new Task(service, step), json(step)));
      }
    }
    var report = report(before, next, outcomes);
    for (var item : report.getJsonArray("services")) {
      var service = (JsonObject) item;
      service.put(
          "after", service.getInteger("before") + added(service.getString("service"), outcomes));
    }
    return Future.succeededFuture(
        report
            .put("dryRun", true)
            .put("epoch", counts.standing().epoch())
            .put("tookMillis", millisSince(start)));
  }

  /** Returns by how many instances of a service steps change what there is. */
  private static int added(String service, List<Outcome> outcomes) {
    return outcomes.stream()
        .map(Outcome::task)
        .filter(task -> task.service().equals(service))
        .mapToInt(task -> task.step().to() - task.step().from())
        .sum();
  }

  /** Returns the counts as they are to be; throws when the nodes cannot hold them. */
  private DesiredCounts changed(DesiredCounts present, Wanted wanted, String why) {
    var next = present;
    for (var each : wanted.services().entrySet()) {
      var service = each.getKey();
      var zone = wanted.zone();
      next =
          zone == null
              ? next.with(service, each.getValue(), why)
              : next.with(service, zone, each.getValue(), serving(service, zone), why);
      var count = next.services().getOrDefault(service, Count.of(0));
      // What is said now must be possible; what was said before of other zones need not be.
      ScalePlan.of(
          service,
          zone == null ? count : new Count(null, Map.of(zone, each.getValue())),
          mesh.nodes());
    }
    return next;
  }

  private int serving(String service) {
    return mesh.nodes().stream().mapToInt(node -> node.serving(service)).sum();
  }

  private int serving(String service, String zone) {
    return mesh.nodes().stream()
        .filter(node -> node.zone().equals(zone))
        .mapToInt(node -> node.serving(service))
        .sum();
  }

  /** Plans for the nodes that are there now, as far as they can hold what is desired. */
  private List<Step> plan(String service, DesiredCounts desired) {
    var count = desired.services().get(service);
    if (count == null) {
      return List.of();
    }
    var steps = new ArrayList<Step>();
    for (var group : ScalePlan.groups(service, count, mesh.nodes())) {
      if (!group.hosts().isEmpty()) {
        steps.addAll(ScalePlan.of(service, group.possible(), group.hosts()));
      }
    }
    return steps;
  }

  /**
   * Has the nodes do it. When one of them fails, what is left is planned anew over those that are
   * there then.
   */
  private Future<List<Outcome>> rounds(
      SortedSet<String> services, DesiredCounts desired, int rounds, List<Outcome> before) {
    var tasks = new ArrayList<Task>();
    services.forEach(
        service -> plan(service, desired).forEach(step -> tasks.add(new Task(service, step))));
    if (tasks.isEmpty()) {
      return Future.succeededFuture(before);
    }
    var running = tasks.stream().map(this::run).toList();
    // Each of them ends well: a failure is part of what is told.
    return Future.all(running)
        .compose(
            done -> {
              var outcomes = running.stream().map(Future::result).toList();
              var all = new ArrayList<>(before);
              all.addAll(outcomes);
              return rounds > 1 && outcomes.stream().anyMatch(Outcome::failed)
                  ? pause(NodeLimits.SCALE_REPLAN_DELAY)
                      .compose(go -> rounds(services, desired, rounds - 1, all))
                  : Future.succeededFuture(all);
            });
  }

  private Future<Outcome> run(Task task) {
    long start = time.ticker().nanos();
    var step = task.step();
    var told = json(step);
    var before = endpoints(task).stream().map(Endpoint::id).collect(Collectors.toSet());
    return mesh.call(
            NodeScale.SCALE,
            new NodeScale.Request(task.service(), step.to()),
            CallOptions.DEFAULT.withNode(step.node()).withTimeout(NodeLimits.SCALE_STEP_TIMEOUT))
        .compose(
            done -> {
              told.put("from", done.before()).put("to", done.after());
              return seen(task).compose(there -> served(task, before));
            })
        .map(served -> told.put("served", served))
        .otherwise(e -> told.put("error", String.valueOf(e.getMessage())))
        .map(result -> new Outcome(task, result.put("tookMillis", millisSince(start))));
  }

  /** Calls each new instance; returns how many there are, and fails when one does not answer. */
  private Future<Integer> served(Task task, Set<String> before) {
    var fresh =
        endpoints(task).stream().filter(endpoint -> !before.contains(endpoint.id())).toList();
    return Future.all(fresh.stream().map(mesh::present).toList()).map(fresh.size());
  }

  /** Of those that stand for another site none was started by a step. */
  private List<Endpoint> endpoints(Task task) {
    var site = mesh.nodes().get(0).site();
    return mesh.directory().of(task.service()).stream()
        .filter(endpoint -> endpoint.node().equals(task.step().node()))
        .filter(endpoint -> endpoint.site().equals(site))
        .toList();
  }

  private static JsonObject json(Step step) {
    return new JsonObject().put("node", step.node()).put("from", step.from()).put("to", step.to());
  }

  /** Waits until the registry shows a step, or for long enough. */
  private Future<Void> seen(Task task) {
    Promise<Void> promise = Promise.promise();
    look(task, time.ticker().nanos() + NodeLimits.SCALE_VISIBLE_TIMEOUT.toNanos(), promise);
    return promise.future();
  }

  private void look(Task task, long untilNanos, Promise<Void> promise) {
    if (shows(task.step(), task.service()) || time.ticker().nanos() - untilNanos >= 0) {
      promise.complete();
    } else {
      time.timers().after(NodeLimits.SCALE_POLL_INTERVAL, () -> look(task, untilNanos, promise));
    }
  }

  private boolean shows(Step step, String service) {
    return mesh.nodes().stream()
        .filter(node -> node.id().equals(step.node()))
        .anyMatch(node -> node.serving(service) == step.to());
  }

  // Those that failed will not show; they are told of as what they are.
  private boolean shows(Outcome outcome) {
    return outcome.failed() || shows(outcome.task().step(), outcome.task().service());
  }

  private Future<JsonObject> told(
      SiteLoads before,
      SortedSet<String> services,
      CountsDesk.Standing standing,
      Map<String, Integer> serving,
      List<Outcome> outcomes,
      long start) {
    return SiteLoads.ask(mesh)
        .map(
            after -> {
              long errors = 0;
              for (var service : services) {
                // A node that restarted counts from zero again.
                errors += Math.max(0, after.failed(service) - before.failed(service));
              }
              var missing = new TreeSet<>(before.missing());
              missing.addAll(after.missing());
              return report(serving, standing.counts(), outcomes)
                  .put("epoch", standing.epoch())
                  .put("errors", errors)
                  .put("missing", new JsonArray(List.copyOf(missing)))
                  .put("visible", newest(outcomes).stream().allMatch(this::shows))
                  .put("tookMillis", millisSince(start));
            });
  }

  /** What was planned anew after a failure takes the place of what was planned before. */
  private static Collection<Outcome> newest(List<Outcome> outcomes) {
    var newest = new LinkedHashMap<String, Outcome>();
    outcomes.forEach(
        outcome ->
            newest.put(outcome.task().service() + "@" + outcome.task().step().node(), outcome));
    return newest.values();
  }

  private JsonObject report(
      Map<String, Integer> before, DesiredCounts desired, List<Outcome> outcomes) {
    var services = new JsonArray();
    var placements = new JsonArray();
    before.forEach(
        (service, count) -> {
          var steps = new JsonArray();
          outcomes.stream()
              .filter(outcome -> outcome.task().service().equals(service))
              .forEach(outcome -> steps.add(outcome.told()));
          services.add(
              new JsonObject()
                  .put("service", service)
                  .put("before", count)
                  .put("after", serving(service))
                  .put("desired", desired.services().getOrDefault(service, Count.of(0)).total())
                  .put("steps", steps));
          for (var node : mesh.nodes()) {
            if (node.serving(service) > 0) {
              placements.add(
                  new JsonObject()
                      .put("service", service)
                      .put("node", node.id())
                      .put("zone", node.zone())
                      .put("instances", node.serving(service)));
            }
          }
        });
    return new JsonObject().put("services", services).put("placements", placements);
  }

  private Future<Void> pause(Duration delay) {
    var paused = Promise.<Void>promise();
    time.timers().after(delay, paused::complete);
    return paused.future();
  }

  private long millisSince(long startNanos) {
    return Duration.ofNanos(time.ticker().nanos() - startNanos).toMillis();
  }
}
