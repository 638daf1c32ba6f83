package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.failure;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.ledger.HubStandIn;
import io.weft.ledger.HubStandIn.Way;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.orders.api.JournalReport;
import io.weft.orders.api.ListOrders;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.ReadJournal;
import io.weft.orders.api.RetryDisputed;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.DecideEscrow;
import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.EscrowSite;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Orders at a site that has a hub, both with a PostgreSQL of their own, while the way between them
 * is there, is cut, or loses what is sent: every order that was answered is at the hub once.
 */
final class EdgeTest {
  private static final long PATIENCE_SECONDS = 30;

  private static final List<Operation<?, ?>> USERS =
      List.of(
          Users.GET,
          Users.LIST,
          Users.EVENTS_END,
          Users.OPEN_ESCROW,
          Users.GRANT_ESCROW,
          Users.RETURN_ESCROW);

  private static Shop hub;
  private static Edge edge;
  private static int sites;

  /** A site and its way to the hub. */
  private static final class Edge implements AutoCloseable {
    final String name = "edge-" + ++sites;
    final Shop shop = Shop.atEdge(TestPostgres.freshDatabase(), name);
    final HubStandIn way = new HubStandIn(shop.vertx, shop.mesh, hub.vertx, hub.mesh);
    String orders = "";

    Edge(Operation<?, ?>... atHub) throws Exception {
      var served = new ArrayList<>(USERS);
      served.addAll(List.of(atHub));
      await(way.serve(served, List.of(Users.SERVICE)));
      shop.startUsers();
      orders = shop.startOrders();
    }

    static Edge whole() throws Exception {
      return new Edge(Orders.PLACE, Orders.GET, Orders.LIST, Orders.CANCEL, Orders.REPLAY);
    }

    Future<Order> ask(User user, String key, long price) {
      return shop.mesh.call(
          Orders.PLACE,
          Shop.order(user, price),
          CallOptions.DEFAULT.withKey(key).withTimeout(Duration.ofSeconds(10)));
    }

    Order place(User user, String key, long price) throws Exception {
      return await(ask(user, key, price));
    }

    Order get(String id) throws Exception {
      return await(shop.mesh.call(Orders.GET, new OrderId(id)));
    }

    JournalReport report() throws Exception {
      return await(shop.mesh.call(Orders.JOURNAL, new ReadJournal()));
    }

    String query(String sql) {
      return TestPostgres.query(shop.uri, sql);
    }

    double measure(String name, Map<String, String> labels) throws Exception {
      return await(shop.orders.measure()).stream()
          .filter(m -> m.name().equals(name))
          .filter(m -> m.labels().entrySet().containsAll(labels.entrySet()))
          .mapToDouble(m -> m.value())
          .sum();
    }

    boolean linked() throws Exception {
      return measure("weft_orders_instances", Map.of("mode", "ALONE")) == 0;
    }

    void becomesLinked() throws Exception {
      until("linked", this::linked);
      until("empty", () -> measure("weft_journal_orders", Map.of("state", "JOURNALED")) == 0);
    }

    void becomesAlone() throws Exception {
      until("alone", () -> measure("weft_orders_instances", Map.of("mode", "LINKED")) == 0);
    }

    /** Waits until the site holds some of a user's credit. */
    void holds(User user) throws Exception {
      until(
          "held",
          () ->
              query("select count(*) from orders.purses where user_id = '" + user.id() + "'")
                  .equals("1"));
    }

    /** Opens an account that has ordered here, of which the site holds a slice. */
    User customer(long limit) throws Exception {
      User user = hub.account(limit);
      until("known", () -> known(user));
      place(user, "first", 0);
      holds(user);
      return user;
    }

    private boolean known(User user) {
      return query("select count(*) from users.replica_users where id = '" + user.id() + "'")
          .equals("1");
    }

    @Override
    public void close() throws Exception {
      shop.close();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    hub = new Shop(TestPostgres.freshDatabase());
    hub.startUsers();
    hub.startOrders();
    edge = Edge.whole();
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
    hub.close();
  }

  @BeforeEach
  void linked() throws Exception {
    edge.becomesLinked();
  }

  @AfterEach
  void heal() {
    edge.way.way(Way.OPEN);
  }

  private static void until(String what, Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!holds.call()) {
      assertTrue(System.nanoTime() - end < 0, () -> "not " + what);
    }
  }

  private static long held(User user) {
    return Long.parseLong(
        TestPostgres.query(
            hub.uri,
            "select coalesce(sum(amount), 0) from users.reservations where status = 'HELD' and"
                + " user_id = '%s'".formatted(user.id())));
  }

  /** What sites hold of a user's credit, as the hub knows it. */
  private static long escrow(User user) {
    return Long.parseLong(
        TestPostgres.query(
            hub.uri,
            "select coalesce(sum(granted - settled - returned - freed), 0) from"
                + " users.escrow_accounts where user_id = '%s'".formatted(user.id())));
  }

  private static long ordersAtHub(User user) {
    return Long.parseLong(
        TestPostgres.query(
            hub.uri,
            "select count(*) from orders.orders where total > 0 and user_id = '%s'"
                .formatted(user.id())));
  }

  /** What is reserved is what orders hold and what sites hold, to the cent. */
  private static void assertCredit(User user, long heldByOrders) throws Exception {
    assertEquals(heldByOrders, held(user));
    assertEquals(heldByOrders + escrow(user), hub.reserved(user));
  }

  private static long journaled(User user) {
    return Long.parseLong(
        edge.query(
            "select count(*) from orders.journal_entries where user_id = '" + user.id() + "'"));
  }

  @Test
  void whileTheHubIsThereItTakesTheOrderAndTheSiteFillsThePurse() throws Exception {
    User ada = hub.account(1_000);
    Order order = edge.place(ada, "one", 300);
    assertEquals(Status.CONFIRMED, order.status());
    assertEquals(order, hub.get(order.id()));
    assertEquals(order, edge.get(order.id()));
    assertEquals(0, journaled(ada));
    edge.holds(ada);
    until("granted", () -> escrow(ada) == 100);
    assertCredit(ada, 300);
  }

  @Test
  void whatIsTakenWhileTheLinkIsCutComesToTheHubOnce() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Way.CUT);
    Order paid = edge.place(ada, "paid", 60);
    Order asked = edge.place(ada, "asked", 500);
    Order much = edge.place(ada, "much", 5_000);
    assertEquals(
        List.of(Status.CONFIRMED, Status.PROVISIONAL, Status.PROVISIONAL),
        List.of(paid.status(), asked.status(), much.status()));
    assertEquals(List.of(0L, 0L), List.of(paid.version(), asked.version()));
    assertEquals(asked, edge.get(asked.id()));
    assertEquals(paid, edge.place(ada, "paid", 60));
    assertEquals(0, ordersAtHub(ada));
    assertTrue(edge.measure("weft_journal_orders", Map.of("promise", "PROVISIONAL")) >= 2);
    edge.way.way(Way.OPEN);
    edge.becomesLinked();

    assertEquals(hub.get(paid.id()), edge.get(paid.id()));
    assertEquals(Status.CONFIRMED, edge.get(asked.id()).status());
    Order rejected = edge.get(much.id());
    assertEquals(Status.REJECTED, rejected.status());
    assertEquals("credit.insufficient", rejected.reason());
    assertEquals(3, ordersAtHub(ada));
    assertCredit(ada, 560);
    // The key is known wherever it is used again.
    assertEquals(paid.id(), edge.place(ada, "paid", 60).id());
    assertEquals(paid.id(), await(hub.place(Shop.order(ada, 60), "paid")).id());
    assertEquals(3, ordersAtHub(ada));
  }

  @Test
  void anOrderThatIsLostOnItsWayIsTakenByTheSiteInTime() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Orders.PLACE.name(), Way.LOST);
    long begun = System.nanoTime();
    Order order = edge.place(ada, "lost", 60);
    assertEquals(Status.CONFIRMED, order.status());
    assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(9));
    assertEquals(1, journaled(ada));
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    assertEquals(hub.get(order.id()), edge.get(order.id()));
    assertEquals(1, ordersAtHub(ada));
    assertCredit(ada, 60);
  }

  @Test
  void aClientInAHurryDoesNotMakeTheSiteAlone() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Orders.PLACE.name(), Way.LOST);
    var hurry = CallOptions.DEFAULT.withKey("hurry").withTimeout(Duration.ofMillis(300));
    failure(edge.shop.mesh.call(Orders.PLACE, Shop.order(ada, 60), hurry));
    assertTrue(edge.linked());
    assertEquals(0, journaled(ada));
    edge.way.way(Way.OPEN);
    assertEquals(Status.CONFIRMED, edge.place(ada, "hurry", 60).status());
    assertEquals(1, ordersAtHub(ada));
  }

  @Test
  void anOrderWhoseAnswerIsLostIsOneOrderAndItsIdStaysGood() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Orders.PLACE.name(), Way.ANSWER_LOST);
    Order order = edge.place(ada, "lost", 60);
    assertEquals(Status.CONFIRMED, order.status());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    assertEquals(1, ordersAtHub(ada));
    Order known = edge.get(order.id());
    assertNotEquals(order.id(), known.id());
    assertEquals(hub.get(known.id()), known);
    until("free again", () -> held(ada) == 60);
    assertCredit(ada, 60);
    // Whatever id the customer has, the order is cancelled by it.
    Order cancelled = await(edge.shop.mesh.call(Orders.CANCEL, new OrderId(order.id())));
    assertEquals(
        List.of(known.id(), Status.CANCELLED), List.of(cancelled.id(), cancelled.status()));
    assertCredit(ada, 0);
  }

  @Test
  void anOrderThatWasTakenAtTheHubBeforeTheCutIsTheSameWhenItIsRepeatedAlone() throws Exception {
    User ada = edge.customer(1_000);
    Order first = edge.place(ada, "key", 60);
    edge.way.way(Way.CUT);
    Order again = edge.place(ada, "key", 60);
    assertNotEquals(first.id(), again.id());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    assertEquals(first.id(), edge.get(again.id()).id());
    assertEquals(1, ordersAtHub(ada));
    assertCredit(ada, 60);
  }

  @Test
  void aReplayThatIsCutAgainAndAgainBringsEachOrderOnce() throws Exception {
    User ada = edge.customer(1_000);
    User bob = edge.customer(1_000);
    edge.way.way(Way.CUT);
    var placed = new ArrayList<Order>();
    for (int i = 0; i < 8; i++) {
      placed.add(edge.place(ada, "key " + i, 30));
      placed.add(edge.place(bob, "key " + i, 30));
    }
    edge.way.way(Way.OPEN);
    edge.way.way(Orders.REPLAY.name(), Way.ANSWER_LOST);
    until("brought", () -> ordersAtHub(ada) > 0 && ordersAtHub(bob) > 0);
    edge.way.way(Way.CUT);
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    for (var order : placed) {
      assertEquals(Status.CONFIRMED, edge.get(order.id()).status());
    }
    assertEquals(List.of(8L, 8L), List.of(ordersAtHub(ada), ordersAtHub(bob)));
    assertCredit(ada, 240);
    assertCredit(bob, 240);
  }

  @Test
  void twoInstancesThatBringTheJournalSideBySideDoNoHarm() throws Exception {
    String second = edge.shop.startOrders();
    edge.becomesLinked();
    User ada = edge.customer(10_000);
    edge.way.way(Way.CUT);
    var placed = new ArrayList<Future<Order>>();
    for (int i = 0; i < 40; i++) {
      placed.add(edge.ask(ada, "key " + i, 50));
    }
    await(Future.all(placed));
    edge.way.way(Way.OPEN);
    // Whoever comes has its turn, as if the lease of the other had lapsed each time.
    until(
        "drained",
        () -> {
          TestPostgres.execute(
              edge.shop.uri, "update orders.site_journal set held_until = '-infinity'");
          return edge.linked();
        });
    edge.becomesLinked();
    assertEquals(40, ordersAtHub(ada));
    assertCredit(ada, 2_000);
    await(edge.shop.vertx.undeploy(second));
  }

  @Test
  void anOrderDoesNotOvertakeThoseThatWait() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Orders.REPLAY.name(), Way.CUT);
    edge.way.way(Orders.PLACE.name(), Way.CUT);
    Order first = edge.place(ada, "first of two", 600);
    assertEquals(Status.PROVISIONAL, first.status());
    edge.way.way(Orders.PLACE.name(), Way.OPEN);
    Order second = edge.place(ada, "second of two", 600);
    assertEquals(Status.PROVISIONAL, second.status());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    assertEquals(
        List.of(Status.CONFIRMED, Status.REJECTED),
        List.of(edge.get(first.id()).status(), edge.get(second.id()).status()));
  }

  @Test
  void anOrderInTheJournalIsCancelledOnceTheHubHasIt() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Way.CUT);
    Order order = edge.place(ada, "paid", 60);
    var cancel = edge.shop.mesh.call(Orders.CANCEL, new OrderId(order.id()));
    assertEquals("order.at_site", refusal(cancel).code());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    var cancelled = await(edge.shop.mesh.call(Orders.CANCEL, new OrderId(order.id())));
    assertEquals(Status.CANCELLED, cancelled.status());
    assertCredit(ada, 0);
  }

  @Test
  void whatTheSiteDoesNotKnowItSaysNothingAboutWithoutItsHub() throws Exception {
    User ada = hub.account(1_000);
    Order order = await(hub.place(Shop.order(ada, 60), "at the hub"));
    assertEquals(order, edge.get(order.id()));
    String nobody = UUID.randomUUID().toString();
    var unknown = edge.shop.mesh.call(Orders.GET, new OrderId(nobody));
    assertEquals("order.not_found", refusal(unknown).code());
    edge.way.way(Way.CUT);
    var away = failure(edge.shop.mesh.call(Orders.GET, new OrderId(order.id())));
    assertInstanceOf(MeshFailure.Rejected.class, away);
    assertInstanceOf(
        MeshFailure.NotSent.class,
        failure(edge.shop.mesh.call(Orders.CANCEL, new OrderId(order.id()))));
  }

  @Test
  void listsOfOrdersAreTheHubs() throws Exception {
    User ada = hub.account(1_000);
    Order order = edge.place(ada, "one", 60);
    var page = await(edge.shop.mesh.call(Orders.LIST, new ListOrders(ada.id(), null, null, null)));
    assertEquals(List.of(order), page.items());
    assertNull(page.next());
  }

  @Test
  void ofAUserWhomTheSiteDoesNotKnowItTakesAnOrderAndPromisesNothing() throws Exception {
    User nobody = nobody();
    assertEquals("user.not_found", refusal(edge.ask(nobody, "one", 60)).code());
    edge.way.way(Way.CUT);
    Order order = edge.place(nobody, "two", 60);
    assertEquals(Status.PROVISIONAL, order.status());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    Order decided = edge.get(order.id());
    assertEquals(Status.REJECTED, decided.status());
    assertTrue(String.valueOf(decided.reason()).startsWith("user.not_found"));
    assertEquals(1, decided.version());
  }

  private static User nobody() {
    return new User(
        UUID.randomUUID().toString(),
        "nobody@example.org",
        "Nobody",
        User.Status.ACTIVE,
        new User.Credit("EUR", 0, 0, 0),
        Instant.EPOCH,
        1);
  }

  @Test
  void aUserWhoIsInactiveOrdersNowhere() throws Exception {
    User ada = edge.customer(1_000);
    deactivate(ada);
    edge.way.way(Way.CUT);
    assertEquals("user.inactive", refusal(edge.ask(ada, "one", 60)).code());
    assertEquals(0, journaled(ada));
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
    // What the site held of the credit goes back when the user tries again.
    assertEquals(Status.REJECTED, edge.place(ada, "two", 60).status());
    until("given back", () -> escrow(ada) == 0);
  }

  private static void deactivate(User user) throws Exception {
    await(hub.mesh.call(Users.DEACTIVATE, new DeactivateUser(user.id(), null)));
    until(
        "known",
        () ->
            await(edge.shop.mesh.call(Users.GET, new UserId(user.id()))).status()
                == User.Status.INACTIVE);
  }

  @Test
  void anOrderThatWasTakenIsToldAgainToAUserWhoHasBecomeInactiveSince() throws Exception {
    User ada = edge.customer(1_000);
    edge.way.way(Orders.PLACE.name(), Way.CUT);
    Order taken = edge.place(ada, "one", 60);
    assertEquals(1, journaled(ada));
    deactivate(ada);
    assertEquals(taken, edge.place(ada, "one", 60));
    assertEquals("user.inactive", refusal(edge.ask(ada, "two", 60)).code());
    edge.way.way(Way.OPEN);
    edge.becomesLinked();
  }

  @Test
  void aFullJournalRefusesAndSaysWhetherTheHubMayHaveIt() throws Exception {
    try (var full = Edge.whole()) {
      full.becomesLinked();
      User ada = full.customer(1_000);
      TestPostgres.execute(full.shop.uri, "update orders.site_journal set unsettled = 100000");
      full.way.way(Orders.PLACE.name(), Way.ANSWER_LOST);
      assertInstanceOf(MeshFailure.Unknown.class, failure(full.ask(ada, "one", 60)));
      full.way.way(Way.CUT);
      full.becomesAlone();
      var refused = assertInstanceOf(MeshFailure.Rejected.class, failure(full.ask(ada, "two", 60)));
      assertEquals(Duration.ofSeconds(30), refused.retryAfter());
    }
  }

  @Test
  void anOrderInDisputeIsBroughtAgainOnceAnOperatorHasSeenToIt() throws Exception {
    try (var site = Edge.whole()) {
      site.becomesLinked();
      User ada = site.customer(1_000);
      site.way.way(Way.CUT);
      Order order = site.place(ada, "one", 60);
      var before = site.report();
      assertEquals(List.of(1L, 1L, 0L), counted(before));
      assertEquals(false, before.linked());
      // As if the hub had forgotten what it granted.
      TestPostgres.execute(
          hub.uri,
          "update users.escrow_accounts set returned = granted where site = '" + site.name + "'");
      site.way.way(Way.OPEN);
      site.becomesLinked();
      assertEquals(List.of(0L, 0L, 1L), counted(site.report()));
      assertEquals(Status.CONFIRMED, site.get(order.id()).status());
      TestPostgres.execute(
          hub.uri,
          "update users.escrow_accounts set returned = 0 where site = '" + site.name + "'");
      assertEquals(
          1, await(site.shop.mesh.call(Orders.RETRY_DISPUTED, new RetryDisputed())).orders());
      until("settled", () -> counted(site.report()).equals(List.of(0L, 0L, 0L)));
      assertEquals(hub.get(order.id()), site.get(order.id()));
      assertCredit(ada, 60);
    }
  }

  private static List<Long> counted(JournalReport report) {
    return List.of(report.waiting(), report.promised(), report.disputed());
  }

  @Test
  void aHubThatCannotTakeInOrdersLeavesTheSiteAlone() throws Exception {
    try (var older = new Edge(Orders.PLACE, Orders.GET)) {
      older.becomesLinked();
      User ada = older.customer(1_000);
      older.way.way(Way.CUT);
      Order order = older.place(ada, "one", 60);
      older.way.way(Way.OPEN);
      until("opened", () -> older.way.passed(Users.OPEN_ESCROW.name()) > 3);
      older.becomesAlone();
      assertEquals(Status.CONFIRMED, older.get(order.id()).status());
      assertEquals(Status.PROVISIONAL, older.place(ada, "two", 600).status());
    }
  }

  @Test
  void aSiteWhoseDatabaseWasRestoredStaysAloneUntilAnOperatorHasDecided() throws Exception {
    try (var restored = Edge.whole()) {
      restored.becomesLinked();
      User ada = restored.customer(1_000);
      restored.way.way(Way.CUT);
      Order before = restored.place(ada, "before", 60);
      await(restored.shop.vertx.undeploy(restored.orders));
      TestPostgres.execute(restored.shop.uri, "update orders.site_journal set witness = 'other'");
      restored.shop.startOrders();
      restored.way.way(Way.OPEN);
      until("asked", () -> restored.way.passed(Users.OPEN_ESCROW.name()) > 3);
      // Its purses are void.
      assertEquals(Status.PROVISIONAL, restored.place(ada, "after", 20).status());
      restored.becomesAlone();
      var known = await(hub.mesh.call(Users.ESCROW, new EscrowSite(restored.name)));
      await(hub.mesh.call(Users.CLOSE_ESCROW, new EscrowSite(restored.name)));
      for (EscrowJournal journal : known.items()) {
        await(
            hub.mesh.call(
                Users.DECIDE_ESCROW,
                new DecideEscrow(restored.name, journal.incarnation(), Decision.SETTLE)));
      }
      restored.becomesLinked();
      assertEquals(Status.CONFIRMED, hub.get(before.id()).status());
      assertEquals(2, ordersAtHub(ada));
    }
  }

  @Test
  void aJournalThatCameLessFarThanTheHubKnowsBeginsAnew() throws Exception {
    try (var older = Edge.whole()) {
      older.becomesLinked();
      User ada = older.customer(1_000);
      older.way.way(Way.CUT);
      older.place(ada, "one", 60);
      String incarnation = older.query("select incarnation from orders.site_journal");
      TestPostgres.execute(
          hub.uri,
          "update users.escrow_journals set position = position + 100 where site = '"
              + older.name
              + "'");
      older.way.way(Way.OPEN);
      until(
          "another",
          () -> !older.query("select incarnation from orders.site_journal").equals(incarnation));
      assertEquals("0", older.query("select count(*) from orders.purses"));
      older.becomesAlone();
    }
  }

  /** A site whose disk is full: PostgreSQL reads, and writes nothing, from some table on or all. */
  private static void fill(Edge site, String when) {
    TestPostgres.execute(
        site.shop.uri,
        """
        create or replace function public.no_space() returns trigger language plpgsql as $$
        begin
          raise exception 'could not extend file: No space left on device'
            using errcode = 'disk_full';
        end $$;
        do $$
        declare written record;
        begin
          for written in select schemaname, tablename from pg_tables
            where schemaname in ('orders', 'users')
          loop
            execute format(
              '%s', written.schemaname, written.tablename);
          end loop;
        end $$;
        """
            .formatted(when));
  }

  private static final String AT_ONCE =
      "create trigger no_space before insert or update or delete on %I.%I"
          + " execute function public.no_space()";
  private static final String AT_COMMIT =
      "create constraint trigger no_space after insert or update on %I.%I"
          + " deferrable initially deferred for each row execute function public.no_space()";

  private static void clear(Edge site) {
    TestPostgres.execute(site.shop.uri, "drop function public.no_space() cascade");
  }

  @ParameterizedTest
  @ValueSource(strings = {AT_ONCE, AT_COMMIT})
  void aSiteWhoseDiskIsFullPromisesNothingAndGoesOnWhenThereIsRoom(String when) throws Exception {
    try (var full = Edge.whole()) {
      full.becomesLinked();
      User ada = full.customer(1_000);
      full.way.way(Way.CUT);
      Order kept = full.place(ada, "kept", 10);
      full.becomesAlone();
      String purse = full.query("select granted - spent from orders.purses");

      fill(full, when);
      for (int i = 0; i < 6; i++) {
        var refused =
            assertInstanceOf(MeshFailure.Rejected.class, failure(full.ask(ada, "one", 20)));
        assertEquals(MeshFailure.Rejected.Reason.OVERLOADED, refused.reason());
        assertEquals(kept, full.get(kept.id())); // What only reads goes on.
      }
      // Nothing was written, and nothing was paid for it.
      assertEquals("1", full.query("select count(*) from orders.journal_entries"));
      assertEquals(purse, full.query("select granted - spent from orders.purses"));
      assertEquals(kept, full.get(kept.id()));

      // The link is back: nobody can write down whose turn it is to bring what waits, so it waits.
      full.way.way(Way.OPEN);
      assertInstanceOf(MeshFailure.Rejected.class, failure(full.ask(ada, "one", 20)));
      assertEquals(Status.CONFIRMED, full.get(kept.id()).status());
      assertEquals(0, ordersAtHub(ada));

      clear(full);
      full.becomesLinked();
      assertEquals(hub.get(kept.id()), full.get(kept.id()));
      Order order = full.place(ada, "one", 20);
      assertEquals(Status.CONFIRMED, order.status());
      assertEquals(2, ordersAtHub(ada));
      assertCredit(ada, 30);
    }
  }

  @Test
  void anOrderAtASiteWhoseDiskIsFullIsTheHubsOrIsInDoubtAndIsOneWhenItIsRepeated()
      throws Exception {
    try (var full = Edge.whole()) {
      full.becomesLinked();
      User ada = full.customer(1_000);
      fill(full, AT_ONCE);
      assertEquals(Status.CONFIRMED, full.place(ada, "by the hub", 20).status());
      full.way.way(Orders.PLACE.name(), Way.ANSWER_LOST);
      // The hub has it, and the site cannot say so.
      assertInstanceOf(MeshFailure.Unknown.class, failure(full.ask(ada, "in doubt", 30)));
      full.way.way(Way.OPEN);
      clear(full);
      full.becomesLinked();
      assertEquals(Status.CONFIRMED, full.place(ada, "in doubt", 30).status());
      assertEquals(2, ordersAtHub(ada));
      assertCredit(ada, 50);
    }
  }
}
