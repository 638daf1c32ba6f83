package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.time.Rng;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderSummary;
import io.weft.orders.api.OrderSummary.Total;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.RebuildSummaries;
import io.weft.orders.api.RebuiltSummaries;
import io.weft.orders.api.SummarizeOrders;
import io.weft.users.api.User;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the orders of a user come to, kept from their events on a real PostgreSQL. */
final class SummaryTest {
  private static final long PATIENCE_SECONDS = 30;

  /** What the summaries must be, and what they are, by the same words. */
  private static final String TRUTH =
      """
      select string_agg(user_id || ' ' || currency || ' ' || status || ' ' || n || ' ' || t, ', '
        order by user_id, currency, status)
      from (
        select user_id, currency, count(*) as n, sum(total) as t,
          case status when 'CANCELLING' then 'CONFIRMED' else status end as status
        from orders.orders group by 1, 2, 5) as truth
      """;

  private static final String KEPT =
      """
      select string_agg(user_id || ' ' || currency || ' ' || status || ' ' || orders || ' ' || total,
        ', ' order by user_id, currency, status)
      from orders.summaries where orders <> 0
      """;

  private static final String CAUGHT_UP =
      """
      select not exists (select from orders.outbox)
        and (select position from orders.positions where consumer = 'summaries')
          = (select position from orders.events_end)
      """;

  /** What becomes the position after which all is applied again: all that is kept. */
  private static final String BEFORE_FIRST =
      """
      select coalesce((select min(position) - 1 from orders.events),
        (select position from orders.events_end))
      """;

  private static final List<String> INSTANCES = new ArrayList<>();
  private static @Nullable Shop opened;
  private static int keys;
  private Shop shop = opened();

  @BeforeAll
  static void open() throws Exception {
    var shop = new Shop(TestPostgres.freshDatabase());
    opened = shop;
    shop.startUsers();
    INSTANCES.add(shop.startOrders());
  }

  @AfterAll
  static void close() throws Exception {
    opened().close();
  }

  private static Shop opened() {
    if (opened == null) {
      throw new IllegalStateException("the shop is not open");
    }
    return opened;
  }

  @BeforeEach
  void empty() throws Exception {
    shop = opened();
    caughtUp();
    TestPostgres.execute(
        shop.uri,
        "truncate orders.orders, orders.order_lines, orders.inbox, users.users, orders.events");
    rebuild("fresh" + keys++);
  }

  private Future<Order> place(User user, long price) {
    return shop.place(order(user, price), "key" + keys++);
  }

  private OrderSummary summary(String user) throws Exception {
    return await(shop.mesh.call(Orders.SUMMARY, new SummarizeOrders(user)));
  }

  /** Waits until every event that there is has been applied. */
  private void caughtUp() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!TestPostgres.query(shop.uri, CAUGHT_UP).equals("t")) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("the summaries lag behind");
      }
    }
  }

  private void rightInTheEnd() throws Exception {
    caughtUp();
    assertEquals(TestPostgres.query(shop.uri, TRUTH), TestPostgres.query(shop.uri, KEPT));
  }

  private long beforeFirst() {
    return Long.parseLong(TestPostgres.query(shop.uri, BEFORE_FIRST));
  }

  private RebuiltSummaries rebuild(String key) throws Exception {
    return await(
        shop.mesh.call(
            Orders.REBUILD_SUMMARIES, new RebuildSummaries(), CallOptions.DEFAULT.withKey(key)));
  }

  @Test
  void ordersAreSummedUpByCurrencyAndStatus() throws Exception {
    User ada = shop.account(10_000);
    await(place(ada, 700));
    await(place(ada, 800));
    await(place(ada, 9_000));
    await(shop.cancel(await(place(ada, 50))));
    await(place(shop.account(10_000), 1));
    caughtUp();
    var summary = summary(ada.id());
    assertEquals(
        List.of(
            new Total("EUR", Status.CANCELLED, 1, 50),
            new Total("EUR", Status.CONFIRMED, 2, 1_500),
            new Total("EUR", Status.REJECTED, 1, 9_000)),
        summary.totals());
    assertEquals(4, summary.orders());
    assertEquals(
        TestPostgres.query(shop.uri, "select position::text from orders.events_end"),
        Long.toString(summary.position()));
  }

  @Test
  void aUserWithoutOrdersHasAnEmptySummaryAndOneWhoIsNotThereHasNone() throws Exception {
    var summary = summary(shop.account(1).id());
    assertEquals(0, summary.orders());
    assertEquals(List.of(), summary.totals());
    for (var nobody : List.of("00000000-0000-4000-8000-000000000000", "nobody")) {
      var failure = refusal(shop.mesh.call(Orders.SUMMARY, new SummarizeOrders(nobody)));
      assertEquals("user.not_found", failure.code());
    }
    var absent = refusal(shop.mesh.call(Orders.SUMMARY, new SummarizeOrders(null)));
    assertEquals("request.invalid", absent.code());
  }

  @Test
  void aSumThatIsTooMuchForANumberIsTheLargest() throws Exception {
    User ada = shop.account(1);
    for (int i = 0; i < 2; i++) {
      var line = new PlaceOrder.Line("sku", null, 9_000L, 1_000_000_000_000_000L, null);
      await(shop.place(new PlaceOrder(ada.id(), "EUR", List.of(line), null), "much" + i));
    }
    caughtUp();
    assertEquals(
        List.of(new Total("EUR", Status.REJECTED, 2, Long.MAX_VALUE)), summary(ada.id()).totals());
    rightInTheEnd();
  }

  @Test
  void summariesAreMadeAnewFromTheEvents() throws Exception {
    User ada = shop.account(10_000);
    for (int i = 0; i < 10; i++) {
      await(place(ada, 1 + i));
    }
    caughtUp();
    TestPostgres.execute(shop.uri, "update orders.summaries set orders = 99, total = 0");
    assertEquals(beforeFirst(), rebuild("again").after());
    rightInTheEnd();
    assertEquals(10, summary(ada.id()).orders());
  }

  @Test
  void aRepeatedCommandMakesThemAnewOnce() throws Exception {
    await(place(shop.account(10_000), 1));
    caughtUp();
    assertEquals(beforeFirst(), rebuild("once").after());
    caughtUp();
    TestPostgres.execute(shop.uri, "update orders.summaries set orders = 99");
    assertEquals(beforeFirst(), rebuild("once").after());
    assertTrue(TestPostgres.query(shop.uri, KEPT).contains(" 99 "));
  }

  @Test
  void whatEventsThatAreGoneHaveToldIsNotLost() throws Exception {
    User ada = shop.account(100_000);
    var orders = new ArrayList<Order>();
    for (int i = 0; i < 12; i++) {
      orders.add(await(place(ada, i == 3 ? 1_000_000 : 10 + i)));
    }
    for (int i = 0; i < 12; i += 5) {
      await(shop.cancel(orders.get(i)));
    }
    caughtUp();
    long end =
        Long.parseLong(TestPostgres.query(shop.uri, "select position from orders.events_end"));
    for (long gone = beforeFirst() + 1; gone < end; gone += 3) {
      TestPostgres.execute(shop.uri, "delete from orders.events where position <= " + gone);
      TestPostgres.execute(shop.uri, "update orders.summaries set orders = orders + 7");
      assertEquals(gone, rebuild("after " + gone).after());
      rightInTheEnd();
    }
    TestPostgres.execute(shop.uri, "delete from orders.events");
    assertEquals(end, rebuild("after all").after());
    rightInTheEnd();
    await(place(ada, 5));
    rightInTheEnd();
  }

  @Test
  void ordersFromBeforeThereWereEventsAreCounted() throws Exception {
    User ada = shop.account(10_000);
    var before = await(place(ada, 7));
    caughtUp();
    TestPostgres.execute(shop.uri, "delete from orders.events");
    rebuild("first");
    await(shop.cancel(before));
    await(place(ada, 8));
    rightInTheEnd();
  }

  @Test
  void eachEventCountsOnceWhileInstancesComeAndGoAndSummariesAreMadeAnew() throws Exception {
    User ada = shop.account(1_000_000);
    User bob = shop.account(300);
    var rng = Rng.seeded(11);
    for (int round = 0; round < 8; round++) {
      var placing = new ArrayList<Future<Order>>();
      for (int i = 0; i < 10; i++) {
        placing.add(place(rng.nextInt(2) == 0 ? ada : bob, 1 + rng.nextInt(50)));
      }
      INSTANCES.add(shop.startOrders());
      var leaving = shop.vertx.undeploy(INSTANCES.remove(rng.nextInt(INSTANCES.size())));
      if (round % 3 == 0) {
        rebuild("round " + round);
      }
      var placed = await(Future.all(placing)).<Order>list();
      await(leaving);
      var first = placed.get(0);
      if (first.status() == Status.CONFIRMED) {
        await(shop.cancel(first));
      }
    }
    rightInTheEnd();
    assertEquals(80, summary(ada.id()).orders() + summary(bob.id()).orders());
  }
}
