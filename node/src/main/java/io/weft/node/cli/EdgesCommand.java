package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import picocli.CommandLine.Command;

/** {@code weft edges}: who calls whom, how often, how well, and whether nobody can listen. */
@Command(
    name = "edges",
    description = "Who calls whom, from node to node, and whether over TLS with both certificates.")
final class EdgesCommand extends StatView {
  EdgesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var table =
        table("FROM", "TO", "FROM NODE", "TO NODE", ">RATE", ">SUCCESS", ">P50", ">P99", "SECURED");
    objects(stat, "edges")
        .filter(edge -> ofService(edge.getString("to")))
        .filter(edge -> ofNode(edge.getString("fromNode")) || ofNode(edge.getString("toNode")))
        .forEach(edge -> row(table, edge));
    table.print(shell.out());
    return ExitCode.OK;
  }

  private static void row(Table table, JsonObject edge) {
    boolean home = edge.getString("fromNode").equals(edge.getString("toNode"));
    table.row(
        edge.getString("from"),
        edge.getString("to"),
        edge.getString("fromNode"),
        edge.getString("toNode"),
        Shown.rate(edge.getDouble("perSecond", 0.0)),
        Shown.share(edge.getDouble("success", 1.0)),
        Shown.micros(edge.getLong("p50Micros", 0L)),
        Shown.micros(edge.getLong("p99Micros", 0L)),
        edge.getBoolean("secured", false) ? "yes" : home ? "same node" : "no");
  }
}
