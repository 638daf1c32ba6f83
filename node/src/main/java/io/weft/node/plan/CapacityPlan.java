package io.weft.node.plan;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.plan.Placement.Need;
import io.weft.node.plan.Placement.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of services hold a target of latency at a rate, where they fit, and how far
 * what the models say is from what was measured.
 *
 * @param targetSeconds what 99 % of the answers are to take at most
 * @param rate so many times the measured rate is planned for
 * @param services service by service, by name
 * @param places where the instances are to run; none when they do not all fit
 * @param use which share of its cores each node is to use, by node
 * @param problems why it cannot be done; none when it can
 */
public record CapacityPlan(
    double targetSeconds,
    double rate,
    List<Service> services,
    List<Place> places,
    Map<String, Double> use,
    List<String> problems) {
  private static final double MILLIS = 1e3;

  /**
   * What is planned for one service.
   *
   * @param service its name
   * @param perSecond calls per second that it is planned for
   * @param present how many instances run now
   * @param instances how many hold the target; as many as run when no number is known to
   * @param p99Seconds what 99 % of the answers are predicted not to exceed then; null without a
   *     model, and when the line would grow for ever
   * @param model what the prediction rests on, or null when nothing was measured
   * @param checks what the model says of each node as it is now, beside what was measured there
   */
  public record Service(
      String service,
      double perSecond,
      int present,
      int instances,
      @Nullable Double p99Seconds,
      @Nullable ServiceModel model,
      List<Check> checks) {
    /** Copies the list. */
    public Service {
      checks = List.copyOf(checks);
    }
  }

  /**
   * A prediction for what is, beside what was measured.
   *
   * @param measured what was measured on one node
   * @param p99Seconds what the model predicts there
   */
  public record Check(Measured measured, double p99Seconds) {
    /** Returns by which share the prediction is above the measurement; negative below. */
    public double error() {
      return p99Seconds / measured.p99Seconds() - 1;
    }
  }

  /** Copies what it is made of. */
  public CapacityPlan {
    services = List.copyOf(services);
    places = List.copyOf(places);
    use = Map.copyOf(use);
    problems = List.copyOf(problems);
  }

  /**
   * Plans. Takes milliseconds of a processor, so not on an event loop.
   *
   * @param demands what is asked of each service now
   * @param hosts the nodes
   * @param planned the service whose target is to be held; null for all
   * @param targetSeconds what 99 % of the answers are to take at most, above 0
   * @param rate plans for so many times the measured rate, above 0
   */
  public static CapacityPlan of(
      List<Demand> demands,
      List<Host> hosts,
      @Nullable String planned,
      double targetSeconds,
      double rate) {
    var services = new ArrayList<Service>();
    var needs = new ArrayList<Need>();
    var problems = new ArrayList<String>();
    for (var demand : demands.stream().sorted(Comparator.comparing(Demand::service)).toList()) {
      boolean counts = planned == null || planned.equals(demand.service());
      var asked = counts ? demand.times(rate) : demand;
      var service = service(asked, hosts, counts ? targetSeconds : null, problems);
      services.add(service);
      needs.add(
          new Need(
              demand.service(),
              service.instances(),
              service.instances() == 0
                  ? 0
                  : asked.perSecond() * asked.coreSecondsPerCall() / service.instances()));
    }
    var placement = Placement.of(needs, hosts);
    problems.addAll(placement.problems());
    return new CapacityPlan(
        targetSeconds,
        rate,
        services,
        problems.isEmpty() ? placement.places() : List.of(),
        placement.use(),
        problems);
  }

  /** Plans one service; one without a target stays as it is. */
  private static Service service(
      Demand demand, List<Host> hosts, @Nullable Double targetSeconds, List<String> problems) {
    var name = demand.service();
    int present = hosts.stream().mapToInt(host -> host.present(name)).sum();
    var model = ServiceModel.fit(demand.measured()).orElse(null);
    if (model == null) {
      return new Service(name, demand.perSecond(), present, present, null, null, List.of());
    }
    int instances = present;
    if (targetSeconds != null) {
      long able = hosts.stream().filter(host -> host.hosts(name)).count();
      int most = (int) able * NodeLimits.INSTANCES_MAX;
      var fewest = model.instancesFor(demand.perSecond(), ServiceModel.P99, targetSeconds, most);
      if (fewest.isEmpty()) {
        problems.add(missed(demand, model, targetSeconds, most));
      }
      instances = fewest.orElse(present);
    }
    return new Service(
        name,
        demand.perSecond(),
        present,
        instances,
        finite(p99(model, demand.perSecond(), instances)),
        model,
        checks(demand, model));
  }

  private static String missed(Demand demand, ServiceModel model, double targetSeconds, int most) {
    double best = p99(model, demand.perSecond(), most);
    double alone = model.responseSeconds(ServiceModel.P99, 0, 1);
    var why =
        alone > targetSeconds
            ? "99 % of its calls take up to " + millis(alone) + " ms even when none waits"
            : Double.isInfinite(best)
                ? "the " + most + " instances that its nodes may host cannot serve so many calls"
                : "the "
                    + most
                    + " instances that its nodes may host come to "
                    + millis(best)
                    + " ms";
    return demand.service()
        + ": no number of instances holds "
        + millis(targetSeconds)
        + " ms at "
        + Math.round(demand.perSecond())
        + " calls/s: "
        + why;
  }

  private static double p99(ServiceModel model, double perSecond, int instances) {
    return instances < 1
        ? Double.POSITIVE_INFINITY
        : model.responseSeconds(ServiceModel.P99, perSecond, instances);
  }

  private static @Nullable Double finite(double seconds) {
    return Double.isInfinite(seconds) ? null : seconds;
  }

  private static List<Check> checks(Demand demand, ServiceModel model) {
    return demand.present().stream()
        .filter(Measured::tells)
        .map(
            each ->
                new Check(
                    each,
                    model.responseSeconds(ServiceModel.P99, each.perSecond(), each.instances())))
        .toList();
  }

  /** Returns the plan as the admin API tells it. */
  public JsonObject json() {
    var told = new JsonArray();
    services.forEach(service -> told.add(json(service)));
    var where = new JsonArray();
    places.forEach(
        place ->
            where.add(
                new JsonObject()
                    .put("service", place.service())
                    .put("node", place.node())
                    .put("present", place.present())
                    .put("instances", place.instances())));
    return new JsonObject()
        .put("p99Millis", rounded(targetSeconds * MILLIS))
        .put("rate", rate)
        .put("feasible", problems.isEmpty())
        .put("services", told)
        .put("placements", where)
        .put("use", new JsonObject(new TreeMap<String, Object>(use)))
        .put("problems", new JsonArray(problems));
  }

  private static JsonObject json(Service service) {
    var model = service.model();
    var checks = new JsonArray();
    for (var check : service.checks()) {
      checks.add(
          new JsonObject()
              .put("node", check.measured().node())
              .put("instances", check.measured().instances())
              .put("perSecond", rounded(check.measured().perSecond()))
              .put("measuredP99Millis", rounded(check.measured().p99Seconds() * MILLIS))
              .put("predictedP99Millis", rounded(check.p99Seconds() * MILLIS))
              .put("error", rounded(check.error())));
    }
    var json =
        new JsonObject()
            .put("service", service.service())
            .put("perSecond", rounded(service.perSecond()))
            .put("present", service.present())
            .put("instances", service.instances())
            .put("measured", checks);
    if (service.p99Seconds() != null) {
      json.put("predictedP99Millis", rounded(service.p99Seconds() * MILLIS));
    }
    if (model != null) {
      json.put(
          "model",
          new JsonObject()
              .put("serviceMillis", rounded(model.serviceSeconds() * MILLIS))
              .put("serversPerInstance", model.serversPerInstance())
              .put("tail", rounded(model.tail())));
    }
    return json;
  }

  private static String millis(double seconds) {
    return String.valueOf(rounded(seconds * MILLIS));
  }

  /** Three digits behind the point are more than any of it is good for. */
  private static double rounded(double number) {
    return Math.round(number * MILLIS) / MILLIS;
  }
}
