package io.weft.node.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.time.Ticker;
import io.weft.node.NodeFile;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import io.weft.node.upgrade.NodeProcess;
import io.weft.node.upgrade.Release;
import io.weft.node.upgrade.UpgradeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes one node of this host to another release: it gives its work up, stops, is started from the
 * release, and must serve again, as every other node here sees it. Blocks.
 */
final class NodeUpgrade {
  private static final Duration STOP_WAIT = NodeLimits.STOP_TIMEOUT.plus(NodeLimits.STOP_MARGIN);
  private static final Duration DRAIN_WAIT =
      NodeLimits.SCALE_STEP_TIMEOUT.multipliedBy(2).plus(NodeLimits.ADMIN_TIMEOUT);
  private static final int NOT_FOUND = 404;

  private final UpgradeCommand command;
  private final Release release;
  private final Path data;
  private final NodeFile file;
  private final NodeProcess process;
  private final List<NodeFile> others;
  private final Ticker ticker = Ticker.system();

  /** What the node was like before. */
  private record Before(String incarnation, Map<String, Integer> site, Map<String, Integer> own) {}

  /**
   * Prepares the upgrade of a node.
   *
   * @param others the other nodes of this host that run
   */
  NodeUpgrade(
      UpgradeCommand command,
      Release release,
      Path data,
      NodeFile file,
      NodeProcess process,
      List<NodeFile> others) {
    this.command = command;
    this.release = release;
    this.data = data;
    this.file = file;
    this.process = process;
    this.others = List.copyOf(others);
  }

  /**
   * Does it, and says each step.
   *
   * @param settle how long whoever balances over gateways takes to notice that this one drains
   * @throws AdminFailure at the first fault; its line says what to do
   */
  void run(boolean force, Duration settle) {
    var before = before();
    drain(force);
    pause(settle);
    stop();
    gone(before);
    start();
    serves(before);
    agrees();
  }

  private Before before() {
    var nodes = nodes(file).orElse(new JsonArray());
    var record = UpgradeSurvey.record(nodes, file.name());
    return new Before(
        record.map(each -> each.getString("incarnation")).orElse(""),
        totals(nodes),
        record.map(UpgradeRules::counts).orElse(Map.of()));
  }

  private Optional<JsonArray> nodes(NodeFile of) {
    return command
        .admin(of)
        .get("/v1/nodes")
        .filter(AdminClient.Answer::ok)
        .map(answer -> answer.body().getJsonArray("nodes", new JsonArray()));
  }

  private static Map<String, Integer> totals(JsonArray nodes) {
    var totals = new TreeMap<String, Integer>();
    nodes.stream()
        .map(JsonObject.class::cast)
        .forEach(
            record ->
                UpgradeRules.counts(record).forEach((k, n) -> totals.merge(k, n, Integer::sum)));
    return totals;
  }

  private void drain(boolean force) {
    long start = ticker.nanos();
    var path = "/v1/nodes/" + file.name() + "/drain" + (force ? "?force" : "");
    var answer =
        command
            .admin(file)
            .post(path, new JsonObject(), DRAIN_WAIT)
            .orElseThrow(() -> fault("it does not answer", "see scripts/status.sh"));
    if (answer.status() == NOT_FOUND) {
      say("its release cannot drain: it gives its work up as it stops");
      return;
    }
    if (!answer.ok()) {
      throw AdminFailure.of(answer);
    }
    say("drained in %s", since(start));
  }

  private void stop() {
    long start = ticker.nanos();
    file.process().ifPresent(ProcessHandle::destroy);
    until(
        STOP_WAIT,
        "it still runs",
        "see its log, then kill -9 " + file.pid(),
        () -> {
          return file.alive() ? Optional.empty() : Optional.of("");
        });
    say("stopped in %s", since(start));
  }

  /**
   * Nobody may believe in it any more when it comes back: else it would be taken for the old one.
   */
  private void gone(Before before) {
    long start = ticker.nanos();
    for (var other : others) {
      until(
          NodeLimits.UPGRADE_SEEN_TIMEOUT,
          other.name() + " still lists it",
          "see the log of " + other.name(),
          () ->
              nodes(other)
                  .filter(
                      nodes ->
                          UpgradeSurvey.record(nodes, file.name())
                              .filter(r -> r.getString("incarnation").equals(before.incarnation()))
                              .isEmpty()));
    }
    say("out of %d registries in %s", others.size(), since(start));
  }

  private void start() {
    long start = ticker.nanos();
    var seeds =
        others.stream()
            .map(other -> other.addresses().get("cluster"))
            .filter(address -> address != null)
            .toList();
    var logs = data.resolve("logs");
    var output = logs.resolve(file.name() + ".out");
    Process started;
    try {
      Files.createDirectories(logs);
      started = release.start(process, process.flags(data, seeds), output);
    } catch (IOException e) {
      throw fault("it cannot be started: " + e.getMessage(), back());
    }
    until(
        NodeLimits.START_TIMEOUT,
        "it is not ready",
        "see " + output + " and its log; " + back(),
        () -> {
          if (!started.isAlive()) {
            throw fault("it has ended instead of starting (" + lastLine(output) + ")", back());
          }
          return now().filter(file -> file.pid() == started.pid());
        });
    say("ready after %s, of release %s in %s", since(start), release.version(), release.home());
  }

  private String back() {
    return "mend that and run the same again, or go back: scripts/upgrade.sh --data "
        + data
        + " --to "
        + process.home()
        + " "
        + file.name();
  }

  private static String lastLine(Path output) {
    try {
      var lines = Files.readAllLines(output);
      return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1).strip();
    } catch (IOException e) {
      return output + " cannot be read";
    }
  }

  private Optional<NodeFile> now() {
    return command.nodeFiles().stream()
        .filter(each -> each.name().equals(file.name()) && each.alive())
        .findFirst();
  }

  /**
   * All nodes here see it serve, and the site serves as much as before; and each instance answers.
   */
  private void serves(Before before) {
    long start = ticker.nanos();
    var own = now().orElseThrow(() -> fault("it has ended", back()));
    var all = new ArrayList<>(others);
    all.add(own);
    var seen = "";
    for (var each : all) {
      seen =
          until(
              NodeLimits.UPGRADE_SEEN_TIMEOUT,
              each.name() + " does not see it serve all that was served before",
              "see weft doctor and its log; " + back(),
              () -> nodes(each).flatMap(nodes -> served(nodes, before)));
    }
    until(
        NodeLimits.UPGRADE_SEEN_TIMEOUT,
        "it is not ready for work",
        "see weft doctor; " + back(),
        () -> command.survey().unready(own).isEmpty() ? Optional.of("") : Optional.empty());
    int answered = answered(own);
    say(
        "serves %s, as %d nodes see it in %s%s",
        seen,
        all.size(),
        since(start),
        answered < 0 ? "" : "; its " + answered + " instances answered a call");
  }

  private Optional<String> served(JsonArray nodes, Before before) {
    var record =
        UpgradeSurvey.record(nodes, file.name())
            .filter(each -> !each.getString("incarnation").equals(before.incarnation()))
            .filter(each -> each.getString("state").equals("SERVING"));
    var totals = totals(nodes);
    return record
        .filter(
            each ->
                UpgradeRules.wanted(before.site(), before.own(), each).entrySet().stream()
                    .allMatch(
                        wanted -> totals.getOrDefault(wanted.getKey(), 0) >= wanted.getValue()))
        .map(
            each ->
                UpgradeRules.counts(each).entrySet().stream()
                    .map(count -> count.getKey() + "=" + count.getValue())
                    .collect(Collectors.joining(" ")));
  }

  /** Has each instance of the node called; returns how many there are, -1 when it has no doctor. */
  private int answered(NodeFile own) {
    var answer = command.admin(own).get("/v1/doctor", NodeLimits.ADMIN_DOCTOR_TIMEOUT);
    if (answer.isEmpty() || !answer.get().ok()) {
      return -1;
    }
    AdminCommand.objects(answer.get().body(), "checks")
        .filter(check -> check.getString("code").equals("W0104"))
        .filter(check -> check.getString("subject").startsWith(file.name() + "/"))
        .findFirst()
        .ifPresent(
            check -> {
              throw fault(check.getString("subject") + ": " + check.getString("detail"), back());
            });
    return nodes(own)
        .flatMap(nodes -> UpgradeSurvey.record(nodes, file.name()))
        .map(record -> record.getJsonArray("instances").size())
        .orElse(-1);
  }

  private void agrees() {
    var all = new ArrayList<>(others);
    now().ifPresent(all::add);
    var epoch =
        until(
            NodeLimits.UPGRADE_SEEN_TIMEOUT,
            "the nodes go by policies of different epochs",
            "see scripts/policy.sh show; " + back(),
            () -> {
              var stands =
                  all.stream()
                      .map(each -> command.admin(each).get("/v1/policies"))
                      .map(answer -> answer.filter(AdminClient.Answer::ok).map(NodeUpgrade::stand))
                      .distinct()
                      .toList();
              return stands.size() == 1 ? stands.get(0) : Optional.empty();
            });
    say("policies of %s, as %d nodes go by", epoch, all.size());
  }

  private static String stand(AdminClient.Answer answer) {
    var body = answer.body();
    return String.format(
        Locale.ROOT,
        "epoch %d (%s)%s",
        body.getLong("epoch", 0L),
        body.getString("digest", ""),
        body.containsKey("behind") ? ", behind" : "");
  }

  private AdminFailure fault(String what, String remedy) {
    return new AdminFailure(ExitCode.NOT_WELL, file.name() + ": " + what + ": " + remedy);
  }

  private <T> T until(Duration timeout, String fault, String remedy, Supplier<Optional<T>> look) {
    long endNanos = ticker.nanos() + timeout.toNanos();
    for (; ; ) {
      var found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (ticker.nanos() - endNanos >= 0) {
        throw fault(fault + " after " + timeout.toSeconds() + " s", remedy);
      }
      pause(NodeLimits.UPGRADE_LOOK_INTERVAL);
    }
  }

  private static void pause(Duration pause) {
    try {
      if (new CountDownLatch(1).await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts it down");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailure("interrupted");
    }
  }

  private String since(long startNanos) {
    return String.format(Locale.ROOT, "%.1f s", (ticker.nanos() - startNanos) / 1e9);
  }

  private void say(String format, Object... values) {
    command.say("%s: " + format, prepended(values));
    command.shell.out().flush();
  }

  private Object[] prepended(Object... values) {
    var all = new Object[values.length + 1];
    all[0] = file.name();
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }
}
