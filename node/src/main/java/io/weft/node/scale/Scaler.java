package io.weft.node.scale;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.time.Time;
import io.weft.node.NodeLimits;
import io.weft.node.scale.ScalePlan.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes how many instances of services run in the cluster: plans it, has the nodes do it, waits
 * until the registry shows it, and tells what was done, where, in how long.
 *
 * <p>Any node may do it. Two at a time do no harm: each sets numbers, and the last one counts.
 */
public final class Scaler {
  private final Mesh mesh;
  private final Time time;

  private record Task(String service, Step step) {}

  /** Creates a scaler that works through a node's mesh. */
  public Scaler(Mesh mesh, Time time) {
    this.mesh = mesh;
    this.time = time;
  }

  /**
   * Changes the numbers of instances.
   *
   * @param desired instances in the whole cluster, by service
   * @return what was done: {@code {tookMillis, services: [{service, before, after, steps: [{node,
   *     from, to, tookMillis, error?}]}], visible}}; a step that failed has an {@code error}. It
   *     fails as a whole, and nothing is changed, when a plan cannot be made
   */
  public Future<JsonObject> scale(Map<String, Integer> desired) {
    long start = time.ticker().nanos();
    var plans = new TreeMap<String, List<Step>>();
    var before = new TreeMap<String, Integer>();
    try {
      desired.forEach((service, count) -> plans.put(service, plan(service, count)));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
    desired.keySet().forEach(service -> before.put(service, serving(service)));
    var tasks = new ArrayList<Task>();
    plans.forEach((service, steps) -> steps.forEach(step -> tasks.add(new Task(service, step))));
    var running = tasks.stream().map(this::run).toList();
    // Each of them ends well: a failure is part of what is told.
    return Future.all(running)
        .compose(done -> visible(tasks, running))
        .map(
            visible ->
                new JsonObject()
                    .put("tookMillis", millisSince(start))
                    .put("visible", visible)
                    .put("services", report(plans, before, tasks, running)));
  }

  private List<Step> plan(String service, int count) {
    return ScalePlan.of(service, count, mesh.nodes());
  }

  private int serving(String service) {
    return mesh.nodes().stream().mapToInt(node -> node.serving(service)).sum();
  }

  private Future<JsonObject> run(Task task) {
    long start = time.ticker().nanos();
    var step = task.step();
    var told = new JsonObject().put("node", step.node()).put("from", step.from());
    return mesh.call(
            NodeScale.SCALE,
            new NodeScale.Request(task.service(), step.to()),
            CallOptions.DEFAULT.withNode(step.node()).withTimeout(NodeLimits.SCALE_STEP_TIMEOUT))
        .map(done -> told.put("from", done.before()).put("to", done.after()))
        .otherwise(e -> told.put("to", step.to()).put("error", String.valueOf(e.getMessage())))
        .map(result -> result.put("tookMillis", millisSince(start)));
  }

  // The steps that were done; those that failed will not show, and waiting for them is of no use.
  private Future<Boolean> visible(List<Task> tasks, List<Future<JsonObject>> results) {
    var done = new ArrayList<Task>();
    for (int i = 0; i < tasks.size(); i++) {
      if (!results.get(i).result().containsKey("error")) {
        done.add(tasks.get(i));
      }
    }
    var promise = Promise.<Boolean>promise();
    long until = time.ticker().nanos() + NodeLimits.SCALE_VISIBLE_TIMEOUT.toNanos();
    look(done, until, promise);
    return promise.future();
  }

  private void look(List<Task> tasks, long untilNanos, Promise<Boolean> promise) {
    if (tasks.stream().allMatch(this::shows)) {
      promise.complete(true);
    } else if (time.ticker().nanos() - untilNanos >= 0) {
      promise.complete(false);
    } else {
      time.timers().after(NodeLimits.SCALE_POLL_INTERVAL, () -> look(tasks, untilNanos, promise));
    }
  }

  private boolean shows(Task task) {
    return mesh.nodes().stream()
        .filter(node -> node.id().equals(task.step().node()))
        .anyMatch(node -> node.serving(task.service()) == task.step().to());
  }

  private JsonArray report(
      Map<String, List<Step>> plans,
      Map<String, Integer> before,
      List<Task> tasks,
      List<Future<JsonObject>> results) {
    var services = new JsonArray();
    plans
        .keySet()
        .forEach(
            service -> {
              var steps = new JsonArray();
              for (int i = 0; i < tasks.size(); i++) {
                if (tasks.get(i).service().equals(service)) {
                  steps.add(results.get(i).result());
                }
              }
              services.add(
                  new JsonObject()
                      .put("service", service)
                      .put("before", before.get(service))
                      .put("after", serving(service))
                      .put("steps", steps));
            });
    return services;
  }

  private long millisSince(long startNanos) {
    return Duration.ofNanos(time.ticker().nanos() - startNanos).toMillis();
  }
}
