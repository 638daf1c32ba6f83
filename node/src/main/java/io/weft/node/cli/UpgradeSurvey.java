package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.DataService;
import io.weft.ledger.Migrations;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.mesh.ServiceProvider;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.settings.Settings;
import io.weft.node.upgrade.NodeProcess;
import io.weft.node.upgrade.Release;
import io.weft.node.upgrade.UpgradeRules;
import io.weft.routing.admin.api.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** What a site is like before an upgrade, as its nodes on this host tell it. Blocks. */
final class UpgradeSurvey {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;

  private final UpgradeCommand command;
  private final Release release;
  private final Path data;
  private final List<NodeFile> files;
  private final Map<String, NodeProcess> processes = new LinkedHashMap<>();

  /**
   * Creates a survey.
   *
   * @param files of the nodes of this host that run
   */
  UpgradeSurvey(UpgradeCommand command, Release release, Path data, List<NodeFile> files) {
    this.command = command;
    this.release = release;
    this.data = data;
    this.files = List.copyOf(files);
    for (var file : files) {
      file.process()
          .ifPresent(found -> processes.put(file.name(), NodeProcess.of(file.name(), found)));
    }
  }

  /** Returns how a node was started. */
  NodeProcess process(String node) {
    var known = processes.get(node);
    if (known == null) {
      throw new StartFailure(node + " does not run any more: see scripts/status.sh");
    }
    return known;
  }

  /** Returns whether a node runs the release as it lies there now. */
  boolean done(String node) {
    return process(node).runs(release.home(), release.builtAt());
  }

  /** Returns everything that must hold before those nodes are upgraded. */
  List<Finding> findings(Collection<String> upgraded) {
    var findings = new ArrayList<Finding>();
    var nodes = nodes();
    for (var file : files) {
      findings.add(UpgradeRules.ready(file.name(), state(nodes, file.name()), unready(file)));
    }
    findings.add(UpgradeRules.releases(versions(nodes)));
    findings.add(UpgradeRules.copies(nodes.size()));
    if (nodes.size() > 1) {
      findings.addAll(UpgradeRules.spare(nodes, upgraded));
    }
    for (var node : upgraded) {
      findings.add(
          UpgradeRules.starts(
              node, release.refusal(process(node), process(node).flags(data, List.of()))));
    }
    findings.addAll(databases(nodes));
    findings.addAll(looked());
    return findings;
  }

  /** Returns the records of all nodes of the site, of the first node that answers. */
  JsonArray nodes() {
    return command.get("/v1/nodes").getJsonArray("nodes", new JsonArray());
  }

  /** Returns the record of a node among those of a site. */
  static Optional<JsonObject> record(JsonArray nodes, String node) {
    return nodes.stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("id").equals(node))
        .findFirst();
  }

  private static String state(JsonArray nodes, String node) {
    return record(nodes, node).map(each -> each.getString("state")).orElse("");
  }

  private static Map<String, String> versions(JsonArray nodes) {
    var versions = new TreeMap<String, String>();
    for (var item : nodes) {
      var record = (JsonObject) item;
      if (!record.getString("state").equals("GUEST")) {
        versions.put(record.getString("id"), record.getString("version"));
      }
    }
    return versions;
  }

  /** Returns why a node is not ready, by itself; empty when it is. */
  String unready(NodeFile file) {
    var answer = command.admin(file).get("/health/ready");
    if (answer.isEmpty()) {
      return "its admin API does not answer";
    }
    if (answer.get().status() == OK) {
      return "";
    }
    var wrong =
        answer.get().body().getJsonArray("checks", new JsonArray()).stream()
            .map(JsonObject.class::cast)
            .filter(check -> !check.getBoolean("ok", false))
            .map(check -> check.getString("name") + ": " + check.getString("detail"))
            .collect(Collectors.joining("; "));
    return wrong.isEmpty() ? "it is not ready" : wrong;
  }

  /** Each schema is looked at once, with the settings of a node that hosts its service. */
  private List<Finding> databases(JsonArray nodes) {
    if (!release.home().equals(command.ownHome())) {
      return List.of(); // What another release brings, its own command knows.
    }
    var findings = new ArrayList<Finding>();
    var known = new TreeSet<String>();
    ServiceLoader.load(ServiceProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(DataService.class::isInstance)
        .forEach(each -> known.add(each.name()));
    for (var file : files) {
      var record = record(nodes, file.name());
      var hosts = record.map(each -> UpgradeRules.counts(each).keySet()).orElse(known);
      for (var service : List.copyOf(known)) {
        if (hosts.contains(service)) {
          known.remove(service);
          findings.add(database(file.name(), service));
        }
      }
    }
    return findings;
  }

  private Finding database(String node, String service) {
    try {
      return UpgradeRules.database(service, Migrations.state(postgres(node), service));
    } catch (RuntimeException e) {
      return UpgradeRules.noDatabase(
          service, Settings.masked(StartFailure.oneLine(String.valueOf(e.getMessage()))));
    }
  }

  private String postgres(String node) {
    var process = process(node);
    var parsed =
        new CommandLine(NodeCommand.spec())
            .parseArgs(process.flags(data, List.of()).toArray(String[]::new));
    var environment = new TreeMap<>(command.shell.environment());
    environment.putAll(process.environment());
    var shell =
        new Shell(
            release.home(),
            process.workingFolder(),
            environment,
            command.shell.out(),
            command.shell.err(),
            false);
    var uri =
        CommandLines.settings(
                shell,
                parsed.matchedOptionValue("--config", (String) null),
                CommandLines.settingsGiven(parsed))
            .text("postgres.uri");
    return uri.equals("embedded")
        ? EmbeddedPostgres.uriIn(data)
            .orElseThrow(() -> new StartFailure("no embedded PostgreSQL in " + data))
        : uri;
  }

  /** What the doctor says, of the first node that has one. */
  private List<Finding> looked() {
    for (var file : files) {
      var answer = command.admin(file).get("/v1/doctor", NodeLimits.ADMIN_DOCTOR_TIMEOUT);
      if (answer.isPresent() && answer.get().ok()) {
        return UpgradeRules.needed(answer.get().body());
      }
      if (answer.isPresent() && answer.get().status() != NOT_FOUND) {
        return List.of(
            UpgradeRules.notLooked(file.name() + " answers with " + answer.get().status()));
      }
    }
    return List.of(UpgradeRules.notLooked("the release that runs has no weft doctor"));
  }
}
