package io.weft.users;

import static io.weft.users.UsersNode.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.weft.ledger.Database;
import io.weft.mesh.Operation;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.users.api.CreateUser;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.DecideEscrow;
import io.weft.users.api.DecideEscrow.Decision;
import io.weft.users.api.DecidedEscrow;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.EscrowJournal;
import io.weft.users.api.EscrowJournal.State;
import io.weft.users.api.EscrowSite;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.OpenEscrow;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.Reservation;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.ReturnEscrow;
import io.weft.users.api.SettleEscrow;
import io.weft.users.api.UpdateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sites hold of the credit of users, by two instances on one PostgreSQL. */
final class EscrowTest {
  private static final String EDGE = "edge-1";
  private static final String OTHER = "edge-2";
  private static UsersNode node;
  private final String journal = UUID.randomUUID().toString();
  private int accounts;

  @BeforeAll
  static void start() throws Exception {
    node = new UsersNode();
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void empty() throws Exception {
    node.execute(
        "truncate users.users, users.reservations, users.escrow_grants, users.escrow_accounts,"
            + " users.escrow_journals");
    open(EDGE, journal, 0);
  }

  @Test
  void whatIsGrantedCannotBeReservedHere() throws Exception {
    User ada = user(1_000);
    assertEquals(400, grant(ada, 1, 400).amount());
    assertEquals(new User.Credit("EUR", 1_000, 400, 600), credit(ada));
    assertEquals("credit.insufficient", node.refusal(Users.RESERVE, order(ada, 601)).code());
    await(node.call(Users.RESERVE, order(ada, 600)));
    assertEquals(0, credit(ada).available());
  }

  @Test
  void aGrantIsOneHoweverOftenItIsAskedForAndWhateverTheRepetitionWants() throws Exception {
    User ada = user(1_000);
    var first = grant(ada, 1, 400);
    assertEquals(first, grant(ada, 1, 400));
    assertEquals(first, grant(ada, 1, 50));
    assertEquals(400, credit(ada).reserved());
    assertEquals(100, grant(ada, 2, 100).amount());
    assertEquals(first, grant(ada, 1, 400));
    assertEquals(500, credit(ada).reserved());
  }

  @Test
  void aRepeatedGrantIsSaidToBeRepeated() throws Exception {
    var body = JsonCodec.encode(asked(user(1_000), 1, 400));
    var again = new ArrayList<Boolean>();
    for (int i = 0; i < 2; i++) {
      again.add(
          await(
                  node.mesh.exchange(
                      "users.grant-escrow", Operation.Kind.COMMAND, body, UsersNode.PATIENT))
              .replayed());
    }
    assertEquals(List.of(false, true), again);
  }

  @Test
  void aNumberThatIsNotTheNextIsRefused() throws Exception {
    User ada = user(1_000);
    assertEquals("escrow.number", node.refusal(Users.GRANT_ESCROW, asked(ada, 2, 1)).code());
    grant(ada, 1, 10);
    assertEquals("escrow.number", node.refusal(Users.GRANT_ESCROW, asked(ada, 3, 1)).code());
    assertEquals(10, credit(ada).reserved());
  }

  @Test
  void lessIsGrantedWhereThereIsLessAndNothingIsRefused() throws Exception {
    User ada = user(1_000);
    await(node.call(Users.RESERVE, order(ada, 700)));
    assertEquals(300, grant(ada, 1, 400).amount());
    var nothing = node.refusal(Users.GRANT_ESCROW, asked(ada, 2, 1));
    assertEquals("escrow.insufficient", nothing.code());
  }

  @Test
  void oneSiteHoldsNoMoreThanItsShareOfTheCredit() throws Exception {
    User ada = user(1_001);
    assertEquals(500, grant(ada, 1, 1_001).amount());
    assertEquals("escrow.insufficient", node.refusal(Users.GRANT_ESCROW, asked(ada, 2, 1)).code());
    User rich = user(Long.MAX_VALUE);
    assertEquals(Long.MAX_VALUE / 2, grant(rich, 1, Long.MAX_VALUE).amount());
  }

  @Test
  void manyWhoAskAtOnceNeverGetMoreThanTheLimit() throws Exception {
    User ada = user(1_000);
    var sites = new ArrayList<GrantEscrow>();
    var asked = new ArrayList<Future<?>>();
    for (int i = 0; i < 8; i++) {
      String site = "site-" + i;
      open(site, journal, 0);
      sites.add(new GrantEscrow(ada.id(), site, journal, 0L, 1L, 300L));
    }
    for (int i = 0; i < 8; i++) {
      asked.add(node.call(Users.GRANT_ESCROW, sites.get(i)));
      asked.add(node.call(Users.GRANT_ESCROW, sites.get(i)));
      asked.add(node.call(Users.RESERVE, order(ada, 70)));
    }
    await(Future.join(asked).otherwiseEmpty());
    assertEquals(
        credit(ada).reserved() + "|t",
        node.query(
            """
            select (select coalesce(sum(granted), 0) from users.escrow_accounts)
              + (select coalesce(sum(amount), 0) from users.reservations where status = 'HELD')
              || '|' || case when (select reserved <= credit_limit from users.users) then 't' end
            """));
    assertTrue(credit(ada).available() < 70, "nothing that would have fitted was refused");
  }

  @Test
  void aLimitCannotFallBelowWhatSitesHold() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    var lower = new UpdateUser(ada.id(), get(ada).version(), null, null, 399L);
    assertEquals("user.invalid", node.refusal(Users.UPDATE, lower).code());
  }

  @Test
  void anInactiveAccountIsGrantedNothingAndWhatItsSitesPromisedStands() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    await(node.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    assertEquals("user.inactive", node.refusal(Users.GRANT_ESCROW, asked(ada, 2, 1)).code());
    assertEquals(400, grant(ada, 1, 400).amount());
    assertEquals(Reservation.Status.HELD, settle(ada, newOrder(), 400).status());
  }

  @Test
  void whatASiteHasSpentBecomesTheReservationOfItsOrderOnce() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    String order = newOrder();
    var settled = settle(ada, order, 150);
    assertEquals(settled, settle(ada, order, 150));
    assertEquals(400, credit(ada).reserved());
    var reserve = new ReserveCredit(ada.id(), order, "EUR", 150L);
    assertEquals(settled, await(node.call(Users.RESERVE, reserve)));
    assertEquals(Map.of("EUR", 250L), journal().outstanding());

    await(node.call(Users.RELEASE, new ReleaseCredit(order)));
    assertEquals(250, credit(ada).reserved());
    assertEquals(Reservation.Status.RELEASED, settle(ada, order, 150).status());
    assertEquals(250, credit(ada).reserved());
  }

  @Test
  void anOrderThatIsSettledByTwentyAtOnceIsPaidOnce() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    var request = settlement(ada, newOrder(), 150);
    var all = new ArrayList<Future<?>>();
    for (int i = 0; i < 20; i++) {
      all.add(node.call(Users.SETTLE_ESCROW, request));
    }
    await(Future.all(all));
    assertEquals(Map.of("EUR", 250L), journal().outstanding());
    assertEquals(400, credit(ada).reserved());
  }

  @Test
  void anOrderSettledOtherwiseOrReservedHereIsRefused() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    String order = newOrder();
    settle(ada, order, 150);
    assertEquals(
        "key.reused", node.refusal(Users.SETTLE_ESCROW, settlement(ada, order, 151)).code());
    var here = order(ada, 100);
    await(node.call(Users.RESERVE, here));
    var both = settlement(ada, here.orderId(), 100);
    assertEquals("key.reused", node.refusal(Users.SETTLE_ESCROW, both).code());
    assertEquals(500, credit(ada).reserved());
  }

  @Test
  void aSiteCannotSpendOrGiveUpMoreThanItHolds() throws Exception {
    User ada = user(1_000);
    var none = node.refusal(Users.SETTLE_ESCROW, settlement(ada, newOrder(), 1));
    assertEquals("escrow.overdrawn", none.code());
    grant(ada, 1, 400);
    String order = newOrder();
    var more = node.refusal(Users.SETTLE_ESCROW, settlement(ada, order, 401));
    assertEquals("escrow.overdrawn", more.code());
    assertEquals("escrow.overdrawn", node.refusal(Users.RETURN_ESCROW, given(ada, 401)).code());
    settle(ada, order, 400);
    assertEquals("escrow.overdrawn", node.refusal(Users.RETURN_ESCROW, given(ada, 1)).code());
  }

  @Test
  void whatIsGivenUpComesBackOnceInWhateverOrderItIsSaid() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    assertEquals(300, give(ada, 300).returned());
    assertEquals(300, give(ada, 100).returned());
    assertEquals(300, give(ada, 300).returned());
    assertEquals(100, credit(ada).reserved());
    assertEquals(350, give(ada, 350).returned());
    assertEquals(50, credit(ada).reserved());
  }

  @Test
  void aRevokedSiteHoldsItsCreditUntilAnOperatorDecides() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    assertEquals(State.CLOSED, journal().state());
    assertEquals("escrow.journal_closed", refusedAll(ada));
    assertEquals(400, credit(ada).reserved());

    decide(Decision.SETTLE);
    var settled = settle(ada, newOrder(), 100);
    assertEquals(Reservation.Status.HELD, settled.status());
    assertEquals(
        "escrow.journal_closed", node.refusal(Users.GRANT_ESCROW, asked(ada, 2, 1)).code());

    decide(Decision.REOPEN);
    assertEquals(50, grant(ada, 2, 50).amount());
    assertEquals(
        "escrow.journal_open", node.refusal(Users.DECIDE_ESCROW, decision(Decision.FREE)).code());

    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    assertEquals(1, decide(Decision.FREE).freed());
    assertEquals(0, decide(Decision.FREE).freed());
    assertEquals(100, credit(ada).reserved());
    assertEquals("escrow.journal_freed", refusedAll(ada));
    var again = node.refusal(Users.DECIDE_ESCROW, decision(Decision.REOPEN));
    assertEquals("escrow.journal_freed", again.code());
    // Promises that were settled before stand, and are known again.
    var known = settlement(ada, settled.orderId(), 100);
    assertEquals(settled, await(node.call(Users.SETTLE_ESCROW, known)));
  }

  /** Returns the code with which all that a site may ask for is refused. */
  private String refusedAll(User user) {
    String code = node.refusal(Users.GRANT_ESCROW, asked(user, 2, 1)).code();
    assertEquals(code, node.refusal(Users.RETURN_ESCROW, given(user, 1)).code());
    assertEquals(code, node.refusal(Users.SETTLE_ESCROW, settlement(user, newOrder(), 1)).code());
    assertEquals(code, node.refusal(Users.OPEN_ESCROW, new OpenEscrow(EDGE, journal, 9L)).code());
    return code;
  }

  @Test
  void creditOfManyUsersIsFreedInBoundedParts() throws Exception {
    int users = UsersLimits.ESCROW_FREED_PER_COMMAND + 1;
    node.execute(
        """
        insert into users.users (id, email, name, status, currency, credit_limit, reserved)
        select gen_random_uuid(), i || '@example.org', 'A name', 'ACTIVE', 'EUR', 100, 40
        from generate_series(1, %d) as i;
        insert into users.escrow_accounts
          (site, incarnation, user_id, currency, numbers, granted)
        select '%s', '%s', id, 'EUR', 1, 40 from users.users
        """
            .formatted(users, EDGE, journal));
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    var first = decide(Decision.FREE);
    assertEquals(UsersLimits.ESCROW_FREED_PER_COMMAND, first.freed());
    assertTrue(first.more());
    var second = decide(Decision.FREE);
    assertEquals(1, second.freed());
    assertFalse(second.more());
    assertEquals("0", node.query("select sum(reserved) from users.users"));
  }

  @Test
  void ordersThatAreSettledWhileTheirJournalIsFreedAreSettledOrFreedAndNeverBoth()
      throws Exception {
    var users = new ArrayList<User>();
    for (int i = 0; i < 20; i++) {
      users.add(user(1_000));
      grant(users.get(i), 1, 100);
    }
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    decide(Decision.SETTLE);
    var settled = new ArrayList<Future<Reservation>>();
    Future<DecidedEscrow> freed = Future.succeededFuture();
    for (int i = 0; i < 20; i++) {
      if (i == 10) {
        freed = node.call(Users.DECIDE_ESCROW, decision(Decision.FREE));
      }
      settled.add(node.call(Users.SETTLE_ESCROW, settlement(users.get(i), newOrder(), 60)));
    }
    await(Future.join(settled).otherwiseEmpty());
    await(freed);
    for (var each : settled) {
      if (each.failed()) {
        assertEquals("escrow.journal_freed", UsersNode.refusal(each).code());
      }
    }
    long held = 60 * settled.stream().filter(Future::succeeded).count();
    assertEquals(
        held + "|" + held + "|0",
        node.query(
            """
            select (select sum(reserved) from users.users) || '|'
              || (select coalesce(sum(amount), 0) from users.reservations where status = 'HELD')
              || '|' || (select sum(granted - settled - returned - freed)
                from users.escrow_accounts)
            """));
  }

  @Test
  void anOlderJournalIsRefused() throws Exception {
    User ada = user(1_000);
    var asked = new GrantEscrow(ada.id(), EDGE, journal, 7L, 1L, 10L);
    await(node.call(Users.GRANT_ESCROW, asked));
    var older = node.refusal(Users.OPEN_ESCROW, new OpenEscrow(EDGE, journal, 6L));
    assertEquals("escrow.journal_older", older.code());
    assertEquals(7, open(EDGE, journal, 7).position());
  }

  @Test
  void anotherJournalBeginsOnlyOnceTheFirstIsDecidedOn() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 400);
    String second = UUID.randomUUID().toString();
    var anew = new OpenEscrow(EDGE, second, 0L);
    assertEquals("escrow.journal_other", node.refusal(Users.OPEN_ESCROW, anew).code());
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(EDGE)));
    assertEquals("escrow.journal_other", node.refusal(Users.OPEN_ESCROW, anew).code());
    decide(Decision.SETTLE);
    assertEquals(State.OPEN, open(EDGE, second, 0).state());
    assertEquals(
        "escrow.journal_other",
        node.refusal(Users.DECIDE_ESCROW, decision(Decision.REOPEN)).code());
    // Of the share of the site, what the first journal holds is the first one's.
    assertEquals(
        100,
        await(node.call(Users.GRANT_ESCROW, new GrantEscrow(ada.id(), EDGE, second, 0L, 1L, 100L)))
            .amount());
    assertEquals(Reservation.Status.HELD, settle(ada, newOrder(), 400).status());
    assertEquals(500, credit(ada).reserved());
    var all = await(node.call(Users.ESCROW, new EscrowSite(EDGE))).items();
    assertEquals(List.of(second, journal), all.stream().map(EscrowJournal::incarnation).toList());
  }

  @Test
  void ofTwoJournalsThatBeginAtOnceOneDoes() throws Exception {
    for (int i = 0; i < 10; i++) {
      String site = "new-" + i;
      var one = node.call(Users.OPEN_ESCROW, new OpenEscrow(site, newOrder(), 0L));
      var two = node.call(Users.OPEN_ESCROW, new OpenEscrow(site, newOrder(), 0L));
      await(Future.join(one, two).otherwiseEmpty());
      assertTrue(one.succeeded() != two.succeeded());
      assertEquals("escrow.journal_other", UsersNode.refusal(one.succeeded() ? two : one).code());
    }
  }

  @Test
  void sitesHoldApart() throws Exception {
    User ada = user(1_000);
    open(OTHER, journal, 0);
    grant(ada, 1, 400);
    var other = new GrantEscrow(ada.id(), OTHER, journal, 0L, 1L, 500L);
    assertEquals(500, await(node.call(Users.GRANT_ESCROW, other)).amount());
    await(node.call(Users.CLOSE_ESCROW, new EscrowSite(OTHER)));
    assertEquals(Reservation.Status.HELD, settle(ada, newOrder(), 400).status());
    assertEquals(Map.of(), journal().outstanding());
    assertEquals(900, credit(ada).reserved());
  }

  @Test
  void badFieldsAreNamed() throws Exception {
    User ada = user(1_000);
    assertPointer("/site", Users.OPEN_ESCROW, new OpenEscrow("Edge 1", journal, 0L));
    assertPointer("/site", Users.OPEN_ESCROW, new OpenEscrow("e".repeat(64), journal, 0L));
    assertPointer("/incarnation", Users.OPEN_ESCROW, new OpenEscrow(EDGE, "1", 0L));
    assertPointer("/position", Users.OPEN_ESCROW, new OpenEscrow(EDGE, journal, -1L));
    assertPointer("/number", Users.GRANT_ESCROW, asked(ada, 0, 1));
    assertPointer("/amount", Users.GRANT_ESCROW, asked(ada, 1, 0));
    assertPointer("/givenUp", Users.RETURN_ESCROW, given(ada, -1));
    assertPointer("/amount", Users.SETTLE_ESCROW, settlement(ada, newOrder(), -1));
    assertPointer("/decision", Users.DECIDE_ESCROW, new DecideEscrow(EDGE, journal, null));
    var unknown = new GrantEscrow(ada.id(), EDGE, newOrder(), 0L, 1L, 1L);
    assertEquals("escrow.journal_unknown", node.refusal(Users.GRANT_ESCROW, unknown).code());
    var nobody = new GrantEscrow(newOrder(), EDGE, journal, 0L, 1L, 1L);
    assertEquals("user.not_found", node.refusal(Users.GRANT_ESCROW, nobody).code());
  }

  @Test
  void grantsPastTheirAgeAreForgottenButForTheLast() throws Exception {
    User ada = user(1_000);
    grant(ada, 1, 10);
    grant(ada, 2, 20);
    node.execute("update users.escrow_grants set granted_at = now() - interval '8 days'");
    var database = Database.open(node.vertx, Time.of(node.vertx), node.uri, Users.SERVICE, 1);
    int forgotten =
        await(
            database
                .withTransaction(tx -> EscrowStore.forget(tx, Duration.ofDays(7)))
                .eventually(database::close));
    assertEquals(1, forgotten);
    assertEquals(20, grant(ada, 2, 20).amount());
    assertEquals("escrow.number", node.refusal(Users.GRANT_ESCROW, asked(ada, 1, 10)).code());
    assertEquals(30, credit(ada).reserved());
  }

  private <Q> void assertPointer(String pointer, Operation<Q, ?> operation, Q request) {
    var failure = node.refusal(operation, request);
    assertEquals("user.invalid", failure.code());
    assertEquals(pointer, failure.pointer());
  }

  private EscrowJournal open(String site, String incarnation, long position) throws Exception {
    return await(node.call(Users.OPEN_ESCROW, new OpenEscrow(site, incarnation, position)));
  }

  private EscrowJournal journal() throws Exception {
    return await(node.call(Users.ESCROW, new EscrowSite(EDGE))).items().get(0);
  }

  private GrantEscrow asked(User user, long number, long amount) {
    return new GrantEscrow(user.id(), EDGE, journal, 0L, number, amount);
  }

  private EscrowGrant grant(User user, long number, long amount) throws Exception {
    return await(node.call(Users.GRANT_ESCROW, asked(user, number, amount)));
  }

  private ReturnEscrow given(User user, long givenUp) {
    return new ReturnEscrow(user.id(), EDGE, journal, 0L, givenUp);
  }

  private EscrowBalance give(User user, long givenUp) throws Exception {
    return await(node.call(Users.RETURN_ESCROW, given(user, givenUp)));
  }

  private SettleEscrow settlement(User user, String order, long amount) {
    return new SettleEscrow(user.id(), EDGE, journal, 1L, order, "EUR", amount);
  }

  private Reservation settle(User user, String order, long amount) throws Exception {
    return await(node.call(Users.SETTLE_ESCROW, settlement(user, order, amount)));
  }

  private DecideEscrow decision(Decision decision) {
    return new DecideEscrow(EDGE, journal, decision);
  }

  private DecidedEscrow decide(Decision decision) throws Exception {
    return await(node.call(Users.DECIDE_ESCROW, decision(decision)));
  }

  private User user(long limit) throws Exception {
    String email = "user" + accounts++ + "@example.org";
    return await(node.call(Users.CREATE, new CreateUser(email, "A name", "EUR", limit)));
  }

  private User get(User user) throws Exception {
    return await(node.call(Users.GET, new UserId(user.id())));
  }

  private User.Credit credit(User user) throws Exception {
    return get(user).credit();
  }

  private static ReserveCredit order(User user, long amount) {
    return new ReserveCredit(user.id(), newOrder(), "EUR", amount);
  }

  private static String newOrder() {
    return UUID.randomUUID().toString();
  }
}
