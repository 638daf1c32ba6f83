package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.site.HubEscrow;
import io.weft.orders.site.HubOrders;
import io.weft.orders.site.Journal;
import io.weft.orders.site.JournalBound;
import io.weft.orders.site.JournalEntry;
import io.weft.orders.site.Purse;
import io.weft.orders.site.Purses;
import io.weft.orders.site.Refill;
import io.weft.orders.site.Replay;
import io.weft.orders.site.SlicePolicy;
import io.weft.orders.site.Verdict;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.ReturnEscrow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A site of a world: a database in memory, and a process on it that runs the real {@link Replay}
 * and {@link Refill} whenever it has its hub.
 */
final class SimSite implements Journal, Purses {
  private static final SlicePolicy SLICES = new SlicePolicy(2_000, 1_000, 2_500);

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** The longest pause is 16 s. */
  private static final int DOUBLINGS_MAX = 5;

  private final SiteWorld world;
  private final String name;
  private Stored stored;
  private @Nullable Stored backup;
  private int life;
  private boolean up;
  private boolean cut;
  private boolean online;
  private int failures;
  private Replay replay = new Replay(this, entry -> Future.failedFuture("not started"));
  private Refill refill;

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
    refill = new Refill(name, this, escrow(), SLICES);
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
    replay =
        new Replay(this, HubOrders.by(name, request -> ask(() -> world.hub().replay(request))));
    refill = new Refill(name, this, escrow(), SLICES);
    later(Duration.ofMillis(10), this::session);
  }

  /** Ends the process: what it had in hand is lost, what it has stored is not. */
  void crash() {
    life++;
    up = false;
    online = false;
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

  private void later(Duration delay, Runnable task) {
    int born = life;
    world
        .time()
        .after(
            delay,
            () -> {
              if (born == life) {
                task.run();
              }
            });
  }

  /** One session with the hub: who we are, what waits, and what the purses need. */
  private void session() {
    ask(() ->
            world.hub().open(new OpenEscrow(name, stored.incarnation.toString(), stored.position)))
        .compose(
            opened -> {
              online = true;
              return replay.run();
            })
        .compose(this::refilled)
        .onComplete(
            done -> {
              if (done.failed()) {
                refused(done.cause());
              }
              later(pause(done.succeeded()), this::session);
            });
  }

  /** After a failure with full jitter, and longer each time. */
  private Duration pause(boolean well) {
    failures = well ? 0 : Math.min(failures + 1, DOUBLINGS_MAX);
    return well ? PAUSE : PAUSE.plusMillis(world.rng().nextInt(500 << failures));
  }

  private Future<Purse> refilled(Replay.Report report) {
    var stopped = report.stopped();
    if (stopped != null) {
      return Future.failedFuture(stopped);
    }
    var user = world.anyUser();
    // Now and then a site is told that a user has less, and gives up what is too much.
    return refill.run(user.id, world.rng().nextInt(4) == 0 ? user.limit / 4 : user.limit);
  }

  private void refused(Throwable failure) {
    if (failure instanceof MeshFailure.Application refusal) {
      if (refusal.code().equals("escrow.journal_other")) {
        world.operator().reconcile(name);
      } else if (!refusal.code().equals("escrow.insufficient")) {
        online = false;
      }
    } else {
      online = false;
    }
  }

  /** Takes an order: the hub's when it can be asked, and the journal's when it cannot. */
  void place(PlaceOrder request, String key, long total) {
    UUID id = world.rng().uuid();
    if (!online) {
      append(id, request, key, total);
      return;
    }
    ask(() -> world.hub().place(request, id, key, total))
        .onFailure(
            inDoubt -> {
              online = false;
              append(world.rng().uuid(), request, key, total);
            });
  }

  /** One transaction: the key, what is paid, and the order. */
  private void append(UUID id, PlaceOrder request, String key, long total) {
    UUID user = UUID.fromString(Objects.requireNonNull(request.userId()));
    if (stored.keys.containsKey(user + "/" + key)) {
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
  }

  @Override
  public Future<List<JournalEntry>> next(int most) {
    return Future.succeededFuture(stored.waiting.values().stream().limit(most).toList());
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
