package io.weft.lab.sim;

import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.EscrowJournal.State;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Set;

/** The operator of a world of sites, who sees late and decides what has to be decided. */
final class SiteOperator {
  private final SiteWorld world;
  private final Set<String> busy = new HashSet<>();

  SiteOperator(SiteWorld world) {
    this.world = world;
  }

  /** A site has come back with another journal: the one before is settled, and then freed. */
  void reconcile(String site) {
    if (busy.add(site)) {
      world
          .time()
          .after(
              Duration.ofMillis(500 + world.rng().nextInt(3_000)),
              () -> {
                busy.remove(site);
                var own = new SiteHub.Key(site, world.site(site).stored().incarnation);
                if (!world.hub().journals().containsKey(own)) {
                  world.log("reconcile", site, "", 0);
                  world.hub().close(site);
                  decide(site, Decision.SETTLE);
                }
              });
    }
  }

  private void decide(String site, Decision decision) {
    for (var each : world.hub().journals().entrySet()) {
      if (each.getKey().site().equals(site) && each.getValue().state == State.CLOSED) {
        world.hub().decide(each.getKey(), decision);
      }
    }
  }

  /** Revokes a site by mistake, and lets it back as it was. */
  void revoke(String site) {
    var before = new LinkedHashMap<SiteHub.Key, State>();
    world
        .hub()
        .journals()
        .forEach(
            (key, journal) -> {
              if (key.site().equals(site)) {
                before.put(key, journal.state);
              }
            });
    if (!before.containsValue(State.OPEN) || !busy.add(site)) {
      return;
    }
    world.log("revoke", site, "", 0);
    world.hub().close(site);
    world
        .time()
        .after(
            Duration.ofMillis(500 + world.rng().nextInt(5_000)),
            () -> {
              busy.remove(site);
              world.log("reopen", site, "", 0);
              before.forEach(
                  (key, state) -> {
                    if (state == State.OPEN) {
                      world.hub().decide(key, Decision.REOPEN);
                    } else if (state == State.SETTLING) {
                      world.hub().decide(key, Decision.SETTLE);
                    }
                  });
            });
  }

  /** Frees what journals hold that sites do not have any more, once their orders are settled. */
  void free() {
    for (var each : world.hub().journals().entrySet()) {
      var key = each.getKey();
      var site = world.site(key.site());
      if (each.getValue().state == State.SETTLING
          && !site.stored().incarnation.equals(key.incarnation())
          && site.waiting().stream()
              .noneMatch(entry -> entry.incarnation().equals(key.incarnation()))) {
        world.log("free", key.site(), "", 0);
        world.hub().decide(key, Decision.FREE);
      }
    }
  }
}
