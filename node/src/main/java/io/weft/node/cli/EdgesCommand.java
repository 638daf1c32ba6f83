package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code weft edges}: who calls whom, how often, how well, and whether nobody can listen. */
@Command(
    name = "edges",
    description = {
      "Who calls whom, and whether over TLS with both certificates.",
      "With -o wide, or for one --node: from node to node."
    })
final class EdgesCommand extends StatView {
  private static final Comparator<JsonObject> ORDER =
      Comparator.comparing((JsonObject edge) -> edge.getString("from"))
          .thenComparing(edge -> edge.getString("to"))
          .thenComparing(edge -> edge.getString("fromNode"))
          .thenComparing(edge -> edge.getString("toNode"));
  private static final String NOBODY = "nobody calls anybody at the moment";

  EdgesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int show(JsonObject stat) {
    var edges =
        objects(stat, "edges")
            .filter(edge -> ofService(edge.getString("to")))
            .filter(edge -> ofNode(edge.getString("fromNode")) || ofNode(edge.getString("toNode")))
            .sorted(ORDER)
            .toList();
    if (asking().wide() || asking().node() != null) {
      byNode(edges);
    } else {
      byService(edges);
    }
    return ExitCode.OK;
  }

  private void byNode(List<JsonObject> edges) {
    var table =
        table("FROM", "TO", "FROM NODE", "TO NODE", ">RATE", ">SUCCESS", ">P50", ">P99", "SECURED");
    for (var edge : edges) {
      var golden = golden(edge);
      table.row(
          edge.getString("from"),
          edge.getString("to"),
          edge.getString("fromNode"),
          edge.getString("toNode"),
          golden[0],
          golden[1],
          golden[2],
          golden[4],
          edge.getBoolean("secured", false) ? "yes" : home(edge) ? "same node" : "no");
    }
    table.print(shell.out(), NOBODY);
  }

  private void byService(List<JsonObject> edges) {
    var pairs = new LinkedHashMap<String, List<JsonObject>>();
    for (var edge : edges) {
      var pair = edge.getString("from") + " " + edge.getString("to");
      pairs.computeIfAbsent(pair, name -> new ArrayList<>()).add(edge);
    }
    var table = table("FROM", "TO", ">RATE", ">SUCCESS", ">WORST P99", "SECURED");
    pairs.values().forEach(same -> pair(table, same));
    table.print(shell.out(), NOBODY);
  }

  /** Rates add up; of the 99th percentiles, which do not, the worst between two nodes is told. */
  private static void pair(Table table, List<JsonObject> same) {
    double rate = same.stream().mapToDouble(e -> e.getDouble("perSecond", 0.0)).sum();
    double good =
        same.stream()
            .mapToDouble(e -> e.getDouble("perSecond", 0.0) * e.getDouble("success", 1.0))
            .sum();
    long p99 = same.stream().mapToLong(e -> e.getLong("p99Micros", 0L)).max().orElse(0);
    var between = same.stream().filter(edge -> !home(edge)).toList();
    var first = same.get(0);
    table.row(
        first.getString("from"),
        first.getString("to"),
        Shown.rate(rate),
        rate == 0 ? Shown.NONE : Shown.share(good / rate),
        rate == 0 ? Shown.NONE : Shown.micros(p99),
        between.isEmpty()
            ? "same node"
            : between.stream().allMatch(edge -> edge.getBoolean("secured", false)) ? "yes" : "no");
  }

  private static boolean home(JsonObject edge) {
    return edge.getString("fromNode").equals(edge.getString("toNode"));
  }
}
