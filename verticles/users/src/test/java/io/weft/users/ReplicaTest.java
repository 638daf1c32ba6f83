package io.weft.users;

import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshFailure;
import io.weft.users.api.DeactivateUser;
import io.weft.users.api.ReadReplica;
import io.weft.users.api.ReserveCredit;
import io.weft.users.api.UpdateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a site knows of the accounts of its hub: two nodes of it, and a hub that can be cut off. */
final class ReplicaTest {
  private static final long PATIENCE_SECONDS = 30;
  private static UsersNode hub;
  private static ReplicaNode site;

  @BeforeAll
  static void start() throws Exception {
    hub = new UsersNode();
    site = new ReplicaNode(hub);
  }

  @AfterAll
  static void stop() throws Exception {
    site.close();
    hub.close();
  }

  @AfterEach
  void heal() {
    site.cut(false);
  }

  private static User at(ReplicaNode node, String id) throws Exception {
    return await(node.mesh.call(Users.GET, new UserId(id)));
  }

  /** Asks the site until an account is as it should be. */
  private static User becomes(String id, Predicate<User> wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    User user;
    do {
      user = at(site, id);
      assertTrue(System.nanoTime() - end < 0, () -> "still not as expected");
    } while (!wanted.test(user));
    return user;
  }

  /** Waits until the site knows all that the hub has told so far. */
  private static void catchUp() {
    String now = site.query("select clock_timestamp()");
    waitFor("select coalesce(current_at, '-infinity') > '" + now + "' from users.replica", "t");
  }

  private static void waitFor(String question, String answer) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!site.query(question).equals(answer)) {
      assertTrue(System.nanoTime() - end < 0, () -> question + ": not " + answer);
    }
  }

  private static User user(String name) throws Exception {
    return hub.user(name + UUID.randomUUID() + "@example.org");
  }

  /** What is the same at the hub and at a site, but for its age. */
  private static User ageless(User user) {
    return new User(
        user.id(),
        user.email(),
        user.name(),
        user.status(),
        user.credit(),
        user.createdAt(),
        user.version());
  }

  private static User change(UpdateUser change) throws Exception {
    return await(hub.call(Users.UPDATE, change));
  }

  @Test
  void anAccountIsAtTheSiteAsItIsAtTheHubAndSaysHowOldItMayBe() throws Exception {
    User ada = user("ada");
    catchUp();
    User known = at(site, ada.id());
    assertEquals(ada, ageless(known));
    assertNotNull(known.ageSeconds());
    assertNull(await(hub.call(Users.GET, new UserId(ada.id()))).ageSeconds());
  }

  @Test
  void theSiteTellsHowOldAllThatItKnowsMayBe() throws Exception {
    catchUp();
    long age = await(site.mesh.call(Users.REPLICA, new ReadReplica())).ageSeconds();
    assertTrue(age >= 0 && age < PATIENCE_SECONDS, age + " s");
    assertInstanceOf(
        MeshFailure.NotSent.class, failure(hub.call(Users.REPLICA, new ReadReplica())));
  }

  @Test
  void aChangeOfAddressNameAndLimitAndAnEndComeAcross() throws Exception {
    User ada = user("ada");
    String email = "new" + UUID.randomUUID() + "@example.org";
    User changed = change(new UpdateUser(ada.id(), 1L, "Ada L.", email, 700L));
    becomes(ada.id(), user -> ageless(user).equals(changed));
    await(hub.call(Users.DEACTIVATE, new DeactivateUser(ada.id(), null)));
    User ended = becomes(ada.id(), user -> user.status() == User.Status.INACTIVE);
    assertEquals(email, ended.email());
  }

  @Test
  void anAccountOfWhichTheLogDoesNotTellAnyMoreIsReadFromTheHub() throws Exception {
    User ada = user("ada");
    User changed = change(new UpdateUser(ada.id(), 1L, "Ada L.", null, null));
    catchUp();
    // As after a week: the log is short, and the site is new.
    hub.execute(
        "delete from users.events where position < (select position from users.events_end)");
    try (var fresh = new ReplicaNode(hub)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!fresh.query("select read_at is not null from users.replica").equals("t")) {
        assertTrue(System.nanoTime() - end < 0);
      }
      assertEquals(changed, ageless(at(fresh, ada.id())));
    }
  }

  @Test
  void aSiteOfAHubWhoseLogKeepsNothingKnowsThatItKnowsAll() throws Exception {
    User ada = user("ada");
    settleLog();
    hub.execute("delete from users.events");
    try (var fresh = new ReplicaNode(hub)) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!fresh.query("select current_at is not null from users.replica").equals("t")) {
        assertTrue(System.nanoTime() - end < 0);
      }
      assertEquals(ada, ageless(at(fresh, ada.id())));
    }
  }

  @Test
  void whileTheHubIsAwayTheSiteAnswersAndGrowsOlder() throws Exception {
    User ada = user("ada");
    catchUp();
    site.cut(true);
    site.execute("update users.replica set current_at = clock_timestamp() - interval '376 s'");
    User old = at(site, ada.id());
    assertEquals(ada, ageless(old));
    assertTrue(old.ageSeconds() != null && old.ageSeconds() >= 376, () -> "age: " + old);
    User changed = change(new UpdateUser(ada.id(), 1L, "Ada L.", null, null));
    assertEquals(ada, ageless(at(site, ada.id())));
    site.cut(false);
    User known = becomes(ada.id(), user -> ageless(user).equals(changed));
    assertNotNull(known.ageSeconds());
    catchUp();
  }

  @Test
  void whoeverIsUnknownHereIsAskedForAtTheHubAndUnsaidWhileThatIsAway() throws Exception {
    catchUp();
    String nobody = UUID.randomUUID().toString();
    assertEquals(
        "user.not_found", UsersNode.refusal(site.mesh.call(Users.GET, new UserId(nobody))).code());
    site.stopReplica();
    User ada = user("ada");
    site.cut(true);
    var away = failure(site.mesh.call(Users.GET, new UserId(ada.id())));
    assertInstanceOf(MeshFailure.Rejected.class, away);
    site.cut(false);
    assertEquals(ada, at(site, ada.id()));
    site.startReplica();
  }

  @Test
  void aSiteThatWasAwayForLongerThanTheLogGoesBackReadsAllAnew() throws Exception {
    User ada = user("ada");
    catchUp();
    site.cut(true);
    User changed = change(new UpdateUser(ada.id(), 1L, "Ada L.", null, null));
    user("bob");
    user("eve");
    settleLog();
    hub.execute(
        "delete from users.events where position < (select position from users.events_end)");
    hub.restart(); // It would have them in memory.
    String edition = site.query("select edition from users.replica");
    site.cut(false);
    becomes(ada.id(), user -> ageless(user).equals(changed));
    catchUp();
    assertTrue(
        Long.parseLong(site.query("select edition from users.replica")) > Long.parseLong(edition));
  }

  /** Waits until all that was told at the hub is in its log. */
  private static void settleLog() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!hub.query("select count(*) from users.outbox").equals("0")) {
      assertTrue(System.nanoTime() - end < 0);
    }
  }

  @Test
  void aHubThatWasRestoredIsBelievedWhateverItsVersionsAre() throws Exception {
    User ada = user("ada");
    User lost = user("lost");
    User changed = change(new UpdateUser(ada.id(), 1L, "Ada L.", null, null));
    becomes(ada.id(), user -> ageless(user).equals(changed));
    catchUp();
    site.cut(true);
    hub.execute("update users.users set name = 'Ada', version = 1 where id = '" + ada.id() + "'");
    hub.execute("delete from users.users where id = '" + lost.id() + "'");
    // The log ends before what the site has applied.
    hub.execute("delete from users.events where position > 1");
    hub.execute("update users.events_end set position = 1");
    hub.restart();
    site.cut(false);
    becomes(ada.id(), user -> user.name().equals("Ada") && user.version() == 1);
    catchUp();
    assertEquals(
        "0", site.query("select count(*) from users.replica_users where id = '" + lost.id() + "'"));
  }

  @Test
  void anEventOfAReleaseThatTellsLessChangesWhatItTellsOf() throws Exception {
    User ada = user("ada");
    catchUp();
    hub.execute(
        """
        insert into users.outbox (topic, aggregate, owner, body) values ('users.changed', '%1$s',
          '%1$s', convert_to('{"userId":"%1$s","status":"INACTIVE","currency":"EUR",
          "creditLimit":9,"version":8,"at":"2026-01-01T00:00:00Z"}', 'UTF8'))
        """
            .formatted(ada.id()));
    User known = becomes(ada.id(), user -> user.version() == 8);
    assertEquals(User.Status.INACTIVE, known.status());
    assertEquals(ada.email(), known.email());
    assertEquals(9, known.credit().limit());
  }

  @Test
  void twoInstancesOfASiteKeepOneReplica() throws Exception {
    site.startReplica();
    User ada = user("ada");
    catchUp();
    for (int i = 0; i < 4; i++) {
      assertEquals(ada, ageless(at(site, ada.id())));
    }
    assertEquals("1", site.query("select count(*) from users.positions"));
  }

  @Test
  void whatIsReservedIsAsOfTheLastChange() throws Exception {
    User ada = await(hub.call(Users.GET, new UserId(user("ada").id())));
    User rich = change(new UpdateUser(ada.id(), 1L, null, null, 1_000L));
    var order = new ReserveCredit(ada.id(), UUID.randomUUID().toString(), "EUR", 300L);
    await(hub.call(Users.RESERVE, order));
    becomes(ada.id(), user -> ageless(user).equals(rich));
    User now = await(hub.call(Users.GET, new UserId(ada.id())));
    User changed = change(new UpdateUser(ada.id(), now.version(), "Ada L.", null, null));
    becomes(ada.id(), user -> ageless(user).equals(changed));
    assertEquals(300, changed.credit().reserved());
  }
}
