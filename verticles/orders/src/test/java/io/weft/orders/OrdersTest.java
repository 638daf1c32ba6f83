package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Rng;
import io.weft.mesh.wire.JsonCodec;
import io.weft.orders.api.ListOrders;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.OrderPage;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Orders through the mesh, two instances of each service. */
final class OrdersTest {
  private static @Nullable Shop opened;
  private Shop shop = opened();

  @BeforeAll
  static void open() throws Exception {
    var shop = new Shop(TestPostgres.freshDatabase());
    for (int i = 0; i < 2; i++) {
      shop.startUsers();
      shop.startOrders();
    }
    opened = shop;
  }

  @AfterAll
  static void close() throws Exception {
    opened().close();
  }

  @BeforeEach
  void empty() {
    shop = opened();
    TestPostgres.execute(
        shop.uri, "truncate orders.orders, orders.order_lines, orders.inbox, users.users");
  }

  private static Shop opened() {
    if (opened == null) {
      throw new IllegalStateException("the shop is not open");
    }
    return opened;
  }

  @Test
  void anOrderWithinTheCreditIsConfirmedAndPricedAndHeld() throws Exception {
    User ada = shop.account(10_000);
    var request =
        new PlaceOrder(
            ada.id(),
            "EUR",
            List.of(
                new PlaceOrder.Line("a", "Apples", 3L, 333L, 500),
                new PlaceOrder.Line("b", null, 1L, 1_000L, null)),
            "at the\nback door");
    Order placed = await(shop.place(request, "key"));
    assertEquals(Status.CONFIRMED, placed.status());
    assertEquals(
        List.of(
            new Order.Line("a", "Apples", 3, 333, 500, 949),
            new Order.Line("b", null, 1, 1_000, null, 1_000)),
        placed.lines());
    assertEquals(1_949, placed.total());
    assertEquals(1_949, shop.reserved(ada));
    assertEquals(placed, shop.get(placed.id()));
  }

  @Test
  void anOrderThatUsersRefusesIsRejectedWithTheReason() throws Exception {
    User ada = shop.account(100);
    Order tooMuch = await(shop.place(order(ada, 101), "1"));
    assertEquals(Status.REJECTED, tooMuch.status());
    assertEquals("credit.insufficient", tooMuch.reason());

    var dollars = new PlaceOrder(ada.id(), "USD", order(ada, 1).lines(), null);
    assertEquals("credit.currency_mismatch", await(shop.place(dollars, "2")).reason());

    await(shop.mesh.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    assertEquals("user.inactive", await(shop.place(order(ada, 1), "3")).reason());
    assertEquals(0, shop.reserved(ada));
  }

  @Test
  void theSameKeyAndOrderGetTheSameAnswerEvenAfterTheOrderWentOn() throws Exception {
    User ada = shop.account(100);
    var body = JsonCodec.encode(order(ada, 60));
    var options = CallOptions.DEFAULT.withKey("key");
    var first = await(shop.mesh.exchange("orders.place", Operation.Kind.COMMAND, body, options));
    await(shop.cancel(JsonCodec.decode(first.body(), Order.class)));
    var second = await(shop.mesh.exchange("orders.place", Operation.Kind.COMMAND, body, options));
    assertEquals(first.body(), second.body());
    assertEquals(List.of(false, true), List.of(first.replayed(), second.replayed()));
    assertEquals("1", shop.count("orders.orders"));
  }

  @Test
  void theSameKeyWithAnotherOrderIsRefused() throws Exception {
    User ada = shop.account(100);
    await(shop.place(order(ada, 60), "key"));
    assertEquals("order.key_reused", refusal(shop.place(order(ada, 61), "key")).code());
    assertEquals("1", shop.count("orders.orders"));
  }

  @Test
  void aKeyThatCannotBeKeptIsRefusedAndNothingIsStored() throws Exception {
    User ada = shop.account(100);
    for (String key : List.of("a\u0000b", "a\nb", "\u007f")) {
      assertEquals("idempotency_key.invalid", refusal(shop.place(order(ada, 60), key)).code());
    }
    assertNothingStored();
  }

  @Test
  void keysOfDifferentUsersNeverMeet() throws Exception {
    User ada = shop.account(100);
    User bob = shop.account(100);
    Order one = await(shop.place(order(ada, 60), "key"));
    Order two = await(shop.place(order(bob, 70), "key"));
    assertEquals(List.of(ada.id(), bob.id()), List.of(one.userId(), two.userId()));
  }

  @Test
  void twentyAtOnceWithOneKeyMakeOneOrder() throws Exception {
    User ada = shop.account(1_000);
    var all = Stream.generate(() -> shop.place(order(ada, 60), "key")).limit(20).toList();
    await(Future.join(all));
    assertEquals(1, all.stream().map(Future::result).distinct().count());
    assertEquals("1", shop.count("orders.orders"));
    assertEquals(60, shop.reserved(ada));
  }

  @Test
  void anOrderOfAnUnknownUserIsRefusedAndNotStored() throws Exception {
    for (String nobody : List.of("00000000-0000-4000-8000-000000000000", "nobody")) {
      var request = new PlaceOrder(nobody, "EUR", List.of(line("sku", 1L, 1L, null)), null);
      var refusal = refusal(shop.place(request, "key"));
      assertEquals("user.not_found", refusal.code());
      assertEquals("/userId", refusal.pointer());
    }
    assertNothingStored();
  }

  @Test
  void badFieldsAreNamedAndNothingIsStored() throws Exception {
    User ada = shop.account(100);
    assertBad("/lines", ada, "EUR", List.of(), null);
    assertBad("/lines", ada, "EUR", null, null);
    assertBad("/lines", ada, "EUR", Collections.nCopies(10_001, line("s", 1L, 1L, null)), null);
    assertBad("/lines/0", ada, "EUR", Collections.singletonList(null), null);
    assertBad("/currency", ada, "ABC", List.of(line("s", 1L, 1L, null)), null);
    assertBad("/currency", ada, null, List.of(line("s", 1L, 1L, null)), null);
    assertBad("/note", ada, "EUR", List.of(line("s", 1L, 1L, null)), "n".repeat(1_001));
    assertBad("/note", ada, "EUR", List.of(line("s", 1L, 1L, null)), "\u0000");
    assertBad("/lines/0/sku", ada, "EUR", List.of(line("", 1L, 1L, null)), null);
    assertBad("/lines/0/sku", ada, "EUR", List.of(line("s".repeat(65), 1L, 1L, null)), null);
    assertBad("/lines/0/quantity", ada, "EUR", List.of(line("s", 0L, 1L, null)), null);
    assertBad("/lines/0/quantity", ada, "EUR", List.of(line("s", 1_000_001L, 1L, null)), null);
    assertBad("/lines/0/quantity", ada, "EUR", List.of(line("s", null, 1L, null)), null);
    assertBad("/lines/0/unitPrice", ada, "EUR", List.of(line("s", 1L, -1L, null)), null);
    assertBad(
        "/lines/1/discountBps",
        ada,
        "EUR",
        List.of(line("s", 1L, 1L, 10_000), line("s", 1L, 1L, 10_001)),
        null);
    assertNothingStored();
  }

  @Test
  void anAmountThatOverflowsIsRefusedAndNotStored() throws Exception {
    User ada = shop.account(100);
    var great = line("s", OrdersLimits.QUANTITY_MAX, OrdersLimits.UNIT_PRICE_MAX, null);
    var refusal = refusal(shop.place(request(ada, List.of(great)), "key"));
    assertEquals("order.amount_overflow", refusal.code());
    assertEquals("/lines/0", refusal.pointer());

    var half = line("s", 5_000L, OrdersLimits.UNIT_PRICE_MAX, null);
    refusal = refusal(shop.place(request(ada, List.of(half, half)), "key"));
    assertEquals("order.amount_overflow", refusal.code());
    assertEquals("/lines", refusal.pointer());
    assertNothingStored();
  }

  @Test
  void tenThousandLinesAreStoredInTheirOrder() throws Exception {
    User ada = shop.account(Long.MAX_VALUE);
    var lines =
        IntStream.range(0, OrdersLimits.LINES_MAX)
            .mapToObj(i -> line("sku-" + i, 1L, (long) i, null))
            .toList();
    Order placed = await(shop.place(request(ada, lines), "key"));
    assertEquals(49_995_000, placed.total());
    assertEquals("sku-9999", shop.get(placed.id()).lines().get(9_999).sku());
  }

  @Test
  void anOrderThatCouldNotBeReadBackInOneBodyIsRefusedAndNotStored() throws Exception {
    User ada = shop.account(Long.MAX_VALUE);
    // The request fits, but each line grows by its total, which the request does not hold.
    var line =
        new PlaceOrder.Line("s".repeat(64), "é".repeat(200), 1_000L, 1_000_000_000_000L, null);
    int lines = (MeshLimits.BODY_MAX_BYTES - 200) / (JsonCodec.encode(line).length() + 1);
    assertTrue(lines <= OrdersLimits.LINES_MAX);
    var refusal = refusal(shop.place(request(ada, Collections.nCopies(lines, line)), "key"));
    assertEquals("body.too_large", refusal.code());
    assertNothingStored();
  }

  @Test
  void aCancelledOrderGivesItsCreditBackOnce() throws Exception {
    User ada = shop.account(100);
    Order placed = await(shop.place(order(ada, 60), "key"));
    Order cancelled = await(shop.cancel(placed));
    assertEquals(Status.CANCELLED, cancelled.status());
    assertEquals(0, shop.reserved(ada));
    await(shop.place(order(ada, 50), "other"));
    assertEquals(cancelled, await(shop.cancel(placed)));
    assertEquals(50, shop.reserved(ada));
  }

  @Test
  void whatIsNotConfirmedIsNotCancelled() throws Exception {
    User ada = shop.account(100);
    Order rejected = await(shop.place(order(ada, 101), "key"));
    assertEquals("order.not_cancellable", refusal(shop.cancel(rejected)).code());
    for (String nothing : List.of("00000000-0000-4000-8000-000000000000", "nothing")) {
      assertEquals(
          "order.not_found", refusal(shop.mesh.call(Orders.CANCEL, new OrderId(nothing))).code());
      assertEquals(
          "order.not_found", refusal(shop.mesh.call(Orders.GET, new OrderId(nothing))).code());
    }
  }

  @Test
  void pagesHoldEveryOrderOnceNewestFirst() throws Exception {
    User ada = shop.account(1_000);
    User bob = shop.account(1_000);
    var placed = new ArrayList<Order>();
    for (int i = 0; i < 5; i++) {
      placed.add(0, await(shop.place(order(ada, i == 2 ? 5_000 : i), "key" + i)));
      await(shop.place(order(bob, i), "key" + i));
    }
    assertEquals(placed, all(ada.id(), null));
    assertEquals(List.of(placed.get(2)), all(ada.id(), Status.REJECTED));
    assertEquals(10, all(null, null).size());
    assertEquals(9, all(null, Status.CONFIRMED).size());
  }

  @Test
  void aCursorIsOfNoUseWithOtherFilters() throws Exception {
    User ada = shop.account(1_000);
    await(shop.place(order(ada, 1), "1"));
    await(shop.place(order(ada, 2), "2"));
    OrderPage page = await(shop.mesh.call(Orders.LIST, new ListOrders(ada.id(), null, 1, null)));
    var refusal = refusal(shop.mesh.call(Orders.LIST, new ListOrders(null, null, 1, page.next())));
    assertEquals("cursor.invalid", refusal.code());
    assertEquals("/cursor", refusal.pointer());
    assertEquals(
        "/userId",
        refusal(shop.mesh.call(Orders.LIST, new ListOrders("x", null, 1, null))).pointer());
  }

  @Test
  void aPageOfLongOrdersEndsEarlyAndLosesNone() throws Exception {
    User ada = shop.account(Long.MAX_VALUE);
    var lines = Collections.nCopies(4_000, line("s", 1L, 1L, null));
    for (int i = 0; i < 3; i++) {
      await(shop.place(request(ada, lines), "key" + i));
    }
    OrderPage first = await(shop.mesh.call(Orders.LIST, new ListOrders(ada.id(), null, 100, null)));
    assertEquals(2, first.items().size());
    OrderPage second =
        await(shop.mesh.call(Orders.LIST, new ListOrders(ada.id(), null, 100, first.next())));
    assertEquals(1, second.items().size());
    assertNull(second.next());
  }

  @Test
  void creditReservedEqualsTheConfirmedOrdersAfterAnyInterleaving() throws Exception {
    User ada = shop.account(5_000);
    var rng = Rng.seeded(42);
    for (int round = 0; round < 10; round++) {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < 16; i++) {
        String key = "key" + rng.nextInt(60);
        // The price follows from the key, so that a key always stands for the same order.
        var placed = shop.place(order(ada, 50L + Math.floorMod(key.hashCode(), 500)), key);
        all.add(
            rng.nextInt(3) == 0
                ? placed.compose(
                    order ->
                        order.status() == Status.REJECTED
                            ? Future.succeededFuture(order)
                            : shop.cancel(order))
                : placed);
      }
      await(Future.join(all).otherwiseEmpty());
    }
    assertEquals(
        "0",
        TestPostgres.query(
            shop.uri,
            "select count(*) from orders.orders where status in ('PENDING', 'CANCELLING')"));
    assertEquals(
        TestPostgres.query(
            shop.uri,
            "select coalesce(sum(total), 0) from orders.orders where status = 'CONFIRMED'"),
        Long.toString(shop.reserved(ada)));
  }

  private List<Order> all(@Nullable String userId, @Nullable Status status) throws Exception {
    var orders = new ArrayList<Order>();
    String cursor = null;
    do {
      OrderPage page =
          await(shop.mesh.call(Orders.LIST, new ListOrders(userId, status, 2, cursor)));
      orders.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return orders;
  }

  private void assertBad(
      String pointer,
      User user,
      @Nullable String currency,
      @Nullable List<PlaceOrder.@Nullable Line> lines,
      @Nullable String note)
      throws Exception {
    var refusal = refusal(shop.place(new PlaceOrder(user.id(), currency, lines, note), "key"));
    assertEquals("request.invalid", refusal.code());
    assertEquals(pointer, refusal.pointer());
  }

  private void assertNothingStored() {
    assertEquals("0", shop.count("orders.orders"));
    assertEquals("0", shop.count("orders.order_lines"));
    assertEquals("0", shop.count("orders.inbox"));
  }

  private static PlaceOrder request(User user, List<PlaceOrder.@Nullable Line> lines) {
    return new PlaceOrder(user.id(), "EUR", lines, null);
  }

  private static PlaceOrder.Line line(
      String sku, @Nullable Long quantity, Long price, @Nullable Integer discountBps) {
    return new PlaceOrder.Line(sku, null, quantity, price, discountBps);
  }
}
