package io.weft.lab.chaos;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Row 18: a hub and two edge sites, each on a network of its own. Orders are placed and users read
 * at all three, while links are cut and healed and nodes are killed on both sides, at random. In
 * the end what the customers were told is held against what is at the hub.
 */
final class SitesRow implements Row {
  private static final int ROW = 18;
  private static final int HUB = 1;

  @Override
  public List<Result> run(Plan plan) {
    var vertx = Vertx.vertx();
    var clusters = new ArrayList<SiteCluster>();
    try (var network = new Network()) {
      network.attachSelf();
      plan.say("starting a hub and " + ChaosLimits.EDGES + " edge sites…");
      try {
        var hub = SiteCluster.hub(network, "cloud", HUB);
        clusters.add(hub);
        for (int i = 1; i <= ChaosLimits.EDGES; i++) {
          var edge = SiteCluster.edge(network, "edge-" + i, HUB + i, hub);
          clusters.add(edge);
          hub.letIn(edge);
        }
        return new Run(plan, vertx, network, List.copyOf(clusters)).all();
      } catch (LabException e) {
        // What cannot be run to its end is told with what the nodes said last.
        throw new LabException(
            e.getMessage()
                + "\n"
                + clusters.stream().map(SiteCluster::logTails).collect(Collectors.joining("\n")),
            e);
      } finally {
        clusters.forEach(SiteCluster::close);
      }
    } finally {
      Patience.await("the client closes", vertx.close(), ChaosLimits.START_MAX);
    }
  }

  /** One run, the hub being the first of its sites. */
  private static final class Run {
    private final Plan plan;
    private final Network network;
    private final List<SiteCluster> sites;
    private final Time time;
    private final Context context;
    private final SplittableRandom random;
    private final Findings findings = new Findings();
    private final List<FailoverClient> writers = new ArrayList<>();
    private final List<FailoverClient> readers = new ArrayList<>();
    private final SiteShopping shopping;
    private final SiteAudit audit;
    private int cuts;
    private int kills;

    Run(Plan plan, Vertx vertx, Network network, List<SiteCluster> sites) {
      this.plan = plan;
      this.network = network;
      this.sites = sites;
      time = Time.of(vertx);
      context = vertx.getOrCreateContext();
      random = new SplittableRandom(plan.seed());
      for (var site : sites) {
        writers.add(site.client(vertx, time));
        readers.add(site.client(vertx, time));
      }
      var hub = site(HUB).client(vertx, time);
      shopping = new SiteShopping(hub, plan.seed(), findings);
      audit = new SiteAudit(time, hub, shopping, findings);
    }

    private SiteCluster site(int place) {
      return sites.get(place - HUB);
    }

    List<Result> all() {
      Patience.await("customers", context, shopping::createUsers, ChaosLimits.START_MAX);
      known();
      int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.SITE_RATE;
      var orders =
          OpenLoop.start(
              task -> context.runOnContext(turn -> task.run()),
              time,
              rate,
              number -> {
                int site = (int) (number % sites.size());
                return shopping.order(sites.get(site).name(), writers.get(site));
              });
      var reads =
          OpenLoop.start(
              task -> context.runOnContext(turn -> task.run()),
              time,
              rate * ChaosLimits.SITE_READS_PER_ORDER,
              number -> {
                var reader = readers.get((int) (number % readers.size()));
                return reader.send(Request.get("/v1/users/" + shopping.anyUser()));
              });
      Patience.pause(ChaosLimits.WARM);
      readers.forEach(FailoverClient::forget);
      harm();
      network.heal();
      sites.forEach(SiteCluster::awaitReady);
      reads.stop();
      orders.stop(ChaosLimits.DECIDED_MAX);
      Patience.await("the audit", context, audit::credit, ChaosLimits.AUDIT_MAX);
      Patience.await("the audit", context, audit::run, ChaosLimits.AUDIT_MAX);
      findings.told().forEach(plan::say);
      return results();
    }

    /** Waits until every site knows every customer. */
    private void known() {
      for (int i = 0; i < sites.size(); i++) {
        var reader = readers.get(i);
        for (var user : shopping.users()) {
          Patience.await(
              user + " is known at " + sites.get(i).name(),
              context,
              () -> reader.insist(Request.get("/v1/users/" + user)),
              ChaosLimits.START_MAX);
        }
      }
    }

    private void harm() {
      int cycles = plan.roundsOr(ChaosLimits.SITE_CYCLES);
      for (int cycle = 1; cycle <= cycles; cycle++) {
        var done = random.nextInt(ChaosLimits.SITE_KILL_ONE_IN) == 0 ? kill() : cut();
        Patience.pause(pause(ChaosLimits.SITE_PAUSE_MIN, ChaosLimits.SITE_PAUSE_MAX));
        Patience.await("the credit", context, audit::credit, ChaosLimits.AUDIT_MAX);
        plan.say(
            "%d of %d: %s; %d orders, of them %d provisional at first"
                .formatted(cycle, cycles, done, shopping.orders().size(), provisional()));
      }
    }

    private String kill() {
      kills++;
      return "killed " + sites.get(random.nextInt(sites.size())).kill(random);
    }

    private String cut() {
      int edge = HUB + 1 + random.nextInt(ChaosLimits.EDGES);
      boolean up = random.nextInt(ChaosLimits.SITE_ONE_WAY_ONE_IN) != 0;
      boolean down = !up || random.nextInt(ChaosLimits.SITE_ONE_WAY_ONE_IN) != 0;
      if (up) {
        network.cutFromTo(edge, HUB);
      }
      if (down) {
        network.cutFromTo(HUB, edge);
      }
      cuts++;
      var longest = pause(ChaosLimits.SITE_CUT_MIN, ChaosLimits.SITE_CUT_MAX);
      Patience.pause(longest);
      network.healFromTo(edge, HUB);
      network.healFromTo(HUB, edge);
      return "cut %s off for %d ms%s"
          .formatted(site(edge).name(), longest.toMillis(), up && down ? "" : ", one way");
    }

    private Duration pause(Duration least, Duration most) {
      return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis()));
    }

    private long provisional() {
      return List.copyOf(shopping.orders()).stream().filter(SiteOrder::provisional).count();
    }

    private long told(String status) {
      return shopping.orders().stream().filter(order -> status.equals(order.last())).count();
    }

    private List<Result> results() {
      var results = new ArrayList<Result>();
      results.add(
          Result.none(
              ROW,
              "orders acknowledged, not there once as told",
              findings.count(Kind.LOST) + findings.count(Kind.DOUBLED),
              " of %d (%d confirmed, %d rejected, %d provisional at first) in %d cuts and %d kills"
                  .formatted(
                      shopping.orders().size(),
                      told(SiteOrder.CONFIRMED),
                      told(SiteOrder.REJECTED),
                      provisional(),
                      cuts,
                      kills)));
      results.add(
          Result.none(ROW, "orders promised and taken back", findings.count(Kind.ANSWER), ""));
      results.add(
          Result.none(
              ROW, "orders never decided after healing", findings.count(Kind.UNANSWERED), ""));
      results.add(Result.none(ROW, "looks that found credit over its limit", audit.over(), ""));
      for (int i = 0; i < sites.size(); i++) {
        var reader = readers.get(i);
        results.add(
            Result.none(
                ROW,
                "users read at " + sites.get(i).name() + ", failed",
                reader.failed(),
                reader.figures()));
      }
      return results;
    }
  }
}
