package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.weft.routing.Await;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.TcpBridgeClient;
import io.weft.routing.access.Access;
import io.weft.routing.contract.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often clients may register, with a contract of more topics than anybody needs. */
class RegistrationLimitsTest {
  private static final int EACH = RoutingLimits.BRIDGE_REGISTRATIONS_MAX;
  private static final int ALL = RoutingLimits.BRIDGE_REGISTRATIONS_IN_ALL_MAX;

  private final EventLog log = new EventLog();
  private final GatewayFixture gateway = new GatewayFixture();
  private Bridge bridge;

  @BeforeEach
  void start() {
    Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
    Map<String, Set<String>> topics =
        IntStream.rangeClosed(0, EACH)
            .boxed()
            .collect(Collectors.toMap(i -> "orders.t" + i, i -> Set.of("orders:read")));
    var contract = new Contract(List.of(), topics, Buffer.buffer());
    var access =
        new Access(
            gateway.host.tokens().get(), gateway.mesh, gateway.host.time().ticker(), contract);
    bridge =
        new Bridge(
            gateway.vertx, gateway.mesh, gateway.host.time(), contract, List.of(), access, 10_000);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** A client in memory, which keeps the errors that it is told. */
  private static final class Client implements ClientSocket {
    private final List<JsonObject> errors = new ArrayList<>();
    private final Promise<Client> ponged = Promise.promise();
    private Listener listener;

    void say(JsonObject message) {
      listener.message(TcpBridgeClient.asOperator(message).toBuffer());
    }

    @Override
    public Dialect dialect() {
      return Dialect.TCP;
    }

    @Override
    public void start(Listener listener) {
      this.listener = listener;
    }

    @Override
    public Future<Void> write(String message) {
      var told = new JsonObject(message);
      if (told.getString("type").equals("pong")) {
        ponged.complete(this);
      } else {
        errors.add(told);
      }
      return Future.succeededFuture();
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void close(int code, String reason) {
      listener.closed();
    }

    @Override
    public void abort() {}

    @Override
    public SocketAddress remoteAddress() {
      return null;
    }
  }

  /** Lets a new client register for the first topics, each one twice. */
  private Future<Client> register(int topics) {
    var client = new Client();
    bridge.accept(client);
    for (int i = 0; i < topics; i++) {
      var registration = new JsonObject().put("type", "register").put("address", "orders.t" + i);
      client.say(registration);
      client.say(registration);
    }
    client.say(new JsonObject().put("type", "ping"));
    return client.ponged.future();
  }

  private static List<String> codes(Client client) {
    return client.errors.stream().map(e -> e.getString("body")).toList();
  }

  @Test
  void aClientMayRegisterForSoManyTopicsAndNoMore() {
    var client = Await.result(gateway.onLoop(() -> register(EACH + 1)));
    assertEquals(List.of("registrations.too_many", "registrations.too_many"), codes(client));
    assertEquals(429, client.errors.get(0).getInteger("failureCode"));
    assertEquals("orders.t" + EACH, client.errors.get(0).getString("address"));
  }

  @Test
  void allClientsMayRegisterSoOftenAndOneMoreWhenOneHasLeft() {
    var clients = new ArrayList<Client>();
    for (int i = 0; i < ALL / EACH; i++) {
      clients.add(Await.result(gateway.onLoop(() -> register(EACH))));
      assertEquals(List.of(), codes(clients.get(i)));
    }
    var late = Await.result(gateway.onLoop(() -> register(1)));
    assertEquals(List.of("registrations.too_many", "registrations.too_many"), codes(late));
    assertEquals(503, late.errors.get(0).getInteger("failureCode"));

    var next =
        Await.result(
            gateway.onLoop(
                () -> {
                  clients.get(0).listener.closed();
                  return register(EACH);
                }));
    assertEquals(List.of(), codes(next));
    assertEquals(1, log.queries.size());
  }
}
