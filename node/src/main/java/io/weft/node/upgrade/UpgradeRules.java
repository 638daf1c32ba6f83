package io.weft.node.upgrade;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.Migrations;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import io.weft.routing.admin.api.Finding.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must hold before a node of a site is taken to another release: one function for each. */
public final class UpgradeRules {
  static final Rule READY = new Rule("W0501", "nodes are ready");
  static final Rule RELEASES = new Rule("W0502", "nodes run one release");
  static final Rule SPARE = new Rule("W0503", "every service can spare a node");
  static final Rule DATABASE = new Rule("W0504", "the database fits the release");
  static final Rule STARTS = new Rule("W0505", "the release takes the settings of the nodes");
  static final Rule COPIES = new Rule("W0506", "what nodes share has a second copy");
  static final Rule LOOKED = new Rule("W0507", "the site was looked into");

  /** Of what the doctor looks at, what an upgrade needs; the rest may be so before and after. */
  private static final Set<String> NEEDED =
      Set.of(
          "W0101", "W0102", "W0103", "W0104", "W0106", "W0107", "W0207", "W0301", "W0303", "W0304",
          "W0305", "W0306", "W0401", "W0402");

  /** What stays as it is whatever is started anew; it is told all the same. */
  private static final Set<String> TOLD = Set.of("W0305");

  private static final String SERVING = "SERVING";
  private static final String SITE = "the site";

  private UpgradeRules() {}

  /**
   * A node is there for work.
   *
   * @param state as its record has it; empty when nobody lists it
   * @param why not, as it says itself; empty when it is ready
   */
  public static Finding ready(String node, String state, String why) {
    if (!state.equals(SERVING)) {
      return READY.fail(
          node,
          state.isEmpty() ? "the site does not list it" : "it is " + state.toLowerCase(Locale.ROOT),
          state.equals("DRAINING")
              ? "let it take work on again: weft undrain " + node
              : "see its log; start it again, or forget it with scripts/stop.sh " + node);
    }
    return why.isEmpty()
        ? READY.pass(node, "it serves")
        : READY.fail(node, why, "mend that first: its log says more");
  }

  /** All nodes of a site run one release; when they do not, an upgrade has begun and not ended. */
  public static Finding releases(Map<String, String> versions) {
    var nodes = new TreeMap<String, TreeSet<String>>();
    versions.forEach(
        (node, version) -> nodes.computeIfAbsent(version, v -> new TreeSet<>()).add(node));
    var detail =
        nodes.entrySet().stream()
            .map(each -> each.getKey() + " on " + String.join(", ", each.getValue()))
            .collect(Collectors.joining("; "));
    return nodes.size() < 2
        ? RELEASES.pass(SITE, detail)
        : RELEASES.warn(SITE, detail, "an upgrade has not ended: go on with scripts/upgrade.sh");
  }

  /**
   * Every service that a node serves is served by another one too.
   *
   * @param nodes as {@code GET /v1/nodes} has them
   * @param upgraded the nodes that are to be taken to the release, one at a time
   */
  public static List<Finding> spare(JsonArray nodes, Collection<String> upgraded) {
    var findings = new ArrayList<Finding>();
    for (var node : upgraded) {
      var last = last(nodes, node);
      findings.add(
          last.isEmpty()
              ? SPARE.pass(node, "others serve what it serves")
              : SPARE.fail(
                  node,
                  "it has the last instance of " + String.join(", ", last),
                  "scale first: scripts/scale.sh "
                      + last.stream().map(each -> each + "=2").collect(Collectors.joining(" "))
                      + "; or start another node: scripts/scale.sh nodes=N"));
    }
    return findings;
  }

  private static List<String> last(JsonArray nodes, String node) {
    var own = new TreeSet<String>();
    var others = new TreeSet<String>();
    for (var item : nodes) {
      var record = (JsonObject) item;
      boolean it = record.getString("id").equals(node);
      boolean counts = it || record.getString("state").equals(SERVING);
      (it ? own : others).addAll(counts ? served(record) : Set.of());
    }
    own.removeAll(others);
    return List.copyOf(own);
  }

  /** Returns how many instances of each service that people scale a node serves. */
  public static Map<String, Integer> counts(JsonObject record) {
    var counts = new TreeMap<String, Integer>();
    var services = record.getJsonObject("services", new JsonObject());
    for (var host : record.getJsonArray("hosts", new JsonArray())) {
      counts.put((String) host, services.getInteger((String) host, 0));
    }
    return counts;
  }

  /**
   * Returns how many instances of each service the site is to have once a node is back: as many as
   * before, without the node's own where its release does not know the service.
   *
   * @param site what all nodes had before, by service
   * @param own what of that this one had
   * @param back its record, now that it is back
   */
  public static Map<String, Integer> wanted(
      Map<String, Integer> site, Map<String, Integer> own, JsonObject back) {
    var known = back.getJsonArray("hosts", new JsonArray());
    var wanted = new TreeMap<>(site);
    own.forEach(
        (service, count) -> {
          if (!known.contains(service)) {
            wanted.merge(service, -count, Integer::sum);
          }
        });
    return wanted;
  }

  private static Set<String> served(JsonObject record) {
    return counts(record).entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** The schema of a service is one that the release can begin with. */
  public static Finding database(String service, Migrations.State state) {
    if (!state.refused().isEmpty()) {
      return DATABASE.fail(
          service,
          "a later release has run " + String.join(", ", state.refused()),
          "upgrade to that release, or restore the backup from before it");
    }
    if (!state.later().isEmpty()) {
      return DATABASE.warn(
          service,
          "a later release has run " + String.join(", ", state.later()),
          "this release can run with that; see docs/UPGRADE.md on going back");
    }
    return DATABASE.pass(
        service,
        state.pending().isEmpty()
            ? "nothing to migrate"
            : "the first node that starts runs "
                + String.join(", ", state.pending())
                + ", with which those that run can live");
  }

  /** A database could not be looked at. */
  public static Finding noDatabase(String service, String why) {
    return DATABASE.fail(service, why, "see that PostgreSQL answers: weft doctor");
  }

  /**
   * The release starts with the settings of a node.
   *
   * @param refusal what it says against them; empty when it takes them
   */
  public static Finding starts(String node, String refusal) {
    return refusal.isEmpty()
        ? STARTS.pass(node, "it takes its flags and settings")
        : STARTS.fail(node, refusal, "change what the node is started with, then check again");
  }

  /** What only the nodes hold is held by more than one. */
  public static Finding copies(int nodes) {
    return nodes > 1
        ? COPIES.pass(SITE, nodes + " nodes")
        : COPIES.warn(
            SITE,
            "one node: nothing is served while it is started anew",
            "start another first: scripts/scale.sh nodes=2");
  }

  /** Nobody could be asked what the doctor knows: the release that runs has none. */
  public static Finding notLooked(String why) {
    return LOOKED.warn(SITE, why, "look at /metrics for outboxes and parked orders before you go");
  }

  /** Returns what the doctor found of what an upgrade needs. */
  public static List<Finding> needed(JsonObject doctor) {
    var findings = new ArrayList<Finding>();
    for (var item : doctor.getJsonArray("checks", new JsonArray())) {
      var check = (JsonObject) item;
      var code = check.getString("code", "");
      if (NEEDED.contains(code)) {
        var status = Status.valueOf(check.getString("status"));
        findings.add(
            new Finding(
                code,
                check.getString("name", ""),
                status == Status.FAIL && TOLD.contains(code) ? Status.WARN : status,
                check.getString("subject", ""),
                check.getString("detail", ""),
                check.getString("fix", "")));
      }
    }
    return findings;
  }

  /** Returns the worst of all, and {@code PASS} of none. */
  public static Status worst(Collection<Finding> findings) {
    return findings.stream().map(Finding::status).max(Status::compareTo).orElse(Status.PASS);
  }

  /** Returns the findings in the form in which the doctor tells its own. */
  public static JsonObject told(Collection<Finding> findings) {
    var checks = new JsonArray();
    findings.stream()
        .map(
            each ->
                new JsonObject()
                    .put("code", each.code())
                    .put("name", each.name())
                    .put("status", each.status().name())
                    .put("subject", each.subject())
                    .put("detail", each.detail())
                    .put("fix", each.fix()))
        .forEach(checks::add);
    return new JsonObject().put("checks", checks).put("worst", worst(findings).name());
  }
}
