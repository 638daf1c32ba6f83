package io.weft.lab.chaos;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.weft.lab.Patience;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.List;

/**
 * Users are read and orders placed over HTTP, at all nodes in turn, however long the answers take;
 * and what became of it. For one thread, which it blocks.
 */
final class HttpLoad {
  private final Time time;
  private final Context context;
  private final FailoverClient readers;
  private final FailoverClient writers;
  private final Orders orders;

  /**
   * Creates a load that sends nothing yet.
   *
   * @param ports the HTTP ports of the nodes
   * @param token of an operator, that they take
   */
  HttpLoad(Vertx vertx, List<Integer> ports, String token) {
    time = Time.of(vertx);
    context = vertx.getOrCreateContext();
    readers = new FailoverClient(vertx, time, ports, token);
    writers = new FailoverClient(vertx, time, ports, token);
    orders = new Orders(writers);
  }

  /** Creates the users that are read, and who order. */
  void createUsers() {
    Patience.await("the users", context, orders::createUsers, ChaosLimits.START_MAX);
  }

  /**
   * Sends requests from now on, until the loop is stopped.
   *
   * @param perSecond how many
   * @param orderOneIn of so many one is an order, and the others read a user
   */
  OpenLoop start(int perSecond, int orderOneIn) {
    return OpenLoop.start(
        task -> context.runOnContext(turn -> task.run()),
        time,
        perSecond,
        number ->
            number % orderOneIn == 0
                ? orders.place(orders.placed())
                : readers.send(FailoverClient.Request.get("/v1/users/" + orders.user(number))));
  }

  /**
   * Lets it run for a while. What fails because everything has just started is told, and is not
   * what is looked for.
   *
   * @param before what comes next, for people
   */
  void warm(Plan plan, Duration pause, String before) {
    Patience.pause(pause);
    plan.say("before " + before + ": " + failed());
    forget();
  }

  /** Counts failures from here on. */
  void forget() {
    readers.forget();
    writers.forget();
  }

  /** Returns how many requests failed since, for people. */
  String failed() {
    return "GETs failed %d%s, POSTs %d%s"
        .formatted(readers.failed(), readers.figures(), writers.failed(), writers.figures());
  }

  /** Returns who reads users. */
  FailoverClient readers() {
    return readers;
  }

  /** Returns who places orders. */
  FailoverClient writers() {
    return writers;
  }

  /** Returns what was ordered. */
  Orders orders() {
    return orders;
  }

  /** Reads all orders back. */
  Orders.Found readBack() {
    return Patience.await("the orders", context, orders::find, ChaosLimits.AUDIT_MAX);
  }
}
