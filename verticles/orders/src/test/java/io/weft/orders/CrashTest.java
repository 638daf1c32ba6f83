package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.ledger.TestPostgres;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.users.api.User;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A node that dies at each statement of an order, one after the other, before the statement is
 * carried out and after: what another node finds, and what it makes of it.
 */
final class CrashTest {
  private static final String KEY = "key";
  private static final int STATEMENTS_MAX = 20;

  private static @Nullable Shop opened;

  @BeforeAll
  static void open() throws Exception {
    var shop = new Shop(TestPostgres.freshDatabase());
    shop.startUsers();
    shop.startOrders();
    opened = shop;
  }

  @AfterAll
  static void close() throws Exception {
    survivor().close();
  }

  private static Shop survivor() {
    if (opened == null) {
      throw new IllegalStateException("the shop is not open");
    }
    return opened;
  }

  /** What is done on the node that dies, for a user with a credit of 100. */
  private interface Doing {
    Future<?> start(Shop dying, User user);
  }

  @Test
  void anOrderIsConfirmedOnceWhereverItsNodeDies() throws Exception {
    int points =
        atEachStatement(
            (dying, user) -> dying.place(order(user, 60), KEY),
            user -> {
              String found = single("select status from orders.orders where user_id = '%s'", user);
              Order placed = await(survivor().place(order(user, 60), KEY));
              assertTrue(found.isEmpty() || found.equals("CONFIRMED"), found);
              assertEquals(Status.CONFIRMED, placed.status());
              assertEquals(60, survivor().reserved(user));
              assertEquals("orders.placed,orders.confirmed", told(placed.id()));
              assertWhole(user, placed);
            });
    // Its key, its user, the order, the credit, its end.
    assertEquals(5, points);
  }

  @Test
  void anOrderIsRejectedOnceWhereverItsNodeDies() throws Exception {
    int points =
        atEachStatement(
            (dying, user) -> dying.place(order(user, 101), KEY),
            user -> {
              Order placed = await(survivor().place(order(user, 101), KEY));
              assertEquals(Status.REJECTED, placed.status());
              assertEquals("credit.insufficient", placed.reason());
              assertEquals(0, survivor().reserved(user));
              assertEquals("orders.placed,orders.rejected", told(placed.id()));
              assertWhole(user, placed);
            });
    assertEquals(5, points);
  }

  @Test
  void anOrderIsCancelledOnceWhereverItsNodeDies() throws Exception {
    int points =
        atEachStatement(
            (dying, user) ->
                Future.future(
                    done ->
                        survivor()
                            .place(order(user, 60), KEY)
                            .compose(dying::cancel)
                            .onComplete(answer -> done.complete())),
            user -> {
              Order placed = await(survivor().place(order(user, 60), KEY));
              assertEquals(Status.CONFIRMED, placed.status());
              Order cancelled = await(survivor().cancel(placed));
              assertEquals(Status.CANCELLED, cancelled.status());
              assertEquals(4, cancelled.version());
              assertEquals(0, survivor().reserved(user));
              assertEquals("orders.placed,orders.confirmed,orders.cancelled", told(placed.id()));
              assertWhole(user, placed);
            });
    // The cancellation, the credit, its end.
    assertEquals(3, points);
  }

  @Test
  void anOrderTakesThreeStatementsAndTheFirstOfAUserTwoMore() throws Exception {
    User user = survivor().account(100);
    try (var way = new CrashingPostgres(survivor().uri);
        var shop = new Shop(way.uri())) {
      shop.startUsers();
      shop.startOrders();
      way.crashAt(Integer.MAX_VALUE, false, () -> {});
      await(shop.place(order(user, 1), "first"));
      assertEquals(5, way.statements().size());
      await(shop.place(order(user, 1), "second"));
      assertEquals(5 + 3, way.statements().size());
    }
  }

  /** What must hold afterwards. */
  private interface Check {
    void of(User user) throws Exception;
  }

  /** Returns how many statements there are to die at. */
  private static int atEachStatement(Doing doing, Check check) throws Exception {
    for (int n = 1; n <= STATEMENTS_MAX; n++) {
      if (!diesAt(n, false, doing, check)) {
        return n - 1;
      }
      assertTrue(diesAt(n, true, doing, check));
    }
    throw new AssertionError("more than " + STATEMENTS_MAX + " statements");
  }

  private static boolean diesAt(int n, boolean carriedOut, Doing doing, Check check)
      throws Exception {
    User user = survivor().account(100);
    boolean crashed;
    try (var way = new CrashingPostgres(survivor().uri);
        var dying = new Shop(way.uri())) {
      dying.startUsers();
      dying.startOrders();
      Promise<Void> over = Promise.promise();
      way.crashAt(n, carriedOut, over::tryComplete);
      doing.start(dying, user).onComplete(answered -> over.tryComplete());
      await(over.future());
      crashed = way.crashed();
      way.close(); // What still waits for an answer is told that there will be none.
    }
    survivor().lapseClaims();
    survivor().settles(user);
    check.of(user);
    return crashed;
  }

  private static void assertWhole(User user, Order placed) {
    assertEquals("1", single("select count(*) from orders.orders where user_id = '%s'", user));
    assertEquals(
        "1",
        single(
            "select count(*) from orders.order_lines join orders.orders on id = order_id where"
                + " user_id = '%s'",
            user));
    assertEquals(
        List.of(placed.id(), "t"),
        List.of(
            single("select subject from orders.inbox where scope = 'orders.place/%s'", user),
            single(
                "select response is not null from orders.inbox where scope = 'orders.place/%s'",
                user)));
  }

  /** Returns the topics of an order's events, in the order in which they were written. */
  private static String told(String order) {
    return TestPostgres.query(
        survivor().uri,
        """
        select string_agg(topic, ',' order by log, id) from (
          select 0 as log, position as id, topic from orders.events where aggregate = '%1$s'
          union all
          select 1 as log, id, topic from orders.outbox where aggregate = '%1$s') as told
        """
            .formatted(order));
  }

  private static String single(String sql, User user) {
    return TestPostgres.query(survivor().uri, sql.formatted(user.id()));
  }
}
