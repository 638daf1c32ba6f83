package io.weft.lab.link;

import io.vertx.core.json.JsonObject;
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

  private static final String WAYS = "ways";
  private static final String BYTES = "bytes";
  private static final String LOCAL = "local";
  private static final String DRAIN = "drain";
  private static final List<String> PARTS = List.of(WAYS, BYTES, LOCAL, DRAIN);

  @Option(names = "--seconds")
  private int seconds = LinkLimits.SECONDS;

  @Option(names = "--rounds")
  private int rounds = LinkLimits.ROUNDS;

  @Option(names = "--concurrency", split = ",")
  private List<Integer> concurrency = LinkLimits.CONCURRENCY;

  @Option(names = "--orders")
  private int orders = LinkLimits.ORDERS;

  @Option(names = "--part", split = ",")
  private List<String> parts = PARTS;

  @Option(names = "--json")
  private @Nullable Path json;

  private final List<String> lines = new ArrayList<>();
  private boolean failed;

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
    Arguments.inRange("--orders", main.orders, LinkLimits.ORDERS_MAX);
    for (var part : main.parts) {
      if (!PARTS.contains(part)) {
        throw new LabException("--part: \"" + part + "\" (expected: some of " + PARTS + ")");
      }
    }
    main.concurrency.forEach(
        each -> Arguments.inRange("--concurrency", each, LinkLimits.CONCURRENCY_MAX));
    return main;
  }

  private int run(PrintWriter out) {
    double loadAtBegin = Machine.load();
    if (parts.contains(WAYS)) {
      ways(out);
    }
    if (!parts.equals(List.of(WAYS))) {
      out.println("starting a hub and an edge, as they are shipped, with PostgreSQL…");
      try (var sites = new LinkedSites()) {
        shipped(sites, out);
      }
    }
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    Arguments.writeJson(json, lines);
    return failed ? ERRORS : OK;
  }

  private void ways(PrintWriter out) {
    List<Figures> figures;
    try (var sites = new Sites()) {
      figures = measure(sites.ways());
    }
    out.printf(
        "medians of %d rounds of %d s each, all in turn, closed loop, both sites in one process,"
            + " over loopback without TLS%n%n",
        rounds, seconds);
    Figures.print(figures, out);
    out.println();
    figures.forEach(each -> tell(each.toJson(), each.errors()));
  }

  /** Keeps a line of {@code --json}. */
  private void tell(JsonObject line, long errors) {
    lines.add(line.encode());
    failed |= errors > 0;
  }

  private void shipped(LinkedSites sites, PrintWriter out) {
    var users = sites.createUsers(LinkLimits.USERS);
    if (parts.contains(BYTES)) {
      var figures = new Traffic(sites, users).run();
      out.printf("%nbytes of TCP on the uplink of the edge, for each, all over TLS%n%n");
      Traffic.print(figures, out);
      figures.forEach(each -> tell(each.toJson(), 0));
    }
    if (parts.contains(LOCAL)) {
      var figures = new LocalCalls(sites, users, seconds, rounds).run();
      out.printf(
          "%nusers read at the edge, over HTTP: medians of %d rounds of %d s each, linked and cut"
              + " off in turn%n%n",
          rounds, seconds);
      LocalCalls.print(figures, out);
      figures.forEach(each -> tell(each.toJson(), each.errors()));
    }
    if (parts.contains(DRAIN)) {
      var figures = new Drain(sites, users, orders).run();
      out.printf("%na journal, and how it is brought to the hub%n%n");
      figures.print(out);
      tell(figures.toJson(), figures.errors());
    }
    out.println();
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
