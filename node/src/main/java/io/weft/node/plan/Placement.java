package io.weft.node.plan;

import io.weft.node.NodeLimits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ojalgo.optimisation.ExpressionsBasedModel;
import org.ojalgo.optimisation.Variable;

/**
 * Where instances are to run: so that no node has more to do than it can, the busiest as little as
 * can be, and a service loses as little as can be with one node or one zone.
 *
 * <p>A linear program says how much of each service each node takes; what it says in fractions is
 * then rounded to whole instances, largest fractions first, as far as the node's cores allow. In
 * the order of what they weigh it makes small: the use of the busiest node, the largest share that
 * one zone and one node have of a service, and how many instances have to move.
 */
public final class Placement {
  private static final double ZONE_WEIGHT = 1e-2;
  private static final double NODE_WEIGHT = 5e-3;
  private static final double MOVE_WEIGHT = 1e-4;

  private static final String MEND =
      "add nodes that host it, or let it hold a longer target of latency";

  /** Solvers answer with such errors. */
  private static final double SLACK = 1e-6;

  private final List<Need> needs;
  private final List<Host> hosts;
  private final ExpressionsBasedModel model = new ExpressionsBasedModel();
  private final Map<Cell, Variable> variables = new HashMap<>();
  private final Map<Cell, Integer> placed = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * What is to be placed of one service.
   *
   * @param service the service's name
   * @param instances how many, at least 0
   * @param coresEach what each of them takes of a node's cores, at least 0
   */
  public record Need(String service, int instances, double coresEach) {}

  /**
   * How many instances of a service a node is to run.
   *
   * @param service the service's name
   * @param node the node's name
   * @param present how many it runs now
   * @param instances how many it is to run
   */
  public record Place(String service, String node, int present, int instances) {}

  /**
   * What came of it.
   *
   * @param places by service and node, without those that run none and are to run none
   * @param use which share of its cores each node is to use, by node
   * @param problems what does not fit, and why; none when all fits
   */
  public record Result(List<Place> places, Map<String, Double> use, List<String> problems) {
    /** Copies what it is made of. */
    public Result {
      places = List.copyOf(places);
      use = Map.copyOf(use);
      problems = List.copyOf(problems);
    }
  }

  private record Cell(String service, String node) {}

  private Placement(List<Need> needs, List<Host> hosts) {
    this.needs = needs.stream().sorted(Comparator.comparing(Need::service)).toList();
    this.hosts = hosts.stream().sorted(Comparator.comparing(Host::node)).toList();
  }

  /** Places what is needed on nodes. Takes milliseconds of a processor, so not on an event loop. */
  public static Result of(List<Need> needs, List<Host> hosts) {
    var placement = new Placement(needs, hosts);
    placement.refuseWhatNobodyHosts();
    if (placement.problems.isEmpty()) {
      placement.solve();
    }
    return placement.result();
  }

  private void refuseWhatNobodyHosts() {
    for (var need : needs) {
      long able = hosts.stream().filter(host -> host.hosts(need.service())).count();
      long most = able * NodeLimits.INSTANCES_MAX;
      if (need.instances() > most) {
        problems.add(
            need.service()
                + ": "
                + need.instances()
                + " instances (expected: at most "
                + most
                + " on the "
                + able
                + " nodes that may host it)");
      }
    }
  }

  private void solve() {
    var busiest = model.addVariable("busiest").lower(0).upper(NodeLimits.CORES_USED_MAX).weight(1);
    for (var need : needs) {
      variables(need);
    }
    for (var host : hosts) {
      var used = model.addExpression("use of " + host.node()).upper(0);
      used.set(busiest, -host.cores());
      for (var need : needs) {
        var here = variables.get(new Cell(need.service(), host.node()));
        if (here != null) {
          used.set(here, need.coresEach());
        }
      }
    }
    var solved = model.minimise();
    if (solved.getState().isFeasible()) {
      round();
    } else {
      problems.add(tooMuch());
    }
  }

  private void variables(Need need) {
    var sum = model.addExpression("all of " + need.service()).level(need.instances());
    double share = 1.0 / Math.max(1, need.instances());
    var fullest =
        model.addVariable("fullest of " + need.service()).lower(0).weight(NODE_WEIGHT * share);
    var zones = new TreeMap<String, List<Variable>>();
    for (var host : hosts) {
      if (host.hosts(need.service())) {
        var name = need.service() + " on " + host.node();
        var here = model.addVariable(name).lower(0).upper(NodeLimits.INSTANCES_MAX);
        var gone = model.addVariable(name + ", gone").lower(0).weight(MOVE_WEIGHT * share);
        variables.put(new Cell(need.service(), host.node()), here);
        sum.set(here, 1);
        model.addExpression(name + ", share").upper(0).set(here, 1).set(fullest, -1);
        model
            .addExpression(name + ", stays")
            .lower(host.present(need.service()))
            .set(here, 1)
            .set(gone, 1);
        zones.computeIfAbsent(host.zone(), zone -> new ArrayList<>()).add(here);
      }
    }
    var largest =
        model.addVariable("largest zone of " + need.service()).lower(0).weight(ZONE_WEIGHT * share);
    zones.forEach(
        (zone, there) -> {
          var inZone =
              model.addExpression(need.service() + " in " + zone).upper(0).set(largest, -1);
          there.forEach(each -> inZone.set(each, 1));
        });
  }

  private void round() {
    for (var need : needs) {
      for (var host : hosts) {
        var cell = new Cell(need.service(), host.node());
        if (variables.containsKey(cell)) {
          placed.put(cell, (int) Math.floor(value(cell) + SLACK));
        }
      }
    }
    // Those that take most are the hardest to find room for.
    needs.stream()
        .sorted(Comparator.comparingDouble(Need::coresEach).reversed())
        .forEach(this::placeRest);
  }

  private double value(Cell cell) {
    var variable = variables.get(cell);
    return variable == null || variable.getValue() == null ? 0 : variable.getValue().doubleValue();
  }

  private void placeRest(Need need) {
    int rest = need.instances();
    for (var host : hosts) {
      rest -= placed(need.service(), host.node());
    }
    for (; rest > 0; rest--) {
      var best =
          hosts.stream()
              .filter(host -> host.hosts(need.service()) && hasRoom(host, need))
              .max(
                  Comparator.<Host>comparingDouble(
                          host -> Math.rint(owed(need.service(), host.node()) / SLACK) * SLACK)
                      .thenComparingDouble(host -> -use(host))
                      .thenComparing(Host::node, Comparator.reverseOrder()));
      if (best.isEmpty()) {
        problems.add(
            need.service()
                + ": "
                + rest
                + " of "
                + need.instances()
                + " instances fit on no single node (each takes "
                + rounded(need.coresEach())
                + " cores): "
                + MEND);
        return;
      }
      placed.merge(new Cell(need.service(), best.get().node()), 1, Integer::sum);
    }
  }

  /** What of the fractions is not placed yet. */
  private double owed(String service, String node) {
    return value(new Cell(service, node)) - placed(service, node);
  }

  private boolean hasRoom(Host host, Need need) {
    return placed(need.service(), host.node()) < NodeLimits.INSTANCES_MAX
        && use(host) + need.coresEach() / host.cores() <= NodeLimits.CORES_USED_MAX + SLACK;
  }

  private int placed(String service, String node) {
    return placed.getOrDefault(new Cell(service, node), 0);
  }

  private double use(Host host) {
    double cores = 0;
    for (var need : needs) {
      cores += placed(need.service(), host.node()) * need.coresEach();
    }
    return cores / host.cores();
  }

  private String tooMuch() {
    double needed = 0;
    var names = new TreeSet<String>();
    for (var need : needs) {
      needed += need.instances() * need.coresEach();
      names.add(need.service());
    }
    double there = hosts.stream().mapToDouble(Host::cores).sum() * NodeLimits.CORES_USED_MAX;
    return String.join(", ", names)
        + " take "
        + rounded(needed)
        + " cores in all (expected: at most "
        + rounded(there)
        + ", which is "
        + Math.round(100 * NodeLimits.CORES_USED_MAX)
        + " % of those of "
        + hosts.size()
        + " nodes, where each may host what it is given): "
        + MEND;
  }

  private static String rounded(double cores) {
    return String.valueOf(Math.round(cores * 100) / 100.0);
  }

  private Result result() {
    var places = new ArrayList<Place>();
    var use = new TreeMap<String, Double>();
    for (var host : hosts) {
      use.put(host.node(), use(host));
      for (var need : needs) {
        int present = host.present(need.service());
        int instances = placed(need.service(), host.node());
        if (present > 0 || instances > 0) {
          places.add(new Place(need.service(), host.node(), present, instances));
        }
      }
    }
    places.sort(Comparator.comparing(Place::service).thenComparing(Place::node));
    return new Result(problems.isEmpty() ? places : List.of(), use, problems);
  }
}
