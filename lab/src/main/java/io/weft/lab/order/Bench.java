package io.weft.lab.order;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNodes;
import io.weft.lab.call.Caller;
import io.weft.lab.call.Load;
import io.weft.lab.call.Measure;
import io.weft.mesh.time.Ticker;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One run: nodes as they are shipped, and their PostgreSQL without them, measured in turn, so that
 * a busy or slow minute of the machine is everybody's.
 */
final class Bench implements AutoCloseable {
  static final String WEFT = "weft";
  static final String CEILING = "ceiling";

  private final Plan plan;
  private final PrintWriter progress;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context context = vertx.getOrCreateContext();
  private final ShippedNodes nodes;
  private final Pool watching;
  private final List<UUID> users;
  private final List<String> remarks = new ArrayList<>();

  /**
   * What is measured.
   *
   * @param nodes so many serve
   * @param connections so many orders are outstanding at a time
   * @param seconds for so long each time
   * @param rounds so often
   */
  record Plan(int nodes, int connections, int seconds, int rounds) {}

  /** One of the two, and how to get at it for one measurement. */
  private record Contender(String name, Supplier<Future<Session>> open) {}

  /** What makes the orders of one measurement. */
  private record Session(Caller caller, Supplier<Future<?>> close) {}

  /** Starts the nodes and makes what both systems need. Blocks. */
  Bench(Plan plan, PrintWriter progress) {
    this.plan = plan;
    this.progress = progress;
    progress.println("starting " + plan.nodes() + " shipped node(s) with PostgreSQL…");
    nodes = new ShippedNodes(plan.nodes());
    watching =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(1))
            .connectingTo(nodes.postgres().login())
            .using(vertx)
            .build();
    users = prepared("the users", Shop.register(vertx, context, nodes));
    prepared("the tables of the ceiling", watching.withConnection(CeilingTables::make));
  }

  /** Measures. Blocks for as long as it takes. */
  List<Figures> run() {
    var weft = new Contender(WEFT, this::shop);
    var ceiling = new Contender(CEILING, this::ceiling);
    progress.println("warming up…");
    for (int i = 0; i < OrderLimits.WARM_ROUNDS; i++) {
      measure(weft);
      measure(ceiling);
    }
    remarks.clear(); // What fails because everything has just started is not what is looked for.
    var ofWeft = new ArrayList<Figures.Round>();
    var ofCeiling = new ArrayList<Figures.Round>();
    for (int round = 1; round <= plan.rounds(); round++) {
      progress.println("round " + round + " of " + plan.rounds() + "…");
      // Each round begins with the other one, so that neither always finds the larger tables.
      if (round % 2 == 1) {
        ofWeft.add(measure(weft));
        ofCeiling.add(measure(ceiling));
      } else {
        ofCeiling.add(measure(ceiling));
        ofWeft.add(measure(weft));
      }
    }
    return List.of(
        Figures.of(WEFT, plan.connections(), ofWeft),
        Figures.of(CEILING, plan.connections(), ofCeiling));
  }

  /** Returns what is to be told besides the figures. */
  List<String> remarks() {
    return remarks;
  }

  private Future<Session> shop() {
    return Shop.open(vertx, context, nodes, plan.connections(), users)
        .map(shop -> new Session(shop, shop::close));
  }

  private Future<Session> ceiling() {
    int connections = OrderLimits.POOL_SIZE * plan.nodes();
    var ceiling = new Ceiling(vertx, context, nodes.postgres().login(), connections, users);
    return Future.succeededFuture(new Session(ceiling, ceiling::close));
  }

  private Figures.Round measure(Contender system) {
    // What the one before left to be written to the files is not this one's.
    prepared("a checkpoint", watching.query("checkpoint").execute());
    var session = prepared(system.name(), system.open().get());
    var before = spent();
    var load =
        new Load(
            session.caller(),
            Ticker.system(),
            plan.connections(),
            Duration.ofSeconds(plan.seconds()),
            OrderLimits.DRAIN_MAX);
    var measure = Patience.await(system.name(), load.run(), longest());
    var spent = spent().since(before, measure.answered());
    prepared(system.name() + " ends", session.close().get());
    remark(system, measure, spent);
    return new Figures.Round(measure, spent);
  }

  private void remark(Contender system, Measure measure, Spent.PerOrder spent) {
    if (measure.errors() > 0) {
      remarks.add(
          "%s: %d errors, the first: %s"
              .formatted(system.name(), measure.errors(), measure.firstError()));
    }
    double busy = spent.clientMicros() * measure.rps() / 1e6;
    if (busy > OrderLimits.CLIENT_BUSY_MAX) {
      remarks.add(
          "%s: the load generator kept %.2f cores busy: it may be what was measured"
              .formatted(system.name(), busy));
    }
  }

  private Spent spent() {
    var processes = nodes.all().stream().map(node -> ProcessHandle.of(node.pid()).orElseThrow());
    return prepared(
        "the counters", Spent.until(watching, processes, nodes.postgres().processes().stream()));
  }

  private Duration longest() {
    return Duration.ofSeconds(plan.seconds())
        .plus(OrderLimits.DRAIN_MAX)
        .plus(OrderLimits.ANSWER_SLACK);
  }

  private static <T> T prepared(String what, Future<T> future) {
    return Patience.await(what, future, OrderLimits.PREPARE_MAX);
  }

  /** Stops the nodes and their PostgreSQL, and deletes what they kept. */
  @Override
  public void close() {
    try {
      Patience.await("the client closes", vertx.close(), OrderLimits.PREPARE_MAX);
    } catch (LabException e) {
      progress.println(e.getMessage());
    }
    nodes.close();
  }
}
