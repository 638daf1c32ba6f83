package io.weft.orders;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.Cursors;
import io.weft.ledger.DataService;
import io.weft.ledger.Database;
import io.weft.ledger.Outbox;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.users.UsersProvider;
import io.weft.users.api.CreateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Users and orders on one node with one PostgreSQL, as many instances of each as asked for. */
final class Shop implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  final Vertx vertx = Vertx.vertx();
  final Mesh mesh = BusMesh.local(vertx);
  final UsersProvider users = new UsersProvider();
  final OrdersProvider orders = new OrdersProvider();
  final OrderStore store;
  final String uri;
  private final ServiceProvider.Host host;
  final Database database;
  private int accounts;

  Shop(String uri) throws Exception {
    this(uri, new JsonObject());
  }

  /** Creates the shop of a site that has a hub. */
  static Shop atEdge(String uri, String site) throws Exception {
    return new Shop(
        uri,
        new JsonObject()
            .put("node", new JsonObject().put("site", site))
            .put("sites", new JsonObject().put("hub", "hub.example:443")));
  }

  private Shop(String uri, JsonObject settings) throws Exception {
    this.uri = uri;
    host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            Time.of(vertx),
            settings.put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4)),
            () -> Future.succeededFuture(new Readiness(List.of())));
    await(users.open(host));
    await(orders.open(host));
    database = Database.open(vertx, Time.of(vertx), uri, "orders", 2);
    var outbox = new Outbox("orders", Orders.TOPICS, () -> {});
    store =
        new OrderStore(
            new DataService.Data(database, await(Cursors.load(database)), outbox),
            Time.of(vertx).wall());
  }

  String startUsers() throws Exception {
    return await(vertx.deployVerticle(users.instance(host)));
  }

  String startOrders() throws Exception {
    return await(vertx.deployVerticle(orders.instance(host)));
  }

  User account(long creditLimit) throws Exception {
    String email = "user" + accounts++ + "@example.org";
    return await(mesh.call(Users.CREATE, new CreateUser(email, "A name", "EUR", creditLimit)));
  }

  static PlaceOrder order(User user, long price) {
    return new PlaceOrder(
        user.id(), "EUR", List.of(new PlaceOrder.Line("sku", null, 1L, price, null)), null);
  }

  Future<Order> place(PlaceOrder request, String key) {
    return mesh.call(Orders.PLACE, request, CallOptions.DEFAULT.withKey(key));
  }

  Future<Order> cancel(Order order) {
    return mesh.call(Orders.CANCEL, new OrderId(order.id()));
  }

  Order get(String id) throws Exception {
    return await(mesh.call(Orders.GET, new OrderId(id)));
  }

  long reserved(User user) throws Exception {
    return await(mesh.call(Users.GET, new UserId(user.id()))).credit().reserved();
  }

  /** Asks again and again until an order has a status. */
  Order becomes(String id, Order.Status status) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Order order = get(id);
    while (order.status() != status) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("order is " + order.status() + " (expected: " + status + ")");
      }
      order = get(id);
    }
    return order;
  }

  /** Asks again and again until no order of a user is on its way. */
  void settles(User user) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String unfinished =
        "select count(*) from orders.orders where status in ('PENDING', 'CANCELLING') and user_id ="
            + " '%s'";
    while (!TestPostgres.query(uri, unfinished.formatted(user.id())).equals("0")) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("an order is on its way (expected: at its end)");
      }
    }
  }

  /** Waits until the services know that their database is back: for a second they do not ask it. */
  void becomesReady() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!await(
        Future.all(users.check(), orders.check())
            .transform(checked -> Future.succeededFuture(checked.succeeded())))) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("a service is not ready (expected: its database is back)");
      }
    }
  }

  /** Lets the claims on all orders lapse, as time would after their driver is gone. */
  void lapseClaims() {
    TestPostgres.execute(
        uri,
        "update orders.orders set claimed_until = now() - interval '1 second', next_attempt_at ="
            + " now()");
  }

  String count(String table) {
    return TestPostgres.query(uri, "select count(*) from " + table);
  }

  static MeshFailure.Application refusal(Future<?> future) throws Exception {
    return assertInstanceOf(MeshFailure.Application.class, failure(future));
  }

  static Throwable failure(Future<?> future) throws Exception {
    return await(
        future.<Throwable>transform(
            done ->
                done.succeeded()
                    ? Future.failedFuture("succeeded, and was expected to fail")
                    : Future.succeededFuture(done.cause())));
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(mesh.close());
    await(orders.close());
    await(users.close());
    await(database.close());
    await(vertx.close());
  }
}
