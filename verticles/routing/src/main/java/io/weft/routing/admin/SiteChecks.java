package io.weft.routing.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshLimits;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.Everyone.Answered;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Rule;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.NodeCheck.Missing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What must hold between the nodes of a site: one function for each rule. */
final class SiteChecks {
  static final Rule EPOCHS = new Rule("W0101", "epochs agree");
  static final Rule ANSWERS = new Rule("W0102", "nodes answer");
  static final Rule DIRECTORIES = new Rule("W0103", "directories agree");
  static final Rule PRESENCE = new Rule("W0104", "instances are there");
  static final Rule CLOCKS = new Rule("W0105", "clocks agree");
  static final Rule VERSIONS = new Rule("W0106", "nodes run one release");
  static final Rule MISSING = new Rule("W0107", "no node is missing");

  static final Rule COUNTS = new Rule("W0401", "desired counts are kept");

  private static final double MILLION = 1e6;

  private SiteChecks() {}

  /** All nodes go by the policies of one epoch. */
  static List<Finding> epochs(Collection<NodeCheck> nodes) {
    long newest = nodes.stream().mapToLong(NodeCheck::epoch).max().orElse(0);
    var findings = new ArrayList<Finding>();
    for (var node : nodes) {
      boolean alone =
          nodes.stream()
              .anyMatch(
                  other -> other.epoch() == node.epoch() && !other.digest().equals(node.digest()));
      if (node.epoch() < newest) {
        findings.add(
            EPOCHS.fail(
                node.node(),
                "it goes by epoch " + node.epoch() + ", others by " + newest,
                "if it stays so for more than 10 s, see why in its log; scripts/policy.sh show"
                    + " names what it refused"));
      } else if (alone) {
        findings.add(
            EPOCHS.fail(
                node.node(),
                "epoch " + node.epoch() + " with another text (" + node.digest() + ")",
                "apply the file that is to count once more: scripts/policy.sh apply"));
      } else {
        findings.add(EPOCHS.pass(node.node(), "epoch " + node.epoch()));
      }
    }
    return findings;
  }

  /** All nodes that are believed to be alive answer in time. */
  static List<Finding> answers(Collection<String> answered, Collection<String> missing) {
    var findings = new ArrayList<Finding>();
    answered.forEach(node -> findings.add(ANSWERS.pass(node, "it answers")));
    missing.forEach(
        node ->
            findings.add(
                ANSWERS.fail(
                    node,
                    "no answer in " + RoutingLimits.NODE_TIMEOUT.toMillis() + " ms",
                    "look whether its process hangs, or a network keeps it away; else restart"
                        + " it")));
    return findings;
  }

  /**
   * No node is gone that has not left in order. Of one that answers it is not said here, whoever
   * has lost it: directories do not agree, then.
   */
  static List<Finding> missing(Collection<NodeCheck> nodes) {
    var gone = new TreeMap<String, Missing>();
    for (var node : nodes) {
      for (var missing : node.missing() == null ? List.<Missing>of() : node.missing()) {
        gone.merge(missing.node(), missing, SiteChecks::surer);
      }
    }
    nodes.forEach(node -> gone.remove(node.node()));
    return gone.isEmpty()
        ? List.of(MISSING.pass("the site", "no node is gone that has not left in order"))
        : gone.values().stream().map(SiteChecks::missing).toList();
  }

  /** Whoever is a member to somebody is one; and who heard it last knows for how long. */
  private static Missing surer(Missing one, Missing other) {
    var later = one.silentMillis() <= other.silentMillis() ? one : other;
    return new Missing(
        one.node(), one.member() || other.member(), later.silentMillis(), later.why());
  }

  private static Finding missing(Missing gone) {
    var silent = Duration.ofMillis(gone.silentMillis()).toSeconds() + " s";
    return gone.member()
        ? MISSING.fail(
            gone.node(),
            "it is a member of the cluster still, and was last heard " + silent + " ago",
            "look whether its process is stopped (kill -CONT) or hangs (jcmd PID Thread.print), or"
                + " a network keeps it away; else restart it")
        : MISSING.warn(
            gone.node(),
            "it has not left in order, and was last heard " + silent + " ago: " + gone.why(),
            "start it again: its log says why it ended, and if its process is there still, it is"
                + " stopped or hangs; one that is not to come again is forgotten after "
                + MeshLimits.RECORD_KEPT.toMinutes()
                + " minutes");
  }

  /**
   * Nodes whose release does not know the questions of this one cannot be looked into.
   *
   * @param versions their releases, by node
   */
  static List<Finding> others(Map<String, String> versions) {
    var findings = new ArrayList<Finding>();
    versions.forEach(
        (node, version) ->
            findings.add(
                ANSWERS.warn(
                    node,
                    "it runs release " + version + ", which cannot be looked into from here",
                    "let all nodes run one release: scripts/upgrade.sh")));
    return findings;
  }

  /**
   * All nodes run one release, but for the time that it takes to upgrade them one by one.
   *
   * @param versions the releases, by node
   * @param upMillis for how long each node that says so has been up
   */
  static Finding versions(Map<String, String> versions, Collection<Long> upMillis) {
    var nodes = new TreeMap<String, List<String>>();
    new TreeMap<>(versions)
        .forEach(
            (node, version) -> nodes.computeIfAbsent(version, v -> new ArrayList<>()).add(node));
    var detail =
        nodes.entrySet().stream()
            .map(each -> each.getKey() + " on " + String.join(", ", each.getValue()))
            .collect(Collectors.joining("; "));
    boolean lasts =
        upMillis.stream().allMatch(up -> up >= RoutingLimits.RELEASES_MIXED_WARN.toMillis());
    return nodes.size() > 1 && lasts
        ? VERSIONS.warn(
            "the site",
            detail + ", and nobody has been upgraded for an hour",
            "let all nodes run one release: scripts/upgrade.sh")
        : VERSIONS.pass("the site", detail);
  }

  /** All nodes believe in the same nodes and the same number of endpoints. */
  static List<Finding> directories(Collection<NodeCheck> nodes) {
    var findings = new ArrayList<Finding>();
    var usual = usual(nodes);
    for (var node : nodes) {
      var picture = picture(node);
      findings.add(
          picture.equals(usual)
              ? DIRECTORIES.pass(node.node(), picture)
              : DIRECTORIES.fail(
                  node.node(),
                  "it knows " + picture + "; most know " + usual,
                  "ask again in 5 s: a change takes a moment to be seen by all; if it stays so,"
                      + " see the network between the nodes, then restart "
                      + node.node()));
    }
    return findings;
  }

  /** Returns what most nodes believe. */
  private static String usual(Collection<NodeCheck> nodes) {
    var counts = new TreeMap<String, Integer>();
    nodes.forEach(node -> counts.merge(picture(node), 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  private static String picture(NodeCheck node) {
    return node.nodes() + " nodes, instances " + new TreeMap<>(node.endpoints());
  }

  /**
   * Every instance that is registered answers when it is asked.
   *
   * @param absent why those did not answer that did not, by their ids
   * @param leftOut how many were not asked, as there are so many
   */
  static List<Finding> presence(int asked, Map<String, String> absent, int leftOut) {
    var findings = new ArrayList<Finding>();
    absent.forEach(
        (instance, why) ->
            findings.add(
                PRESENCE.fail(
                    instance,
                    "it is registered and does not answer: " + why,
                    "if its node is gone it leaves by itself within 2 s; else restart the node")));
    if (leftOut > 0) {
      findings.add(
          PRESENCE.warn(
              "the site",
              leftOut
                  + " instances were not asked (limit: "
                  + RoutingLimits.PRESENCE_ASKED_MAX
                  + ")",
              "ask from several nodes, or look at weft instances"));
    }
    if (findings.isEmpty()) {
      findings.add(PRESENCE.pass("the site", "all " + asked + " instances answered"));
    }
    return findings;
  }

  /**
   * There are as many instances as there are to be.
   *
   * @param scale what {@code GET /v1/scale} tells
   */
  static List<Finding> counts(JsonObject scale) {
    var findings = new ArrayList<Finding>();
    for (var each : scale.getJsonArray("services", new JsonArray())) {
      var service = (JsonObject) each;
      var desired = service.getInteger("desired");
      if (desired != null) {
        var name = service.getString("service");
        int missing = service.getInteger("missing", 0);
        var detail = service.getInteger("actual", 0) + " of " + desired + " instances serve";
        findings.add(
            missing == 0
                ? COUNTS.pass(name, detail)
                : COUNTS.fail(
                    name,
                    detail + ", " + missing + " are missing",
                    "they are started within seconds while a node may host them: see weft"
                        + " decisions; else start a node, or lower the count with weft scale"));
      }
    }
    return findings;
  }

  /**
   * The clocks of all nodes show the same time, as far as can be told from here: an answer's time
   * lies between those of its question and of its arrival, so half the round trip is the error.
   */
  static List<Finding> clocks(Map<String, Answered<NodeCheck>> answers) {
    var findings = new ArrayList<Finding>();
    answers.forEach((node, answer) -> findings.add(clock(node, answer)));
    return findings;
  }

  private static Finding clock(String node, Answered<NodeCheck> answer) {
    var half = answer.took().dividedBy(2);
    var middle = answer.sentAt().plus(half);
    var offset = Duration.between(middle, answer.value().at());
    var certain = offset.abs().minus(half);
    var detail =
        String.format(
            Locale.ROOT,
            "%+.1f ms against the node asked, give or take %.1f ms",
            offset.toNanos() / MILLION,
            half.toNanos() / MILLION);
    var fix = "let a time service set the clocks of all hosts: chrony, systemd-timesyncd";
    if (certain.compareTo(RoutingLimits.CLOCK_SKEW_FAIL) > 0) {
      return CLOCKS.fail(node, detail, fix);
    }
    return certain.compareTo(RoutingLimits.CLOCK_SKEW_WARN) > 0
        ? CLOCKS.warn(node, detail, fix)
        : CLOCKS.pass(node, detail);
  }
}
