package io.weft.lab.chaos;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNodes;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Rows 1 and 2 over HTTP: users are read and orders placed while nodes as they are shipped are
 * killed, or stopped in order, and started again.
 */
final class HttpRow implements Row {
  private static final Duration READ_BACK_MAX = Duration.ofMinutes(10);

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
      var time = Time.of(vertx);
      var context = vertx.getOrCreateContext();
      var readers = new FailoverClient(vertx, time, nodes.httpPorts(), nodes.token());
      var writers = new FailoverClient(vertx, time, nodes.httpPorts(), nodes.token());
      var orders = new Orders(writers);
      await("the users", context, orders::createUsers, ChaosLimits.START_MAX);
      int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.HTTP_RATE;
      var load =
          OpenLoop.start(
              task -> context.runOnContext(turn -> task.run()),
              time,
              rate,
              number -> next(number, readers, orders));
      warm(plan, readers, writers);
      harm(plan, nodes, readers, writers);
      load.stop();
      var found = await("the orders", context, orders::find, READ_BACK_MAX);
      return results(rate, readers, writers, found);
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  /** What fails because everything has just started is told, and is not what is looked for. */
  private static void warm(Plan plan, FailoverClient readers, FailoverClient writers) {
    Patience.pause(ChaosLimits.HTTP_WARM);
    plan.say(
        "before the first fault: GETs failed %d%s, POSTs %d%s"
            .formatted(readers.failed(), readers.figures(), writers.failed(), writers.figures()));
    readers.forget();
    writers.forget();
  }

  private static Future<?> next(long number, FailoverClient readers, Orders orders) {
    return number % ChaosLimits.ORDER_ONE_IN == 0
        ? orders.place(number)
        : readers.send(FailoverClient.Request.get("/v1/users/" + orders.user(number)));
  }

  private void harm(Plan plan, ShippedNodes nodes, FailoverClient readers, FailoverClient writers) {
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
          "%s over HTTP %d of %d: GETs failed %d%s, POSTs %d%s"
              .formatted(
                  kill ? "kill" : "restart",
                  round,
                  rounds,
                  readers.failed(),
                  readers.figures(),
                  writers.failed(),
                  writers.figures()));
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

  private List<Result> results(
      int rate, FailoverClient readers, FailoverClient writers, Orders.Found found) {
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

  private static <T> T await(
      String what, Context context, Supplier<Future<T>> task, Duration timeout) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> task.get().onComplete(done));
    return Patience.await(what, done.future(), timeout);
  }
}
