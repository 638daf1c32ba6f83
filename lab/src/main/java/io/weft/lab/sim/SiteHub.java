package io.weft.lab.sim;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayedOrder;
import io.weft.orders.api.ReplayedOrder.Outcome;
import io.weft.orders.site.ReplayRules;
import io.weft.orders.site.ReplayRules.Known;
import io.weft.users.EscrowAccount;
import io.weft.users.EscrowRules;
import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.EscrowJournal.State;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.ReturnEscrow;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The hub of a world of sites: what its database holds, and the transactions on it. Each of them is
 * one step of the world, and the hub may crash between any two.
 *
 * <p>The rules are those of {@link EscrowAccount}, {@link EscrowRules} and {@link ReplayRules};
 * what is here is where the real stores have SQL.
 */
final class SiteHub {
  private static final Duration RECOVERY = Duration.ofSeconds(1);

  private final VirtualTime time;
  private final Rng rng;
  private final SiteParts parts;
  private final SiteLaws laws;
  private final Map<UUID, User> users = new LinkedHashMap<>();
  private final Map<Key, Journal> journals = new LinkedHashMap<>();
  private final Map<UUID, Reservation> reservations = new LinkedHashMap<>();
  private final Map<UUID, HubOrder> orders = new LinkedHashMap<>();
  private final Map<String, UUID> keys = new HashMap<>();
  private int life;
  private boolean down;

  /** A user's credit. */
  static final class User {
    final UUID id;
    final long limit;
    long reserved;

    /** What orders hold of it. */
    long held;

    User(UUID id, long limit) {
      this.id = id;
      this.limit = limit;
    }
  }

  /** Names a journal. */
  record Key(String site, UUID incarnation) {}

  /** A journal and what it holds. */
  static final class Journal {
    State state;
    long position;
    final Map<UUID, EscrowAccount> accounts = new LinkedHashMap<>();
    final Map<UUID, Map<Long, Long>> grants = new HashMap<>();

    Journal(State state, long position) {
      this.state = state;
      this.position = position;
    }

    EscrowAccount account(UUID user) {
      return accounts.getOrDefault(user, EscrowAccount.EMPTY);
    }
  }

  /** What was decided on the credit of an order. */
  static final class Reservation {
    final UUID user;
    final long amount;
    boolean held;

    Reservation(UUID user, long amount, boolean held) {
      this.user = user;
      this.amount = amount;
      this.held = held;
    }
  }

  /** An order at the hub. */
  static final class HubOrder {
    final UUID id;
    final UUID user;
    final String key;
    final long total;
    Status status = Status.PENDING;

    HubOrder(UUID id, UUID user, String key, long total) {
      this.id = id;
      this.user = user;
      this.key = key;
      this.total = total;
    }
  }

  /** Where an order is in its life. */
  enum Status {
    PENDING,
    CONFIRMED,
    REJECTED,
    CANCELLED
  }

  SiteHub(VirtualTime time, Rng rng, SiteParts parts, SiteLaws laws) {
    this.time = time;
    this.rng = rng;
    this.parts = parts;
    this.laws = laws;
  }

  void add(UUID user, long limit) {
    users.put(user, new User(user, limit));
  }

  Collection<User> users() {
    return users.values();
  }

  Map<Key, Journal> journals() {
    return journals;
  }

  Map<UUID, Reservation> reservations() {
    return reservations;
  }

  Collection<HubOrder> orders() {
    return orders.values();
  }

  @Nullable HubOrder order(UUID id) {
    return orders.get(id);
  }

  @Nullable HubOrder order(UUID user, String key) {
    var id = keys.get(user + "/" + key);
    return id == null ? null : orders.get(id);
  }

  /** Ends the process: what it had in hand is lost, what it has stored is not. */
  void crash() {
    life++;
    down = true;
  }

  /** Begins a process, which goes on after a while with the orders that the last one has left. */
  void start() {
    down = false;
    int born = life;
    time.after(
        RECOVERY,
        () -> {
          if (born == life) {
            List.copyOf(orders.values()).forEach(this::decide);
          }
        });
  }

  boolean down() {
    return down;
  }

  int life() {
    return life;
  }

  /** Does one transaction, a little later, unless the hub dies before. */
  private <T> Future<T> step(Supplier<T> transaction) {
    Promise<T> done = Promise.promise();
    int born = life;
    time.after(
        SimLimits.NETWORK_MIN.plusNanos(rng.nextInt(2_000_000)),
        () -> {
          if (born != life) {
            return;
          }
          try {
            done.complete(transaction.get());
          } catch (MeshFailure refusal) {
            done.fail(refusal);
          }
        });
    return done.future();
  }

  Future<State> open(OpenEscrow request) {
    return step(
        () -> {
          var key = key(request.site(), request.incarnation());
          var known = journals.get(key);
          var opened =
              EscrowRules.open(
                  known == null ? null : new EscrowRules.Journal(known.state, known.position),
                  given(request.position()),
                  others(key));
          var journal =
              journals.computeIfAbsent(key, k -> new Journal(opened.state(), opened.position()));
          journal.position = opened.position();
          return journal.state;
        });
  }

  /** Sites of the world leave no field out. */
  private static <T> T given(@Nullable T value) {
    return Objects.requireNonNull(value);
  }

  private static Key key(@Nullable String site, @Nullable String incarnation) {
    return new Key(given(site), UUID.fromString(given(incarnation)));
  }

  private List<State> others(Key key) {
    return journals.entrySet().stream()
        .filter(each -> each.getKey().site().equals(key.site()) && !each.getKey().equals(key))
        .map(each -> each.getValue().state)
        .toList();
  }

  private Journal use(Key key, long position) {
    var journal = journals.get(key);
    if (journal == null) {
      throw new MeshFailure.Application("escrow.journal_unknown", "no such journal");
    }
    journal.position = Math.max(journal.position, position);
    return journal;
  }

  Future<EscrowGrant> grant(GrantEscrow request) {
    return step(
        () -> {
          var key = key(request.site(), request.incarnation());
          var journal = use(key, given(request.position()));
          EscrowRules.grants(journal.state);
          var user = user(request.userId());
          var grants = journal.grants.computeIfAbsent(user.id, id -> new HashMap<>());
          var before = grants.get(given(request.number()));
          long amount = before == null ? granted(journal, user, request) : before;
          grants.put(given(request.number()), amount);
          return new EscrowGrant(
              user.id.toString(),
              key.site(),
              key.incarnation().toString(),
              given(request.number()),
              SiteWorld.CURRENCY,
              amount);
        });
  }

  private long granted(Journal journal, User user, GrantEscrow request) {
    var change =
        parts.granted(
            journal
                .account(user.id)
                .grant(
                    given(request.number()), given(request.amount()), user.limit, user.reserved));
    change(journal, user, change);
    return change.amount();
  }

  private static void change(Journal journal, User user, EscrowAccount.Change change) {
    journal.accounts.put(user.id, change.account());
    user.reserved += change.reservedBy();
  }

  private User user(@Nullable String id) {
    var user = users.get(UUID.fromString(given(id)));
    if (user == null) {
      throw new MeshFailure.Application("user.not_found", "no such user");
    }
    return user;
  }

  Future<EscrowBalance> takeBack(ReturnEscrow request) {
    return step(
        () -> {
          var key = key(request.site(), request.incarnation());
          var journal = use(key, given(request.position()));
          EscrowRules.settles(journal.state);
          var user = user(request.userId());
          change(journal, user, journal.account(user.id).takeBack(given(request.givenUp())));
          return journal.account(user.id).balance(user.id, key.site(), key.incarnation());
        });
  }

  /** Takes in an order of a site, in the steps of the real one. */
  Future<ReplayedOrder> replay(ReplayOrder request) {
    UUID id = UUID.fromString(given(request.orderId()));
    return (given(request.promise()) == ReplayOrder.Promise.CONFIRMED
            ? step(() -> settle(request, id))
            : Future.succeededFuture(true))
        .compose(paid -> step(() -> store(id, request)))
        .compose(
            known ->
                known.isPresent()
                    ? act(request, id, known.get())
                    : Future.succeededFuture(
                        new ReplayedOrder(id.toString(), Outcome.PENDING, null)));
  }

  private boolean settle(ReplayOrder request, UUID id) {
    if (parts.knowsSettled() && reservations.containsKey(id)) {
      return true;
    }
    var journal = use(key(request.site(), request.incarnation()), given(request.position()));
    EscrowRules.settles(journal.state);
    var user = user(given(request.order()).userId());
    change(journal, user, journal.account(user.id).settle(given(request.total())));
    reservations.put(id, new Reservation(user.id, given(request.total()), true));
    user.held += given(request.total());
    return true;
  }

  /**
   * Stores an order by its key, unless the hub knows it by its id or its key.
   *
   * @return what it knows; empty when that is not decided yet
   */
  private Optional<Known> store(UUID id, ReplayOrder request) {
    if (orders.containsKey(id)) {
      return Optional.of(Known.ITSELF);
    }
    var user = user(given(request.order()).userId());
    var same = order(user.id, given(request.key()));
    if (same == null) {
      laws.taken(request);
      store(id, user, given(request.key()), given(request.total()));
      return Optional.of(Known.ITSELF);
    }
    return switch (same.status) {
      case PENDING -> Optional.empty();
      case REJECTED -> Optional.of(Known.SAME_REJECTED);
      case CONFIRMED, CANCELLED -> Optional.of(Known.SAME_STANDS);
    };
  }

  private HubOrder store(UUID id, User user, String key, long total) {
    var order = new HubOrder(id, user.id, key, total);
    orders.put(id, order);
    keys.put(user.id + "/" + key, id);
    return order;
  }

  private Future<ReplayedOrder> act(ReplayOrder request, UUID id, Known known) {
    var user = user(given(request.order()).userId());
    return switch (ReplayRules.decide(given(request.promise()), known)) {
      case KEEP -> decided(id);
      case JOIN ->
          decided(given(keys.get(user.id + "/" + given(request.key()))))
              .compose(
                  joined ->
                      given(request.promise()) == ReplayOrder.Promise.CONFIRMED
                          ? step(() -> release(id)).map(released -> joined)
                          : Future.succeededFuture(joined));
      case PLACE_APART -> step(() -> storeApart(request, id, user)).compose(placed -> decided(id));
      case REJECT ->
          Future.succeededFuture(
              new ReplayedOrder(id.toString(), Outcome.REJECTED, "order.key_reused"));
    };
  }

  private boolean storeApart(ReplayOrder request, UUID id, User user) {
    if (!orders.containsKey(id)) {
      laws.taken(request);
      store(id, user, "replay/" + id, given(request.total()));
    }
    return true;
  }

  /** Has the credit of an order decided, if it is not: the step of its saga. */
  private Future<ReplayedOrder> decided(UUID id) {
    return step(
        () -> {
          var order = orders.get(id);
          if (order == null) {
            throw new MeshFailure.Application("order.in_progress", "not stored");
          }
          decide(order);
          return new ReplayedOrder(
              id.toString(),
              order.status == Status.REJECTED ? Outcome.REJECTED : Outcome.ACCEPTED,
              order.status == Status.REJECTED ? "credit.insufficient" : null);
        });
  }

  /** What {@code users.reserve} does, and what the order becomes by it. */
  private void decide(HubOrder order) {
    if (order.status != Status.PENDING) {
      return;
    }
    var user = user(order.user.toString());
    var reservation = reservations.get(order.id);
    if (reservation == null) {
      boolean fits = order.total <= user.limit - user.reserved;
      reservation = new Reservation(user.id, order.total, fits);
      reservations.put(order.id, reservation);
      if (fits) {
        user.reserved += order.total;
        user.held += order.total;
      }
    }
    order.status = reservation.held ? Status.CONFIRMED : Status.REJECTED;
    laws.decided(order);
  }

  private boolean release(UUID id) {
    var reservation = reservations.get(id);
    if (reservation != null && reservation.held) {
      var user = user(reservation.user.toString());
      reservation.held = false;
      user.reserved -= reservation.amount;
      user.held -= reservation.amount;
    }
    return true;
  }

  /** Takes an order of a client, once per key. */
  Future<HubOrder> place(PlaceOrder request, UUID id, String key, long total) {
    return step(() -> {
          var user = user(request.userId());
          var known = order(user.id, key);
          return known == null ? store(id, user, key, total) : known;
        })
        .compose(order -> decided(order.id).map(decided -> order));
  }

  /** Cancels some confirmed order. */
  void cancel(HubOrder order) {
    if (order.status == Status.CONFIRMED) {
      order.status = Status.CANCELLED;
      release(order.id);
    }
  }

  void close(String site) {
    journals.forEach(
        (key, journal) -> {
          if (key.site().equals(site)) {
            journal.state = EscrowRules.close(journal.state);
          }
        });
  }

  void decide(Key key, Decision decision) {
    var journal = journals.get(key);
    if (journal == null) {
      return;
    }
    journal.state = EscrowRules.decide(journal.state, decision, others(key));
    if (journal.state == State.FREED) {
      for (var user : users.values()) {
        change(journal, user, journal.account(user.id).free());
      }
    }
  }
}
