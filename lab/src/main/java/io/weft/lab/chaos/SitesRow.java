package io.weft.lab.chaos;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.chaos.EdgeCalls.What;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.lab.chaos.Findings.Kind;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Row 18: a hub and two edge sites, each on a network of its own. Orders are placed and users read
 * at all three, while links are cut and healed and nodes are killed on both sides, at random. In
 * the end what the customers were told is held against what is at the hub, and the credit that is
 * reserved there against what orders and sites hold. Beside it is measured how soon the edges
 * answer what they need no hub for, linked and cut off.
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
    private final FailoverClient hubReader;
    private final List<EdgeCalls> edges = new ArrayList<>();
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
      }
      hubReader = site(HUB).client(vertx, time);
      for (var site : edgeSites()) {
        edges.add(new EdgeCalls(time.ticker(), site.client(vertx, time), site.client(vertx, time)));
      }
      var hub = site(HUB).client(vertx, time);
      shopping = new SiteShopping(hub, plan.seed(), findings);
      audit = new SiteAudit(time, hub, shopping, findings);
    }

    private SiteCluster site(int place) {
      return sites.get(place - HUB);
    }

    private List<SiteCluster> edgeSites() {
      return sites.subList(HUB, sites.size());
    }

    private EdgeCalls edge(int place) {
      return edges.get(place - HUB - 1);
    }

    List<Result> all() {
      Patience.await("customers", context, shopping::createUsers, ChaosLimits.START_MAX);
      known();
      int rate = plan.rate() > 0 ? plan.rate() : ChaosLimits.SITE_RATE;
      var orders =
          load(
              rate,
              number -> {
                int site = (int) (number % sites.size());
                return shopping.order(sites.get(site).name(), writers.get(site));
              });
      var reads = load(rate * ChaosLimits.SITE_READS_PER_ORDER, this::read);
      var probes = load(rate, number -> edges.get((int) (number % edges.size())).ready());
      Patience.pause(ChaosLimits.WARM);
      context.runOnContext(
          warm -> {
            hubReader.forget();
            edges.forEach(EdgeCalls::forget);
          });
      harm();
      network.heal();
      sites.forEach(SiteCluster::awaitReady);
      reads.stop();
      probes.stop();
      orders.stop(ChaosLimits.DECIDED_MAX);
      Patience.await("the audit", context, audit::credit, ChaosLimits.AUDIT_MAX);
      Patience.await("the audit", context, audit::run, ChaosLimits.AUDIT_MAX);
      long nobodys = heldByNobody();
      findings.told().forEach(plan::say);
      return results(nobodys);
    }

    private OpenLoop load(int rate, OpenLoop.Sender sender) {
      return OpenLoop.start(task -> context.runOnContext(turn -> task.run()), time, rate, sender);
    }

    private Future<?> read(long number) {
      int site = (int) (number % sites.size());
      var user = shopping.anyReader();
      return site == 0
          ? hubReader.send(Request.get("/v1/users/" + user))
          : edges.get(site - 1).user(user);
    }

    /** Waits until every site knows the customers who are read. */
    private void known() {
      for (var site : sites) {
        var reader = site == site(HUB) ? hubReader : edge(HUB + sites.indexOf(site)).users();
        for (var user : shopping.readers()) {
          Patience.await(
              user + " is known at " + site.name(),
              context,
              () -> reader.insist(Request.get("/v1/users/" + user)),
              ChaosLimits.START_MAX);
        }
      }
    }

    /**
     * Returns how much of the customers' credit is reserved at the hub that no confirmed order has
     * and no site holds. Sites still fill or empty their purses for a moment.
     */
    private long heldByNobody() {
      long endNanos = time.ticker().nanos() + ChaosLimits.SETTLED_MAX.toNanos();
      while (true) {
        long held =
            Patience.await("the credit", context, audit::besideOrders, ChaosLimits.AUDIT_MAX);
        long nobodys = held - edgeSites().stream().mapToLong(site(HUB)::escrow).sum();
        if (nobodys == 0 || time.ticker().nanos() - endNanos >= 0) {
          return nobodys;
        }
        Patience.pause(ChaosLimits.SETTLED_LOOK);
      }
    }

    private void harm() {
      int cycles = plan.roundsOr(ChaosLimits.SITE_CYCLES);
      for (int cycle = 1; cycle <= cycles; cycle++) {
        boolean ready = sites.stream().allMatch(SiteCluster::isReady);
        edges.forEach(edge -> edge.phases().disturbed(!ready));
        var done = random.nextInt(ChaosLimits.SITE_KILL_ONE_IN) == 0 ? kill() : cut();
        Patience.pause(pause(ChaosLimits.SITE_PAUSE_MIN, ChaosLimits.SITE_PAUSE_MAX));
        Patience.await("the credit", context, audit::credit, ChaosLimits.AUDIT_MAX);
        plan.say(
            "%d of %d: %s; %d orders, of them %d provisional at first, %d rejected"
                .formatted(
                    cycle,
                    cycles,
                    done,
                    shopping.orders().size(),
                    count(SiteOrder::provisional),
                    told(SiteOrder.REJECTED)));
      }
    }

    private String kill() {
      kills++;
      edges.forEach(edge -> edge.phases().disturbed(true));
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
      edge(edge).phases().cut();
      cuts++;
      var longest = pause(ChaosLimits.SITE_CUT_MIN, ChaosLimits.SITE_CUT_MAX);
      Patience.pause(longest);
      network.healFromTo(edge, HUB);
      network.healFromTo(HUB, edge);
      edge(edge).phases().healed();
      return "cut %s off for %d ms%s"
          .formatted(site(edge).name(), longest.toMillis(), up && down ? "" : ", one way");
    }

    private Duration pause(Duration least, Duration most) {
      return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis()));
    }

    private long count(Predicate<SiteOrder> which) {
      return List.copyOf(shopping.orders()).stream().filter(which).count();
    }

    private long told(String status) {
      return count(order -> status.equals(order.last()));
    }

    /** Counts orders by something that only some of them have. */
    private Map<String, Long> by(Function<SiteOrder, @Nullable String> what) {
      return shopping.orders().stream()
          .map(what)
          .filter(Objects::nonNull)
          .collect(Collectors.groupingBy(each -> each, TreeMap::new, Collectors.counting()));
    }

    private List<Result> results(long nobodys) {
      var results = new ArrayList<Result>();
      results.add(
          Result.none(
              ROW,
              "orders acknowledged, not there once as told",
              findings.count(Kind.LOST) + findings.count(Kind.DOUBLED),
              (" of %d (%d confirmed, %d rejected, %d provisional at first, %d promised beside a"
                      + " rejection at the hub whose answer was lost) in %d cuts and %d kills")
                  .formatted(
                      shopping.orders().size(),
                      told(SiteOrder.CONFIRMED),
                      told(SiteOrder.REJECTED),
                      count(SiteOrder::provisional),
                      audit.beside(),
                      cuts,
                      kills)));
      results.add(
          Result.none(
              ROW,
              "orders promised and taken back, or rejected without a reason",
              findings.count(Kind.ANSWER),
              ""));
      results.add(
          Result.none(
              ROW,
              "orders refused by a site, and there all the same",
              findings.count(Kind.REFUSED),
              " of " + by(SiteOrder::refusal)));
      results.add(
          Result.none(
              ROW, "orders never decided after healing", findings.count(Kind.UNANSWERED), ""));
      results.add(Result.none(ROW, "looks that found credit over its limit", audit.over(), ""));
      results.add(
          Result.none(ROW, "credit that no order and no site holds, in cents", nobodys, ""));
      results.add(mixed());
      results.add(read("cloud", hubReader));
      for (int i = 0; i < edges.size(); i++) {
        var edge = edges.get(i);
        var name = edgeSites().get(i).name();
        results.add(read(name, edge.users()));
        results.add(
            Result.none(
                ROW,
                name + " asked whether it is ready, failed",
                edge.probes().failed(),
                edge.probes().figures()));
        results.add(soon("users read at " + name, edge, What.USER));
        results.add(soon(name + " asked whether it is ready", edge, What.READY));
      }
      return results;
    }

    /** What a run must have had in it for the others to say something, if it was long enough. */
    private Result mixed() {
      long provisional = count(SiteOrder::provisional);
      var rejected = by(SiteOrder::reason);
      boolean wanted = cuts + kills >= ChaosLimits.SITE_LONG_CYCLES;
      return new Result(
          ROW,
          "orders provisional at first, and orders rejected",
          wanted ? "some of both" : "told",
          "%d (%d rejected later), and %s"
              .formatted(
                  provisional,
                  count(order -> order.provisional() && SiteOrder.REJECTED.equals(order.last())),
                  rejected),
          !wanted || (provisional > 0 && !rejected.isEmpty()));
    }

    private static Result read(String site, FailoverClient reader) {
      return Result.none(
          ROW, "users read at " + site + ", failed", reader.failed(), reader.figures());
    }

    private static Result soon(String what, EdgeCalls edge, What of) {
      return new Result(ROW, what + ", p50 / p99", "told", edge.figures(of), true);
    }
  }
}
