package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.core.Future;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Time;
import io.weft.orders.api.JournaledOrder;
import io.weft.orders.api.Order;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.api.ReplayOrder;
import io.weft.orders.api.ReplayedOrder;
import io.weft.orders.site.HubEscrow;
import io.weft.orders.site.HubOrders;
import io.weft.orders.site.JournalBound;
import io.weft.orders.site.JournalStore;
import io.weft.orders.site.Refill;
import io.weft.orders.site.Replay;
import io.weft.orders.site.SiteJournal;
import io.weft.orders.site.SlicePolicy;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.DecideEscrow;
import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.EscrowSite;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.ReturnEscrow;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A site with a PostgreSQL of its own, and its hub: orders that were taken while the link was cut,
 * and what becomes of them when it is back, twice, halfway or from a backup.
 */
final class SiteReplayTest {
  private static final String EDGE = "edge-1";

  /** Half of a user's credit at once, so that sums are easy to read. */
  private static final SlicePolicy HALF = new SlicePolicy(5_000, 0, 5_000);

  private static Shop hub;
  private static Shop site;
  private final JournalStore journal =
      new JournalStore(site.database, Rng.system(), JournalBound.DEFAULT);
  private final SiteDesk desk = new SiteDesk(journal, Time.of(site.vertx));
  private final HubEscrow escrow =
      new HubEscrow() {
        @Override
        public Future<EscrowGrant> grant(GrantEscrow request) {
          return hub.mesh.call(Users.GRANT_ESCROW, request);
        }

        @Override
        public Future<EscrowBalance> takeBack(ReturnEscrow request) {
          return hub.mesh.call(Users.RETURN_ESCROW, request);
        }
      };

  @BeforeAll
  static void start() throws Exception {
    hub = new Shop(TestPostgres.freshDatabase());
    hub.startUsers();
    hub.startOrders();
    hub.startOrders();
    site = new Shop(TestPostgres.freshDatabase());
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
    hub.close();
  }

  @BeforeEach
  void empty() throws Exception {
    TestPostgres.execute(
        site.uri,
        "truncate orders.site_journal, orders.purses, orders.journal_entries, orders.inbox");
    TestPostgres.execute(
        hub.uri, "truncate users.escrow_grants, users.escrow_accounts, users.escrow_journals");
    await(journal.open());
    open();
  }

  private void open() throws Exception {
    await(hub.mesh.call(Users.OPEN_ESCROW, journalOf(await(journal.standing()))));
  }

  private static OpenEscrow journalOf(SiteJournal.Standing standing) {
    return new OpenEscrow(EDGE, standing.incarnation().toString(), standing.position());
  }

  /** Opens an account of which the site holds half of the credit. */
  private User user(long limit) throws Exception {
    User user = hub.account(limit);
    await(new Refill(EDGE, journal, escrow, HALF).run(id(user), limit));
    return user;
  }

  private static UUID id(User user) {
    return UUID.fromString(user.id());
  }

  private JournaledOrder place(User user, String key, long price) throws Exception {
    return await(desk.place(key, Shop.order(user, price)));
  }

  private static Future<ReplayedOrder> link(ReplayOrder request) {
    return hub.mesh.call(Orders.REPLAY, request);
  }

  private Replay.Report replay() throws Exception {
    return await(new Replay(journal, HubOrders.by(EDGE, SiteReplayTest::link)).run());
  }

  private JournaledOrder.Status status(JournaledOrder order) throws Exception {
    return await(desk.find(new OrderId(order.id()))).status();
  }

  private Order atHub(JournaledOrder order) throws Exception {
    var found = await(desk.find(new OrderId(order.id())));
    return hub.get(found.hubOrderId() == null ? "" : found.hubOrderId());
  }

  private static long held(User user) {
    return Long.parseLong(
        TestPostgres.query(
            hub.uri,
            "select coalesce(sum(amount), 0) from users.reservations where status = 'HELD' and"
                + " user_id = '%s'".formatted(user.id())));
  }

  private static String orders(User user) {
    return TestPostgres.query(
        hub.uri, "select count(*) from orders.orders where user_id = '%s'".formatted(user.id()));
  }

  @Test
  void whatWasTakenComesBackInOrderAndBecomesWhatItIs() throws Exception {
    User ada = user(1_000);
    assertEquals(500, hub.reserved(ada));
    var paid = place(ada, "paid", 400);
    var fits = place(ada, "fits", 450);
    var more = place(ada, "more", 200);
    var report = replay();

    assertEquals(List.of(2L, 1L), List.of(report.accepted(), report.rejected()));
    assertEquals(
        List.of(
            JournaledOrder.Status.CONFIRMED,
            JournaledOrder.Status.CONFIRMED,
            JournaledOrder.Status.REJECTED),
        List.of(status(paid), status(fits), status(more)));
    assertEquals("credit.insufficient", await(desk.find(new OrderId(more.id()))).reason());
    assertEquals(paid.id(), atHub(paid).id());
    assertEquals(Order.Status.CONFIRMED, atHub(paid).status());
    assertEquals(850, held(ada));
    assertEquals(950, hub.reserved(ada));
    // Its key is known at the hub too, and cancelling gives back what was paid from escrow.
    var again = await(hub.place(Shop.order(ada, 400), "paid"));
    assertEquals(paid.id(), again.id());
    await(hub.cancel(atHub(paid)));
    assertEquals(550, hub.reserved(ada));
  }

  @Test
  void whatIsBroughtTwiceTakesEffectOnce() throws Exception {
    User ada = user(1_000);
    place(ada, "paid", 400);
    place(ada, "fits", 450);
    place(ada, "more", 200);
    var entries = await(journal.next(10, Set.of()));
    var once = new ArrayList<ReplayedOrder>();
    for (var entry : entries) {
      once.add(await(link(entry.replay(EDGE))));
    }
    var again = new ArrayList<ReplayedOrder>();
    for (var entry : entries) {
      again.add(await(link(entry.replay(EDGE))));
    }
    assertEquals(once, again);
    // Nobody told the journal, which brings them a third time.
    assertEquals(2, replay().accepted());
    assertEquals(850, held(ada));
    assertEquals("3", orders(ada));
  }

  @Test
  void whatIsBroughtManyTimesAtOnceTakesEffectOnce() throws Exception {
    User ada = user(1_000);
    place(ada, "paid", 400);
    place(ada, "fits", 450);
    var entries = await(journal.next(10, Set.of()));
    var all = new ArrayList<Future<ReplayedOrder>>();
    for (int i = 0; i < 6; i++) {
      for (var entry : entries) {
        all.add(link(entry.replay(EDGE)));
      }
    }
    await(Future.join(all).otherwiseEmpty());
    assertEquals(2, replay().accepted());
    assertEquals(850, held(ada));
    assertEquals(950, hub.reserved(ada));
    assertEquals("2", orders(ada));
  }

  @Test
  void outOfOrderEachPromiseIsKeptAllTheSame() throws Exception {
    User ada = user(1_000);
    var first = place(ada, "first", 300);
    place(ada, "provisional", 600);
    var last = place(ada, "last", 200);
    var entries = new ArrayList<>(await(journal.next(10, Set.of())));
    for (int i = entries.size() - 1; i >= 0; i--) {
      await(link(entries.get(i).replay(EDGE)));
    }
    var report = replay();
    assertEquals(List.of(2L, 1L), List.of(report.accepted(), report.rejected()));
    assertEquals(Order.Status.CONFIRMED, atHub(first).status());
    assertEquals(Order.Status.CONFIRMED, atHub(last).status());
    assertEquals(500, held(ada));
  }

  @Test
  void aCutInTheMiddleCostsNothingBeforeTheEffectOrAfterIt() throws Exception {
    User ada = user(10_000);
    for (int i = 0; i < 12; i++) {
      place(ada, "key " + i, 400);
    }
    Set<String> met = new HashSet<>();
    var flaky =
        new Replay(
            journal,
            HubOrders.by(
                EDGE,
                request -> {
                  var cut = new MeshFailure.Unknown("the link was cut");
                  if (met.add(request.orderId() + "/before")) {
                    return Future.failedFuture(cut);
                  }
                  return met.add(request.orderId() + "/after")
                      ? link(request).compose(done -> Future.failedFuture(cut))
                      : link(request);
                }));
    int runs = 0;
    Replay.Report report;
    do {
      report = await(flaky.run());
      runs++;
    } while (report.stopped() != null);
    assertEquals(25, runs);
    assertEquals("12", orders(ada));
    assertEquals(4_800, held(ada));
    assertEquals(5_000, hub.reserved(ada));
  }

  @Test
  void aPromiseStandsWhateverHasBecomeOfTheUserMeanwhile() throws Exception {
    User ada = user(1_000);
    var order = place(ada, "key", 500);
    var rest = new ReserveCredit(ada.id(), UUID.randomUUID().toString(), "EUR", 500L);
    await(hub.mesh.call(Users.RESERVE, rest));
    await(hub.mesh.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    assertEquals(1, replay().accepted());
    assertEquals(Order.Status.CONFIRMED, atHub(order).status());
    assertEquals(1_000, hub.reserved(ada));
  }

  @Test
  void nobodysOrderIsProvisionalAndThenRejected() throws Exception {
    var nobody =
        new PlaceOrder(
            UUID.randomUUID().toString(),
            "EUR",
            List.of(new PlaceOrder.Line("sku", null, 1L, 1L, null)),
            null);
    var order = await(desk.place("key", nobody));
    assertEquals(1, replay().rejected());
    assertEquals("user.not_found", await(desk.find(new OrderId(order.id()))).reason());
  }

  @Test
  void theSameOrderPlacedAtTheHubTooIsOneOrder() throws Exception {
    User ada = user(1_000);
    var here = await(hub.place(Shop.order(ada, 300), "key"));
    var there = place(ada, "key", 300);
    assertEquals(JournaledOrder.Status.CONFIRMED, there.status());
    assertEquals(1, replay().accepted());
    assertEquals(here.id(), atHub(there).id());
    assertEquals(300, held(ada));
    assertEquals(500, hub.reserved(ada)); // 300 are held, and 200 of the escrow are left.
    assertEquals("1", orders(ada));
    place(ada, "again", 200);
    assertEquals(1, replay().accepted());
    assertEquals(500, held(ada));
  }

  @Test
  void aPromiseIsKeptWhereTheHubHasRejectedTheSameOrUsedTheKeyOtherwise() throws Exception {
    User ada = user(1_000);
    var rest = new ReserveCredit(ada.id(), UUID.randomUUID().toString(), "EUR", 500L);
    await(hub.mesh.call(Users.RESERVE, rest));
    var rejected = await(hub.place(Shop.order(ada, 300), "rejected"));
    assertEquals(Order.Status.REJECTED, rejected.status());
    var promised = place(ada, "rejected", 300);
    await(hub.place(Shop.order(ada, 77), "other"));
    var kept = place(ada, "other", 200);
    var provisional = place(ada, "third", 999);
    await(hub.place(Shop.order(ada, 78), "third"));

    var report = replay();
    assertEquals(List.of(2L, 1L), List.of(report.accepted(), report.rejected()));
    assertNotEquals(rejected.id(), atHub(promised).id());
    assertEquals(Order.Status.CONFIRMED, atHub(promised).status());
    assertEquals(Order.Status.CONFIRMED, atHub(kept).status());
    assertEquals("order.key_reused", await(desk.find(new OrderId(provisional.id()))).reason());
    assertEquals(1_000, hub.reserved(ada));
    assertEquals(1_000, held(ada));
  }

  @Test
  void theOrdersOfARevokedSiteWaitForAnOperator() throws Exception {
    User ada = user(1_000);
    var order = place(ada, "key", 400);
    await(hub.mesh.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    var report = replay();
    assertInstanceOf(Replay.JournalRefusedException.class, report.stopped());
    assertEquals(JournaledOrder.Status.CONFIRMED, status(order));
    assertEquals(1, await(journal.standing()).unsettled());
    assertEquals("0", orders(ada));
    assertEquals(500, hub.reserved(ada));

    decide(await(journal.standing()).incarnation(), Decision.REOPEN);
    assertEquals(1, replay().accepted());
    assertEquals(500, hub.reserved(ada));
  }

  @Test
  void aPromiseOfAJournalThatWasFreedIsInDisputeAndOthersGoOn() throws Exception {
    User ada = user(1_000);
    var promised = place(ada, "promised", 400);
    var provisional = place(ada, "provisional", 600);
    await(hub.mesh.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    decide(await(journal.standing()).incarnation(), Decision.FREE);
    assertEquals(0, hub.reserved(ada));
    var report = replay();
    assertEquals(List.of(1L, 1L), List.of(report.accepted(), report.disputed()));
    assertEquals(JournaledOrder.Status.CONFIRMED, status(promised));
    assertEquals(JournaledOrder.Status.CONFIRMED, status(provisional));
    assertEquals(600, held(ada));
  }

  /** A disk that was rolled back under the site, of which nobody was told. */
  @Test
  void whatASiteHasSpentTwiceIsInDisputeAndCreditStaysWithinItsLimit() throws Exception {
    User ada = user(1_000);
    place(ada, "before", 400);
    assertEquals(1, replay().accepted());
    TestPostgres.execute(site.uri, "update orders.purses set spent = 0");
    var twice = place(ada, "twice", 300);
    var within = place(ada, "within", 100);
    var report = replay();
    assertEquals(List.of(1L, 1L), List.of(report.accepted(), report.disputed()));
    assertEquals(JournaledOrder.Status.CONFIRMED, status(twice));
    assertEquals(Order.Status.CONFIRMED, atHub(within).status());
    assertEquals(500, held(ada));
    // The operator grants the site what is missing, and has the order brought again.
    await(
        hub.mesh.call(
            Users.GRANT_ESCROW,
            new GrantEscrow(
                ada.id(), EDGE, await(journal.standing()).incarnation().toString(), 0L, 2L, 300L)));
    assertEquals(1, await(journal.retryDisputed()));
    assertEquals(1, replay().accepted());
    assertEquals(800, held(ada));
  }

  @Test
  void aRestoredBackupSpendsNothingTwiceAndItsOrdersCountOnce() throws Exception {
    User ada = user(1_000);
    var settled = place(ada, "settled", 100);
    var waiting = place(ada, "waiting", 150);
    var backup = await(journal.next(10, Set.of()));
    // All of this happens after the backup was made.
    place(ada, "lost", 120);
    assertEquals(3, replay().accepted());
    assertEquals(370, held(ada));
    var old = await(journal.standing());

    TestPostgres.execute(
        site.uri,
        """
        delete from orders.journal_entries where key = 'lost';
        update orders.journal_entries set state = 'JOURNALED', settled_at = null;
        update orders.purses set spent = 250;
        update orders.site_journal set witness = 'another', unsettled = 2, position = %d
        """
            .formatted(backup.get(1).position()));
    var restored = await(journal.open());
    assertNotEquals(old.incarnation(), restored.incarnation());
    assertEquals(JournaledOrder.Status.PROVISIONAL, place(ada, "new", 200).status());

    var refused = refusal(hub.mesh.call(Users.OPEN_ESCROW, journalOf(restored)));
    assertEquals("escrow.journal_other", refused.code());
    await(hub.mesh.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    decide(old.incarnation(), Decision.SETTLE);
    open();
    var report = replay();
    assertNull(report.stopped());
    assertEquals(0, report.disputed());
    assertEquals(settled.id(), atHub(settled).id());
    assertEquals(waiting.id(), atHub(waiting).id());
    assertEquals(570, held(ada));
    await(hub.mesh.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    decide(old.incarnation(), Decision.FREE);
    assertEquals(570, hub.reserved(ada));
  }

  @Test
  void badReplaysAreRefused() throws Exception {
    User ada = user(1_000);
    place(ada, "key", 400);
    var good = await(journal.next(1, Set.of())).get(0).replay(EDGE);
    var total =
        new ReplayOrder(
            EDGE,
            good.incarnation(),
            good.position(),
            good.orderId(),
            good.key(),
            good.promise(),
            good.order(),
            399L);
    assertEquals("/total", refusal(link(total)).pointer());
    var order =
        new ReplayOrder(
            EDGE, good.incarnation(), 1L, "no id", "key", good.promise(), good.order(), 400L);
    assertEquals("/orderId", refusal(link(order)).pointer());
    var unknown =
        new ReplayOrder(
            "edge-9",
            good.incarnation(),
            good.position(),
            good.orderId(),
            good.key(),
            good.promise(),
            good.order(),
            400L);
    assertEquals("escrow.journal_unknown", refusal(link(unknown)).code());
    assertEquals("0", orders(ada));
  }

  @Test
  void aPurseIsFilledAndEmptiedAsThePolicySays() throws Exception {
    User ada = user(1_000);
    var refill = new Refill(EDGE, journal, escrow, HALF);
    assertEquals(500, await(refill.run(id(ada), 1_000)).available());
    assertEquals(500, hub.reserved(ada));
    // The limit has been halved, as far as the site is told.
    var less = await(refill.run(id(ada), 500));
    assertEquals(250, less.available());
    assertEquals(250, less.returned());
    assertEquals(250, hub.reserved(ada));
    place(ada, "key", 250);
    assertEquals(250, await(refill.run(id(ada), 500)).available());
    assertEquals(500, await(hub.mesh.call(Users.GET, new UserId(ada.id()))).credit().reserved());
  }

  private static void decide(UUID incarnation, Decision decision) throws Exception {
    await(
        hub.mesh.call(
            Users.DECIDE_ESCROW, new DecideEscrow(EDGE, incarnation.toString(), decision)));
  }
}
