package io.weft.lab.link;

import io.weft.lab.Arguments;
import io.weft.lab.LabException;
import io.weft.lab.Machine;
import io.weft.lab.call.Load;
import io.weft.lab.call.Measure;
import io.weft.mesh.time.Ticker;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/bench.sh link}. */
@Command(name = "bench.sh link")
public final class Main {
  private static final int OK = 0;
  private static final int ERRORS = 1;
  private static final int REFUSED = 2;

  @Option(names = "--seconds")
  private int seconds = LinkLimits.SECONDS;

  @Option(names = "--rounds")
  private int rounds = LinkLimits.ROUNDS;

  @Option(names = "--concurrency", split = ",")
  private List<Integer> concurrency = LinkLimits.CONCURRENCY;

  @Option(names = "--json")
  private @Nullable Path json;

  /** What is measured: a way, and how many calls are outstanding on it. */
  private record Case(Way way, int concurrency) {}

  /** Runs the benchmark; exits 0 when all calls succeeded, 1 when not, 2 when it was refused. */
  public static void main(String[] arguments) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code;
    try {
      code = read(arguments).run(out);
    } catch (LabException e) {
      err.println("bench.sh: " + e.getMessage());
      code = REFUSED;
    }
    System.exit(code);
  }

  private static Main read(String... arguments) {
    var main = Arguments.read(new Main(), "bench.sh", arguments);
    Arguments.inRange("--seconds", main.seconds, LinkLimits.SECONDS_MAX);
    Arguments.inRange("--rounds", main.rounds, LinkLimits.ROUNDS_MAX);
    main.concurrency.forEach(
        each -> Arguments.inRange("--concurrency", each, LinkLimits.CONCURRENCY_MAX));
    return main;
  }

  private int run(PrintWriter out) {
    double loadAtBegin = Machine.load();
    List<Figures> figures;
    try (var sites = new Sites()) {
      figures = measure(sites.ways());
    }
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    out.printf(
        "medians of %d rounds of %d s each, all in turn, closed loop, both sites in one process,"
            + " over loopback without TLS%n%n",
        rounds, seconds);
    Figures.print(figures, out);
    Arguments.writeJson(json, figures.stream().map(each -> each.toJson().encode()).toList());
    return figures.stream().allMatch(each -> each.errors() == 0) ? OK : ERRORS;
  }

  private List<Figures> measure(List<Way> ways) {
    Map<Case, List<Measure>> measured = new LinkedHashMap<>();
    for (int each : concurrency.stream().distinct().toList()) {
      ways.forEach(way -> measured.put(new Case(way, each), new ArrayList<>()));
    }
    measured.keySet().forEach(this::load); // To warm up.
    for (int round = 0; round < rounds; round++) {
      measured.forEach((what, rows) -> rows.add(load(what)));
    }
    var figures = new ArrayList<Figures>();
    measured.forEach(
        (what, rows) -> figures.add(Figures.of(what.way.name(), what.concurrency, rows)));
    return figures;
  }

  private Measure load(Case what) {
    return new Load(
            what.way,
            Ticker.system(),
            what.concurrency,
            Duration.ofSeconds(seconds),
            LinkLimits.DRAIN)
        .run()
        .join();
  }
}
