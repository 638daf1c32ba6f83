package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.failure;
import static io.weft.orders.Shop.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Time;
import io.weft.orders.api.JournaledOrder;
import io.weft.orders.api.JournaledOrder.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.PlaceOrder;
import io.weft.orders.site.JournalBound;
import io.weft.orders.site.JournalEntry;
import io.weft.orders.site.JournalStore;
import io.weft.orders.site.Purse;
import io.weft.orders.site.SiteJournal;
import io.weft.orders.site.Verdict;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The journal of a site that is cut off, in a real PostgreSQL. */
final class JournalTest {
  private static final UUID ADA = UUID.randomUUID();
  private static Shop site;
  private final JournalStore journal = journal(site, JournalBound.DEFAULT);
  private final SiteDesk desk = desk(journal);

  @BeforeAll
  static void start() throws Exception {
    site = new Shop(TestPostgres.freshDatabase());
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
  }

  @BeforeEach
  void empty() throws Exception {
    TestPostgres.execute(
        site.uri,
        "truncate orders.site_journal, orders.purses, orders.journal_entries, orders.inbox");
    await(journal.open());
  }

  private static JournalStore journal(Shop shop, JournalBound bound) {
    return new JournalStore(shop.database, Rng.system(), bound);
  }

  private static SiteDesk desk(JournalStore journal) {
    return new SiteDesk(journal, Time.of(site.vertx));
  }

  @Test
  void whatFitsIntoThePurseIsConfirmedAndPaidAndTheRestIsProvisional() throws Exception {
    grant(ADA, 1, 100);
    var fits = place("one", 60);
    var more = place("two", 41);
    var still = place("three", 40);
    assertEquals(
        List.of(Status.CONFIRMED, Status.PROVISIONAL, Status.CONFIRMED),
        List.of(fits.status(), more.status(), still.status()));
    assertEquals(new Purse("EUR", 1, 100, 100, 0, 0), purse());
    assertEquals(fits, await(desk.find(new OrderId(fits.id()))));
    assertEquals(60, fits.total());
    assertEquals("sku", fits.lines().get(0).sku());
    assertEquals(
        List.of(fits.id(), more.id(), still.id()),
        await(journal.next(10, Set.of())).stream()
            .map(entry -> entry.orderId().toString())
            .toList());
    assertEquals(3, await(journal.standing()).unsettled());
  }

  @Test
  void aRepetitionHasTheSameAnswerAndIsPaidOnce() throws Exception {
    grant(ADA, 1, 100);
    var first = place("key", 60);
    assertEquals(first, place("key", 60));
    assertEquals("key.reused", refusal(desk.place("key", request(61))).code());
    assertEquals(40, purse().available());
    assertEquals(1, await(journal.standing()).unsettled());
  }

  @Test
  void manyAtOnceNeverSpendMoreThanThereIs() throws Exception {
    grant(ADA, 1, 100);
    var all = new ArrayList<Future<JournaledOrder>>();
    for (int i = 0; i < 30; i++) {
      all.add(desk.place("key " + i, request(9)));
      all.add(desk.place("key " + i, request(9)));
    }
    await(Future.all(all));
    long confirmed =
        all.stream()
            .map(Future::result)
            .filter(order -> order.status() == Status.CONFIRMED)
            .map(JournaledOrder::id)
            .distinct()
            .count();
    assertEquals(11, confirmed);
    assertEquals(99, purse().spent());
    assertEquals(30, await(journal.standing()).unsettled());
    assertEquals("30", site.count("orders.journal_entries"));
  }

  @Test
  void badOrdersAreRefusedAsAnywhere() throws Exception {
    var free = new PlaceOrder(ADA.toString(), "EUR", List.of(), null);
    var refused = failure(Future.future(p -> desk.place("key", free).onComplete(p)));
    assertEquals("request.invalid", ((MeshFailure.Application) refused).code());
    assertEquals("0", site.count("orders.journal_entries"));
  }

  @Test
  void aFullJournalRefusesAndWritesNothing() throws Exception {
    var small = journal(site, new JournalBound(2, Duration.ofHours(1)));
    grant(ADA, 1, 100);
    await(desk(small).place("one", request(1)));
    await(desk(small).place("two", request(1)));
    assertInstanceOf(MeshFailure.Rejected.class, failure(desk(small).place("three", request(1))));
    assertEquals(98, purse().available());
    assertEquals("2", site.count("orders.inbox"));
    // Whoever was answered gets the same answer, also when it is full.
    assertEquals(Status.CONFIRMED, await(desk(small).place("two", request(1))).status());

    settle(await(journal.next(1, Set.of())).get(0), new Verdict.Accepted("x"));
    await(desk(small).place("three", request(1)));
  }

  @Test
  void aJournalWhoseOldestOrderIsTooOldRefuses() throws Exception {
    var small = desk(journal(site, new JournalBound(10, Duration.ofHours(1))));
    await(small.place("one", request(1)));
    TestPostgres.execute(
        site.uri, "update orders.journal_entries set journaled_at = now() - interval '61 minutes'");
    assertInstanceOf(MeshFailure.Rejected.class, failure(small.place("two", request(1))));
    settle(await(journal.next(1, Set.of())).get(0), new Verdict.Accepted("x"));
    await(small.place("two", request(1)));
  }

  @Test
  void aGrantIsInThePurseOnceInItsTurnAndInItsJournalOnly() throws Exception {
    grant(ADA, 1, 100);
    grant(ADA, 1, 100);
    assertEquals("escrow.number", refusal(journal.accept(granted(ADA, 3, 10))).code());
    var other = new EscrowGrant(ADA.toString(), "edge", UUID.randomUUID().toString(), 2, "EUR", 10);
    assertEquals("escrow.journal_other", refusal(journal.accept(other)).code());
    assertEquals(100, purse().granted());
  }

  @Test
  void whatIsGivenUpIsNotSpentAndToldOfUntilItIsTaken() throws Exception {
    grant(ADA, 1, 100);
    long before = await(journal.standing()).position();
    var given = await(journal.giveUp(ADA, 70));
    assertEquals(before + 1, given.position());
    assertEquals(Status.PROVISIONAL, place("one", 31).status());
    assertEquals(Status.CONFIRMED, place("two", 30).status());
    assertEquals(0, purse().returned());
    await(journal.returned(balance(70)));
    await(journal.returned(balance(20)));
    assertEquals(70, purse().returned());
    await(journal.giveUp(UUID.randomUUID(), 5));
    assertEquals("1", site.count("orders.purses"));
  }

  @Test
  void ordersAreDecidedOnceAndFoundAsTheyAre() throws Exception {
    grant(ADA, 1, 60);
    var kept = place("one", 60);
    var refused = place("two", 60);
    var entries = await(journal.next(10, Set.of()));
    settle(entries.get(0), new Verdict.Accepted("hub id"));
    settle(entries.get(0), new Verdict.Disputed("late"));
    settle(entries.get(1), new Verdict.Rejected("credit.insufficient"));
    settle(entries.get(1), new Verdict.Rejected("again"));

    var found = await(desk.find(new OrderId(kept.id())));
    assertEquals(Status.CONFIRMED, found.status());
    assertEquals("hub id", found.hubOrderId());
    found = await(desk.find(new OrderId(refused.id())));
    assertEquals(Status.REJECTED, found.status());
    assertEquals("credit.insufficient", found.reason());
    assertEquals(List.of(), await(journal.next(10, Set.of())));
    assertEquals(0, await(journal.standing()).unsettled());
    var nobody = new OrderId(UUID.randomUUID().toString());
    assertEquals("order.not_found", refusal(desk.find(nobody)).code());
  }

  @Test
  void anOrderInDisputeStaysPromisedAndCountsUntilItIsSeenTo() throws Exception {
    grant(ADA, 1, 60);
    var order = place("one", 60);
    var entry = await(journal.next(1, Set.of())).get(0);
    settle(entry, new Verdict.Disputed("escrow.overdrawn"));
    assertEquals(Status.CONFIRMED, await(desk.find(new OrderId(order.id()))).status());
    assertEquals(List.of(), await(journal.next(1, Set.of())));
    assertEquals(1, await(journal.standing()).unsettled());
    assertEquals(1, await(journal.retryDisputed()));
    assertEquals(List.of(entry), await(journal.next(1, Set.of())));
    settle(entry, new Verdict.Accepted(order.id()));
    assertEquals(0, await(journal.standing()).unsettled());
  }

  @Test
  void largeOrdersAreReadFewAtATime() throws Exception {
    var lines = new ArrayList<PlaceOrder.Line>();
    for (int i = 0; i < 8_000; i++) {
      lines.add(new PlaceOrder.Line("s" + "x".repeat(63), "n".repeat(200), 1L, 1L, null));
    }
    var large = new PlaceOrder(ADA.toString(), "EUR", List.copyOf(lines), null);
    for (int i = 0; i < 5; i++) {
      await(desk.place("key " + i, large));
    }
    int read = await(journal.next(10, Set.of())).size();
    assertEquals(true, read >= 1 && read < 5, read + " of 5");
    for (var entry : await(journal.next(10, Set.of()))) {
      settle(entry, new Verdict.Accepted("x"));
    }
    assertEquals(5 - read, await(journal.next(10, Set.of())).size());
  }

  @Test
  void decidedOrdersAreForgottenByAgeAndOthersNever() throws Exception {
    place("one", 1);
    var known = place("two", 1);
    place("three", 1);
    var entries = await(journal.next(2, Set.of()));
    settle(entries.get(0), new Verdict.Accepted(entries.get(0).orderId().toString()));
    // Only the journal knows which one that is.
    settle(entries.get(1), new Verdict.Accepted("another"));
    TestPostgres.execute(
        site.uri,
        "update orders.journal_entries set settled_at = settled_at - interval '8 days',"
            + " journaled_at = journaled_at - interval '80 days'");
    int forgotten =
        await(site.database.withTransaction(tx -> JournalStore.forget(tx, Duration.ofDays(7))));
    assertEquals(1, forgotten);
    assertEquals("another", await(desk.find(new OrderId(known.id()))).hubOrderId());
    assertEquals(1, await(journal.next(10, Set.of())).size());
  }

  @Test
  void aJournalThatIsOpenedAgainIsTheSame() throws Exception {
    var before = await(journal.standing());
    assertEquals(before, await(journal(site, JournalBound.DEFAULT).open()));
  }

  @Test
  void aJournalThatIsVoidBeginsAnewAndItsPursesAreEmpty() throws Exception {
    grant(ADA, 1, 100);
    var before = await(journal.standing());
    assertEquals(false, await(journal.renewIf(standing -> Future.succeededFuture(false))));
    assertEquals(before, await(journal.standing()));
    assertEquals(
        true, await(journal.renewIf(standing -> Future.succeededFuture(standing.equals(before)))));
    assertNotEquals(before.incarnation(), await(journal.standing()).incarnation());
    assertEquals(0, purse().available());
    assertEquals(Status.PROVISIONAL, place("one", 1).status());
  }

  @Test
  void nobodyChangesTheJournalWhileTheHubIsAskedWhetherItIsVoid() throws Exception {
    grant(ADA, 1, 100);
    Promise<Void> asked = Promise.promise();
    Promise<Boolean> answer = Promise.promise();
    var renewed =
        journal.renewIf(
            standing -> {
              asked.complete();
              return answer.future();
            });
    await(asked.future());
    var waits = desk.place("one", request(1));
    assertEquals("0", site.count("orders.journal_entries"));
    answer.complete(false);
    assertEquals(false, await(renewed));
    assertEquals(Status.CONFIRMED, await(waits).status());
  }

  @Test
  void oneInstanceAtATimeHasItsTurn() throws Exception {
    var other = journal(site, JournalBound.DEFAULT);
    assertEquals(true, await(journal.take()));
    assertEquals(true, await(journal.take()));
    assertEquals(false, await(other.take()));
    await(journal.leave());
    assertEquals(true, await(other.take()));
    TestPostgres.execute(
        site.uri, "update orders.site_journal set held_until = now() - interval '1 second'");
    assertEquals(true, await(journal.take()));
  }

  @Test
  void aCopyOfTheDatabaseIsAnotherJournalWhosePursesAreVoid() throws Exception {
    String copied = TestPostgres.freshDatabase();
    String first = TestPostgres.freshDatabase();
    SiteJournal.Standing before;
    try (var original = new Shop(first)) {
      var store = journal(original, JournalBound.DEFAULT);
      before = await(store.open());
      await(store.accept(granted(before.incarnation(), ADA, 1, 100)));
      await(new SiteDesk(store, Time.of(original.vertx)).place("one", request(60)));
    }
    String admin = site.uri;
    TestPostgres.execute(admin, "drop database " + name(copied));
    TestPostgres.execute(admin, "create database " + name(copied) + " template " + name(first));
    try (var restored = new Shop(copied)) {
      var store = journal(restored, JournalBound.DEFAULT);
      var after = await(store.open());
      assertNotEquals(before.incarnation(), after.incarnation());
      assertEquals(0, await(store.of(ADA)).purse().available());
      var entries = await(store.next(10, Set.of()));
      assertEquals(
          List.of(before.incarnation()), entries.stream().map(JournalEntry::incarnation).toList());
      var next = await(new SiteDesk(store, Time.of(restored.vertx)).place("two", request(1)));
      assertEquals(Status.PROVISIONAL, next.status());
      assertEquals(after.incarnation(), await(store.open()).incarnation());
    }
  }

  private static String name(String uri) {
    return uri.substring(uri.lastIndexOf('/') + 1);
  }

  private PlaceOrder request(long price) {
    return new PlaceOrder(
        ADA.toString(), "EUR", List.of(new PlaceOrder.Line("sku", null, 1L, price, null)), null);
  }

  private JournaledOrder place(String key, long price) throws Exception {
    return await(desk.place(key, request(price)));
  }

  private EscrowGrant granted(UUID user, long number, long amount) throws Exception {
    return granted(await(journal.standing()).incarnation(), user, number, amount);
  }

  private static EscrowGrant granted(UUID incarnation, UUID user, long number, long amount) {
    return new EscrowGrant(user.toString(), "edge", incarnation.toString(), number, "EUR", amount);
  }

  private void grant(UUID user, long number, long amount) throws Exception {
    await(journal.accept(granted(user, number, amount)));
  }

  private EscrowBalance balance(long returned) throws Exception {
    String incarnation = await(journal.standing()).incarnation().toString();
    return new EscrowBalance(ADA.toString(), "edge", incarnation, 100, 0, returned, 0);
  }

  private Purse purse() throws Exception {
    return await(journal.of(ADA)).purse();
  }

  private void settle(JournalEntry entry, Verdict verdict) throws Exception {
    await(journal.settle(entry, verdict));
  }
}
