package io.weft.lab.chaos;

import io.vertx.core.Future;
import io.weft.lab.chaos.EdgePhases.Phase;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.mesh.time.Ticker;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How soon an edge answers what it needs no hub for, while it is linked and while it is cut off:
 * both in one run, at the same load. For one event loop.
 */
final class EdgeCalls {
  /** What is asked. */
  enum What {
    /** A user, whom the edge has in its replica. */
    USER,
    /** Whether the node is ready. */
    READY
  }

  private static final int DIGITS = 3;

  private final Ticker ticker;
  private final EdgePhases phases;
  private final FailoverClient users;
  private final FailoverClient probes;
  private final Latencies ofUsers = new Latencies();
  private final Latencies ofProbes = new Latencies();

  /** In microseconds. */
  private static final class Latencies {
    private final Histogram linked = new Histogram(DIGITS);
    private final Histogram cutOff = new Histogram(DIGITS);

    void add(Phase phase, long micros) {
      if (phase != Phase.BETWEEN) {
        (phase == Phase.LINKED ? linked : cutOff).recordValue(micros);
      }
    }
  }

  /**
   * Creates it, of an edge that is linked.
   *
   * @param users asks for users
   * @param probes asks for the rest
   */
  EdgeCalls(Ticker ticker, FailoverClient users, FailoverClient probes) {
    this.ticker = ticker;
    this.users = users;
    this.probes = probes;
    phases = new EdgePhases(ticker);
  }

  /** Returns what is to be told what is done to the edge. */
  EdgePhases phases() {
    return phases;
  }

  /** Begins to count anew what was sent and what failed. */
  void forget() {
    users.forget();
    probes.forget();
  }

  /** Asks for a user. */
  Future<?> user(String id) {
    return ask(users, What.USER, Request.get("/v1/users/" + id));
  }

  /** Asks whether a node is ready. */
  Future<?> ready() {
    return ask(probes, What.READY, Request.get("/health/ready"));
  }

  private Future<?> ask(FailoverClient client, What what, Request request) {
    long beginNanos = ticker.nanos();
    var before = phases.now();
    return client
        .send(request)
        .onSuccess(
            answer -> {
              if (phases.now() == before) {
                latencies(what).add(before, (ticker.nanos() - beginNanos) / 1_000);
              }
            });
  }

  private Latencies latencies(What what) {
    return what == What.USER ? ofUsers : ofProbes;
  }

  /** Returns the client that asks for users. */
  FailoverClient users() {
    return users;
  }

  /** Returns the client that asks for the rest. */
  FailoverClient probes() {
    return probes;
  }

  /** Returns how soon something was answered, in words. */
  String figures(What what) {
    var of = latencies(what);
    return "%s linked, %s cut off".formatted(figures(of.linked), figures(of.cutOff));
  }

  private static String figures(Histogram micros) {
    return micros.getTotalCount() == 0
        ? "none"
        : String.format(
            Locale.ROOT,
            "%.2f / %.2f ms of %d",
            micros.getValueAtPercentile(50) / 1e3,
            micros.getValueAtPercentile(99) / 1e3,
            micros.getTotalCount());
  }
}
