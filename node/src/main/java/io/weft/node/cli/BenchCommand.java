package io.weft.node.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.telemetry.LatencyHistogram;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft bench}: calls one operation for a while and says how long its calls took. */
@Command(
    name = "bench",
    description = {
      "Calls one operation for a while, by the admin API of one node, and says how long the calls",
      "took there. It shows how an operation does; how fast the mesh is, scripts/bench.sh measures.",
      "A command has its effects, each time: --effects says that this is meant."
    })
final class BenchCommand extends AdminCommand {
  private static final int CONCURRENCY_MAX = 64;
  private static final int SECONDS_MAX = 600;
  private static final long MICRO_NANOS = 1_000;

  @Parameters(index = "0", paramLabel = "operation", description = "as in users.get")
  private String operation = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "body", description = "JSON (default: {})")
  private String body = "{}";

  @Option(
      names = "--seconds",
      paramLabel = "<seconds>",
      description = "for how long, 1 to 600 (default: ${DEFAULT-VALUE})")
  private int seconds = 5;

  @Option(
      names = "--concurrency",
      paramLabel = "<calls>",
      description = "calls at a time, 1 to 64 (default: ${DEFAULT-VALUE})")
  private int concurrency = 8;

  @Option(names = "--effects", description = "the operation may be a command")
  private boolean effects;

  private final LatencyHistogram latencies = new LatencyHistogram();
  private final ConcurrentHashMap<String, LongAdder> outcomes = new ConcurrentHashMap<>();

  BenchCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
      throw new StartFailure("--concurrency: " + concurrency + " (expected: 1 to 64)");
    }
    if (seconds < 1 || seconds > SECONDS_MAX) {
      throw new StartFailure("--seconds: " + seconds + " (expected: 1 to 600)");
    }
    var request = request();
    var client = client();
    // The first shows what is wrong with the request, if anything is, in one line.
    ok(
        client
            .post("/v1/calls", request, NodeLimits.ADMIN_TIMEOUT)
            .orElseThrow(
                () -> new AdminFailure(ExitCode.UNREACHABLE, client.address() + " is silent")));
    long startNanos = Ticker.system().nanos();
    run(client, request, startNanos);
    return tell((Ticker.system().nanos() - startNanos) / 1e9);
  }

  private JsonObject request() {
    try {
      var request =
          new JsonObject()
              .put("operation", operation)
              .put("body", new JsonObject(body))
              .put("kind", effects ? "any" : "query");
      return asking().node() == null ? request : request.put("node", asking().node());
    } catch (DecodeException e) {
      throw new StartFailure("body: \"" + body + "\" (expected: a JSON object)", e);
    }
  }

  private void run(AdminClient client, JsonObject request, long startNanos) {
    var callers = new ArrayList<Thread>();
    for (int i = 0; i < concurrency; i++) {
      var caller = new Thread(() -> calls(client, request, startNanos), "weft-bench-" + i);
      callers.add(caller);
      caller.start();
    }
    try {
      for (var caller : callers) {
        caller.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void calls(AdminClient client, JsonObject request, long startNanos) {
    long lastsNanos = Duration.ofSeconds(seconds).toNanos();
    while (Ticker.system().nanos() - startNanos < lastsNanos) {
      var answer = client.post("/v1/calls", request, NodeLimits.ADMIN_TIMEOUT);
      var outcome =
          answer
              .map(a -> a.ok() ? a.body().getString("outcome") : "" + a.status())
              .orElse("silent");
      outcomes.computeIfAbsent(outcome, name -> new LongAdder()).increment();
      answer
          .filter(AdminClient.Answer::ok)
          .ifPresent(a -> latencies.record(a.body().getLong("micros", 0L) * MICRO_NANOS));
    }
  }

  private int tell(double took) {
    var seen = latencies.snapshot();
    long all = outcomes.values().stream().mapToLong(LongAdder::sum).sum();
    long ok = outcomes.containsKey("ok") ? outcomes.get("ok").sum() : 0;
    var answer =
        new JsonObject()
            .put("operation", operation)
            .put("seconds", took)
            .put("calls", all)
            .put("perSecond", all / took)
            .put("p50Micros", seen.nanosAt(0.5) / MICRO_NANOS)
            .put("p95Micros", seen.nanosAt(0.95) / MICRO_NANOS)
            .put("p99Micros", seen.nanosAt(0.99) / MICRO_NANOS);
    var counts = new JsonObject();
    outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
    answer.put("outcomes", counts);
    if (!printedAsJson(answer)) {
      say(
          "%s: %s calls/s at %d a time, p50 %s, p95 %s, p99 %s, %s",
          operation,
          Shown.rate(all / took),
          concurrency,
          Shown.micros(answer.getLong("p50Micros")),
          Shown.micros(answer.getLong("p95Micros")),
          Shown.micros(answer.getLong("p99Micros")),
          counts.encode());
    }
    return ok == all ? ExitCode.OK : ExitCode.NOT_WELL;
  }
}
