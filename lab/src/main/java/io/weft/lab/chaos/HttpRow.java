package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows 1 and 2 over HTTP: users are read and orders placed while nodes as they are shipped are
 * killed, or stopped in order, and started again.
 */
final class HttpRow implements Row {
  private final boolean kill;

  private HttpRow(boolean kill) {
    this.kill = kill;
  }

  /** Returns the row in which nodes are killed. */
  static HttpRow kill() {
    return new HttpRow(true);
  }

  /** Returns the row in which nodes are stopped in order. */
  static HttpRow drain() {
    return new HttpRow(false);
  }

  @Override
  public List<Result> run(Plan plan) {
    var vertx = Vertx.vertx();
    plan.say("starting " + ChaosLimits.NODES + " shipped nodes with PostgreSQL…");
    try (var nodes = new ShippedNodes(ChaosLimits.NODES)) {
      var load = new HttpLoad(vertx, nodes.httpPorts(), nodes.token());
      load.createUsers();
      int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.HTTP_RATE;
      var requests = load.start(rate, ChaosLimits.ORDER_ONE_IN);
      load.warm(plan, ChaosLimits.HTTP_WARM, "the first fault");
      harm(plan, nodes, load);
      requests.stop();
      return results(rate, load, load.readBack());
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  private void harm(Plan plan, ShippedNodes nodes, HttpLoad load) {
    int rounds = plan.roundsOr(kill ? ChaosLimits.KILL_ROUNDS : ChaosLimits.DRAIN_ROUNDS);
    var random = new SplittableRandom(plan.seed());
    for (int round = 1; round <= rounds; round++) {
      if (kill) {
        harm(nodes, random.nextInt(ChaosLimits.NODES));
      } else {
        for (int node = 0; node < ChaosLimits.NODES; node++) {
          harm(nodes, node);
        }
      }
      plan.say(
          "%s over HTTP %d of %d: %s"
              .formatted(kill ? "kill" : "restart", round, rounds, load.failed()));
    }
  }

  private void harm(ShippedNodes nodes, int victim) {
    var node = nodes.node(victim);
    if (kill) {
      node.kill();
      Patience.pause(ChaosLimits.WATCH);
    } else {
      node.terminate();
      node.awaitEnd();
    }
    nodes.restart(victim);
    Patience.pause(ChaosLimits.STEADY);
  }

  private List<Result> results(int rate, HttpLoad load, Orders.Found found) {
    var readers = load.readers();
    var writers = load.writers();
    int row = kill ? 1 : 2;
    var over = "over HTTP at " + rate + "/s: ";
    var results = new ArrayList<Result>();
    results.add(
        Result.none(
            row, over + "GETs failed after one retry", readers.failed(), readers.figures()));
    if (!kill) { // A POST in doubt after a kill is asked again until it is answered.
      results.add(
          Result.none(
              row, over + "POSTs failed after one retry", writers.failed(), writers.figures()));
    }
    results.add(
        Result.none(
            row,
            over + "orders lost, doubled or never answered",
            found.lost() + found.doubled() + found.unanswered(),
            " of %d (%d lost, %d doubled; asked more than twice %d)"
                .formatted(found.placed(), found.lost(), found.doubled(), writers.failed())));
    return results;
  }
}
