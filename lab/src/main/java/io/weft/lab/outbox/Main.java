package io.weft.lab.outbox;

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

/** The command line of {@code scripts/bench.sh outbox}. */
@Command(name = "bench.sh outbox")
public final class Main {
  private static final int OK = 0;
  private static final int ERRORS = 1;
  private static final int REFUSED = 2;

  @Option(names = "--rate")
  private int rate = OutboxLimits.RATE;

  @Option(names = "--per-transaction")
  private int perTransaction = OutboxLimits.PER_TRANSACTION;

  @Option(names = "--seconds")
  private int seconds = OutboxLimits.SECONDS;

  @Option(names = "--json")
  private @Nullable Path json;

  /** Runs the benchmark; exits 0 when every event arrived, 1 when not, 2 when it was refused. */
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
    Arguments.inRange("--rate", main.rate, OutboxLimits.RATE_MAX);
    Arguments.inRange("--per-transaction", main.perTransaction, OutboxLimits.PER_TRANSACTION_MAX);
    Arguments.inRange("--seconds", main.seconds, OutboxLimits.SECONDS_MAX);
    return main;
  }

  private int run(PrintWriter out) {
    double loadAtBegin = Machine.load();
    Figures figures = new Bench(rate, perTransaction, seconds).run();
    out.println(Machine.describe(loadAtBegin, Machine.load()));
    out.printf(
        "%d s, open loop, %d events in each transaction, %d connections, one node and its"
            + " PostgreSQL%n%n",
        seconds, perTransaction, OutboxLimits.CONNECTIONS);
    figures.print(out);
    Arguments.writeJson(json, List.of(figures.toJson().encode()));
    return figures.well() ? OK : ERRORS;
  }
}
