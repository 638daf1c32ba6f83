package io.weft.lab.sim;

import io.weft.mesh.MeshFailure.Application;
import io.weft.mesh.Request;
import io.weft.mesh.Step;
import io.weft.mesh.client.Transport;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the ways to choose an endpoint: a hundred of them, of which one is slow or fails at
 * once, under the same calls from the same seed.
 */
final class Balancers {
  private static final int ENDPOINTS = 100;
  private static final int CALLERS = 4;
  private static final double CALLS_PER_SECOND = 20_000;
  private static final Duration MEASURED = Duration.ofSeconds(10);

  private final long seed;

  /** What is wrong with the one endpoint. */
  enum Odd {
    /** It takes a hundred times as long as the others. */
    SLOW,
    /** It fails every call at once. */
    FAILING
  }

  /**
   * How one algorithm did.
   *
   * @param p50Millis the median latency of calls
   * @param p99Millis the 99th percentile of it
   * @param skew the busiest of the healthy endpoints, over their mean
   * @param oddShare the attempts that the odd endpoint got, over the mean of the healthy ones
   * @param failedPercent calls of a hundred that failed
   */
  record Figures(
      Algorithm algorithm,
      Odd odd,
      double p50Millis,
      double p99Millis,
      double skew,
      double oddShare,
      double failedPercent) {
    private String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %.1f | %.1f | %.2f | %.2f | %.2f |",
          odd.name().toLowerCase(Locale.ROOT),
          label(),
          p50Millis,
          p99Millis,
          skew,
          oddShare,
          failedPercent);
    }

    String label() {
      return algorithm.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  Balancers(long seed) {
    this.seed = seed;
  }

  /**
   * Runs all of them, prints a table, and draws a figure of each kind of odd endpoint.
   *
   * @param folder where the figures go, or null
   */
  void run(PrintWriter out, @Nullable Path folder) throws IOException {
    out.println("| the odd one | policy | p50 ms | p99 ms | skew | odd one's share | failed % |");
    out.println("|---|---|---|---|---|---|---|");
    for (var odd : Odd.values()) {
      var rows = new ArrayList<Figures>();
      for (var algorithm : Algorithm.values()) {
        var figures = measure(algorithm, odd);
        rows.add(figures);
        out.println(figures.row());
      }
      if (folder != null) {
        Files.createDirectories(folder);
        var name = "balancers-" + odd.name().toLowerCase(Locale.ROOT) + ".svg";
        Files.writeString(folder.resolve(name), Plot.of(title(odd), rows));
      }
    }
  }

  private static String title(Odd odd) {
    return "One "
        + (odd == Odd.SLOW ? "slow" : "fast-failing")
        + " endpoint of "
        + ENDPOINTS
        + ": latency of calls";
  }

  Figures measure(Algorithm algorithm, Odd odd) {
    var settings =
        new Settings(
            ENDPOINTS,
            CALLERS,
            1,
            CALLS_PER_SECOND,
            Settings.policy(algorithm, null),
            SimLimits.HEARTBEAT_TIMEOUT);
    var parts = new Measuring();
    var world = new World(seed, settings, parts, null);
    world.callersOnly();
    var node = world.nodes().get(0);
    if (odd == Odd.SLOW) {
      node.serviceFactor(SimLimits.SLOW_FACTOR);
    } else {
      node.handling(SimNode.Handling.FAILING);
    }
    world.begin();
    parts.begin();
    world.pass(MEASURED);
    return parts.figures(algorithm, odd, node.index());
  }

  /** Counts the attempts that each node gets, and the time that calls take. */
  private static final class Measuring extends Parts {
    private final long[] attempts = new long[ENDPOINTS + CALLERS];
    private final List<Long> latencies = new ArrayList<>();
    private long failed;
    private boolean measuring;

    void begin() {
      measuring = true;
    }

    @Override
    Transport transport(Incarnation of) {
      var real = super.transport(of);
      return (endpoint, request) -> {
        if (measuring) {
          attempts[Integer.parseInt(endpoint.node().substring("node-".length()))]++;
        }
        return real.send(endpoint, request);
      };
    }

    @Override
    Step client(Incarnation of, Supplier<Directory> directories, Transport transport) {
      var real = super.client(of, directories, transport);
      return request -> {
        long start = of.time().ticker().nanos();
        return real.take(request)
            .onComplete(
                (reply, failure) -> {
                  if (measuring) {
                    latencies.add(of.time().ticker().nanos() - start);
                    failed += well(request, failure) ? 0 : 1;
                  }
                });
      };
    }

    /** What a handler answers, and what a caller gives up, says nothing of the balancer. */
    private static boolean well(Request request, @Nullable Throwable failure) {
      return failure == null
          || failure instanceof Application
          || request.cancellation().cancelled();
    }

    Figures figures(Algorithm algorithm, Odd odd, int oddNode) {
      var sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
      var healthy =
          IntStream.range(0, ENDPOINTS)
              .filter(node -> node != oddNode)
              .mapToLong(node -> attempts[node])
              .summaryStatistics();
      return new Figures(
          algorithm,
          odd,
          sorted[sorted.length / 2] / 1e6,
          sorted[(int) (sorted.length * 0.99)] / 1e6,
          healthy.getMax() / healthy.getAverage(),
          attempts[oddNode] / healthy.getAverage(),
          100.0 * failed / sorted.length);
    }
  }
}
