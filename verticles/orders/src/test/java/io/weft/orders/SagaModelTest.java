package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Command;
import io.weft.ledger.Inbox;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.TraceContext;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * The saga and the inbox beside a small model of what they are to do: any steps in any order, each
 * of which may be the last that its driver does, repeated, late or at once with others.
 *
 * <p>The stores, the saga and PostgreSQL are the real ones. After each step the database must be as
 * the model says: orders, lines, keys, credit and events.
 */
class SagaModelTest {
  private static final long CREDIT = 100;
  private static final int USERS = 2;
  private static final int KEYS = 4;

  private static @Nullable Shop opened;
  private static final List<OrderSaga> SAGAS = new ArrayList<>();

  /** What may happen. */
  private enum Action {
    /** An order is placed, or placed again. */
    PLACE,
    /** The key of an order is used for another. */
    REUSE,
    /** An order is stored, and its driver dies. */
    STORE,
    /** Credit is asked for, perhaps late, and nobody reads the answer. */
    RESERVE,
    /** A driver goes on that had stood still since the order was stored. */
    DRIVE_LATE,
    /** An order is cancelled, or cancelled again. */
    CANCEL,
    /** A cancellation is stored, and its driver dies. */
    BEGIN_CANCEL,
    /** Credit is given back, and nobody reads the answer. */
    RELEASE,
    /** A driver goes on that had stood still since the cancellation was stored. */
    FINISH_LATE,
    /** Two drivers, two repetitions and a cancellation are at the same order at once. */
    AT_ONCE,
    /** All claims lapse, and what is left is brought to its end. */
    RECOVER
  }

  record Step(Action action, int user, int key) {}

  @BeforeContainer
  static void open() throws Exception {
    var shop = new Shop(TestPostgres.freshDatabase());
    opened = shop;
    shop.startUsers();
    for (int i = 0; i < 2; i++) {
      await(shop.vertx.deployVerticle(new Instance(shop)));
    }
  }

  @AfterContainer
  static void close() throws Exception {
    shop().close();
  }

  private static Shop shop() {
    if (opened == null) {
      throw new IllegalStateException("the shop is not open");
    }
    return opened;
  }

  /** An instance of orders that recovers only when it is told to. */
  private static final class Instance extends VerticleBase {
    private final Shop shop;

    Instance(Shop shop) {
      this.shop = shop;
    }

    @Override
    public Future<?> start() {
      var time = Time.of(vertx);
      var saga = new OrderSaga(context, shop.mesh, shop.store, time);
      var desk = new OrderDesk(shop.mesh, shop.store, saga, time);
      SAGAS.add(saga);
      return Future.all(
          shop.mesh.serve(Orders.PLACE, desk::place), shop.mesh.serve(Orders.CANCEL, desk::cancel));
    }
  }

  @Property(tries = 20, seed = "5", shrinking = ShrinkingMode.OFF)
  void theDatabaseIsAlwaysAsTheModelSays(@ForAll("steps") List<Step> steps) throws Exception {
    var world = new World();
    for (var step : steps) {
      world.take(step);
      world.compare(step);
    }
    world.take(new Step(Action.RECOVER, 0, 0));
    world.compare(new Step(Action.RECOVER, 0, 0));
    assertTrue(world.orders.values().stream().noneMatch(o -> o.status == Status.PENDING));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Action.class),
            Arbitraries.integers().between(0, USERS - 1),
            Arbitraries.integers().between(0, KEYS - 1))
        .as(Step::new)
        .list()
        .ofMinSize(10)
        .ofMaxSize(30);
  }

  /** An order as the model knows it. */
  private static final class Modelled {
    final UUID id;
    final int user;
    final long price;
    final List<String> told = new ArrayList<>(List.of("orders.placed"));
    Status status = Status.PENDING;

    /** HELD, REFUSED or RELEASED at users; null while nobody has decided. */
    @Nullable String credit;

    Modelled(UUID id, int user, long price) {
      this.id = id;
      this.user = user;
      this.price = price;
    }

    int version() {
      return switch (status) {
        case PROVISIONAL -> 0;
        case PENDING -> 1;
        case CONFIRMED, REJECTED -> 2;
        case CANCELLING -> 3;
        case CANCELLED -> 4;
      };
    }
  }

  /** The model, the users of one run, and how a step is done to both. */
  private static final class World {
    private final List<User> users = new ArrayList<>();
    private final Map<String, Modelled> orders = new LinkedHashMap<>();

    World() throws Exception {
      for (int i = 0; i < USERS; i++) {
        users.add(shop().account(CREDIT));
      }
    }

    void take(Step step) throws Exception {
      var order = orders.get(name(step));
      switch (step.action) {
        case PLACE -> placed(step, await(shop().place(request(step), key(step))));
        case STORE -> store(step);
        case RECOVER -> recover();
        default -> {
          if (order != null) {
            takeOn(order, step);
          }
        }
      }
    }

    private void takeOn(Modelled order, Step step) throws Exception {
      switch (step.action) {
        case REUSE -> {
          var other = Shop.order(users.get(step.user), order.price + 1);
          assertEquals("order.key_reused", refusal(shop().place(other, key(step))).code());
        }
        case RESERVE -> {
          await(reserve(order));
          decide(order);
        }
        case DRIVE_LATE -> settledAs(order, await(drive(0, pending(order))));
        case CANCEL -> cancel(order);
        case BEGIN_CANCEL -> {
          await(shop().store.beginCancel(order.id));
          beginCancel(order);
        }
        case RELEASE -> {
          if (order.status == Status.CANCELLING) {
            await(shop().mesh.call(Users.RELEASE, new ReleaseCredit(order.id.toString())));
            order.credit = "RELEASED";
          }
        }
        case FINISH_LATE -> {
          if (order.status == Status.CANCELLING || order.status == Status.CANCELLED) {
            await(drive(1, work(order, Status.CANCELLING)));
            finishCancel(order);
          }
        }
        case AT_ONCE -> atOnce(order, step);
        default -> throw new AssertionError(step.action);
      }
    }

    private void placed(Step step, Order answer) {
      var order =
          orders.computeIfAbsent(
              name(step),
              name -> new Modelled(UUID.fromString(answer.id()), step.user, price(step)));
      settledAs(order, answer);
    }

    private void store(Step step) throws Exception {
      var request = request(step);
      var user = UUID.fromString(users.get(step.user).id());
      var draft = Draft.of(UUID.randomUUID(), user, request);
      var command = Command.of(OrderStore.PLACE_SCOPE + user, key(step), request);
      var placed = await(shop().store.place(command, draft));
      assertEquals(
          !orders.containsKey(name(step)), placed.arrival() instanceof Inbox.Arrival.Fresh);
      orders.computeIfAbsent(name(step), name -> new Modelled(draft.id(), step.user, price(step)));
    }

    /** One order at a time, so that the model can follow in which order credit is decided on. */
    private void recover() throws Exception {
      shop().lapseClaims();
      List<Work> works = await(shop().store.claimDue(1));
      while (!works.isEmpty()) {
        var work = works.get(0);
        var order =
            orders.values().stream().filter(o -> o.id.equals(work.id())).findAny().orElseThrow();
        assertEquals(order.status, work.status());
        await(drive(0, work));
        if (order.status == Status.PENDING) {
          settle(order);
        } else {
          finishCancel(order);
        }
        works = await(shop().store.claimDue(1));
      }
      assertTrue(
          orders.values().stream().noneMatch(o -> Transition.unfinished().contains(o.status)));
    }

    private void cancel(Modelled order) throws Exception {
      var cancelled = shop().mesh.call(Orders.CANCEL, orderId(order));
      if (order.status == Status.PENDING || order.status == Status.REJECTED) {
        assertEquals("order.not_cancellable", refusal(cancelled).code());
      } else {
        assertEquals(Status.CANCELLED, await(cancelled).status());
        beginCancel(order);
        finishCancel(order);
      }
    }

    private void atOnce(Modelled order, Step step) throws Exception {
      var answers =
          List.of(
              insist(() -> drive(0, pending(order))),
              insist(() -> drive(1, pending(order))),
              insist(() -> shop().place(request(step), key(step))),
              insist(() -> shop().place(request(step), key(step))));
      var cancelled = insist(() -> shop().mesh.call(Orders.CANCEL, orderId(order)));
      await(Future.join(answers));
      for (var answer : answers) {
        settledAs(order, answer.result());
      }
      var refused =
          await(cancelled.<Boolean>transform(done -> Future.succeededFuture(done.failed())));
      if (refused) {
        assertEquals("order.not_cancellable", refusal(cancelled).code());
      } else {
        beginCancel(order);
        finishCancel(order);
      }
    }

    /**
     * Asks again when nothing was done: many at once may wait for a lock for longer than is let.
     */
    private static <T> Future<T> insist(Supplier<Future<T>> ask) {
      return ask.get()
          .recover(
              failure ->
                  failure instanceof MeshFailure.Rejected
                      ? ask.get()
                      : Future.failedFuture(failure));
    }

    // What the model does.

    private void decide(Modelled order) {
      if (order.credit == null) {
        order.credit = order.price <= CREDIT - reserved(order.user) ? "HELD" : "REFUSED";
      }
    }

    private void settle(Modelled order) {
      decide(order);
      if (order.status == Status.PENDING) {
        boolean held = "HELD".equals(order.credit);
        order.status = held ? Status.CONFIRMED : Status.REJECTED;
        order.told.add(held ? "orders.confirmed" : "orders.rejected");
      }
    }

    /** Settles an order; the answer is the one that it got when it was settled, whenever asked. */
    private void settledAs(Modelled order, Order answer) {
      settle(order);
      assertEquals(order.id.toString(), answer.id());
      assertEquals(
          order.status == Status.REJECTED ? Status.REJECTED : Status.CONFIRMED, answer.status());
      assertEquals(2, answer.version());
    }

    private static void beginCancel(Modelled order) {
      if (order.status == Status.CONFIRMED) {
        order.status = Status.CANCELLING;
      }
    }

    private static void finishCancel(Modelled order) {
      if (order.status == Status.CANCELLING) {
        order.credit = "RELEASED";
        order.status = Status.CANCELLED;
        order.told.add("orders.cancelled");
      }
    }

    private long reserved(int user) {
      return orders.values().stream()
          .filter(order -> order.user == user && "HELD".equals(order.credit))
          .mapToLong(order -> order.price)
          .sum();
    }

    // What the database must hold.

    void compare(Step step) {
      for (int i = 0; i < USERS; i++) {
        String id = users.get(i).id();
        assertEquals(expected(i), actual(id), step::toString);
        assertEquals(
            Long.toString(reserved(i)),
            TestPostgres.query(
                shop().uri, "select reserved from users.users where id = '%s'".formatted(id)),
            step::toString);
      }
    }

    private String expected(int user) {
      return orders.values().stream()
          .filter(order -> order.user == user)
          .map(
              order ->
                  "%s %s %d %d 1 %s %s"
                      .formatted(
                          order.id,
                          order.status,
                          order.version(),
                          order.price,
                          order.status == Status.PENDING ? "running" : "answered",
                          String.join(",", order.told)))
          .sorted()
          .collect(Collectors.joining("\n"));
    }

    private static String actual(String user) {
      return TestPostgres.query(
          shop().uri,
          """
          select coalesce(string_agg(line, e'\\n' order by line), '') from (
            select concat_ws(' ', o.id, o.status, o.version, o.total,
              (select count(*) from orders.order_lines l where l.order_id = o.id),
              (select case when response is null then 'running' else 'answered' end
                from orders.inbox i
                where i.subject = o.id::text and i.scope = 'orders.place/' || o.user_id),
              (select string_agg(topic, ',' order by log, e.id) from (
                select 0 as log, position as id, topic, aggregate from orders.events union all
                select 1, id, topic, aggregate from orders.outbox) e
                where e.aggregate = o.id::text)) as line
            from orders.orders o where user_id = '%s') as lines
          """
              .formatted(user));
    }

    // How a step is put.

    private static Future<Order> drive(int instance, Work work) {
      return SAGAS.get(instance).drive(work, CallOptions.DEFAULT);
    }

    private Work pending(Modelled order) {
      return work(order, Status.PENDING);
    }

    private Work work(Modelled order, Status status) {
      UUID user = UUID.fromString(users.get(order.user).id());
      return new Work(order.id, status, user, "EUR", order.price, 0, 0, TraceContext.NONE, null);
    }

    private Future<?> reserve(Modelled order) {
      return shop()
          .mesh
          .call(
              Users.RESERVE,
              new ReserveCredit(
                  users.get(order.user).id(), order.id.toString(), "EUR", order.price))
          .recover(
              failure ->
                  failure instanceof MeshFailure.Application
                      ? Future.succeededFuture()
                      : Future.failedFuture(failure));
    }

    private static OrderId orderId(Modelled order) {
      return new OrderId(order.id.toString());
    }

    private PlaceOrder request(Step step) {
      return Shop.order(users.get(step.user), price(step));
    }

    /** A key stands for one request: 25, 40, 55 or 70, of which not all fit into the credit. */
    private static long price(Step step) {
      return 25 + 15L * step.key;
    }

    private static String key(Step step) {
      return "key" + step.key;
    }

    private static String name(Step step) {
      return step.user + "/" + step.key;
    }
  }
}
