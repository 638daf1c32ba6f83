package io.weft.routing.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.EventLog;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import io.weft.routing.RoutingLimits;
import io.weft.routing.TcpBridgeClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who a client of the bridge is, and what it may, while the test moves the clock. */
class BridgeTokensTest {
  private static final String ADA = GatewayFixture.ID;
  private static final String BEN = "00000000-0000-4000-8000-00000000000b";
  private static final Duration HOUR = Duration.ofHours(1);
  private static final JsonObject GET = new JsonObject().put("id", ADA);
  private static final String PLACED = "orders.placed";

  private final MovedTime clock = new MovedTime();
  private final EventLog log = new EventLog();
  private GatewayFixture gateway;

  @BeforeEach
  void start() {
    gateway = new GatewayFixture(Vertx.vertx(), 1, clock.time());
    Await.result(gateway.vertx.deployVerticle(log.server(gateway.mesh)));
    gateway.answer("users.get", "{\"id\":\"" + ADA + "\",\"version\":1}");
  }

  @AfterEach
  void stop() {
    clock.finish();
    gateway.close();
  }

  private String token(Principal who, Duration lifetime) {
    return "Bearer " + GatewayFixture.tokenOf(who, lifetime, clock.time());
  }

  private String customer(String id, Duration lifetime) {
    return token(Role.CUSTOMER.principal(id), lifetime);
  }

  private static JsonObject with(String authorization, JsonObject message) {
    var headers = message.getJsonObject("headers", new JsonObject()).copy();
    return message.copy().put("headers", headers.put("Authorization", authorization));
  }

  private static JsonObject get() {
    return TcpBridgeClient.sent("users.get", GET);
  }

  private static JsonObject message(String type, String address) {
    return new JsonObject().put("type", type).put("address", address);
  }

  private static JsonObject registration(String owner) {
    return message("register", PLACED).put("headers", new JsonObject().put("owner", owner));
  }

  /** Writes a message as it is, and returns what comes next. */
  private static JsonObject ask(BridgeSocket client, JsonObject message) {
    client.write(message.encode());
    return client.next();
  }

  private static void refused(int status, String code, JsonObject frame) {
    assertEquals("err", frame.getString("type"), frame.encode());
    assertEquals(status, frame.getInteger("failureCode"), frame.encode());
    assertEquals(code, frame.getString("body"), frame.encode());
  }

  private static void answered(JsonObject frame) {
    assertEquals("rec", frame.getString("type"), frame.encode());
  }

  /** Lets pass what has been sent; pings are neither identified nor answered, calls are. */
  private void settle(BridgeSocket client) {
    answered(ask(client, with(customer(ADA, HOUR), get())));
  }

  @Test
  void withoutATokenNothingIsDoneThatTakesOne() {
    var client = BridgeSocket.connect(gateway);
    refused(401, "unauthenticated", ask(client, get()));
    refused(401, "unauthenticated", ask(client, message("register", PLACED)));
    assertEquals(List.of(), gateway.calls);
    assertEquals(List.of(), log.queries);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "eyJhbGciOiJub25lIn0.e30."})
  void aTokenThatIsNoGoodIsRefusedWhereverItComes(String authorization) {
    var client = BridgeSocket.connect(gateway);
    refused(401, "unauthenticated", ask(client, with(authorization, get())));
    refused(401, "unauthenticated", ask(client, with(authorization, message("register", PLACED))));
    refused(401, "unauthenticated", ask(client, with(authorization, message("authenticate", ""))));
    refused(401, "unauthenticated", ask(client, get()));
    assertEquals(List.of(), gateway.calls);
  }

  @Test
  void aTokenCountsForItsMessageAlone() {
    var client = BridgeSocket.connect(gateway);
    answered(ask(client, with(customer(ADA, HOUR), get())));
    assertEquals(ADA, gateway.called().call().principal().subject());
    refused(401, "unauthenticated", ask(client, get()));
  }

  @Test
  void aTokenThatWasShownCountsForAllThatHaveNoneUntilAnotherIsShown() {
    var client = BridgeSocket.connect(gateway);
    var shown =
        ask(
            client,
            with(customer(ADA, HOUR), message("authenticate", "").put("replyAddress", "who")));
    assertEquals("who", shown.getString("address"), shown.encode());
    assertEquals(ADA, shown.getJsonObject("body").getString("subject"));
    assertTrue(shown.getJsonObject("body").getString("expires").endsWith("Z"));
    answered(ask(client, get()));
    refused(403, "access_denied", ask(client, with(customer(BEN, HOUR), get())));
    refused(401, "unauthenticated", ask(client, with("Bearer no", message("authenticate", ""))));
    answered(ask(client, get()));
    client.write(with(customer(BEN, HOUR), message("authenticate", "")).encode());
    refused(403, "access_denied", ask(client, get()));
  }

  @Test
  void whoShowsNoTokenIsToldHow() {
    refused(
        400, "message.invalid", ask(BridgeSocket.connect(gateway), message("authenticate", "")));
  }

  @Test
  void aTokenThatRunsOutIsGoodForNothingFromThenOn() {
    var client = BridgeSocket.connect(gateway);
    client.write(with(customer(ADA, HOUR), message("authenticate", "")).encode());
    answered(ask(client, get()));
    ping(client, HOUR);
    refused(401, "unauthenticated", ask(client, get()));
    refused(401, "unauthenticated", ask(client, message("register", PLACED)));
    answered(ask(client, with(customer(ADA, HOUR), get())));
  }

  /** Lets time pass for a client that pings meanwhile. */
  private void ping(BridgeSocket client, Duration time) {
    var step = RoutingLimits.BRIDGE_PING_TIMEOUT.dividedBy(2);
    for (var left = time; left.toMillis() > 0; left = left.minus(step)) {
      refused(400, "message.invalid", ask(client, message("nothing", "")));
      clock.advance(left.compareTo(step) < 0 ? left : step);
    }
  }

  @Test
  void aCustomerHearsOfTheirOwnWhetherTheySaySoOrNot() {
    var silent = BridgeSocket.connect(gateway);
    silent.write(with(customer(ADA, HOUR), message("register", PLACED)).encode());
    settle(silent);
    var says = BridgeSocket.connect(gateway);
    says.write(with(customer(ADA, HOUR), registration(ADA)).encode());
    settle(says);
    log.append(PLACED, "o1", BEN, "{}");
    log.append(PLACED, "o2", ADA, "{}");
    assertEquals(2, silent.next().getJsonObject("body").getInteger("position"));
    assertEquals(2, says.next().getJsonObject("body").getInteger("position"));
  }

  @Test
  void aCustomerWhoAsksForWhatIsAnothersIsRefused() {
    var client = BridgeSocket.connect(gateway);
    refused(403, "access_denied", ask(client, with(customer(ADA, HOUR), registration(BEN))));
    settle(client);
    log.append(PLACED, "o", BEN, "{}");
    settle(client);
  }

  @Test
  void anOrderOfAnotherIsSilentToWhoAsksForItById() {
    var client = BridgeSocket.connect(gateway);
    var order = new JsonObject().put("aggregate", "o");
    client.write(
        with(customer(ADA, HOUR), message("register", PLACED).put("headers", order)).encode());
    settle(client);
    log.append(PLACED, "o", BEN, "{}");
    log.append(PLACED, "other", ADA, "{}");
    log.append(PLACED, "o", ADA, "{}");
    assertEquals(3, client.next().getJsonObject("body").getInteger("position"));
  }

  @Test
  void anOperatorHearsOfAll() {
    var client = BridgeSocket.connect(gateway);
    var operator = token(Role.OPERATOR.principal("op"), HOUR);
    client.write(with(operator, message("register", PLACED)).encode());
    settle(client);
    log.append(PLACED, "o1", BEN, "{}");
    assertEquals(1, client.next().getJsonObject("body").getInteger("position"));
  }

  @Test
  void aTokenWithoutTheScopeOfATopicHearsNothingOfIt() {
    var client = BridgeSocket.connect(gateway);
    var reader = token(new Principal(ADA, Set.of(), Set.of("users:read")), HOUR);
    refused(403, "access_denied", ask(client, with(reader, message("register", PLACED))));
    refused(403, "access_denied", ask(client, with(reader, placing(ADA))));
    assertEquals(List.of(), gateway.calls);
  }

  private static JsonObject placing(String user) {
    return TcpBridgeClient.sent("orders.place", new JsonObject().put("userId", user));
  }

  @Test
  void aTopicEndsWithTheTokenByWhichItIsHeard() {
    var client = BridgeSocket.connect(gateway);
    client.write(with(customer(ADA, HOUR), message("register", PLACED)).encode());
    refused(400, "message.invalid", ask(client, message("nothing", "")));
    ping(client, HOUR);
    var ended = client.next();
    refused(401, "topic.token_expired", ended);
    assertEquals(PLACED, ended.getString("address"));
    log.append(PLACED, "o", ADA, "{}");
    client.write(with(customer(ADA, HOUR), message("register", PLACED)).encode());
    settle(client);
    log.append(PLACED, "o", ADA, "{}");
    assertEquals(2, client.next().getJsonObject("body").getInteger("position"));
  }

  @Test
  void aTopicEndsSoonAfterTheApiKeyByWhichItIsHeardIsRevoked() {
    var answer = new AtomicReference<>(GatewayFixture.holderOfKey(Role.DEVICE.principal(ADA)));
    gateway.serve("users.api-key", request -> answer.get());
    var key = "Bearer " + GatewayFixture.API_KEY;
    var client = BridgeSocket.connect(gateway);
    client.write(with(key, message("register", PLACED)).encode());
    answered(ask(client, with(key, get())));
    answer.set(GatewayFixture.noSuchKey());
    ping(client, RoutingLimits.BRIDGE_TOKEN_LOOK);
    refused(401, "topic.token_expired", client.next());
  }

  @Test
  void aLaterTokenOfTheSameSubjectHoldsWhatItIsGoodForToo() {
    var client = BridgeSocket.connect(gateway);
    client.write(with(customer(ADA, HOUR), message("register", PLACED)).encode());
    refused(400, "message.invalid", ask(client, message("nothing", "")));
    answered(ask(client, with(customer(ADA, HOUR.multipliedBy(2)), get())));
    ping(client, HOUR.plusMinutes(1));
    log.append(PLACED, "o", ADA, "{}");
    assertEquals(1, client.next().getJsonObject("body").getInteger("position"));
    ping(client, HOUR.minusMinutes(1));
    refused(401, "topic.token_expired", client.next());
  }

  @Test
  void aLaterTokenOfAnotherOrOfFewerScopesHoldsNothing() {
    var client = BridgeSocket.connect(gateway);
    client.write(with(customer(ADA, HOUR), message("register", PLACED)).encode());
    var later = HOUR.multipliedBy(2);
    refused(403, "access_denied", ask(client, with(customer(BEN, later), get())));
    var reader = token(new Principal(ADA, Set.of(), Set.of("users:read")), later);
    answered(ask(client, with(reader, get())));
    ping(client, HOUR);
    refused(401, "topic.token_expired", client.next());
  }

  @Test
  void whatIsAnothersIsNotThere() {
    gateway.answer("orders.get", "{\"id\":\"" + ADA + "\",\"userId\":\"" + ADA + "\"}");
    var client = BridgeSocket.connect(gateway);
    var order = TcpBridgeClient.sent("orders.get", GET);
    assertEquals(404, ask(client, with(customer(BEN, HOUR), order)).getInteger("failureCode"));
    answered(ask(client, with(customer(ADA, HOUR), order)));
  }

  @Test
  void theRulesAreTheSameOverTcp() {
    var client = TcpBridgeClient.connect(gateway);
    client.write(TcpBridgeClient.framed(with(customer(BEN, HOUR), get()).encode()));
    assertEquals("access_denied", client.next().getString("body"));
    client.write(TcpBridgeClient.framed(get().encode()));
    assertEquals("unauthenticated", client.next().getString("body"));
    client.write(TcpBridgeClient.framed(with(customer(ADA, HOUR), get()).encode()));
    assertEquals("message", client.next().getString("type"));
  }
}
