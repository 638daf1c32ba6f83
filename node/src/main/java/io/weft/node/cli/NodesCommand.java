package io.weft.node.cli;

import io.vertx.core.json.JsonObject;
import io.weft.routing.admin.api.NodeOperations;
import java.util.HashMap;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code weft nodes}: the nodes of the site, and how they are. */
@Command(name = "nodes", description = "The nodes of the site: where, what, and how they are.")
final class NodesCommand extends AdminCommand {
  NodesCommand(Shell shell) {
    super(shell);
  }

  @Override
  int once() {
    var records = get("/v1/nodes");
    if (printedAsJson(records)) {
      return ExitCode.OK;
    }
    var stat = get("/v1/stat?windowSeconds=5");
    var known = new HashMap<String, JsonObject>();
    objects(stat, "nodes").forEach(node -> known.put(node.getString("node"), node));
    var table =
        table(
            "NODE",
            "SITE",
            "ZONE",
            "STATE",
            ">UP",
            ">CPU",
            ">HEAP",
            ">LOOP",
            "SERVICES",
            "HTTP",
            "+ADMIN",
            "+>EPOCH",
            "+>RSS",
            "+VERSION",
            "+INCARNATION",
            "+STANDS FOR");
    objects(records, "nodes")
        .filter(record -> ofNode(record.getString("id")))
        .forEach(
            record ->
                row(table, record, known.getOrDefault(record.getString("id"), new JsonObject())));
    table.print(shell.out());
    tellMissing(stat);
    return stat.getJsonArray("missing").isEmpty() ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  private static void row(Table table, JsonObject record, JsonObject node) {
    var addresses = record.getJsonObject("addresses", new JsonObject());
    boolean known = node.containsKey("uptimeMillis"); // Of one that is silent there are no figures.
    table.row(
        record.getString("id"),
        record.getString("site"),
        record.getString("zone"),
        node.getBoolean("draining", false)
            ? "draining"
            : record.getString("state").toLowerCase(Locale.ROOT),
        known ? Shown.age(node.getLong("uptimeMillis", 0L)) : Shown.NONE,
        known ? Math.round(node.getDouble("cpu", 0.0) * 100) + "%" : Shown.NONE,
        known ? heap(node) : Shown.NONE,
        known ? Shown.millis(node.getDouble("loopDelayMaxMillis", 0.0)) : Shown.NONE,
        record.getJsonObject("services", new JsonObject()).stream()
            .filter(each -> !each.getKey().equals(NodeOperations.SERVICE))
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(" ")),
        addresses.getString("http", Shown.NONE),
        addresses.getString("admin", Shown.NONE),
        known ? String.valueOf(node.getLong("epoch", 0L)) : Shown.NONE,
        known ? Shown.mebibytes(node.getLong("residentBytes", 0L)) : Shown.NONE,
        record.getString("version"),
        record.getString("incarnation"),
        standsFor(record));
  }

  private static String standsFor(JsonObject record) {
    return objects(record, "instances")
        .filter(instance -> instance.containsKey("site"))
        .map(instance -> instance.getString("service") + "@" + instance.getString("site"))
        .sorted()
        .collect(Collectors.joining(" "));
  }

  private static String heap(JsonObject node) {
    long max = Math.max(1, node.getLong("heapMaxBytes", 1L));
    return Math.round(100.0 * node.getLong("heapUsedBytes", 0L) / max) + "%";
  }
}
