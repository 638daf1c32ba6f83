package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.orders.OrdersLimits;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the purses of those who order at a site: a few at a time while the site has its hub,
 * and of those who ordered meanwhile when it is back. For one context.
 */
public final class Refills {
  private static final Logger LOG = LoggerFactory.getLogger(Refills.class);

  private final Refill refill;
  private final Function<UUID, Future<Long>> limits;
  private final Set<UUID> waiting = new LinkedHashSet<>();
  private final Set<UUID> running = new LinkedHashSet<>();
  private boolean open;

  /**
   * Creates it; purses are looked after from {@link #open} on.
   *
   * @param limits tells what a user may spend in all, in minor units; 0 of one who may not order
   */
  public Refills(Refill refill, Function<UUID, Future<Long>> limits) {
    this.refill = refill;
    this.limits = limits;
  }

  /** Says that a user has ordered. */
  public void want(UUID user) {
    if (waiting.size() < OrdersLimits.REFILLS_WAITING_MAX) {
      waiting.add(user);
      go();
    }
  }

  /** Goes on: the hub can be asked. */
  public void open() {
    open = true;
    go();
  }

  /** Waits: the hub cannot be asked. */
  public void close() {
    open = false;
  }

  private void go() {
    while (open && running.size() < OrdersLimits.REFILLS_AT_A_TIME) {
      var next = waiting.stream().filter(user -> !running.contains(user)).findFirst();
      if (next.isEmpty()) {
        return;
      }
      waiting.remove(next.get());
      running.add(next.get());
      run(next.get());
    }
  }

  private void run(UUID user) {
    limits
        .apply(user)
        .compose(limit -> refill.run(user, limit))
        // Whoever orders again has it looked after again.
        .onFailure(e -> LOG.debug("the purse of {} is as it was: {}", user, e.getMessage()))
        .onComplete(
            done -> {
              running.remove(user);
              go();
            });
  }
}
