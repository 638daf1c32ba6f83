package io.weft.sites;

import io.vertx.core.Future;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.Timers;
import io.weft.sites.Lease.Held;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of an edge that holds the site's link or stands by: it opens the link when it has the
 * lease, and stops it as soon as it has not.
 *
 * <p>While the database is away it keeps the link until its lease ends by its own clock; then no
 * node holds it, until the database is back. Whoever holds it opens it once and is not asked again,
 * so a database that comes and goes makes no link come and go faster than leases end. For one event
 * loop.
 */
final class Holder {
  private static final Logger LOG = LoggerFactory.getLogger(Holder.class);

  private final Time time;
  private final Lease lease;
  private final String node;
  private final UUID claim;
  private final Link link;
  private @Nullable Held held;
  private long untilNanos;
  private Timers.@Nullable Handle ending;
  private Timers.@Nullable Handle next;
  private Timers.@Nullable Handle raising;
  private Duration backoff = SitesLimits.RAISE_BACKOFF;
  private long openedNanos;
  private boolean asking;
  private boolean stopped;

  /** The link that the holder opens. */
  interface Link {
    /** Opens the link, for the first time or in the place of the one before. */
    void open(Held held);

    /** Stops it, at once. */
    void close();
  }

  Holder(Time time, Lease lease, String node, Link link) {
    this.time = time;
    this.lease = lease;
    this.node = node;
    this.link = link;
    claim = time.rng().uuid();
  }

  /** Begins to ask for the lease. */
  void start() {
    ask();
  }

  /** Asks at once, as something has changed: the site has joined a hub, say. */
  void ask() {
    if (stopped || asking) {
      return;
    }
    cancel(next);
    asking = true;
    long askedNanos = time.ticker().nanos();
    var present = held;
    (present == null ? lease.claim(node, claim) : lease.renew(claim, present.term()))
        .onComplete(
            (now, failure) -> {
              asking = false;
              if (failure == null) {
                answered(now, askedNanos);
              } else {
                // The lease that is held ends by itself.
                LOG.debug("the lease of the link cannot be asked for: {}", failure.getMessage());
              }
              later(failure == null ? SitesLimits.LEASE_INTERVAL : SitesLimits.LEASE_RETRY);
            });
  }

  /**
   * The hub has ended the link, as it knows of a greater term: another node's, if the lease says so
   * too, or one from before the database of this site was restored.
   *
   * @param term the greatest that the hub knows, or 0 when it did not say
   */
  void superseded(long term) {
    var present = held;
    if (present == null || stopped || raising != null) {
      return;
    }
    if (elapsed(openedNanos).compareTo(SitesLimits.RAISE_BACKOFF_MAX) >= 0) {
      backoff = SitesLimits.RAISE_BACKOFF;
    }
    // Two copies of one site would otherwise chase each other without end.
    var wait = backoff;
    backoff = shorter(backoff.multipliedBy(2), SitesLimits.RAISE_BACKOFF_MAX);
    LOG.warn(
        "the hub knows a link with term {} (this one: {}); if the lease is still this node's, it"
            + " raises its own in {} ms",
        term,
        present.term(),
        wait.toMillis());
    raising = time.timers().after(wait, () -> raise(term));
  }

  /** Returns whether this node holds the link. */
  boolean holds() {
    return held != null;
  }

  /**
   * Stops the link, and gives the lease back, for another node to take.
   *
   * @return completes when it is given back, or cannot be and ends by itself
   */
  Future<Void> stop() {
    if (stopped) {
      return Future.succeededFuture();
    }
    stopped = true;
    cancel(next);
    var present = held;
    if (present == null) {
      return Future.succeededFuture();
    }
    lose("this node stops");
    return giveBack(present);
  }

  private Future<Void> giveBack(Held present) {
    return lease
        .release(claim, present.term())
        .onFailure(e -> LOG.info("the lease ends by itself: {}", e.getMessage()))
        .otherwiseEmpty();
  }

  private void raise(long above) {
    raising = null;
    var present = held;
    if (present == null || stopped) {
      return;
    }
    if (asking) {
      raiseLater(above); // An answer about the term of before would be taken for a loss.
      return;
    }
    asking = true;
    long askedNanos = time.ticker().nanos();
    lease
        .raise(claim, present.term(), above)
        .onComplete(
            (now, failure) -> {
              asking = false;
              if (failure == null) {
                answered(now, askedNanos);
              } else if (present.equals(held) && !stopped) {
                LOG.info("the term cannot be raised: {}", failure.getMessage());
                raiseLater(above);
              }
            });
  }

  private void raiseLater(long above) {
    raising = time.timers().after(SitesLimits.RAISE_BACKOFF, () -> raise(above));
  }

  private void answered(Optional<Held> now, long askedNanos) {
    if (stopped) {
      now.ifPresent(this::giveBack);
      return;
    }
    var present = held;
    if (now.isEmpty()) {
      if (present != null) {
        lose("another node has it, or the lease has ended");
      }
      return;
    }
    var got = now.get();
    long until = askedNanos + SitesLimits.LEASE.minus(SitesLimits.LEASE_MARGIN).toNanos();
    if (until - time.ticker().nanos() <= 0) {
      return; // It came too late to begin anything by.
    }
    hold(got, until);
  }

  private void hold(Held got, long until) {
    var present = held;
    held = got;
    untilNanos = until;
    cancel(ending);
    ending = time.timers().after(Duration.ofNanos(until - time.ticker().nanos()), this::ended);
    if (present == null || present.term() != got.term()) {
      LOG.info("{} holds the link of the site, with term {}", node, got.term());
      openedNanos = time.ticker().nanos();
      link.open(got);
    } else if (!present.joinedAt().equals(got.joinedAt())) {
      // Another hub, or another key there: a link of its own, with a term of its own.
      raise(got.term());
    }
  }

  private void ended() {
    if (held != null && untilNanos - time.ticker().nanos() <= 0) {
      lose("its lease could not be renewed");
    }
  }

  private void lose(String why) {
    LOG.info("{} does not hold the link of the site any more: {}", node, why);
    held = null;
    cancel(ending);
    cancel(raising);
    raising = null;
    link.close();
  }

  private void later(Duration wait) {
    if (!stopped) {
      next = time.timers().after(wait, this::ask);
    }
  }

  private Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(time.ticker().nanos() - sinceNanos);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static void cancel(Timers.@Nullable Handle handle) {
    if (handle != null) {
      handle.cancel();
    }
  }
}
