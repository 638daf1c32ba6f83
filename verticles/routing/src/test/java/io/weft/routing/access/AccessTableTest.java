package io.weft.routing.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Operation.Kind;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.wire.JsonCodec;
import io.weft.routing.Await;
import io.weft.routing.BridgeSocket;
import io.weft.routing.GatewayFixture;
import io.weft.routing.contract.ContractReader;
import io.weft.routing.contract.Endpoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Who may do what: every operation of the contract, asked by everybody, over HTTP and over the
 * bridge. An operation that is not in the table fails the test.
 */
class AccessTableTest {
  private static final String ME = GatewayFixture.ID;
  private static final String OTHER = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e22";
  private static final String MY_ORDER = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e33";
  private static final String OTHERS_ORDER = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e44";
  private static final String NO_ORDER = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e55";

  /**
   * The statuses: nobody; a customer who asks for what is their own, and for what is another's; an
   * operator; the customer's device, for what is the customer's; a machine that may read.
   */
  private static final String TABLE =
      """
      POST   /v1/users                       401 403 403 201 403 403
      GET    /v1/users                       401 403 403 200 403 403
      GET    /v1/users/{user}                401 200 403 200 200 403
      PATCH  /v1/users/{user}                401 200 403 200 403 403
      DELETE /v1/users/{user}                401 200 403 200 403 403
      POST   /v1/tokens                      200 200 200 200 200 200
      PUT    /v1/users/{user}/password       401 200 403 200 403 403
      PUT    /v1/users/{user}/roles          401 403 403 200 403 403
      POST   /v1/clients                     401 403 403 201 403 403
      GET    /v1/clients                     401 403 403 200 403 403
      DELETE /v1/clients/{order}             401 403 403 200 403 403
      POST   /v1/api-keys                    401 403 403 201 403 403
      GET    /v1/api-keys                    401 403 403 200 403 403
      DELETE /v1/api-keys/{order}            401 403 403 200 403 403
      POST   /v1/orders                      401 201 403 201 201 403
      GET    /v1/orders                      401 200 403 200 200 403
      GET    /v1/orders/{order}              401 200 404 200 200 404
      POST   /v1/orders/{order}/cancel       401 200 404 200 200 403
      GET    /v1/parked-orders               401 403 403 200 403 403
      POST   /v1/parked-orders/{order}/release 401 403 403 200 403 403
      GET    /v1/orders/{order}/events       401 200 404 200 200 404
      GET    /v1/users/{user}/orders/events  401 200 403 200 200 403
      GET    /v1/users/{user}/orders/summary 401 200 403 200 200 403
      """;

  private static final List<String> COLUMNS =
      List.of("nobody", "own", "another's", "operator", "device", "machine");

  private static GatewayFixture gateway;

  /** One cell: who asks for what, and the status that it has to be. */
  record Cell(String method, String path, String who, int status) {
    boolean others() {
      return who.equals("another's");
    }

    String operation() {
      return method + " " + path.replaceAll("\\{(user|order)}", "{id}");
    }

    String user() {
      return others() ? OTHER : ME;
    }

    String order() {
      return others() ? OTHERS_ORDER : MY_ORDER;
    }

    String at() {
      return path.replace("{user}", user()).replace("{order}", order())
          + (operation().equals("GET /v1/orders") ? "?userId=" + user() : "");
    }

    /** What is in the body, over HTTP. */
    JsonObject body() {
      return switch (operation()) {
        case "POST /v1/users" ->
            new JsonObject(
                "{\"email\":\"a@example.org\",\"name\":\"A\",\"currency\":\"EUR\","
                    + "\"creditLimit\":5}");
        case "POST /v1/tokens" -> new JsonObject().put("grantType", "password");
        case "PUT /v1/users/{id}/password" -> new JsonObject().put("password", "correct horse");
        case "PUT /v1/users/{id}/roles" -> new JsonObject("{\"roles\":[\"customer\"]}");
        case "POST /v1/clients", "POST /v1/api-keys" ->
            new JsonObject("{\"name\":\"A\",\"scopes\":[\"orders:read\"]}");
        case "PATCH /v1/users/{id}" -> new JsonObject().put("name", "B");
        case "POST /v1/orders" -> newOrder(user());
        default -> new JsonObject();
      };
    }

    /** The whole request, as the bridge has it. */
    JsonObject message() {
      var message = body();
      if (path.contains("{user}")) {
        message.put("id", user());
      } else if (path.contains("{order}")) {
        message.put("id", order());
      } else if (operation().equals("GET /v1/orders")) {
        message.put("userId", user());
      }
      return operation().startsWith("PATCH") ? message.put("version", 1) : message;
    }
  }

  private static JsonObject newOrder(String user) {
    return new JsonObject(
        "{\"userId\":\""
            + user
            + "\",\"currency\":\"EUR\",\"lines\":"
            + "[{\"sku\":\"A\",\"quantity\":1,\"unitPrice\":1}]}");
  }

  private static Stream<Cell> cells() {
    return TABLE
        .lines()
        .flatMap(
            line -> {
              var words = line.strip().split(" +");
              assertEquals(2 + COLUMNS.size(), words.length, line);
              return Stream.iterate(0, i -> i < COLUMNS.size(), i -> i + 1)
                  .map(
                      i ->
                          new Cell(
                              words[0], words[1], COLUMNS.get(i), Integer.parseInt(words[i + 2])));
            });
  }

  private static Stream<Cell> cellsWithoutEvents() {
    return cells().filter(cell -> !cell.path().endsWith("/events"));
  }

  private static String token(String who) {
    var principal =
        switch (who) {
          case "operator" -> Role.OPERATOR.principal("operator");
          case "device" -> Role.DEVICE.principal(ME);
          case "machine" -> new Principal("reports", Set.of(), Set.of("users:read", "orders:read"));
          default -> Role.CUSTOMER.principal(ME);
        };
    return "Bearer " + GatewayFixture.tokenOf(principal, Duration.ofMinutes(9));
  }

  private static String authorization(Cell cell) {
    return cell.who().equals("nobody") ? "" : token(cell.who());
  }

  /** The operations that other tests of the gateway want to be missing. */
  private static final class More extends VerticleBase {
    @Override
    public Future<?> start() {
      var queries =
          List.of(
              "orders.list", "orders.parked", "orders.summary", "users.clients", "users.api-keys");
      var commands =
          List.of(
              "orders.unpark",
              "users.token",
              "users.set-password",
              "users.grant",
              "users.create-client",
              "users.revoke-client",
              "users.create-api-key",
              "users.revoke-api-key");
      return Future.all(
          Stream.concat(
                  queries.stream().map(name -> serve(name, Kind.QUERY)),
                  commands.stream().map(name -> serve(name, Kind.COMMAND)))
              .toList());
    }

    private static Future<Void> serve(String name, Kind kind) {
      var bytes = JsonCodec.of(Buffer.class);
      return gateway.mesh.serve(
          new Operation<>(name, kind, bytes, bytes),
          body -> Future.succeededFuture(Buffer.buffer("{\"version\":1}")));
    }
  }

  @BeforeAll
  static void start() {
    gateway = new GatewayFixture();
    Await.result(gateway.vertx.deployVerticle(new More()));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void answer() {
    gateway.calls.clear();
    gateway.answers.clear();
    gateway.answers.put(
        "orders.get",
        (called, call) -> {
          var id = called.request().getString("id");
          return id.equals(NO_ORDER)
              ? Future.failedFuture(
                  new MeshFailure.Application("order.not_found", "no order " + id))
              : Future.succeededFuture(
                  new JsonObject()
                      .put("id", id)
                      .put("userId", id.equals(MY_ORDER) ? ME : OTHER)
                      .put("version", 1)
                      .toBuffer());
        });
    gateway.answers.put(
        "users.get",
        (called, call) ->
            Future.succeededFuture(
                new JsonObject()
                    .put("id", called.request().getString("id"))
                    .put("version", 1)
                    .toBuffer()));
  }

  @Test
  void everyOperationOfTheContractIsInTheTable() {
    var contract = Await.result(ContractReader.read(gateway.vertx, GatewayFixture.CONTRACT));
    var known = new TreeSet<String>();
    contract.endpoints().forEach(e -> known.add(e.method() + " " + e.path()));
    assertEquals(known, new TreeSet<>(cells().map(Cell::operation).toList()));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void whoMayDoWhatOverHttp(Cell cell) {
    // HEAD asks for events without waiting for them; who may is the same.
    var method =
        cell.path().endsWith("/events") ? HttpMethod.HEAD : HttpMethod.valueOf(cell.method());
    var body = cell.body();
    var got =
        gateway.send(
            method,
            cell.at(),
            body.isEmpty() ? "" : body.encode(),
            "Authorization",
            authorization(cell),
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            "k-1",
            "If-Match",
            "\"1\"");
    assertEquals(cell.status(), got.status(), got.body().toString());
    assertEquals(cell.status() == 401 ? "Bearer" : null, got.header("WWW-Authenticate"));
    nothingHappened(cell);
  }

  @ParameterizedTest
  @MethodSource("cellsWithoutEvents")
  void whoMayDoWhatOverTheBridge(Cell cell) {
    var client = BridgeSocket.connect(gateway);
    client.send(
        address(cell),
        cell.message(),
        new JsonObject().put("Authorization", authorization(cell)).put("Idempotency-Key", "k-1"));
    var frame = client.next();
    if (cell.status() < 400) {
      assertEquals("rec", frame.getString("type"), frame.encode());
    } else {
      assertEquals(cell.status(), frame.getInteger("failureCode"), frame.encode());
    }
    nothingHappened(cell);
    client.leave();
  }

  /** Nothing that was refused has had an effect, or was even asked. */
  private static void nothingHappened(Cell cell) {
    if (cell.status() == 401 || cell.status() == 403) {
      assertEquals(List.of(), gateway.calls);
    } else if (cell.status() == 404) {
      assertEquals("orders.get", gateway.called().operation());
    }
  }

  private static String address(Cell cell) {
    return Await.result(ContractReader.read(gateway.vertx, GatewayFixture.CONTRACT))
        .endpoints()
        .stream()
        .filter(e -> (e.method() + " " + e.path()).equals(cell.operation()))
        .map(Endpoint::operation)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsAnothersLooksLikeWhatIsNotThere() {
    var others = gateway.get("/v1/orders/" + OTHERS_ORDER, "Authorization", token("own"));
    var none = gateway.get("/v1/orders/" + NO_ORDER, "Authorization", token("own"));
    assertEquals(404, none.status());
    assertEquals(none.json().put("instance", ""), others.json().put("instance", ""));
    assertEquals(names(none.headers()), names(others.headers()));
  }

  private static Set<String> names(Map<String, String> headers) {
    return new TreeSet<>(new LinkedHashMap<>(headers).keySet());
  }

  @Test
  void aCustomerCannotRaiseTheirOwnCredit() {
    for (var change : List.of("{\"creditLimit\":9}", "{\"name\":\"B\",\"creditLimit\":9}")) {
      for (var who : List.of("own", "operator")) {
        gateway.calls.clear();
        var got =
            gateway.send(
                HttpMethod.PATCH,
                "/v1/users/" + ME,
                change,
                "Authorization",
                token(who),
                "Content-Type",
                "application/json",
                "If-Match",
                "\"1\"");
        assertEquals(who.equals("own") ? 403 : 200, got.status(), got.body().toString());
      }
    }
  }

  @Test
  void aListOfEverybodysIsForOperatorsAlone() {
    assertEquals(403, gateway.get("/v1/orders", "Authorization", token("own")).status());
    assertEquals(200, gateway.get("/v1/orders", "Authorization", token("operator")).status());
  }

  @Test
  void topicsAreHeardByTheirOwnersAndByOperatorsAlone() {
    var client = BridgeSocket.connect(gateway);
    for (var owner : List.of("", OTHER)) {
      for (var who : List.of("", token("own"), token("device"), token("machine"))) {
        var headers = new JsonObject().put("Authorization", who);
        if (!owner.isEmpty()) {
          headers.put("owner", owner);
        }
        client.write(
            new JsonObject()
                .put("type", "register")
                .put("address", "orders.placed")
                .put("headers", headers));
        // Who does not say whose hears of their own: that is let through, to nobody who serves it.
        int permitted = owner.isEmpty() ? 503 : 403;
        assertEquals(who.isEmpty() ? 401 : permitted, client.next().getInteger("failureCode"));
      }
    }
    client.leave();
  }

  @Test
  void whoAskedGoesWithTheCall() {
    gateway.get("/v1/users/" + ME, "Authorization", token("own"));
    assertEquals(Role.CUSTOMER.principal(ME), gateway.called().call().principal());
  }

  @Test
  void aTokenThatIsNotGoodIsRefusedInOneWay() {
    var expired = GatewayFixture.tokenOf(Role.OPERATOR.principal("o"), Duration.ofSeconds(1));
    var good = token("operator");
    for (var bad :
        List.of(
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer a.b.c",
            "Basic b3BlcmF0b3I6cGFzc3dvcmQ=",
            good.substring("Bearer ".length()),
            good + "x",
            good.substring(0, good.length() - 4),
            "Bearer " + "a".repeat(5_000),
            "Bearer " + expired.substring(0, 20) + expired)) {
      var got = gateway.get("/v1/users/" + ME, "Authorization", bad);
      assertEquals(401, got.status(), bad);
      assertEquals("unauthenticated", got.code());
      assertEquals("Bearer", got.header("WWW-Authenticate"));
      assertEquals(List.of(), gateway.calls);
      assertFalse(got.body().toString().contains("signature"), got.body().toString());
    }
    assertEquals(200, gateway.get("/v1/users/" + ME, "Authorization", good).status());
  }
}
