package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.ledger.Command;
import io.weft.ledger.TestPostgres;
import io.weft.ledger.embedded.EmbeddedPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.TraceContext;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.telemetry.Span;
import io.weft.mesh.time.Rng;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A saga that is cut off after each of its steps, and what becomes of its order. */
final class SagaTest {
  static final String KEY = "key";

  @Test
  void anOrderStoredAndLeftIsFinishedByAnotherInstance() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      shop.lapseClaims();

      shop.startOrders();

      Order settled = shop.becomes(id.toString(), Status.CONFIRMED);
      assertEquals(60, shop.reserved(ada));
      assertEquals(settled, await(shop.place(order(ada, 60), KEY)));
      assertEquals("1", shop.count("orders.orders"));
    }
  }

  @Test
  void whatIsDoneForAnOrderLaterIsInTheTraceThatHasItsId() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      shop.lapseClaims();
      shop.startOrders();
      shop.becomes(id.toString(), Status.CONFIRMED);

      var spans =
          ((BusMesh) shop.mesh)
              .spans()
              .store()
              .trace(id.getMostSignificantBits(), id.getLeastSignificantBits())
              .spans();
      var saga =
          spans.stream()
              .filter(span -> span.kind() == Span.Kind.INTERNAL)
              .findFirst()
              .orElseThrow(() -> new AssertionError(spans));
      assertEquals("orders.saga PENDING", saga.name());
      assertEquals(id.toString(), saga.attributes().get("order"));
      assertTrue(
          spans.stream()
              .anyMatch(s -> s.parent() == saga.span() && s.name().equals("users.reserve")));
    }
  }

  @Test
  void anOrderLeftByItsFirstDriverGoesOnInTheTraceInWhichItWasPlaced() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      var placed = TraceContext.of(UUID.randomUUID(), false, Rng.seeded(1));
      TestPostgres.execute(
          shop.uri, "update orders.orders set trace = '" + placed.traceparent() + "'");
      shop.lapseClaims();
      shop.startOrders();
      shop.becomes(id.toString(), Status.CONFIRMED);

      // Kept, though whoever placed it did not ask for that: it did not go as usual.
      var spans = ((BusMesh) shop.mesh).spans().store().trace(placed.high(), placed.low()).spans();
      var saga =
          spans.stream()
              .filter(span -> span.kind() == Span.Kind.INTERNAL)
              .findFirst()
              .orElseThrow(() -> new AssertionError(spans));
      assertEquals(placed.span(), saga.parent());
      assertEquals(
          "1",
          shop.count(
              "(select trace from orders.outbox union all select trace from orders.events) as t"
                  + " where trace like '00-"
                  + placed.traceId()
                  + "-%-01'"));
    }
  }

  @Test
  void anOrderLeftAfterItsCreditWasHeldHoldsItOnce() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      await(reserve(shop, ada, id, 60));
      shop.lapseClaims();

      shop.startOrders();

      shop.becomes(id.toString(), Status.CONFIRMED);
      assertEquals(60, shop.reserved(ada));
    }
  }

  @Test
  void anOrderLeftAfterItsCreditWasRefusedIsRejectedEvenIfThereIsCreditByThen() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID other = UUID.randomUUID();
      await(reserve(shop, ada, other, 100));
      UUID id = storedAndLeft(shop, order(ada, 60));
      assertEquals("credit.insufficient", refusal(reserve(shop, ada, id, 60)).code());
      await(shop.mesh.call(Users.RELEASE, new ReleaseCredit(other.toString())));
      shop.lapseClaims();

      shop.startOrders();

      assertEquals("credit.insufficient", shop.becomes(id.toString(), Status.REJECTED).reason());
      assertEquals(0, shop.reserved(ada));
    }
  }

  @Test
  void aRepetitionGoesOnWithAnOrderEvenWhileItsFirstDriverHoldsIt() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      // Held for long, and due for recovery never: only the repetition can go on.
      heldForGood(shop);
      shop.startOrders();

      Order settled = await(shop.place(order(ada, 60), KEY));

      assertEquals(id.toString(), settled.id());
      assertEquals(Status.CONFIRMED, settled.status());
      assertEquals(60, shop.reserved(ada));
      assertEquals(settled, await(shop.place(order(ada, 60), KEY)));
    }
  }

  @Test
  void aRepeatedCancellationGoesOnWithOneThatIsHeld() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      shop.startOrders();
      User ada = shop.account(100);
      Order placed = await(shop.place(order(ada, 60), KEY));
      await(shop.store.beginCancel(UUID.fromString(placed.id())));
      heldForGood(shop);

      assertEquals(Status.CANCELLED, await(shop.cancel(placed)).status());
      assertEquals(0, shop.reserved(ada));
    }
  }

  private static void heldForGood(Shop shop) {
    TestPostgres.execute(
        shop.uri,
        "update orders.orders set claimed_until = now() + interval '1 hour', next_attempt_at ="
            + " 'infinity'");
  }

  @Test
  void aCancellationLeftBeforeAndAfterTheReleaseIsFinished() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      String first = shop.startOrders();
      User ada = shop.account(200);
      Order one = await(shop.place(order(ada, 60), "one"));
      Order two = await(shop.place(order(ada, 70), "two"));
      await(shop.vertx.undeploy(first));
      await(shop.store.beginCancel(UUID.fromString(one.id())));
      await(shop.store.beginCancel(UUID.fromString(two.id())));
      await(shop.mesh.call(Users.RELEASE, new ReleaseCredit(two.id())));
      shop.lapseClaims();

      shop.startOrders();

      shop.becomes(one.id(), Status.CANCELLED);
      shop.becomes(two.id(), Status.CANCELLED);
      assertEquals(0, shop.reserved(ada));
    }
  }

  @Test
  void manyInstancesThatRecoverAtOnceFinishEachOrderOnce() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(10_000);
      var ids = new java.util.ArrayList<UUID>();
      for (int i = 0; i < 50; i++) {
        var request = order(ada, 100);
        var draft = Draft.of(UUID.randomUUID(), UUID.fromString(ada.id()), request);
        var command = Command.of(OrderStore.PLACE_SCOPE + ada.id(), "key" + i, request);
        await(shop.store.place(command, draft));
        ids.add(draft.id());
      }
      shop.lapseClaims();
      for (int i = 0; i < 4; i++) {
        shop.startOrders();
      }
      for (UUID id : ids) {
        assertEquals(2, shop.becomes(id.toString(), Status.CONFIRMED).version());
      }
      assertEquals(5_000, shop.reserved(ada));
    }
  }

  @Test
  void twoThatDriveOneOrderCannotUndoEachOther() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      Work work = await(shop.store.unfinished(id)).work().orElseThrow();
      Order confirmed = await(shop.store.settle(work, Transition.CONFIRM, null));
      Order late = await(shop.store.settle(work, Transition.REJECT, "credit.insufficient"));
      assertEquals(confirmed, late);
      assertEquals(Status.CONFIRMED, late.status());
    }
  }

  @Test
  void anOrderThatCannotBeDecidedInTimeIsAnsweredAsPendingAndDecidedLater() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      shop.startUsers();
      shop.startOrders();
      User ada = shop.account(100);
      try (var connection = TestPostgres.connect(shop.uri)) {
        connection.setAutoCommit(false);
        // Whoever wants to hold credit waits for this lock.
        connection.createStatement().execute("lock table users.reservations in exclusive mode");
        Order pending =
            await(
                shop.mesh.call(
                    Orders.PLACE,
                    order(ada, 60),
                    CallOptions.DEFAULT.withKey(KEY).withTimeout(Duration.ofMillis(700))));
        assertEquals(Status.PENDING, pending.status());
        connection.rollback();
        assertEquals(60, shop.becomes(pending.id(), Status.CONFIRMED).total());
      }
      assertEquals(60, shop.reserved(ada));
    }
  }

  @Test
  void aDatabaseThatIsAwayFailsTypedAndFastAndNothingIsHalfDoneWhenItIsBack(@TempDir Path data)
      throws Exception {
    var postgres = EmbeddedPostgres.acquire(data);
    try (var shop = new Shop(postgres.uri())) {
      shop.startUsers();
      shop.startOrders();
      User ada = shop.account(100);
      var server = ProcessHandle.of(postgres.serverPid()).orElseThrow();
      assertTrue(server.destroyForcibly());
      server.onExit().get(10, TimeUnit.SECONDS);

      var failure = Shop.failure(shop.place(order(ada, 60), KEY));
      assertEquals(
          MeshFailure.Rejected.Reason.UNAVAILABLE,
          assertInstanceOf(MeshFailure.Rejected.class, failure).reason());
      assertInstanceOf(MeshFailure.Rejected.class, Shop.failure(shop.orders.check()));

      postgres.ensureRunning();
      shop.becomesReady();

      Order placed = await(shop.place(order(ada, 60), KEY));
      assertEquals(Status.CONFIRMED, placed.status());
      assertEquals("1", shop.count("orders.orders"));
      assertEquals(60, shop.reserved(ada));
      await(shop.orders.check());
    } finally {
      postgres.release();
    }
  }

  @Test
  void nothingIsStoredForAStrangerWhenUsersIsAwayAndARepetitionIsAnsweredAllTheSame()
      throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      String users = shop.startUsers();
      shop.startOrders();
      User ada = shop.account(100);
      Order placed = await(shop.place(order(ada, 60), KEY));
      await(shop.vertx.undeploy(users));

      var stranger =
          new PlaceOrder(UUID.randomUUID().toString(), "EUR", order(ada, 1).lines(), null);
      assertInstanceOf(MeshFailure.class, Shop.failure(shop.place(stranger, "other")));
      assertEquals("1", shop.count("orders.orders"));
      assertEquals(placed, await(shop.place(order(ada, 60), KEY)));
    }
  }

  @Test
  void anOrderWhoseUsersAreAwayWaitsForThem() throws Exception {
    try (var shop = new Shop(TestPostgres.freshDatabase())) {
      String users = shop.startUsers();
      User ada = shop.account(100);
      UUID id = storedAndLeft(shop, order(ada, 60));
      await(shop.vertx.undeploy(users));
      shop.lapseClaims();
      shop.startOrders();
      Order resumed = await(shop.place(order(ada, 60), "key").otherwiseEmpty());
      assertTrue(resumed == null || resumed.status() == Status.PENDING);

      shop.startUsers();

      assertEquals(60, shop.becomes(id.toString(), Status.CONFIRMED).total());
      assertEquals(List.of(60L), List.of(shop.reserved(ada)));
    }
  }

  /** Does the first step of a saga as a driver does that dies right after. */
  static UUID storedAndLeft(Shop shop, PlaceOrder request) throws Exception {
    UUID user = UUID.fromString(String.valueOf(request.userId()));
    var draft = Draft.of(UUID.randomUUID(), user, request);
    await(shop.store.place(Command.of(OrderStore.PLACE_SCOPE + user, KEY, request), draft));
    return draft.id();
  }

  private static io.vertx.core.Future<?> reserve(Shop shop, User user, UUID order, long amount) {
    return shop.mesh.call(
        Users.RESERVE, new ReserveCredit(user.id(), order.toString(), "EUR", amount));
  }
}
