package io.weft.orders;

import static io.weft.orders.Shop.await;
import static io.weft.orders.Shop.order;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hazelcast.core.Hazelcast;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.ClusterNode;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import io.weft.orders.api.Order;
import io.weft.orders.api.Order.Status;
import io.weft.orders.api.OrderId;
import io.weft.orders.api.Orders;
import io.weft.users.UsersProvider;
import io.weft.users.api.CreateUser;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One call for an order, made once, while the node that serves it is killed: the mesh takes it to
 * another node with its key, and the caller gets the one true answer.
 *
 * <p>Real nodes on a real cluster. The second begins to serve when the first can do nothing any
 * more, so that the call is at the first for sure.
 */
@Timeout(180)
final class FailoverTest {
  private static final String KEY = "key";

  private final String cluster = "test-" + UUID.randomUUID();
  private final String uri = TestPostgres.freshDatabase();
  private final List<Served> nodes = new ArrayList<>();
  private int seed;

  @BeforeEach
  void choosePort() throws Exception {
    seed = freePort();
  }

  @AfterEach
  void stop() throws Exception {
    for (var served : nodes) {
      served.close();
    }
  }

  @Test
  void anOrderWhoseNodeIsKilledAtAnyStepIsAnsweredByAnotherWithinItsCall() throws Exception {
    Served caller = start("caller", seed, uri);
    Served second = start("second", freePort(), uri);
    // Stored; its credit held; settled, and not answered.
    for (int statement : new int[] {3, 4, 5}) {
      try (var way = new CrashingPostgres(uri)) {
        Served first = start("first" + statement, freePort(), way.uri());
        first.deploy();
        caller.sees(1);
        User ada = caller.account("ada" + statement);
        Promise<Void> stuck = Promise.promise();
        way.crashAt(statement, true, stuck::tryComplete);

        var call = caller.place(ada);
        await(stuck.future());
        second.deploy();
        caller.sees(2);
        kill(first);

        Order placed = await(call);
        assertEquals(Status.CONFIRMED, placed.status());
        assertEquals(placed, caller.get(placed.id()));
        assertEquals(60, caller.reserved(ada));
        assertEquals("1", ordersOf(ada));
        second.undeploy();
        caller.sees(0);
      }
    }
  }

  private String ordersOf(User user) {
    return TestPostgres.query(
        uri, "select count(*) from orders.orders where user_id = '%s'".formatted(user.id()));
  }

  private Served start(String name, int port, String database) throws Exception {
    var settings =
        new ClusterNode.Settings(
            name,
            "test",
            "test",
            "1",
            cluster,
            "127.0.0.1",
            port,
            0,
            port == seed ? List.of() : List.of("127.0.0.1:" + seed),
            Path.of(System.getProperty("weft.root"), "cluster.xml"),
            List.of("users", "orders"));
    var node = await(ClusterNode.start(settings, new VertxOptions(), Telemetry.NONE));
    var served = new Served(node, port, database);
    nodes.add(served);
    await(node.ready());
    return served;
  }

  /** Ends a node as a crash does: no goodbye. What it still waits for never comes. */
  private void kill(Served killed) throws Exception {
    nodes.remove(killed);
    Hazelcast.getAllHazelcastInstances().stream()
        .filter(
            member -> member.getCluster().getLocalMember().getAddress().getPort() == killed.port)
        .forEach(member -> member.getLifecycleService().terminate());
    killed.node.vertx().close().onFailure(e -> {});
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A node with the services open on it, deployed or not. */
  private static final class Served {
    private final ClusterNode node;
    private final int port;
    private final ServiceProvider.Host host;
    private final List<ServiceProvider> services =
        List.of(new UsersProvider(), new OrdersProvider());
    private final List<String> deployed = new ArrayList<>();

    Served(ClusterNode node, int port, String uri) throws Exception {
      this.node = node;
      this.port = port;
      host =
          new ServiceProvider.Host(
              node.vertx(),
              node.mesh(),
              Time.of(node.vertx()),
              new JsonObject().put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4)),
              () -> Future.succeededFuture(new Readiness(List.of())));
      for (var service : services) {
        await(service.open(host));
      }
    }

    void deploy() throws Exception {
      for (var service : services) {
        deployed.add(await(node.vertx().deployVerticle(service.instance(host))));
      }
    }

    void undeploy() throws Exception {
      for (String id : deployed) {
        await(node.vertx().undeploy(id));
      }
      deployed.clear();
    }

    /** Waits until as many instances of both services can be called from here. */
    void sees(int instances) throws Exception {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (serving("users") != instances || serving("orders") != instances) {
        if (System.nanoTime() - end > 0) {
          throw new TimeoutException(
              node.mesh().nodes() + " (expected: " + instances + " of each)");
        }
      }
    }

    private int serving(String service) {
      return node.mesh().nodes().stream().mapToInt(record -> record.serving(service)).sum();
    }

    User account(String name) throws Exception {
      return await(
          node.mesh()
              .call(Users.CREATE, new CreateUser(name + "@example.org", "A name", "EUR", 100L)));
    }

    Future<Order> place(User user) {
      return node.mesh()
          .call(
              Orders.PLACE,
              order(user, 60),
              CallOptions.DEFAULT.withKey(KEY).withTimeout(Duration.ofSeconds(20)));
    }

    Order get(String id) throws Exception {
      return await(node.mesh().call(Orders.GET, new OrderId(id)));
    }

    long reserved(User user) throws Exception {
      return await(node.mesh().call(Users.GET, new UserId(user.id()))).credit().reserved();
    }

    void close() throws Exception {
      undeploy();
      for (var service : services) {
        await(service.close());
      }
      await(node.stop());
    }
  }
}
