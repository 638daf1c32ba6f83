package io.weft.lab.http;

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

/** The command line of {@code scripts/bench.sh http}. */
@Command(name = "bench.sh http")
public final class Main {
  private static final int OK = 0;
  private static final int ERRORS = 1;
  private static final int REFUSED = 2;

  @Option(names = "--connections")
  private int connections = HttpLimits.CONNECTIONS;

  @Option(names = "--seconds")
  private int seconds = HttpLimits.SECONDS;

  @Option(names = "--rounds")
  private int rounds = HttpLimits.ROUNDS;

  @Option(names = "--json")
  private @Nullable Path json;

  /** What a command line asks for. */
  record Request(Bench.Plan plan, @Nullable Path json) {}

  /** Runs the benchmark; exits 0 when every answer was right, 1 when not, 2 when refused. */
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
    Arguments.inRange("--connections", connections, HttpLimits.CONNECTIONS_MAX);
    Arguments.inRange("--seconds", seconds, HttpLimits.SECONDS_MAX);
    Arguments.inRange("--rounds", rounds, HttpLimits.ROUNDS_MAX);
    return new Request(new Bench.Plan(connections, seconds, rounds), json);
  }

  private static int run(Request request, PrintWriter out, PrintWriter err) {
    double loadAtBegin = Machine.load();
    List<Figures> figures;
    try (var bench = new Bench(request.plan(), err)) {
      figures = bench.run();
    }
    var plan = request.plan();
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    out.printf(
        "medians of %d rounds of %d s each, in turn, %d requests outstanding%n%n",
        plan.rounds(), plan.seconds(), plan.connections());
    new Report(figures).print(out);
    Arguments.writeJson(
        request.json(), figures.stream().map(each -> each.toJson().encode()).toList());
    return figures.stream().allMatch(each -> each.errors() == 0) ? OK : ERRORS;
  }
}
