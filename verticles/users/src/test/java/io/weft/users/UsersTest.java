package io.weft.users;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.users.api.CreateUser;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.ListUsers;
import io.weft.users.api.ReleaseCredit;
import io.weft.users.api.Reservation;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.UpdateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.UserPage;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Accounts and their credit, called through the mesh by two instances on one PostgreSQL. */
final class UsersTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final Mesh MESH = BusMesh.local(VERTX);
  private static final UsersProvider PROVIDER = new UsersProvider();
  private static String uri = "";

  @BeforeAll
  static void start() throws Exception {
    uri = TestPostgres.freshDatabase();
    var settings =
        new JsonObject().put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4));
    var host =
        new ServiceProvider.Host(
            VERTX,
            MESH,
            Time.of(VERTX),
            settings,
            () -> Future.succeededFuture(new Readiness(List.of())));
    await(PROVIDER.open(host));
    await(VERTX.deployVerticle(PROVIDER.instance(host)));
    await(VERTX.deployVerticle(PROVIDER.instance(host)));
  }

  @AfterAll
  static void stop() throws Exception {
    await(MESH.close());
    await(PROVIDER.close());
    await(VERTX.close());
  }

  @BeforeEach
  void empty() {
    TestPostgres.execute(uri, "truncate users.users, users.reservations, users.inbox");
  }

  @Test
  void anAccountIsThereOnceItIsOpened() throws Exception {
    User ada = create("ada@example.org", 1_000);
    assertEquals(new User.Credit("EUR", 1_000, 0, 1_000), ada.credit());
    assertEquals(User.Status.ACTIVE, ada.status());
    assertEquals(1, ada.version());
    assertEquals(ada, get(ada));
  }

  @Test
  void whatHappensToAnAccountIsToldInOrderAndOnce() throws Exception {
    TestPostgres.execute(uri, "truncate users.outbox");
    var stream = await(MESH.open(Event.streamOf(Users.SERVICE), EventQuery.NEW));
    var told = new LinkedBlockingQueue<Event>();
    stream.handler(told::add);
    User ada = create("told@example.org", 1_000);
    var once = CallOptions.DEFAULT.withKey("told once");
    await(MESH.call(Users.UPDATE, change(ada, null, null, 2_000L), once));
    await(MESH.call(Users.UPDATE, change(ada, null, null, 2_000L), once));
    await(MESH.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));

    var registered = requireNonNull(told.poll(20, TimeUnit.SECONDS)).as(Users.REGISTERED);
    var changed = requireNonNull(told.poll(20, TimeUnit.SECONDS)).as(Users.CHANGED);
    Event last = requireNonNull(told.poll(20, TimeUnit.SECONDS));

    assertEquals(ada.id(), registered.userId());
    assertEquals(1, registered.version());
    assertEquals(2_000, changed.creditLimit());
    assertEquals(User.Status.INACTIVE, last.as(Users.CHANGED).status());
    assertEquals(3, last.as(Users.CHANGED).version());
    assertEquals(ada.id(), last.aggregate());
    assertEquals(ada.id(), last.owner());
    stream.cancel();
  }

  @Test
  void anAddressIsTakenWithoutRegardToCase() throws Exception {
    create("ada@example.org", 0);
    assertFails("user.email_taken", "/email", Users.CREATE, account("ADA@Example.ORG", 0));
    assertEquals("1", TestPostgres.query(uri, "select count(*) from users.users"));
  }

  @Test
  void twentyThatWantOneAddressAtOnceMakeOneAccount() throws Exception {
    var all = new ArrayList<Future<User>>();
    for (int i = 0; i < 20; i++) {
      all.add(MESH.call(Users.CREATE, account("ada@example.org", 0)));
    }
    await(Future.join(all).otherwiseEmpty());
    assertEquals(1, all.stream().filter(Future::succeeded).count());
  }

  @Test
  void aRepeatedCommandHasTheSameAnswerAndIsSaidToBeRepeated() throws Exception {
    var options = CallOptions.DEFAULT.withKey("a key");
    var body = JsonCodec.encode(account("ada@example.org", 0));
    var first = await(MESH.exchange("users.create", Operation.Kind.COMMAND, body, options));
    var second = await(MESH.exchange("users.create", Operation.Kind.COMMAND, body, options));
    assertEquals(first.body(), second.body());
    assertEquals(List.of(false, true), List.of(first.replayed(), second.replayed()));

    var other = MESH.call(Users.CREATE, account("bob@example.org", 0), options);
    assertEquals("key.reused", failureOf(other).code());
  }

  @Test
  void badFieldsAreNamed() {
    assertFails("user.invalid", "/email", Users.CREATE, account("nobody", 0));
    assertFails("user.invalid", "/email", Users.CREATE, account("a@" + "b".repeat(300), 0));
    assertFails("user.invalid", "/email", Users.CREATE, account("a b@example.org", 0));
    assertFails("user.invalid", "/email", Users.CREATE, account("a@b\u0000", 0));
    assertFails("user.invalid", "/creditLimit", Users.CREATE, account("a@example.org", -1));
    assertFails("user.invalid", "/name", Users.CREATE, new CreateUser("a@b.c", " ", "EUR", 0L));
    assertFails(
        "user.invalid", "/name", Users.CREATE, new CreateUser("a@b.c", "n".repeat(201), "EUR", 0L));
    assertFails(
        "user.invalid", "/name", Users.CREATE, new CreateUser("a@b.c", "a\u0000b", "EUR", 0L));
    assertFails(
        "user.invalid", "/name", Users.CREATE, new CreateUser("a@b.c", "\ud800", "EUR", 0L));
    assertFails(
        "user.invalid", "/currency", Users.CREATE, new CreateUser("a@b.c", "A", "EURO", 0L));
    assertFails("user.invalid", "/currency", Users.CREATE, new CreateUser("a@b.c", "A", null, 0L));
    assertFails("user.invalid", "/limit", Users.LIST, new ListUsers(101, null));
    assertFails("user.invalid", "/limit", Users.LIST, new ListUsers(0, null));
    assertEquals("0", TestPostgres.query(uri, "select count(*) from users.users"));
  }

  @Test
  void whoIsNotThereIsNotFound() {
    String nobody = "00000000-0000-4000-8000-000000000000";
    assertFails("user.not_found", null, Users.GET, new UserId(nobody));
    assertFails("user.not_found", null, Users.GET, new UserId("'; drop table users"));
    assertFails("user.not_found", null, Users.DEACTIVATE, new DeactivateUser(nobody, null));
  }

  @Test
  void aChangeOfAnOlderVersionIsRefused() throws Exception {
    User ada = create("ada@example.org", 0);
    User renamed = await(MESH.call(Users.UPDATE, change(ada, "Ada L.", null, null)));
    assertEquals("Ada L.", renamed.name());
    assertEquals(2, renamed.version());
    assertFails(
        "user.version_conflict", null, Users.UPDATE, change(ada, "Someone else", null, null));
    assertEquals(renamed, get(ada));
  }

  @Test
  void ofTwoChangesAtOnceOneIsDone() throws Exception {
    User ada = create("ada@example.org", 0);
    var one = MESH.call(Users.UPDATE, change(ada, "One", null, null));
    var two = MESH.call(Users.UPDATE, change(ada, "Two", null, null));
    await(Future.join(one, two).otherwiseEmpty());
    assertNotEquals(one.succeeded(), two.succeeded());
    assertEquals(2, get(ada).version());
  }

  @Test
  void aChangeToAnAddressThatIsTakenIsRefused() throws Exception {
    create("ada@example.org", 0);
    User bob = create("bob@example.org", 0);
    assertFails(
        "user.email_taken", "/email", Users.UPDATE, change(bob, null, "Ada@example.org", null));
  }

  @Test
  void aLimitCannotFallBelowWhatIsReserved() throws Exception {
    User ada = create("ada@example.org", 1_000);
    await(reserve(ada, order(), 600));
    assertFails("user.invalid", "/creditLimit", Users.UPDATE, change(get(ada), null, null, 599L));
    User lower = await(MESH.call(Users.UPDATE, change(get(ada), null, null, 600L)));
    assertEquals(0, lower.credit().available());
  }

  @Test
  void anInactiveAccountStaysSoAndReservesNothing() throws Exception {
    User ada = create("ada@example.org", 1_000);
    User once = await(MESH.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    User again = await(MESH.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), 1L)));
    assertEquals(User.Status.INACTIVE, once.status());
    assertEquals(once, again);
    assertEquals("user.inactive", failureOf(reserve(ada, order(), 1)).code());
    assertFails("user.inactive", null, Users.UPDATE, change(once, "Back", null, null));
  }

  @Test
  void creditIsReservedOncePerOrder() throws Exception {
    User ada = create("ada@example.org", 1_000);
    String order = order();
    var first = await(reserve(ada, order, 400));
    assertEquals(Reservation.Status.HELD, first.status());
    assertEquals(first, await(reserve(ada, order, 400)));
    assertEquals(400, get(ada).credit().reserved());
    assertEquals("key.reused", failureOf(reserve(ada, order, 401)).code());
    assertEquals(400, get(ada).credit().reserved());
  }

  @Test
  void ordersThatWantMoreThanThereIsAtOnceNeverReserveMore() throws Exception {
    User ada = create("ada@example.org", 1_000);
    var all = new ArrayList<Future<Reservation>>();
    for (int i = 0; i < 30; i++) {
      all.add(reserve(ada, order(), 100));
    }
    await(Future.join(all).otherwiseEmpty());
    assertEquals(10, all.stream().filter(Future::succeeded).count());
    assertEquals(1_000, get(ada).credit().reserved());
  }

  @Test
  void aRefusalIsFinalEvenIfThereIsCreditLater() throws Exception {
    User ada = create("ada@example.org", 100);
    String order = order();
    assertEquals("credit.insufficient", failureOf(reserve(ada, order, 101)).code());
    await(MESH.call(Users.UPDATE, change(get(ada), null, null, 1_000L)));
    assertEquals("credit.insufficient", failureOf(reserve(ada, order, 101)).code());
    assertEquals(0, get(ada).credit().reserved());
  }

  @Test
  void theGreatestAmountDoesNotOverflow() throws Exception {
    User ada = create("ada@example.org", Long.MAX_VALUE);
    await(reserve(ada, order(), Long.MAX_VALUE));
    assertEquals("credit.insufficient", failureOf(reserve(ada, order(), 1)).code());
    assertEquals("credit.insufficient", failureOf(reserve(ada, order(), Long.MAX_VALUE)).code());
  }

  @Test
  void creditInAnotherCurrencyOrOfNobodyIsRefused() throws Exception {
    User ada = create("ada@example.org", 100);
    assertEquals(
        "credit.currency_mismatch",
        failureOf(MESH.call(Users.RESERVE, new ReserveCredit(ada.id(), order(), "USD", 1L)))
            .code());
    assertEquals(
        "user.not_found",
        failureOf(MESH.call(Users.RESERVE, new ReserveCredit(order(), order(), "EUR", 1L))).code());
    assertFails(
        "user.invalid", "/amount", Users.RESERVE, new ReserveCredit(ada.id(), order(), "EUR", -1L));
  }

  @Test
  void releasedCreditComesBackOnceHoweverOftenItIsReleased() throws Exception {
    User ada = create("ada@example.org", 1_000);
    String order = order();
    await(reserve(ada, order, 400));
    await(reserve(ada, order(), 300));
    var all = Stream.generate(() -> release(order)).limit(10).toList();
    await(Future.join(all));
    assertTrue(all.stream().allMatch(r -> r.result().status() == Reservation.Status.RELEASED));
    assertEquals(300, get(ada).credit().reserved());
  }

  @Test
  void aReservationThatComesAfterItsReleaseIsRefused() throws Exception {
    User ada = create("ada@example.org", 1_000);
    String order = order();
    assertEquals(Reservation.Status.RELEASED, await(release(order)).status());
    assertEquals("reservation.released", failureOf(reserve(ada, order, 1)).code());
    assertEquals(0, get(ada).credit().reserved());
  }

  @Test
  void reserveAndReleaseOfOneOrderAtOnceLeaveNothingHeld() throws Exception {
    User ada = create("ada@example.org", 1_000);
    for (int i = 0; i < 20; i++) {
      String order = order();
      var both = List.of(reserve(ada, order, 10), release(order));
      await(Future.join(both).otherwiseEmpty());
      await(release(order));
    }
    assertEquals(0, get(ada).credit().reserved());
  }

  @Test
  void pagesHoldEveryAccountOnce() throws Exception {
    var made = new ArrayList<String>();
    for (int i = 0; i < 7; i++) {
      made.add(create("user" + i + "@example.org", 0).id());
    }
    var seen = new ArrayList<String>();
    UserPage page = await(MESH.call(Users.LIST, new ListUsers(3, null)));
    while (page.next() != null) {
      assertEquals(3, page.items().size());
      page.items().forEach(user -> seen.add(user.id()));
      page = await(MESH.call(Users.LIST, new ListUsers(3, page.next())));
    }
    page.items().forEach(user -> seen.add(user.id()));
    assertEquals(made, seen);
  }

  @Test
  void theLastPageSaysThatThereIsNoNext() throws Exception {
    var body = JsonCodec.encode(new ListUsers(null, null));
    var reply = await(MESH.exchange("users.list", Operation.Kind.QUERY, body, CallOptions.DEFAULT));
    assertEquals("{\"items\":[],\"next\":null}", reply.body().toString());
  }

  @Test
  void aCursorThatWeDidNotMakeIsRefused() {
    assertFails("cursor.invalid", "/cursor", Users.LIST, new ListUsers(3, "AAAA"));
  }

  @Test
  void aCheckSaysThatTheDatabaseIsThere() throws Exception {
    assertNull(await(PROVIDER.check()));
  }

  private static CreateUser account(String email, long creditLimit) {
    return new CreateUser(email, "A name", "EUR", creditLimit);
  }

  private static User create(String email, long creditLimit) throws Exception {
    return await(MESH.call(Users.CREATE, account(email, creditLimit)));
  }

  private static User get(User user) throws Exception {
    return await(MESH.call(Users.GET, new UserId(user.id())));
  }

  private static UpdateUser change(
      User user, @Nullable String name, @Nullable String email, @Nullable Long limit) {
    return new UpdateUser(user.id(), user.version(), name, email, limit);
  }

  private static Future<Reservation> reserve(User user, String order, long amount) {
    return MESH.call(Users.RESERVE, new ReserveCredit(user.id(), order, "EUR", amount));
  }

  private static Future<Reservation> release(String order) {
    return MESH.call(Users.RELEASE, new ReleaseCredit(order));
  }

  private static String order() {
    return UUID.randomUUID().toString();
  }

  private static <Q> void assertFails(
      String code, @Nullable String pointer, Operation<Q, ?> operation, Q request) {
    var failure = failureOf(MESH.call(operation, request));
    assertEquals(code, failure.code());
    assertEquals(pointer, failure.pointer());
  }

  private static MeshFailure.Application failureOf(Future<?> future) {
    Throwable failure =
        future
            .<Throwable>transform(
                done ->
                    done.succeeded()
                        ? Future.failedFuture("succeeded, and was expected to fail")
                        : Future.succeededFuture(done.cause()))
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(30, TimeUnit.SECONDS)
            .join();
    return assertInstanceOf(MeshFailure.Application.class, failure);
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
