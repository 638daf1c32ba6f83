package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code weft top}: the busiest operations and how the nodes are, again and again. */
@Command(
    name = "top",
    description = {
      "The nodes, and the busiest operations, again and again until interrupted.",
      "Where nobody watches, as in a pipe, once."
    })
final class TopCommand extends StatView {
  private static final int SHOWN = 15;

  TopCommand(Shell shell) {
    super(shell);
  }

  @Override
  boolean watches() {
    return asking().watch() || (shell.terminal() && !asking().json());
  }

  @Override
  int show(JsonObject stat) {
    double rate = objects(stat, "services").mapToDouble(s -> s.getDouble("perSecond")).sum();
    say(
        "%s: %d nodes, %s calls/s, window %d s",
        Shown.moment(stat.getString("at")),
        stat.getJsonArray("nodes").size(),
        Shown.rate(rate),
        stat.getInteger("windowSeconds"));
    shell.out().println();
    var nodes = table("NODE", "ZONE", "STATE", ">CPU", ">HEAP", ">LOOP MEAN", ">LOOP MAX");
    objects(stat, "nodes")
        .filter(node -> ofNode(node.getString("node")))
        .forEach(n -> row(nodes, n));
    nodes.print(shell.out());
    shell.out().println();
    var operations = table("OPERATION", ">RATE", ">SUCCESS", ">P50", ">P95", ">P99", ">RUNNING");
    objects(stat, "services")
        .filter(service -> ofService(service.getString("service")))
        .flatMap(service -> objects(service, "operations"))
        .sorted(Comparator.comparing((JsonObject o) -> -o.getDouble("perSecond")))
        .limit(SHOWN)
        .forEach(operation -> operation(operations, operation));
    operations.print(shell.out());
    return ExitCode.OK;
  }

  private static void row(Table table, JsonObject node) {
    table.row(
        node.getString("node"),
        node.getString("zone"),
        node.getString("state").toLowerCase(Locale.ROOT),
        Math.round(node.getDouble("cpu", 0.0) * 100) + "%",
        Shown.mebibytes(node.getLong("heapUsedBytes", 0L)),
        Shown.millis(node.getDouble("loopDelayMillis", 0.0)),
        Shown.millis(node.getDouble("loopDelayMaxMillis", 0.0)));
  }

  private static void operation(Table table, JsonObject of) {
    var golden = golden(of);
    table.row(
        of.getString("operation"),
        golden[0],
        golden[1],
        golden[2],
        golden[3],
        golden[4],
        String.valueOf(of.getLong("inFlight", 0L)));
  }
}
