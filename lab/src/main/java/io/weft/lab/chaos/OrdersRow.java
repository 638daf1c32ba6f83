package io.weft.lab.chaos;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.PoolOptions;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.ShippedNodes;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.lab.chaos.Ledger.Told;
import io.weft.mesh.time.Time;
import java.util.ArrayList;
import java.util.List;

/**
 * Row 6: orders are placed over HTTP while nodes and PostgreSQL are killed at random, again and
 * again, before what was killed last is back. In the end the client's ledger is held against what
 * is there.
 */
final class OrdersRow implements Row {
  private static final int ROW = 6;

  @Override
  public List<Result> run(Plan plan) {
    var vertx = Vertx.vertx();
    plan.say("starting " + ChaosLimits.NODES + " shipped nodes with PostgreSQL…");
    try (var nodes = new ShippedNodes(ChaosLimits.NODES)) {
      return watched(plan, nodes, vertx);
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  /** What cannot be run to its end is told with what the nodes said last. */
  private static List<Result> watched(Plan plan, ShippedNodes nodes, Vertx vertx) {
    try {
      return run(plan, nodes, vertx);
    } catch (LabException e) {
      throw new LabException(e.getMessage() + "\n" + nodes.logTails(), e);
    }
  }

  private static List<Result> run(Plan plan, ShippedNodes nodes, Vertx vertx) {
    var time = Time.of(vertx);
    var context = vertx.getOrCreateContext();
    var findings = new Findings();
    var ledger = new Ledger(plan.seed(), findings);
    var client = new FailoverClient(vertx, time, nodes.httpPorts(), nodes.token());
    var customers =
        new Customers(
            client,
            ledger.run(),
            plan.seed(),
            findings,
            ChaosLimits.CUSTOMERS_AT_A_TIME,
            ChaosLimits.ORDERS_PER_CUSTOMER);
    Patience.await("the first customers", context, customers::createFirst, ChaosLimits.START_MAX);
    var shopping = new Shopping(client, ledger, customers);
    var readers = new EventReaders(vertx, time, nodes.httpPorts(), nodes.token());
    int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.ORDERS_RATE;
    var load =
        OpenLoop.start(
            task -> context.runOnContext(turn -> task.run()),
            time,
            rate,
            number -> {
              readers.follow(customers.all());
              return shopping.order();
            });
    Patience.pause(ChaosLimits.WARM);
    var harm = new Harm(plan, nodes);
    harm.run(() -> "asked again %d of %d".formatted(client.raw(), client.sent()));
    var tally = stop(load, nodes);
    // What was given up is not asked for again while it is read back.
    Patience.await("the shoppers leave", client.close(), ChaosLimits.START_MAX);
    harm.reviveAll();
    var database =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(1))
            .connectingTo(nodes.postgres().login())
            .using(vertx)
            .build();
    plan.say("reading back " + ledger.entries().size() + " orders…");
    var comparison = new Comparison(ledger, customers::user, findings);
    var auditor = new FailoverClient(vertx, time, nodes.httpPorts(), nodes.token());
    var audit = new Audit(database, auditor, time, ledger, customers, comparison);
    Patience.await("the audit", context, audit::run, ChaosLimits.AUDIT_MAX);
    var logged = new EventComparison(ledger, findings);
    var events = new EventAudit(database, time, readers, logged);
    Patience.await("the audit of events", context, events::run, ChaosLimits.AUDIT_MAX);
    context.runOnContext(turn -> readers.stop());
    findings.told().forEach(plan::say);
    plan.say("half the orders were decided within %.0f ms".formatted(tally.p50Millis()));
    var results = results(harm, ledger, comparison, findings);
    results.add(
        none(
            "orders or events on their way %d s later"
                .formatted(ChaosLimits.SETTLED_MAX.toSeconds()),
            audit.unsettled(),
            ""));
    results.add(
        none(
            "orders whose events are not logged once and in order",
            findings.count(Kind.EVENTS),
            ", " + logged.last() + " events"));
    results.add(
        none(
            "readers of events that missed one or saw one twice",
            findings.count(Kind.READ),
            ", %d events over %d connections".formatted(events.seen(), readers.connections())));
    return results;
  }

  /** Whoever is not answered after a long time never will be, and is told as unanswered. */
  private static Tally stop(OpenLoop load, ShippedNodes nodes) {
    try {
      return load.stop(ChaosLimits.DECIDED_MAX);
    } catch (LabException e) {
      System.err.println(e.getMessage() + "\n" + nodes.logTails());
      return load.end();
    }
  }

  private static List<Result> results(
      Harm harm, Ledger ledger, Comparison comparison, Findings findings) {
    long acknowledged = told(ledger, Told.CONFIRMED) + told(ledger, Told.CANCELLED);
    long refused = told(ledger, Told.REJECTED) + told(ledger, Told.REFUSED);
    var results = new ArrayList<Result>();
    results.add(
        none(
            "orders acknowledged, not there once as told",
            findings.count(Kind.LOST),
            " of %d (%d cancelled) in %s"
                .formatted(acknowledged, told(ledger, Told.CANCELLED), harm.figures())));
    results.add(
        none("orders refused, not as told", findings.count(Kind.REFUSED), " of " + refused));
    results.add(
        none(
            "orders never decided, as told to their client",
            findings.count(Kind.UNANSWERED),
            " of " + ledger.entries().size()));
    results.add(none("orders there twice, or told to nobody", findings.count(Kind.DOUBLED), ""));
    results.add(
        none(
            "same key, other answer",
            findings.count(Kind.ANSWER),
            " of " + ledger.repeated() + " repetitions"));
    results.add(
        none(
            "other order with a used key, taken",
            findings.count(Kind.KEY),
            " of " + ledger.clashes()));
    results.add(
        none(
            "credit held beside confirmed orders, in cents",
            comparison.off(),
            " of " + comparison.reserved()));
    results.add(
        none("orders and users that the API tells otherwise", findings.count(Kind.API), ""));
    return results;
  }

  private static Result none(String what, long count, String details) {
    return Result.none(ROW, what, count, details);
  }

  private static long told(Ledger ledger, Told told) {
    return ledger.entries().stream().filter(entry -> entry.told() == told).count();
  }
}
