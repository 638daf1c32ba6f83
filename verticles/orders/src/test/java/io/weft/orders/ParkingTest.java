package io.weft.orders;

import static io.weft.orders.SagaTest.KEY;
import static io.weft.orders.SagaTest.storedAndLeft;
import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.MeshFailure;
import io.weft.orders.api.ListParked;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.ParkedOrder;
import io.weft.orders.api.ParkedPage;
import io.weft.orders.api.Timeline;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Orders with a step that cannot succeed: left alone, seen, and released again. */
final class ParkingTest {
  @Test
  void anOrderWhoseStepMeetsWhatHasNoMeaningIsParkedUntilItIsReleased() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      String users = shop.startUsers();
      User ada = shop.account(1_000);
      UUID id = storedAndLeft(shop, order(ada, 60));
      await(shop.vertx.undeploy(users));
      var asked = new AtomicInteger();
      String broken =
          startUsers(shop, asked, new MeshFailure.Application("users.confused", "what is this?"));
      shop.lapseClaims();
      shop.startOrders();

      ParkedOrder parked = parked(shop, 1).items().get(0);

      assertEquals(
          List.of(id.toString(), ada.id(), Status.PENDING, "users.confused: what is this?", 1),
          List.of(
              parked.id(),
              parked.userId(),
              parked.status(),
              parked.reason(),
              parked.failedAttempts()));
      Timeline before = await(shop.mesh.call(Orders.TIMELINE, new OrderId(id.toString())));
      assertEquals(Status.PENDING, before.status());
      assertEquals("users.confused: what is this?", before.parked().reason());
      assertNull(before.nextAttemptAt());
      // Neither recovery, were it due, nor a repetition tries it again.
      shop.lapseClaims();
      assertEquals(Status.PENDING, await(shop.place(order(ada, 60), KEY)).status());
      await(shop.vertx.undeploy(broken));
      shop.startUsers();
      assertEquals(Status.CONFIRMED, await(shop.place(order(ada, 61), "another")).status());
      assertEquals(Status.PENDING, shop.get(id.toString()).status());
      assertEquals(1, asked.get());

      await(shop.mesh.call(Orders.UNPARK, new OrderId(id.toString())));

      Order confirmed = shop.becomes(id.toString(), Status.CONFIRMED);
      assertEquals(List.of(), parked(shop, 0).items());
      Timeline after = await(shop.mesh.call(Orders.TIMELINE, new OrderId(id.toString())));
      assertNull(after.parked());
      assertEquals(
          List.of("orders.placed", "orders.confirmed"),
          after.steps().stream().map(Timeline.Step::topic).toList());
      assertEquals(Status.CONFIRMED, after.steps().get(1).status());
      assertEquals(confirmed, await(shop.mesh.call(Orders.UNPARK, new OrderId(id.toString()))));
      assertEquals(121, shop.reserved(ada));
    }
  }

  @Test
  void anOrderIsParkedAfterTooManyTriesOfWhichNobodyKnowsWhatBecame() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      String users = shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      await(shop.vertx.undeploy(users));
      startUsers(shop, new AtomicInteger(), new MeshFailure.Unknown("gone"));
      TestPostgres.execute(
          shop.uri,
          "update orders.orders set failed_attempts = " + (OrdersLimits.FAILED_ATTEMPTS_MAX - 1));
      shop.lapseClaims();
      shop.startOrders();

      ParkedOrder parked = parked(shop, 1).items().get(0);

      assertEquals(id.toString(), parked.id());
      assertEquals("Unknown: gone", parked.reason());
      assertEquals(OrdersLimits.FAILED_ATTEMPTS_MAX, parked.failedAttempts());
    }
  }

  @Test
  void anOrderThatWaitsForUsersIsNeverParked() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      String users = shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      await(shop.vertx.undeploy(users));
      TestPostgres.execute(
          shop.uri,
          "update orders.orders set failed_attempts = " + (OrdersLimits.FAILED_ATTEMPTS_MAX - 1));
      shop.lapseClaims();
      shop.startOrders();

      await(shop.place(order(ada, 60), KEY));
      attempted(shop);

      assertEquals(List.of(), parked(shop, 0).items());
      shop.startUsers();
      shop.becomes(id.toString(), Status.CONFIRMED);
    }
  }

  @Test
  void parkedOrdersAreReadAPageAtATimeAndOneThatIsUnknownCannotBeReleased() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      shop.startOrders();
      User ada = shop.account(1_000);
      var expected = new ArrayList<String>();
      for (int i = 0; i < 3; i++) {
        expected.add(await(shop.place(order(ada, 1), "key" + i)).id());
        TestPostgres.execute(
            shop.uri,
            "update orders.orders set parked_at = now(), parked_reason = 'r' where id = '%s'"
                .formatted(expected.get(i)));
      }

      ParkedPage first = await(shop.mesh.call(Orders.PARKED, new ListParked(2, null)));
      ParkedPage second = await(shop.mesh.call(Orders.PARKED, new ListParked(2, first.next())));

      assertNull(second.next());
      var found = new ArrayList<String>();
      for (var page : Arrays.asList(first, second)) {
        page.items().forEach(item -> found.add(item.id()));
      }
      assertEquals(expected, found);
      assertEquals(
          "cursor.invalid",
          refusal(shop.mesh.call(Orders.PARKED, new ListParked(2, "mine"))).code());
      assertEquals(
          "order.not_found",
          refusal(shop.mesh.call(Orders.UNPARK, new OrderId(UUID.randomUUID().toString()))).code());
    }
  }

  /** Starts users that decide on no credit. */
  private static String startUsers(Shop shop, AtomicInteger asked, MeshFailure failure)
      throws Exception {
    return await(
        shop.vertx.deployVerticle(
            new VerticleBase() {
              @Override
              public Future<?> start() {
                return shop.mesh.serve(
                    Users.RESERVE,
                    request -> {
                      asked.incrementAndGet();
                      return Future.failedFuture(failure);
                    });
              }
            }));
  }

  private static ParkedPage parked(Shop shop, int expected) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    ParkedPage page = await(shop.mesh.call(Orders.PARKED, new ListParked(null, null)));
    while (page.items().size() != expected) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException(page + " (expected: " + expected + " orders)");
      }
      page = await(shop.mesh.call(Orders.PARKED, new ListParked(null, null)));
    }
    return page;
  }

  /** Waits until recovery has tried an order. */
  private static void attempted(Shop shop) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (TestPostgres.query(shop.uri, "select max(attempts) from orders.orders").equals("0")) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("no attempt (expected: one)");
      }
    }
  }
}
