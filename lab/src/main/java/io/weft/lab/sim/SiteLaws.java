package io.weft.lab.sim;

import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayOrder.Promise;
import io.weft.orders.site.JournalEntry;
import io.weft.orders.site.Verdict;
import io.weft.users.api.EscrowJournal.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What holds after every step of a world of sites, and in its end. */
final class SiteLaws {
  static final String LIMIT = "credit within its limit";
  static final String BOOKS = "the books agree";
  static final String LOCKED = "what a site can spend is locked";
  static final String PROMISE = "a promise is kept";
  static final String ONCE = "once";
  static final String ORDER = "in order";
  static final String SETTLED = "all settled";
  static final String THROWN = "nothing is thrown";

  private final SiteWorld world;
  private final Map<UUID, JournalEntry> journaled = new LinkedHashMap<>();
  private final Set<UUID> lost = new HashSet<>();
  private final Map<String, Long> taken = new HashMap<>();
  private final Map<String, UUID> confirmed = new HashMap<>();
  private long promised;
  private long accepted;
  private long rejected;
  private long settledAtNanos;
  private @Nullable Violation broken;

  SiteLaws(SiteWorld world) {
    this.world = world;
  }

  /** A site has taken an order. */
  void journaled(String site, JournalEntry entry) {
    world.log(entry.promise().name(), site, "", entry.position());
    journaled.put(entry.orderId(), entry);
    promised += entry.promise() == Promise.CONFIRMED ? 1 : 0;
  }

  /** A site has lost an order with its database. */
  void lost(JournalEntry entry) {
    lost.add(entry.orderId());
  }

  /** The hub takes in an order of a site for the first time. */
  void taken(ReplayOrder request) {
    String of =
        request.site()
            + request.incarnation()
            + (request.order() == null ? "" : request.order().userId());
    long position = request.position() == null ? 0 : request.position();
    Long before = taken.put(of, position);
    if (before != null && before >= position) {
      fail(ORDER, request + " came after " + before);
    }
  }

  /** The hub has decided on an order. */
  void decided(SiteHub.HubOrder order) {
    world.log(order.status.name(), "hub", "", order.total);
    if (order.status == SiteHub.Status.CONFIRMED) {
      var key = order.key.startsWith("replay/") ? originalKey(order.id) : order.key;
      var before = confirmed.put(order.user + "/" + key, order.id);
      if (before != null && !before.equals(order.id)) {
        fail(ONCE, "two orders are confirmed for " + key);
      }
    }
  }

  private String originalKey(UUID order) {
    var entry = journaled.get(order);
    return entry == null ? order.toString() : entry.key();
  }

  /** A site has heard what became of an order. */
  void settled(JournalEntry entry, Verdict verdict) {
    world.log(verdict.getClass().getSimpleName(), "site", "", entry.position());
    settledAtNanos = world.time().nanos();
    if (verdict instanceof Verdict.Accepted) {
      accepted++;
    } else if (verdict instanceof Verdict.Rejected && entry.promise() == Promise.PROVISIONAL) {
      rejected++;
    } else {
      fail(PROMISE, entry + " became " + verdict);
    }
  }

  private void fail(String law, String what) {
    if (broken == null) {
      broken = new Violation(law, what);
    }
  }

  /** A step is over. */
  void afterStep() {
    if (broken != null) {
      throw broken;
    }
    for (var user : world.hub().users()) {
      long outstanding = 0;
      for (var journal : world.hub().journals().values()) {
        outstanding += journal.account(user.id).outstanding();
      }
      if (user.held + outstanding > user.limit) {
        throw new Violation(
            LIMIT, user.held + " held and " + outstanding + " granted of " + user.limit);
      }
      if (user.reserved != user.held + outstanding) {
        throw new Violation(
            BOOKS,
            user.reserved + " reserved beside " + user.held + " held, " + outstanding + " granted");
      }
    }
    world.sites().forEach(this::locked);
  }

  /** What a site has, and the hub has not heard of yet, the hub keeps locked. */
  private void locked(SimSite site) {
    var stored = site.stored();
    var journal = world.hub().journals().get(new SiteHub.Key(site.name(), stored.incarnation));
    if (journal != null && journal.state == State.FREED) {
      return;
    }
    stored.purses.forEach(
        (user, purse) -> {
          if (purse.numbers() == 0) {
            return;
          }
          var account = journal == null ? null : journal.account(user);
          if (account == null
              || account.settled() > purse.spent()
              || account.returned() > purse.givenUp()
              || account.outstanding() < purse.available() + purse.spent() - account.settled()) {
            throw new Violation(LOCKED, site.name() + " has " + purse + ", the hub " + account);
          }
        });
  }

  /** All is healed, and nobody orders any more. */
  void atEnd() {
    for (var site : world.sites()) {
      if (!site.waiting().isEmpty()) {
        throw new Violation(SETTLED, site.name() + " holds " + site.waiting().size() + " orders");
      }
    }
    for (var entry : journaled.values()) {
      if (entry.promise() == Promise.CONFIRMED
          && !lost.contains(entry.orderId())
          && !stands(world.hub().order(entry.orderId()))
          && !stands(world.hub().order(entry.userId(), entry.key()))) {
        throw new Violation(PROMISE, entry + " is not confirmed at the hub");
      }
    }
    var held = new HashMap<UUID, Long>();
    world
        .hub()
        .reservations()
        .forEach(
            (order, reservation) -> {
              if (reservation.held) {
                var at = world.hub().order(order);
                // Of an order that a site has lost, its payment may be all that the hub has.
                if (!lost.contains(order)
                    && (at == null || at.status != SiteHub.Status.CONFIRMED)) {
                  throw new Violation(ONCE, order + " holds credit and is not confirmed");
                }
                held.merge(reservation.user, reservation.amount, Long::sum);
              }
            });
    for (var user : world.hub().users()) {
      if (held.getOrDefault(user.id, 0L) != user.held) {
        throw new Violation(BOOKS, user.held + " held, orders of " + held.get(user.id));
      }
    }
  }

  private static boolean stands(SiteHub.@Nullable HubOrder order) {
    return order != null
        && (order.status == SiteHub.Status.CONFIRMED || order.status == SiteHub.Status.CANCELLED);
  }

  long journaled() {
    return journaled.size();
  }

  long promised() {
    return promised;
  }

  long accepted() {
    return accepted;
  }

  long rejected() {
    return rejected;
  }

  long lost() {
    return lost.size();
  }

  /** Returns when the last order of a journal was decided. */
  long settledAtNanos() {
    return settledAtNanos;
  }
}
