package io.weft.lab.order;

import io.weft.lab.Arguments;
import io.weft.lab.LabException;
import io.weft.lab.Machine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/bench.sh order}. */
@Command(name = "bench.sh order")
public final class Main {
  private static final int OK = 0;
  private static final int ERRORS = 1;
  private static final int REFUSED = 2;

  @Option(names = "--nodes")
  private int nodes = OrderLimits.NODES;

  @Option(names = "--connections")
  private int connections = OrderLimits.CONNECTIONS;

  @Option(names = "--seconds")
  private int seconds = OrderLimits.SECONDS;

  @Option(names = "--rounds")
  private int rounds = OrderLimits.ROUNDS;

  @Option(names = "--json")
  private @Nullable Path json;

  /** What a command line asks for. */
  record Request(Bench.Plan plan, @Nullable Path json) {}

  /** Runs the benchmark; exits 0 when all orders were confirmed, 1 when not, 2 when refused. */
  public static void main(String[] arguments) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code;
    try {
      code = run(request(arguments), out, err);
    } catch (LabException e) {
      err.println("bench.sh: " + e.getMessage());
      code = REFUSED;
    }
    System.exit(code);
  }

  /**
   * Reads a command line.
   *
   * @throws LabException if it is not as it should be
   */
  static Request request(String... arguments) {
    return Arguments.read(new Main(), "bench.sh", arguments).request();
  }

  private Request request() {
    Arguments.inRange("--nodes", nodes, OrderLimits.NODES_MAX);
    Arguments.inRange("--connections", connections, OrderLimits.CONNECTIONS_MAX);
    Arguments.inRange("--seconds", seconds, OrderLimits.SECONDS_MAX);
    Arguments.inRange("--rounds", rounds, OrderLimits.ROUNDS_MAX);
    return new Request(new Bench.Plan(nodes, connections, seconds, rounds), json);
  }

  private static int run(Request request, PrintWriter out, PrintWriter err) {
    double loadAtBegin = Machine.load();
    List<Figures> figures;
    List<String> remarks;
    try (var bench = new Bench(request.plan(), err)) {
      figures = bench.run();
      remarks = bench.remarks();
    }
    var plan = request.plan();
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    out.printf(
        "medians of %d rounds of %d s each, in turn, closed loop of %d, %d node(s)%n%n",
        plan.rounds(), plan.seconds(), plan.connections(), plan.nodes());
    new Report(figures.get(0), figures.get(1)).print(out);
    remarks.forEach(remark -> out.println("! " + remark));
    Arguments.writeJson(
        request.json(), figures.stream().map(each -> each.toJson().encode()).toList());
    return figures.stream().allMatch(each -> each.errors() == 0) ? OK : ERRORS;
  }
}
