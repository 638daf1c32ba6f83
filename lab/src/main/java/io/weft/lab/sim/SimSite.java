package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Timers;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.site.HubEscrow;
import io.weft.orders.site.HubOrders;
import io.weft.orders.site.JournalBound;
import io.weft.orders.site.JournalEntry;
import io.weft.orders.site.Mode;
import io.weft.orders.site.Purse;
import io.weft.orders.site.Purses;
import io.weft.orders.site.Refill;
import io.weft.orders.site.Refills;
import io.weft.orders.site.Returning;
import io.weft.orders.site.SiteJournal;
import io.weft.orders.site.SlicePolicy;
import io.weft.orders.site.Verdict;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.EscrowJournal.State;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.ReturnEscrow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A site of a world: a database in memory, and a process on it that comes back to its hub by the
 * real {@link Returning}, and looks after its purses by the real {@link Refills}.
 */
final class SimSite implements SiteJournal, Purses {
  private static final SlicePolicy SLICES = new SlicePolicy(2_000, 1_000, 2_500);

  private final SiteWorld world;
  private final String name;
  private Stored stored;
  private @Nullable Stored backup;
  private int life;
  private boolean up;
  private boolean cut;
  private boolean locked;
  private Returning returning;
  private Refills refills;

  /** What is in the database of the site. */
  static final class Stored {
    UUID incarnation;
    long position;
    final Map<UUID, Purse> purses = new HashMap<>();
    final TreeMap<Long, JournalEntry> waiting = new TreeMap<>();
    final Map<String, JournalEntry> keys = new HashMap<>();
    final Map<Long, Verdict> settled = new HashMap<>();

    Stored(UUID incarnation) {
      this.incarnation = incarnation;
    }

    Stored copy() {
      var copy = new Stored(incarnation);
      copy.position = position;
      copy.purses.putAll(purses);
      copy.waiting.putAll(waiting);
      copy.keys.putAll(keys);
      copy.settled.putAll(settled);
      return copy;
    }
  }

  SimSite(SiteWorld world, String name) {
    this.world = world;
    this.name = name;
    stored = new Stored(world.rng().uuid());
    refills = refills();
    returning = returning(refills);
  }

  String name() {
    return name;
  }

  Stored stored() {
    return stored;
  }

  boolean up() {
    return up;
  }

  boolean cut() {
    return cut;
  }

  void cut(boolean isCut) {
    cut = isCut;
  }

  /** Begins a process. */
  void start() {
    up = true;
    refills = refills();
    returning = returning(refills);
    later(Duration.ofMillis(10), returning::start);
  }

  private Refills refills() {
    return new Refills(new Refill(name, this, escrow(), SLICES), this::limit);
  }

  /** Now and then a site is told that a user has less, and gives up what is too much. */
  private Future<Long> limit(UUID user) {
    long limit = world.user(user).limit;
    return Future.succeededFuture(world.rng().nextInt(4) == 0 ? limit / 4 : limit);
  }

  private Returning returning(Refills purses) {
    return new Returning(
        name,
        this,
        this::open,
        HubOrders.by(name, request -> ask(() -> world.hub().replay(request))),
        new Returning.Listener() {
          @Override
          public void linked() {
            purses.open();
          }

          @Override
          public void alone(String why, boolean undecided) {
            purses.close();
          }

          @Override
          public void renewed(String why) {
            world.log("renew", name, why, 0);
          }
        },
        this::later,
        world.rng());
  }

  private Future<EscrowJournal> open(OpenEscrow request) {
    return this.<State>ask(() -> world.hub().open(request))
        .onFailure(this::refused)
        .map(
            state ->
                new EscrowJournal(
                    name, stored.incarnation.toString(), state, stored.position, Map.of()));
  }

  private void refused(Throwable failure) {
    if (failure instanceof MeshFailure.Application refusal
        && refusal.code().equals("escrow.journal_other")) {
      world.operator().reconcile(name);
    }
  }

  /** Ends the process: what it had in hand is lost, what it has stored is not. */
  void crash() {
    life++;
    up = false;
    locked = false;
    returning.stop();
    refills.close();
  }

  void backUp() {
    backup = stored.copy();
  }

  /**
   * Puts the backup in the place of the database, while no process runs.
   *
   * @return the orders that are lost by that
   */
  List<JournalEntry> restore() {
    var older = backup;
    if (older == null) {
      return List.of();
    }
    var lost =
        stored.keys.values().stream()
            .filter(entry -> !older.keys.containsKey(entry.userId() + "/" + entry.key()))
            .toList();
    stored = older.copy();
    if (world.parts().renewsRestored()) {
      stored.incarnation = world.rng().uuid();
      stored.position++;
      stored.purses.clear();
    }
    return lost;
  }

  private HubEscrow escrow() {
    return new HubEscrow() {
      @Override
      public Future<EscrowGrant> grant(GrantEscrow request) {
        return ask(() -> world.hub().grant(request));
      }

      @Override
      public Future<EscrowBalance> takeBack(ReturnEscrow request) {
        return ask(() -> world.hub().takeBack(request));
      }
    };
  }

  private <T> Future<T> ask(SiteLink.AtHub<T> handler) {
    return alive(world.link().ask(this, handler));
  }

  /** What a process waits for never comes when it has died. */
  private <T> Future<T> alive(Future<T> future) {
    int born = life;
    Promise<T> heard = Promise.promise();
    future.onComplete(
        (value, failure) -> {
          if (born == life) {
            heard.complete(value, failure);
          }
        });
    return heard.future();
  }

  private Timers.Handle later(Duration delay, Runnable task) {
    int born = life;
    return world
        .time()
        .after(
            delay,
            () -> {
              if (born == life) {
                task.run();
              }
            });
  }

  /** Takes an order: the hub's when it can be asked, and the journal's when it cannot. */
  void place(PlaceOrder request, String key, long total) {
    UUID user = UUID.fromString(Objects.requireNonNull(request.userId()));
    if (returning.mode() == Mode.ALONE
        || !stored.waiting.isEmpty()
        || stored.keys.containsKey(user + "/" + key)) {
      append(user, request, key, total);
      return;
    }
    UUID id = world.rng().uuid();
    ask(() -> world.hub().place(request, id, key, total))
        .onSuccess(done -> refills.want(user))
        .onFailure(
            inDoubt -> {
              returning.lost(inDoubt);
              append(user, request, key, total);
            });
  }

  /** One transaction: the key, what is paid, and the order. */
  private void append(UUID user, PlaceOrder request, String key, long total) {
    UUID id = world.rng().uuid();
    if (locked || stored.keys.containsKey(user + "/" + key)) {
      return;
    }
    try {
      JournalBound.DEFAULT.admit(stored.waiting.size(), Duration.ZERO);
    } catch (MeshFailure.Rejected full) {
      return;
    }
    var purse = stored.purses.get(user);
    var promise = Purse.promise(purse, SiteWorld.CURRENCY, total);
    if (promise == ReplayOrder.Promise.CONFIRMED && purse != null) {
      stored.purses.put(user, world.parts().spend(purse, total));
    }
    stored.position++;
    var entry =
        new JournalEntry(
            stored.position, stored.incarnation, id, user, key, promise, request, total);
    stored.waiting.put(entry.position(), entry);
    stored.keys.put(user + "/" + key, entry);
    world.laws().journaled(name, entry);
    refills.want(user);
  }

  @Override
  public Future<Standing> standing() {
    return Future.succeededFuture(
        new Standing(stored.incarnation, stored.position, stored.waiting.size()));
  }

  @Override
  public Future<Boolean> waits() {
    return Future.succeededFuture(!stored.waiting.isEmpty());
  }

  @Override
  public Future<Boolean> take() {
    return Future.succeededFuture(true);
  }

  /** While the hub is asked the journal is locked, and what needs it is given up. */
  @Override
  public Future<Boolean> renewIf(Function<Standing, Future<Boolean>> isVoid) {
    locked = true;
    return standing()
        .compose(isVoid)
        .onComplete(
            (yes, failure) -> {
              locked = false;
              if (failure == null && yes) {
                stored.incarnation = world.rng().uuid();
                stored.position++;
                stored.purses.clear();
              }
            });
  }

  @Override
  public Future<List<JournalEntry>> next(int most, Set<UUID> without) {
    return Future.succeededFuture(
        stored.waiting.values().stream()
            .filter(entry -> !without.contains(entry.userId()))
            .limit(most)
            .toList());
  }

  @Override
  public Future<Void> settle(JournalEntry entry, Verdict verdict) {
    if (stored.waiting.remove(entry.position()) != null) {
      stored.settled.put(entry.position(), verdict);
      world.laws().settled(entry, verdict);
    }
    return Future.succeededFuture();
  }

  @Override
  public Future<Held> of(UUID user) {
    return Future.succeededFuture(
        new Held(
            stored.incarnation,
            stored.position,
            stored.purses.getOrDefault(user, Purse.empty(SiteWorld.CURRENCY))));
  }

  @Override
  public Future<Held> accept(EscrowGrant grant) {
    return change(
        UUID.fromString(grant.userId()),
        grant.incarnation(),
        purse -> purse.accept(grant.number(), grant.amount()));
  }

  @Override
  public Future<Held> giveUp(UUID user, long amount) {
    if (world.parts().givesUpFirst()) {
      return change(user, stored.incarnation.toString(), purse -> purse.giveUp(amount));
    }
    return of(user)
        .map(held -> new Held(held.incarnation(), held.position(), held.purse().giveUp(amount)));
  }

  @Override
  public Future<Held> returned(EscrowBalance balance) {
    return change(
        UUID.fromString(balance.userId()),
        balance.incarnation(),
        purse -> purse.returned(balance.returned()));
  }

  /** What is done to a purse. */
  private interface Change {
    Purse of(Purse purse);
  }

  private Future<Held> change(UUID user, String incarnation, Change change) {
    if (locked) {
      return Future.failedFuture(new MeshFailure.NotSent("the journal is locked"));
    }
    if (!stored.incarnation.toString().equals(incarnation)) {
      return Future.failedFuture(new MeshFailure.Application("escrow.journal_other", "another"));
    }
    var before = stored.purses.getOrDefault(user, Purse.empty(SiteWorld.CURRENCY));
    var after = change.of(before);
    if (!after.equals(before)) {
      stored.purses.put(user, after);
      stored.position++;
    }
    return of(user);
  }

  Collection<JournalEntry> waiting() {
    return stored.waiting.values();
  }
}
