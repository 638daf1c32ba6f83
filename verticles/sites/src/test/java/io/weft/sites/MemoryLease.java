package io.weft.sites;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.link.SiteKey;
import io.weft.mesh.link.SitePublicKey;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lease without a database, by a clock that never stands still. */
final class MemoryLease {
  private static final SitePublicKey HUB = SiteKey.create().shown();

  private final VirtualTime time;
  private @Nullable String node;
  private @Nullable UUID claim;
  private long term;
  private Instant until = Instant.EPOCH;
  private @Nullable Instant joinedAt = Instant.EPOCH;

  private final Supplier<Instant> clock;

  /**
   * Creates a lease that nobody has.
   *
   * @param clock that of the database
   */
  MemoryLease(VirtualTime time, Supplier<Instant> clock) {
    this.time = time;
    this.clock = clock;
  }

  /** Lets the site join a hub, or, with null, never have joined one. */
  void joined(@Nullable Instant at) {
    joinedAt = at;
  }

  /** Puts an older term back, as a backup does. */
  void restore(long older) {
    term = older;
  }

  long term() {
    return term;
  }

  /** Returns the way of one node to it. */
  Way way() {
    return new Way();
  }

  /** The way of one node to the lease, which may be cut or slow. */
  final class Way implements Lease {
    private boolean away;
    private Duration delay = Duration.ZERO;

    void away(boolean now) {
      away = now;
    }

    /** Lets answers take so long from now on; what they say is done at once. */
    void slow(Duration by) {
      delay = by;
    }

    @Override
    public Future<Optional<Held>> claim(String by, UUID fresh) {
      return answer(
          () -> {
            if (joinedAt == null || (clock.get().isBefore(until) && !by.equals(node))) {
              return Optional.empty();
            }
            node = by;
            claim = fresh;
            term++;
            return held();
          });
    }

    @Override
    public Future<Optional<Held>> renew(UUID mine, long held) {
      return answer(() -> owns(mine, held) ? held() : Optional.empty());
    }

    @Override
    public Future<Optional<Held>> raise(UUID mine, long held, long above) {
      return answer(
          () -> {
            if (!owns(mine, held)) {
              return Optional.empty();
            }
            term = Math.max(term, above) + 1;
            return held();
          });
    }

    @Override
    public Future<Void> release(UUID mine, long held) {
      return answer(
              () -> {
                if (owns(mine, held)) {
                  until = clock.get();
                }
                return Optional.<Held>empty();
              })
          .mapEmpty();
    }

    private boolean owns(UUID mine, long held) {
      return mine.equals(claim) && held == term && clock.get().isBefore(until);
    }

    private Optional<Held> held() {
      until = clock.get().plus(SitesLimits.LEASE);
      return Optional.of(new Held(term, HUB, joinedAt));
    }

    private Future<Optional<Held>> answer(Supplier<Optional<Held>> done) {
      if (away) {
        return Future.failedFuture(new NotSent("the database is away"));
      }
      var answer = done.get();
      if (delay.isZero()) {
        return Future.succeededFuture(answer);
      }
      Promise<Optional<Held>> late = Promise.promise();
      time.after(delay, () -> late.complete(answer));
      return late.future();
    }
  }
}
