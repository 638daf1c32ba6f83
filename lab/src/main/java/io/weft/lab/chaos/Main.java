package io.weft.lab.chaos;

import io.weft.lab.Arguments;
import io.weft.lab.LabException;
import io.weft.lab.Machine;
import io.weft.lab.Table;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code scripts/chaos.sh}. */
@Command(name = "chaos.sh")
public final class Main {
  private static final int MET = 0;
  private static final int MISSED = 1;
  private static final int NOT_RUN = 2;

  private static final String MESH = "mesh";
  private static final String HTTP = "http";

  /** What is done to nodes that echo, over the mesh. */
  private static final Map<String, Supplier<Row>> OVER_MESH =
      Map.of(
          "kill", KillRow::new,
          "drain", DrainRow::new,
          "pause", PauseRow::new,
          "partition", PartitionRow::new,
          "pair", PairRow::new,
          "foreign", ForeignRow::new,
          "overload", OverloadRow::new,
          "failing", FailingRow::new,
          "expired", ExpiredRow::new);

  /** What is done to shipped nodes, over HTTP. */
  private static final Map<String, Supplier<Row>> OVER_HTTP =
      Map.of(
          "kill", HttpRow::kill,
          "drain", HttpRow::drain,
          "orders", OrdersRow::new,
          "scale", ScaleRow::new,
          "sites", SitesRow::new,
          "upgrade", UpgradeRow::new);

  @Parameters(index = "0")
  private String fault = "";

  @Option(names = {"--rounds", "--cycles"})
  private @Nullable Integer rounds;

  @Option(names = "--seconds")
  private @Nullable Integer seconds;

  @Option(names = "--rate")
  private @Nullable Integer rate;

  @Option(names = "--over")
  private @Nullable String over;

  @Option(names = "--seed")
  private long seed = 1;

  @Option(names = "--json")
  private @Nullable Path json;

  /** What a command line asks for. */
  record Request(List<Supplier<Row>> rows, Plan plan, @Nullable Path json) {}

  /** Runs a fault; exits 0 when every target is met, 1 when not, 2 when it could not be run. */
  public static void main(String[] arguments) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code;
    try {
      code = run(request(err, arguments), out);
    } catch (LabException e) {
      err.println("chaos.sh: " + e.getMessage());
      code = NOT_RUN;
    } catch (RuntimeException e) { // Of this program itself: its nodes would go on.
      err.println("chaos.sh: a fault of its own");
      e.printStackTrace(err);
      code = NOT_RUN;
    }
    System.exit(code);
  }

  /**
   * Reads a command line.
   *
   * @throws LabException if it is not as it should be
   */
  static Request request(PrintWriter progress, String... arguments) {
    return Arguments.read(new Main(), "chaos.sh", arguments).request(progress);
  }

  private Request request(PrintWriter progress) {
    var faults = new TreeSet<>(OVER_MESH.keySet());
    faults.addAll(OVER_HTTP.keySet());
    if (!faults.contains(fault)) {
      throw new LabException("\"" + fault + "\" (expected: one of " + faults + ")");
    }
    if (over != null && !over.equals(MESH) && !over.equals(HTTP)) {
      throw new LabException("--over: \"" + over + "\" (expected: mesh or http)");
    }
    var rows = new ArrayList<Supplier<Row>>();
    if (!HTTP.equals(over) && OVER_MESH.containsKey(fault)) {
      rows.add(OVER_MESH.get(fault));
    }
    if (!MESH.equals(over) && OVER_HTTP.containsKey(fault)) {
      rows.add(OVER_HTTP.get(fault));
    }
    if (rows.isEmpty()) {
      throw new LabException(
          "--over %s: %s is done over %s only"
              .formatted(over, fault, HTTP.equals(over) ? "the mesh" : HTTP));
    }
    var plan =
        new Plan(
            inRange("--rounds", rounds, ChaosLimits.ROUNDS_MAX),
            inRange("--seconds", seconds, ChaosLimits.SECONDS_MAX),
            inRange("--rate", rate, ChaosLimits.RATE_MAX),
            seed,
            progress);
    return new Request(rows, plan, json);
  }

  private static int inRange(String option, @Nullable Integer value, int max) {
    return value == null ? 0 : Arguments.inRange(option, value, max);
  }

  private static int run(Request request, PrintWriter out) {
    double loadAtBegin = Machine.load();
    var results = new ArrayList<Result>();
    for (var row : request.rows()) {
      results.addAll(row.get().run(request.plan()));
    }
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    print(results, out);
    Arguments.writeJson(request.json(), results.stream().map(Result::json).toList());
    return results.stream().allMatch(Result::met) ? MET : MISSED;
  }

  /** Prints the table of results. */
  static void print(List<Result> results, PrintWriter out) {
    var table = new Table("row", "what", "target", "measured", "met");
    for (var each : results) {
      table.row(
          Integer.toString(each.row()),
          each.what(),
          each.target(),
          each.measured(),
          each.met() ? "yes" : "MISSED");
    }
    table.print(out);
  }
}
