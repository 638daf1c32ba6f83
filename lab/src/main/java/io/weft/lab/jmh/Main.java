package io.weft.lab.jmh;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code scripts/bench.sh jmh}. */
@Command(name = "bench.sh jmh")
public final class Main {
  private static final int OK = 0;
  private static final int REFUSED = 2;
  private static final int SECONDS = 1;
  private static final int ROUNDS = 5;

  /** The most seconds of an iteration, and the most iterations. */
  private static final int MAX = 600;

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  @Parameters(arity = "0..1")
  private String regex = ".*";

  @Option(names = "--seconds")
  private int seconds = SECONDS;

  @Option(names = "--rounds")
  private int rounds = ROUNDS;

  @Option(names = "--json")
  private @Nullable Path json;

  /** Runs the benchmarks; exits 0 when they ran, 2 when they could not. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    var main = new Main();
    try {
      new CommandLine(main).setOverwrittenOptionsAllowed(true).parseArgs(arguments);
      inRange("--seconds", main.seconds);
      inRange("--rounds", main.rounds);
      main.measure();
      return OK;
    } catch (CommandLine.ParameterException e) {
      System.err.println("bench.sh: " + e.getMessage() + ": see scripts/bench.sh --help");
    } catch (IllegalArgumentException e) {
      System.err.println("bench.sh: " + e.getMessage());
    } catch (RunnerException e) {
      System.err.println("bench.sh: " + e.getMessage());
    } catch (IOException e) {
      System.err.println("bench.sh: --json: " + main.json + " cannot be written: " + e);
    }
    return REFUSED;
  }

  private static void inRange(String option, int value) {
    if (value < 1 || value > MAX) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: 1 to " + MAX + ")");
    }
  }

  private void measure() throws RunnerException, IOException {
    var options =
        new OptionsBuilder()
            .include(regex)
            .forks(1)
            .warmupIterations(rounds)
            .warmupTime(TimeValue.seconds(seconds))
            .measurementIterations(rounds)
            .measurementTime(TimeValue.seconds(seconds))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build();
    write(new Runner(options).run());
  }

  private void write(Collection<RunResult> results) throws IOException {
    if (json != null) {
      Files.write(json, results.stream().map(each -> line(each).encode()).toList());
    }
  }

  /** Returns a result as a line of {@code --json}; the score is in the benchmark's own unit. */
  private static JsonObject line(RunResult result) {
    var score = result.getPrimaryResult();
    var line =
        new JsonObject()
            .put("bench", "jmh")
            .put("system", name(result))
            .put("concurrency", result.getParams().getThreads())
            .put("score", score.getScore())
            .put("score_error", finite(score.getScoreError()))
            .put("unit", score.getScoreUnit());
    allocated(result).ifPresent(bytes -> line.put("alloc_bytes", bytes));
    return line;
  }

  // JMH hands these out as raw types.
  @SuppressWarnings("rawtypes")
  private static Optional<Double> allocated(RunResult result) {
    for (Map.Entry<String, Result> each : result.getSecondaryResults().entrySet()) {
      if (each.getKey().endsWith(ALLOCATED)) {
        return Optional.of(each.getValue().getScore());
      }
    }
    return Optional.empty();
  }

  /** The error of a single iteration is not a number, and JSON has no word for that. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String name(RunResult result) {
    var parameters = result.getParams();
    var values =
        parameters.getParamsKeys().stream()
            .map(key -> key + "=" + parameters.getParam(key))
            .collect(Collectors.joining(","));
    var name = parameters.getBenchmark().replaceFirst("^io\\.weft\\.lab\\.jmh\\.", "");
    return values.isEmpty() ? name : name + "[" + values + "]";
  }
}
