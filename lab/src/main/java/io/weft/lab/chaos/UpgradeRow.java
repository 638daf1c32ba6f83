package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNode;
import io.weft.lab.ShippedNodes;
import io.weft.mesh.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Row 2 with two releases: nodes of the release before are taken to this one by {@code
 * scripts/upgrade.sh}, one at a time, and one of them back where that release can live with a
 * schema that was added to, while users are read and orders placed over HTTP, and users read over
 * the bus by a node of this release.
 */
final class UpgradeRow implements Row {
  /** Names the folder of the release before. */
  static final String PREVIOUS = "weft.previous";

  /** What a release comes with that can be gone back to. */
  private static final String RULES = "docs/UPGRADE.md";

  private static final int ROW = 2;

  /** How long all nodes may take to be upgraded, or one of them to be taken back. */
  private static final Duration UPGRADE_MAX = Duration.ofMinutes(5);

  private static final int BACK = 1;

  @Override
  public List<Result> run(Plan plan) {
    var before = System.getProperty(PREVIOUS);
    if (before == null) {
      throw new LabException("no folder of a release before: see lab/upgrade/previous.sh");
    }
    var previous = Path.of(before);
    var vertx = Vertx.vertx();
    plan.say("starting " + ChaosLimits.NODES + " nodes of " + previous + " with PostgreSQL…");
    try (var nodes = ShippedNodes.of(previous, ChaosLimits.NODES)) {
      return watched(plan, previous, nodes, vertx);
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  /** What cannot be run to its end is told with what the nodes said last. */
  private static List<Result> watched(Plan plan, Path previous, ShippedNodes nodes, Vertx vertx) {
    try (var bus = BusReader.join(nodes)) {
      return run(plan, previous, nodes, vertx, bus);
    } catch (LabException e) {
      throw new LabException(e.getMessage() + "\n" + nodes.logTails(), e);
    }
  }

  private static List<Result> run(
      Plan plan, Path previous, ShippedNodes nodes, Vertx vertx, BusReader bus) {
    var load = new HttpLoad(vertx, nodes.httpPorts(), nodes.token());
    load.createUsers();
    int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.HTTP_RATE;
    var requests = load.start(rate, ChaosLimits.ORDER_ONE_IN);
    load.warm(plan, ChaosLimits.UPGRADE_WARM, "the upgrade");
    var calls = bus.start(rate, load.orders());
    var ticker = Ticker.system();
    long begin = ticker.nanos();
    upgrade(plan, nodes, List.of());
    long upgraded = ticker.nanos();
    boolean back = Files.exists(previous.resolve(RULES));
    if (back) {
      upgrade(plan, nodes, List.of("--to", previous.toString(), nodes.node(BACK).name()));
    }
    Patience.pause(ChaosLimits.STEADY);
    var called = calls.stop();
    if (called.failed() > 0) {
      plan.say("the caller over the bus missed: " + bus.losses());
    }
    requests.stop();
    var found = load.readBack();
    plan.say(
        "three nodes upgraded in %.1f s; %s"
            .formatted(
                (upgraded - begin) / 1e9,
                back
                    ? "one taken back in %.1f s".formatted((ticker.nanos() - upgraded) / 1e9)
                    : "none taken back: " + previous + " has no " + RULES + " that promises it"));
    return results(rate, load, called, found);
  }

  /** Runs the script, as an operator does, with what it says. */
  private static void upgrade(Plan plan, ShippedNodes nodes, List<String> more) {
    var home = Path.of(System.getProperty("weft.home", "."));
    var command = new ArrayList<>(List.of(home.resolve("scripts/upgrade.sh").toString()));
    command.addAll(List.of("--data", nodes.data().toString()));
    command.addAll(more);
    plan.say("$ scripts/upgrade.sh " + String.join(" ", more));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var said = process.inputReader()) {
        said.lines().forEach(line -> plan.say("  " + line));
      }
      Patience.until(
          "upgrade.sh ends", UPGRADE_MAX, ChaosLimits.LOOK_INTERVAL, () -> !process.isAlive());
      if (process.exitValue() != 0) {
        throw new LabException("upgrade.sh ended with " + process.exitValue());
      }
    } catch (IOException e) {
      throw new LabException("upgrade.sh: " + e.getMessage(), e);
    }
    nodes.all().forEach(ShippedNode::adopt);
  }

  private static List<Result> results(int rate, HttpLoad load, Tally called, Orders.Found found) {
    var readers = load.readers();
    var writers = load.writers();
    var over = "upgrade, over HTTP at " + rate + "/s: ";
    var bus = "upgrade, over the bus at " + rate + "/s: ";
    return List.of(
        Result.none(ROW, over + "GETs failed after one retry", readers.failed(), readers.figures()),
        Result.none(
            ROW, over + "POSTs failed after one retry", writers.failed(), writers.figures()),
        Result.none(
            ROW,
            bus + "calls failed",
            called.failed(),
            " of " + (called.ok() + called.failed()) + ", " + called.told()),
        Result.none(
            ROW,
            over + "orders lost, doubled or never answered",
            found.lost() + found.doubled() + found.unanswered(),
            " of %d (%d lost, %d doubled)"
                .formatted(found.placed(), found.lost(), found.doubled())));
  }
}
