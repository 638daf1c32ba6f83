package io.weft.points;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.CallOptions;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.security.Role;
import io.weft.node.policy.PolicyFile;
import io.weft.orders.api.Order;
import io.weft.orders.api.Orders;
import io.weft.orders.api.PlaceOrder;
import io.weft.points.api.Points;
import io.weft.points.api.Points.Balance;
import io.weft.points.api.Points.PointsOf;
import io.weft.points.api.Points.Redeem;
import io.weft.points.api.Points.Redeemed;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Users;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Points, among the services that they are about, on a mesh of one node. */
class PointsTest {
  private static Town town;

  @BeforeAll
  static void start() throws Exception {
    town = new Town();
  }

  @AfterAll
  static void stop() throws Exception {
    town.close();
  }

  @Test
  void aConfirmedOrderEarnsAPointForEachWholeUnit() throws Exception {
    var ada = user("ada");
    assertEquals(new Balance(ada, 0), call(Points.BALANCE, new PointsOf(ada)));

    order(ada, 12_345);

    assertEquals(123, earned(ada));
  }

  @Test
  void pointsAreSpentOnceHoweverOftenTheCommandIsRepeated() throws Exception {
    var ben = userWithPoints("ben", 100);
    var once = CallOptions.DEFAULT.withKey("ben-1");

    var first = Town.await(town.mesh.call(Points.REDEEM, new Redeem(ben, 30), once));
    var again = Town.await(town.mesh.call(Points.REDEEM, new Redeem(ben, 30), once));

    assertEquals(new Balance(ben, 70), first);
    assertEquals(first, again);
    assertEquals(new Balance(ben, 70), call(Points.BALANCE, new PointsOf(ben)));
  }

  @Test
  void morePointsThanThereAreAreNotSpent() throws Exception {
    var eve = userWithPoints("eve", 10);
    assertEquals("points.insufficient", refusal(Points.REDEEM, new Redeem(eve, 11)));
    assertEquals("points.invalid", refusal(Points.REDEEM, new Redeem(eve, -5)));
    assertEquals(new Balance(eve, 10), call(Points.BALANCE, new PointsOf(eve)));
  }

  @Test
  void whatIsSpentIsToldToWhoeverAsks() throws Exception {
    var joe = userWithPoints("joe", 50);
    call(Points.REDEEM, new Redeem(joe, 20));

    var heard = new CompletableFuture<Event>();
    var his = new EventQuery(0L, List.of(Points.REDEEMED.name()), null, joe);
    var stream = Town.await(town.mesh.open(Event.streamOf(Points.SERVICE), his));
    stream.handler(heard::complete);

    assertEquals(new Redeemed(joe, 20), Town.await(heard).as(Points.REDEEMED));
    stream.cancel();
  }

  @Test
  void nobodyHasPointsWhomUsersDoesNotKnow() throws Exception {
    var nobody = "00000000-0000-4000-8000-000000000000";
    assertEquals("user.not_found", refusal(Points.BALANCE, new PointsOf(nobody)));
  }

  @Test
  void overHttpUsersSeeAndSpendTheirOwnPoints() throws Exception {
    var zoe = userWithPoints("zoe", 40);
    var path = "/v1/users/" + zoe + "/points";
    var own = Role.CUSTOMER.principal(zoe);

    var read = town.get(own, path);
    assertEquals(200, read.statusCode(), read.body());
    assertEquals("{\"id\":\"" + zoe + "\",\"points\":40}", read.body());
    var spent = town.post(own, path + "/redeem", "zoe-1", "{\"points\":15}");
    assertEquals(200, spent.statusCode(), spent.body());
    assertEquals(409, town.post(own, path + "/redeem", "zoe-2", "{\"points\":26}").statusCode());
    assertEquals(400, town.post(own, path + "/redeem", "zoe-3", "{\"points\":0}").statusCode());

    assertEquals(403, town.get(Role.CUSTOMER.principal("somebody"), path).statusCode());
  }

  @Test
  void thePoliciesAreRight() throws Exception {
    var text = Files.readString(Path.of("policies.yaml"));
    var served =
        new PolicyFile.Served(
            Map.of(
                "points", Set.of("points.balance", "points.redeem", "points.events"),
                "routing", Set.of()));
    var policies = PolicyFile.read(1, text, "policies.yaml", served);
    assertEquals(Duration.ofSeconds(5), policies.of("points.redeem").timeout());
    assertEquals(Duration.ofMillis(200), policies.of("points.balance").attemptTimeout());
  }

  private static <Q, R> R call(Operation<Q, R> operation, Q request) throws Exception {
    return Town.await(town.mesh.call(operation, request));
  }

  private static String refusal(Operation<?, ?> operation, Object request) {
    @SuppressWarnings("unchecked")
    var called = town.mesh.call((Operation<Object, Object>) operation, request);
    var failure = assertThrows(ExecutionException.class, () -> Town.await(called)).getCause();
    return assertInstanceOf(MeshFailure.Application.class, failure).code();
  }

  private static String user(String name) throws Exception {
    return call(Users.CREATE, new CreateUser(name + "@example.com", name, "EUR", 100_000L)).id();
  }

  private static String userWithPoints(String name, int points) throws Exception {
    var id = user(name);
    order(id, points * 100L);
    assertEquals(points, earned(id));
    return id;
  }

  private static void order(String user, long price) throws Exception {
    var line = new PlaceOrder.Line("LOOM-7", null, 1L, price, 0);
    var placed = call(Orders.PLACE, new PlaceOrder(user, "EUR", List.of(line), null));
    assertEquals(Order.Status.CONFIRMED, placed.status());
  }

  /** Waits until the consumer of events has come so far. */
  private static long earned(String user) throws Exception {
    var until = Town.patience();
    var balance = call(Points.BALANCE, new PointsOf(user));
    while (balance.points() == 0) {
      assertTrue(until.getAsBoolean(), "no points came for an order of " + user);
      balance = call(Points.BALANCE, new PointsOf(user));
    }
    return balance.points();
  }
}
