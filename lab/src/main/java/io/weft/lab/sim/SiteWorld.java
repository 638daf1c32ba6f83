package io.weft.lab.sim;

import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import io.weft.orders.api.PlaceOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A hub, sites on links, people who order at all of them, and what goes wrong. */
final class SiteWorld {
  static final String CURRENCY = "EUR";

  private static final Duration OPERATOR_LOOKS = Duration.ofSeconds(5);

  private final VirtualTime time;
  private final Rng rng;
  private final EventLog log;
  private final SiteParts parts;
  private final SiteLaws laws = new SiteLaws(this);
  private final SiteLink link = new SiteLink(this);
  private final SiteOperator operator = new SiteOperator(this);
  private final SiteHub hub;
  private final List<SimSite> sites = new ArrayList<>();
  private final List<SiteHub.User> users;
  private boolean ordering = true;
  private boolean faults = true;
  private long keys;
  private long steps;

  SiteWorld(
      long seed, int siteCount, int userCount, SiteParts parts, @Nullable Consumer<String> reader) {
    time = new VirtualTime(seed);
    rng = Rng.seeded(seed);
    log = new EventLog(SimLimits.HISTORY, reader);
    this.parts = parts;
    hub = new SiteHub(time, rng, parts, laws);
    for (int i = 0; i < userCount; i++) {
      hub.add(rng.uuid(), 1_000 + rng.nextInt(100_000));
    }
    users = List.copyOf(hub.users());
    for (int i = 0; i < siteCount; i++) {
      sites.add(new SimSite(this, "edge-" + i));
    }
  }

  VirtualTime time() {
    return time;
  }

  Rng rng() {
    return rng;
  }

  EventLog log() {
    return log;
  }

  void log(String what, String who, String whom, long number) {
    log.add(time.nanos(), what, who, whom, number);
  }

  SiteParts parts() {
    return parts;
  }

  SiteLaws laws() {
    return laws;
  }

  SiteLink link() {
    return link;
  }

  SiteOperator operator() {
    return operator;
  }

  SiteHub hub() {
    return hub;
  }

  List<SimSite> sites() {
    return sites;
  }

  SimSite site(String name) {
    return sites.stream().filter(site -> site.name().equals(name)).findFirst().orElseThrow();
  }

  long steps() {
    return steps;
  }

  /** Returns the user with an id. */
  SiteHub.User user(UUID id) {
    return users.stream().filter(user -> user.id.equals(id)).findFirst().orElseThrow();
  }

  /** Returns any user. */
  SiteHub.User anyUser() {
    return users.get(rng.nextInt(users.size()));
  }

  /** Starts all processes. */
  void begin() {
    sites.forEach(SimSite::start);
    every(OPERATOR_LOOKS, operator::free);
  }

  private void every(Duration interval, Runnable task) {
    time.after(
        interval,
        () -> {
          task.run();
          every(interval, task);
        });
  }

  /**
   * Has people order, on average once in an interval, at the sites and at the hub.
   *
   * @param part an order is at most so much of its user's limit: one divided by this
   */
  void order(Duration interval, int part) {
    time.after(
        drawn(interval),
        () -> {
          if (ordering) {
            orderOne(part);
            order(interval, part);
          }
        });
  }

  /** Has every user order something for nothing at every site, so that sites know their users. */
  void greet() {
    for (var site : sites) {
      users.forEach(user -> site.place(order(user, 0), "key " + keys++, 0));
    }
  }

  private static PlaceOrder order(SiteHub.User user, long total) {
    var line = new PlaceOrder.Line("sku", null, 1L, total, null);
    return new PlaceOrder(user.id.toString(), CURRENCY, List.of(line), null);
  }

  private void orderOne(int part) {
    var user = anyUser();
    long total = rng.nextInt(Math.max(1, (int) (user.limit / part)));
    var request = order(user, total);
    String key = "key " + keys++;
    int where = rng.nextInt(sites.size() + 1);
    if (where < sites.size() && sites.get(where).up()) {
      sites.get(where).place(request, key, total);
    }
    // Some ask the hub, and some of those have asked a site before, and heard nothing.
    if ((where == sites.size() || rng.nextInt(20) == 0) && !hub.down()) {
      hub.place(request, rng.uuid(), key, total);
    }
    if (rng.nextInt(2) == 0 && !hub.down()) {
      hub.orders().stream()
          .filter(order -> order.status == SiteHub.Status.CONFIRMED)
          .skip(rng.nextInt(5))
          .findFirst()
          .ifPresent(hub::cancel);
    }
  }

  private Duration drawn(Duration mean) {
    return Duration.ofNanos((long) (-Math.log(1 - rng.nextDouble()) * mean.toNanos()));
  }

  /** Has things break, on average once in an interval. */
  void harm(Duration interval) {
    time.after(
        drawn(interval),
        () -> {
          if (faults) {
            harmOne();
            harm(interval);
          }
        });
  }

  private void harmOne() {
    var site = sites.get(rng.nextInt(sites.size()));
    var lasts = Duration.ofMillis(200 + rng.nextInt(12_000));
    switch (rng.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        log("cut", site.name(), "", 0);
        site.cut(true);
        time.after(lasts, () -> site.cut(false));
      }
      case 4, 5 -> crash(site, lasts.dividedBy(4), () -> {});
      case 6 -> {
        log("crash", "hub", "", 0);
        hub.crash();
        time.after(lasts.dividedBy(4), hub::start);
      }
      case 7 -> site.backUp();
      case 8 ->
          crash(
              site,
              lasts.dividedBy(4),
              () -> {
                log("restore", site.name(), "", 0);
                site.restore().forEach(laws::lost);
              });
      default -> operator.revoke(site.name());
    }
  }

  private void crash(SimSite site, Duration lasts, Runnable meanwhile) {
    if (!site.up()) {
      return;
    }
    log("crash", site.name(), "", 0);
    site.crash();
    time.after(
        lasts,
        () -> {
          meanwhile.run();
          site.start();
        });
  }

  /** Lets people stop ordering. */
  void quiet() {
    ordering = false;
  }

  /** Nothing breaks any more; what is broken is mended in its time, and links now. */
  void heal() {
    faults = false;
    link.heal();
    sites.forEach(site -> site.cut(false));
    log("heal", "all", "", 0);
  }

  /** Lets time pass, and looks at the laws after each step. */
  void pass(Duration by) {
    long until = time.nanos() + by.toNanos();
    while (step(until)) {
      steps++;
      laws.afterStep();
    }
  }

  private boolean step(long untilNanos) {
    try {
      boolean more = time.runNext(untilNanos);
      if (!more) {
        time.advance(Duration.ofNanos(untilNanos - time.nanos()));
      }
      return more;
    } catch (Violation violation) {
      throw violation;
    } catch (RuntimeException thrown) {
      throw new Violation(SiteLaws.THROWN, thrown);
    }
  }

  /** Returns whether no journal holds an order. */
  boolean drained() {
    return sites.stream().allMatch(site -> site.up() && site.waiting().isEmpty());
  }
}
