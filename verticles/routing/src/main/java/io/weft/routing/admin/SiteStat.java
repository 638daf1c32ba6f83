package io.weft.routing.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Operation;
import io.weft.mesh.discovery.InstanceRecord;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.telemetry.Distribution;
import io.weft.mesh.telemetry.Outcome;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.admin.api.NodeStat;
import io.weft.routing.admin.api.NodeStat.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What happened in the site in the last seconds: what all nodes have told of it, added up.
 *
 * <p>Percentiles are those of all calls together, found in the sum of the histograms. What a
 * handler answered with a code of its own counts as a success, as it did its work; so the share of
 * successes is that of calls that were answered at all.
 */
final class SiteStat {
  /** What nodes ask of each other is not what people want to know of. */
  private static final Set<String> ANSWERED =
      Set.of(Outcome.OK.label(), Outcome.APPLICATION.label());

  private static final String BUS_TLS = "bus-tls";
  private static final String CLOSED = "CLOSED";
  private static final String HALF_OPEN = "HALF_OPEN";
  private static final long MICRO_NANOS = 1_000;
  private static final double MILLI_NANOS = 1e6;
  private static final double SECOND_NANOS = 1e9;
  private static final double MEDIAN = 0.5;

  private final List<NodeRecord> records;
  private final List<NodeStat> stats;

  /** Calls, attempts or runs of several nodes that belong together. */
  private static final class Sum {
    private final List<Distribution> latencies = new ArrayList<>();
    private final TreeMap<String, Long> outcomes = new TreeMap<>();
    private double perSecond;
    private double inFlight;

    void add(Part part, double seconds) {
      var latency = Distribution.decoded(part.latencies());
      latencies.add(latency);
      outcomes.merge(part.outcome(), latency.count(), Long::sum);
      if (seconds > 0) {
        perSecond += latency.count() / seconds;
        // Little's law: how many there were at a time, on average.
        inFlight += latency.sumNanos() / SECOND_NANOS / seconds;
      }
    }

    double success() {
      long all = 0;
      long answered = 0;
      for (var each : outcomes.entrySet()) {
        all += each.getValue();
        answered += ANSWERED.contains(each.getKey()) ? each.getValue() : 0;
      }
      return all == 0 ? 1 : (double) answered / all;
    }

    /** Puts rate, success and percentiles into an object. */
    JsonObject into(JsonObject json) {
      var all = Distribution.sum(latencies);
      return json.put("perSecond", perSecond)
          .put("success", success())
          .put("p50Micros", all.nanosAt(MEDIAN) / MICRO_NANOS)
          .put("p95Micros", all.nanosAt(0.95) / MICRO_NANOS)
          .put("p99Micros", all.nanosAt(0.99) / MICRO_NANOS);
    }
  }

  private record Edge(String from, String to, String fromNode, String toNode) {}

  private SiteStat(List<NodeRecord> records, List<NodeStat> stats) {
    this.records = records;
    this.stats = stats;
  }

  /**
   * Returns the whole, in the form in which the admin API tells it.
   *
   * @param records the nodes that are believed to be alive
   * @param stats what those told that answered
   * @param missing those that did not
   */
  static JsonObject of(
      Instant at,
      int windowSeconds,
      List<NodeRecord> records,
      List<NodeStat> stats,
      List<String> missing) {
    var site = new SiteStat(records, stats);
    return new JsonObject()
        .put("at", at.toString())
        .put("windowSeconds", windowSeconds)
        .put("missing", new JsonArray(new ArrayList<>(missing)))
        .put("nodes", site.nodes())
        .put("services", site.services())
        .put("edges", site.edges());
  }

  private JsonArray nodes() {
    var byNode = new HashMap<String, NodeStat>();
    stats.forEach(stat -> byNode.put(stat.node(), stat));
    var nodes = new JsonArray();
    records.stream()
        .sorted(Comparator.comparing(NodeRecord::id))
        .forEach(record -> nodes.add(node(record, byNode.get(record.id()))));
    return nodes;
  }

  private static JsonObject node(NodeRecord record, @Nullable NodeStat stat) {
    var json =
        new JsonObject()
            .put("node", record.id())
            .put("site", record.site())
            .put("zone", record.zone())
            .put("state", record.state().name())
            .put("incarnation", record.incarnation())
            .put("http", record.addresses().getOrDefault("http", ""));
    if (stat == null) {
      return json;
    }
    var machine = stat.machine();
    var delay = Distribution.decoded(machine.loopDelay());
    double mean = delay.count() == 0 ? 0 : delay.sumNanos() / MILLI_NANOS / delay.count();
    return json.put("uptimeMillis", machine.uptimeMillis())
        .put("heapUsedBytes", machine.heapUsedBytes())
        .put("heapMaxBytes", machine.heapMaxBytes())
        .put("residentBytes", machine.residentBytes())
        .put("cpu", machine.cpu())
        .put("loopDelayMillis", mean)
        .put("loopDelayMaxMillis", delay.nanosAt(1) / MILLI_NANOS)
        .put("draining", machine.draining())
        .put("epoch", machine.epoch());
  }

  private JsonArray services() {
    var calls = sums(NodeStat::calls, (node, part) -> service(part));
    var operations = sums(NodeStat::calls, (node, part) -> part.operation());
    var servings = sums(NodeStat::servings, (node, part) -> node + "/" + part.instance());
    var names = new TreeSet<>(calls.keySet());
    records.forEach(record -> record.instances().forEach(i -> names.add(i.service())));
    names.remove(NodeOperations.SERVICE);
    var services = new JsonArray();
    for (var name : names) {
      int instances = records.stream().mapToInt(record -> record.serving(name)).sum();
      var json = new JsonObject().put("service", name).put("instances", instances);
      calls.getOrDefault(name, new Sum()).into(json);
      services.add(
          json.put("operations", operations(name, operations))
              .put("instanceStats", instances(name, servings)));
    }
    return services;
  }

  private static JsonArray operations(String service, Map<String, Sum> sums) {
    var operations = new JsonArray();
    sums.forEach(
        (operation, sum) -> {
          if (serviceOf(operation).equals(service)) {
            var outcomes = new JsonObject();
            sum.outcomes.forEach(outcomes::put);
            operations.add(
                sum.into(new JsonObject().put("operation", operation))
                    .put("inFlight", Math.round(sum.inFlight))
                    .put("outcomes", outcomes));
          }
        });
    return operations;
  }

  private JsonArray instances(String service, Map<String, Sum> servings) {
    var breakers = breakers();
    var gauges = new HashMap<String, NodeStat.Instance>();
    for (var stat : stats) {
      stat.instances().forEach(each -> gauges.put(stat.node() + "/" + each.instance(), each));
    }
    var instances = new JsonArray();
    for (var record : records) {
      for (var instance : record.instances()) {
        if (instance.service().equals(service)) {
          var id = record.id() + "/" + instance.id();
          instances.add(
              instance(
                  record.id(),
                  instance,
                  servings.getOrDefault(id, new Sum()),
                  gauges.getOrDefault(id, new NodeStat.Instance(instance.id(), 0, 0, 0)),
                  breakers.getOrDefault(id, CLOSED)));
        }
      }
    }
    return instances;
  }

  private static JsonObject instance(
      String node, InstanceRecord record, Sum sum, NodeStat.Instance gauge, String breaker) {
    var golden = sum.into(new JsonObject());
    var json = new JsonObject();
    if (!record.local()) {
      json.put("site", record.site());
    }
    return json.put("node", node)
        .put("instance", record.id())
        .put("version", record.version())
        .put("state", record.state().name())
        .put("perSecond", golden.getDouble("perSecond"))
        .put("success", golden.getDouble("success"))
        .put("p99Micros", golden.getLong("p99Micros"))
        .put("inFlight", gauge.inFlight())
        .put("limit", gauge.limit())
        .put("queued", gauge.queued())
        .put("breaker", breaker);
  }

  /** Returns the worst that any caller sees of an endpoint, by node and instance. */
  private Map<String, String> breakers() {
    var worst = new HashMap<String, String>();
    for (var stat : stats) {
      for (var suspect : stat.breakers()) {
        worst.merge(
            suspect.node() + "/" + suspect.instance(),
            suspect.breaker(),
            (one, other) -> one.equals(HALF_OPEN) ? other : one);
      }
    }
    return worst;
  }

  private JsonArray edges() {
    var sums = new LinkedHashMap<Edge, Sum>();
    for (var stat : stats) {
      for (var part : stat.edges()) {
        var to = service(part);
        if (!to.equals(NodeOperations.SERVICE)) {
          sums.computeIfAbsent(
                  new Edge(part.caller(), to, part.node(), stat.node()), edge -> new Sum())
              .add(part, stat.seconds());
        }
      }
    }
    var secured = secured();
    var edges = new JsonArray();
    sums.forEach((edge, sum) -> edges.add(edge(edge, sum, secured)));
    return edges;
  }

  private static JsonObject edge(Edge edge, Sum sum, Set<String> secured) {
    var golden = sum.into(new JsonObject());
    return new JsonObject()
        .put("from", edge.from())
        .put("to", edge.to())
        .put("fromNode", edge.fromNode())
        .put("toNode", edge.toNode())
        .put("perSecond", golden.getDouble("perSecond"))
        .put("success", golden.getDouble("success"))
        .put("p50Micros", golden.getLong("p50Micros"))
        .put("p99Micros", golden.getLong("p99Micros"))
        .put(
            "secured",
            !edge.fromNode().equals(edge.toNode())
                && secured.contains(edge.fromNode())
                && secured.contains(edge.toNode()));
  }

  /** Returns the nodes whose bus takes nobody in who shows no certificate. */
  private Set<String> secured() {
    var secured = new TreeSet<String>();
    for (var record : records) {
      if (record.addresses().containsKey(BUS_TLS)) {
        secured.add(record.id());
      }
    }
    return secured;
  }

  /** By what parts belong together. */
  private interface By {
    String key(String node, Part part);
  }

  private Map<String, Sum> sums(Function<NodeStat, List<Part>> parts, By by) {
    var sums = new TreeMap<String, Sum>();
    for (var stat : stats) {
      for (var part : parts.apply(stat)) {
        sums.computeIfAbsent(by.key(stat.node(), part), key -> new Sum()).add(part, stat.seconds());
      }
    }
    return sums;
  }

  private static String service(Part part) {
    return serviceOf(part.operation());
  }

  /** What is called {@code other}, because there was too much to tell apart, is its own service. */
  private static String serviceOf(String operation) {
    return operation.indexOf('.') < 0 ? operation : Operation.serviceOf(operation);
  }
}
