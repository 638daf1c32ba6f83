package io.weft.lab.sim;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code scripts/sim.sh}. */
@Command(name = "sim.sh")
public final class Main {
  private static final int OK = 0;
  private static final int BROKEN = 1;
  private static final int REFUSED = 2;
  private static final int NODES = 100;
  private static final int INSTANCES = 100;

  /** Sites have no row of their own in docs/RELIABILITY.md. */
  private static final int SITES_ROW = 0;

  /** What can be run. */
  enum What {
    seeds,
    sites,
    scenarios,
    convergence,
    balancers
  }

  @Parameters(arity = "0..1", defaultValue = "seeds")
  private What what = What.seeds;

  @Option(names = "--seeds")
  private int seeds = 200;

  @Option(names = "--from")
  private long from = 1;

  @Option(names = "--seed")
  private @Nullable Long seed;

  @Option(names = "--verbose")
  private boolean verbose;

  @Option(names = "--json")
  private @Nullable Path json;

  @Option(names = "--figures")
  private @Nullable Path figures;

  private final PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

  /** Runs it; exits 0 when all held, 1 when not, 2 when it was refused. */
  public static void main(String[] arguments) {
    int code;
    var main = new Main();
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    try {
      new CommandLine(main).parseArgs(arguments);
      code = main.run();
    } catch (CommandLine.ParameterException | IllegalArgumentException | IOException e) {
      System.err.println("sim.sh: " + e.getMessage() + ": see scripts/sim.sh --help");
      code = REFUSED;
    }
    System.exit(code);
  }

  private int run() throws IOException {
    if (seeds < 1 || seeds > SimLimits.SEEDS_MAX) {
      throw new IllegalArgumentException(
          "--seeds: " + seeds + " (expected: 1 to " + SimLimits.SEEDS_MAX + ")");
    }
    return report(
        switch (what) {
          case seeds -> List.of(seeds());
          case sites -> List.of(sites(), week());
          case scenarios -> new Scenarios(one()).run();
          case convergence -> List.of(new Convergence(one(), NODES, INSTANCES).run());
          case balancers -> balancers();
        });
  }

  private long one() {
    return seed == null ? from : seed;
  }

  private Target seeds() {
    long first = one();
    long last = seed == null ? from + seeds - 1 : seed;
    int violations = 0;
    long steps = 0;
    long calls = 0;
    for (long each = first; each <= last; each++) {
      var result = Simulation.run(each, new Parts(), verbose ? out::println : null);
      steps += result.steps();
      calls += result.calls();
      if (result.violation() != null) {
        violations++;
        result.lines().forEach(out::println);
        out.println("again: scripts/sim.sh --seed " + each + " --verbose");
      } else if (verbose) {
        result.lines().forEach(out::println);
      }
    }
    return new Target(
        11,
        String.format("seeds %,d to %,d: %,d calls, %,d steps", first, last, calls, steps),
        "0 violations",
        violations + " violations",
        violations == 0);
  }

  private Target sites() {
    long first = one();
    long last = seed == null ? from + seeds - 1 : seed;
    int violations = 0;
    long steps = 0;
    long journaled = 0;
    for (long each = first; each <= last; each++) {
      var result = SiteSimulation.run(each, new SiteParts(), verbose ? out::println : null);
      steps += result.steps();
      journaled += result.journaled();
      if (result.violation() != null) {
        violations++;
        result.lines().forEach(out::println);
        out.println("again: scripts/sim.sh sites --seed " + each + " --verbose");
      } else if (verbose) {
        result.lines().forEach(out::println);
      }
    }
    return new Target(
        SITES_ROW,
        String.format(
            "sites, seeds %,d to %,d: %,d orders taken while cut off, %,d steps",
            first, last, journaled, steps),
        "0 violations",
        violations + " violations",
        violations == 0);
  }

  private Target week() {
    var result = SiteSimulation.week(one(), null);
    result.lines().forEach(out::println);
    return new Target(
        SITES_ROW,
        String.format("a site cut off for a week, %,d orders in its journal", result.journaled()),
        "all settled, in order, exactly once",
        String.format(
            "%,d promised, %,d accepted, %,d rejected, %,d s of virtual time after healing",
            result.promised(),
            result.accepted(),
            result.rejected(),
            result.drainNanos() / 1_000_000_000),
        result.violation() == null && result.journaled() == result.accepted() + result.rejected());
  }

  private List<Target> balancers() throws IOException {
    new Balancers(one()).run(out, figures);
    return List.of();
  }

  private int report(List<Target> targets) throws IOException {
    targets.forEach(out::println);
    if (json != null) {
      Files.write(json, targets.stream().map(Target::toJson).toList());
    }
    return targets.stream().allMatch(Target::met) ? OK : BROKEN;
  }
}
