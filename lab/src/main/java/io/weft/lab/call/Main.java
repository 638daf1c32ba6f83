package io.weft.lab.call;

import io.weft.lab.Arguments;
import io.weft.lab.LabException;
import io.weft.lab.Machine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code scripts/bench.sh call}. */
@Command(name = "bench.sh call")
public final class Main {
  private static final int OK = 0;
  private static final int ERRORS = 1;
  private static final int REFUSED = 2;

  @Option(names = "--peers")
  private boolean peers;

  @Option(names = "--telemetry")
  private boolean telemetry;

  @Option(names = "--seconds")
  private int seconds = CallLimits.SECONDS;

  @Option(names = "--rounds")
  private int rounds = CallLimits.ROUNDS;

  @Option(names = "--concurrency", split = ",")
  private List<Integer> concurrency = CallLimits.CONCURRENCY;

  @Option(names = "--system", split = ",")
  private List<String> systems = List.of();

  @Option(names = "--json")
  private @Nullable Path json;

  /** What a command line asks for. */
  record Request(Bench.Plan plan, List<String> remarks, @Nullable Path json) {}

  /** Runs the benchmark; exits 0 when all calls succeeded, 1 when not, 2 when it was refused. */
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
    Arguments.inRange("--seconds", seconds, CallLimits.SECONDS_MAX);
    Arguments.inRange("--rounds", rounds, CallLimits.ROUNDS_MAX);
    concurrency.forEach(
        each -> Arguments.inRange("--concurrency", each, CallLimits.CONCURRENCY_MAX));
    var remarks = new ArrayList<String>();
    var chosen = new ArrayList<SystemUnderTest>();
    for (var system : wanted()) {
      system
          .missing()
          .ifPresentOrElse(
              program ->
                  remarks.add(system.label() + " is not measured: no " + program + " on the PATH"),
              () -> chosen.add(system));
    }
    if (chosen.isEmpty()) {
      throw new LabException("nothing to measure: " + String.join("; ", remarks));
    }
    var plan = new Bench.Plan(chosen, concurrency.stream().distinct().toList(), seconds, rounds);
    return new Request(plan, remarks, json);
  }

  private List<SystemUnderTest> wanted() {
    var named = systems.stream().map(Main::named).toList();
    return Stream.of(SystemUnderTest.values())
        .filter(
            system ->
                named.contains(system)
                    || (peers && system.peer())
                    || (telemetry && system == SystemUnderTest.WEFT_UNTOLD)
                    || (systems.isEmpty()
                        && !system.peer()
                        && system != SystemUnderTest.WEFT_UNTOLD))
        .toList();
  }

  private static SystemUnderTest named(String name) {
    return SystemUnderTest.named(name)
        .orElseThrow(
            () ->
                new LabException(
                    "--system: \""
                        + name
                        + "\" (expected: some of "
                        + SystemUnderTest.names()
                        + ")"));
  }

  private static int run(Request request, PrintWriter out, PrintWriter err) {
    var remarks = new ArrayList<>(request.remarks());
    remarks.forEach(err::println);
    double loadAtBegin = Machine.load();
    List<Figures> figures;
    boolean well;
    try (var bench = new Bench(request.plan(), err)) {
      // Also when this process is told to end.
      var end = new Thread(bench::close);
      Runtime.getRuntime().addShutdownHook(end);
      figures = bench.run();
      remarks.addAll(bench.remarks());
      well = bench.well();
    }
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    out.println(
        "medians of "
            + request.plan().rounds()
            + " rounds of "
            + request.plan().seconds()
            + " s each, all systems in turn, closed loop, two processes each on loopback");
    out.println();
    new Report(figures).print(out);
    remarks.forEach(remark -> out.println("! " + remark));
    Arguments.writeJson(
        request.json(), figures.stream().map(each -> each.toJson().encode()).toList());
    return well ? OK : ERRORS;
  }
}
