package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.node.NodeFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft status}: the nodes of the cluster, what they serve, and whether they are well. */
@Command(
    name = "status",
    description = {
      "Nodes, zones, services, instances, ports and health of the cluster.",
      "Exit code 0 when all is well, 1 when something is down or nothing runs."
    })
final class StatusCommand extends ShellCommand {
  private static final String NONE = "-";

  @Option(
      names = "--names",
      description = "print only the names of the nodes of this host that run, one per line")
  private boolean names;

  private final List<String> wrong = new ArrayList<>();

  StatusCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run() {
    var files = nodeFiles();
    if (names) {
      files.stream().filter(NodeFile::alive).forEach(file -> shell.out().println(file.name()));
      return ExitCode.OK;
    }
    if (files.isEmpty()) {
      shell.out().println("no node runs here: start one with scripts/start.sh");
      return ExitCode.NOT_WELL;
    }
    table(files, records(files)).print(shell.out());
    wrong.forEach(line -> shell.out().println("! " + line));
    return wrong.isEmpty() ? ExitCode.OK : ExitCode.NOT_WELL;
  }

  // Any node knows all; the first that answers is asked.
  private Map<String, JsonObject> records(List<NodeFile> files) {
    var byName = new LinkedHashMap<String, JsonObject>();
    files.stream()
        .filter(NodeFile::alive)
        .map(file -> admin(file).get("/v1/nodes"))
        .flatMap(Optional::stream)
        .filter(answer -> answer.status() == 200)
        .findFirst()
        .ifPresent(
            answer ->
                nodes(answer.body())
                    .forEach(
                        record ->
                            byName.put(
                                ((JsonObject) record).getString("id"), (JsonObject) record)));
    return byName;
  }

  private static JsonArray nodes(JsonObject body) {
    var nodes = body.getJsonArray("nodes", body.getJsonArray("items"));
    return nodes == null ? new JsonArray() : nodes;
  }

  private Table table(List<NodeFile> files, Map<String, JsonObject> records) {
    var table =
        new Table(
            "NODE",
            "SITE",
            "ZONE",
            "PID",
            "STATE",
            "READY",
            "SERVICES",
            "HTTP",
            "ADMIN",
            "CLUSTER");
    for (var file : files) {
      local(table, file, Optional.ofNullable(records.get(file.name())));
    }
    var here = files.stream().map(NodeFile::name).toList();
    records.values().stream()
        .filter(record -> !here.contains(record.getString("id")))
        .forEach(record -> remote(table, record));
    return table;
  }

  private void local(Table table, NodeFile file, Optional<JsonObject> record) {
    boolean alive = file.alive();
    if (!alive) {
      wrong.add(
          file.name()
              + ": process "
              + file.pid()
              + " is gone: start it again with scripts/start.sh, or forget it with"
              + " scripts/stop.sh "
              + file.name());
    } else if (record.isEmpty()) {
      wrong.add(file.name() + ": the cluster does not list it");
    }
    if (alive) {
      policies(file);
    }
    table.row(
        file.name(),
        file.site(),
        file.zone(),
        String.valueOf(file.pid()),
        alive ? record.map(StatusCommand::state).orElse("unlisted") : "dead",
        alive ? ready(file) : "no",
        record.map(StatusCommand::services).orElse(NONE),
        file.addresses().getOrDefault("http", NONE),
        file.addresses().getOrDefault("admin", NONE),
        file.addresses().getOrDefault("cluster", NONE));
  }

  private static void remote(Table table, JsonObject record) {
    var addresses = record.getJsonObject("addresses", new JsonObject());
    table.row(
        record.getString("id", NONE),
        record.getString("site", NONE),
        record.getString("zone", NONE),
        NONE,
        state(record),
        NONE,
        services(record),
        addresses.getString("http", NONE),
        addresses.getString("admin", NONE),
        addresses.getString("cluster", NONE));
  }

  private void policies(NodeFile file) {
    admin(file)
        .get("/v1/policies")
        .map(answer -> answer.body().getString("behind"))
        .ifPresent(behind -> wrong.add(file.name() + ": its policies are behind: " + behind));
  }

  private String ready(NodeFile file) {
    var answer = admin(file).get("/health/ready");
    if (answer.isEmpty()) {
      wrong.add(file.name() + ": its admin API does not answer");
      return "?";
    }
    if (answer.get().status() == 200) {
      return "yes";
    }
    var checks = answer.get().body().getJsonArray("checks", new JsonArray());
    for (var item : checks) {
      var check = (JsonObject) item;
      if (!check.getBoolean("ok", false)) {
        wrong.add(
            file.name()
                + ": "
                + check.getString("name", "?")
                + ": "
                + check.getString("detail", ""));
      }
    }
    if (checks.isEmpty()) {
      wrong.add(file.name() + ": not ready");
    }
    return "no";
  }

  private static String state(JsonObject record) {
    return record.getString("state", NONE).toLowerCase(java.util.Locale.ROOT);
  }

  private static String services(JsonObject record) {
    var counts = new TreeMap<String, Integer>();
    var hosts = record.getJsonArray("hosts", new JsonArray());
    hosts.forEach(service -> counts.put((String) service, 0));
    for (var item : record.getJsonArray("instances", new JsonArray())) {
      var instance = (JsonObject) item;
      // The node's own instance is no service that people scale, and one that stands for another
      // site is none of this one.
      if (counts.containsKey(instance.getString("service"))
          && !instance.containsKey("site")
          && instance.getString("state", "").equalsIgnoreCase("serving")) {
        counts.merge(instance.getString("service"), 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(" "));
  }
}
