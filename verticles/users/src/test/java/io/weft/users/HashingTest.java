package io.weft.users;

import static io.weft.users.UsersNode.await;
import static io.weft.users.UsersNode.failure;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.weft.ledger.Database;
import io.weft.mesh.Call;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshFailure.Rejected.Reason;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where passwords are hashed: never on an event loop, and never more than there is room for. */
final class HashingTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final Mesh mesh = BusMesh.local(vertx);
  private final Hashing hashing = new Hashing(vertx);

  @AfterEach
  void stop() throws Exception {
    await(hashing.close());
    await(mesh.close());
    await(vertx.close());
  }

  @Test
  void whatIsHashedIsHashedElsewhereAndComesBack() throws Exception {
    var threads = new ArrayList<Thread>();
    await(
        onLoop(
            () -> {
              threads.add(Thread.currentThread());
              return hashing
                  .withPlace(() -> hashing.hash(Thread::currentThread))
                  .onSuccess(
                      worker -> {
                        threads.add(worker);
                        threads.add(Thread.currentThread());
                      });
            }));
    assertNotEquals(threads.get(0), threads.get(1));
    assertEquals(threads.get(0), threads.get(2));
  }

  @Test
  void whoFindsAllPlacesTakenIsToldAtOnceAndLaterFindsOne() throws Exception {
    var first = Promise.<String>promise();
    var others = Promise.<String>promise();
    var taken = new ArrayList<Future<String>>();
    await(
        onLoop(
            () -> {
              taken.add(hashing.withPlace(first::future));
              for (int i = 1; i < UsersLimits.HASHES_WAITING_MAX; i++) {
                taken.add(hashing.withPlace(others::future));
              }
              return Future.succeededFuture();
            }));

    var begun = new AtomicInteger();
    Supplier<Future<Integer>> late =
        () -> hashing.withPlace(() -> Future.succeededFuture(begun.incrementAndGet()));
    var refused = assertInstanceOf(Rejected.class, failure(onLoop(late)));
    assertEquals(Reason.OVERLOADED, refused.reason());
    assertEquals(0, begun.get());

    first.fail("whatever becomes of it");
    assertEquals(1, await(onLoop(late)));
    others.complete("");
    await(Future.join(taken).otherwiseEmpty());
    assertEquals(2, await(onLoop(late)));
  }

  @Test
  void aLoginThatFindsNoPlaceIsNoTry() throws Exception {
    try (var node = new UsersNode()) {
      node.user("ada@example.org");
      var database = Database.open(node.vertx, Time.of(node.vertx), node.uri, "users", 1);
      var busy = new Hashing(node.vertx);
      var release = Promise.<String>promise();
      for (int i = 0; i < UsersLimits.HASHES_WAITING_MAX; i++) {
        busy.withPlace(release::future);
      }
      var login = login(node.vertx, database, busy);
      var failure = failure(login);
      assertEquals(Reason.OVERLOADED, assertInstanceOf(Rejected.class, failure).reason());
      assertEquals("0", node.query("select count(*) from users.guesses"));
      release.complete("");
      await(database.close());
    }
  }

  @Test
  void aDatabaseThatIsAwayIsSaidToBeAndNothingIsHashed() throws Exception {
    var away = "postgresql://nobody:none@127.0.0.1:1/none";
    var database = Database.open(vertx, Time.of(vertx), away, "users", 1);
    var failure = failure(login(vertx, database, hashing));
    assertEquals(Reason.UNAVAILABLE, assertInstanceOf(Rejected.class, failure).reason());
    await(database.close());
  }

  @Test
  void aCallWhoseTimeIsOverWhenItsTurnComesIsNotHashed() throws Exception {
    var hashed = new AtomicInteger();
    var blocked = new CountDownLatch(1);
    await(
        onLoop(
            () ->
                mesh.serve(
                    Users.TOKEN,
                    request ->
                        hashing
                            .hash(hashed::incrementAndGet)
                            .compose(done -> Future.failedFuture("hashed")))));
    // Every thread waits, so the call's turn comes when its time is over.
    var waiting = new ArrayList<Future<Boolean>>();
    int threads = Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < threads; i++) {
      waiting.add(
          hashing.hash(
              () -> {
                blocked.await();
                return true;
              }));
    }
    var call =
        mesh.call(
            Users.TOKEN,
            TokenRequest.ofAccount("a@example.org", "x"),
            CallOptions.DEFAULT.withTimeout(Duration.ofMillis(50)));
    assertTrue(failure(call) instanceof MeshFailure);
    blocked.countDown();
    await(Future.all(waiting));
    await(hashing.hash(() -> true));
    assertEquals(0, hashed.get());
  }

  /** Logs in to users that have a database and a queue of their own. */
  private static Future<?> login(Vertx vertx, Database database, Hashing hashing) {
    var logins = new Logins(new LoginStore(database), hashing);
    var own = BusMesh.local(vertx, "own");
    return own.serve(Users.GET, request -> account(logins, hashing))
        .compose(served -> own.call(Users.GET, new UserId("")))
        .eventually(own::close);
  }

  private static Future<User> account(Logins logins, Hashing hashing) {
    var call = Call.current().orElseThrow();
    return hashing
        .withPlace(() -> logins.account(call, "ada@example.org", UsersNode.PASSWORD))
        .compose(account -> Future.failedFuture("logged in"));
  }

  private <T> Future<T> onLoop(Supplier<Future<T>> work) {
    var done = Promise.<T>promise();
    loop.runOnContext(now -> work.get().onComplete(done));
    return done.future();
  }
}
