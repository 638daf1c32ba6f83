package io.weft.node.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.junit5.VertxExtension;
import io.vertx.junit5.VertxTestContext;
import io.weft.mesh.pki.DevelopmentAuthority;
import io.weft.mesh.time.Time;
import io.weft.node.replay.StubGateway.Fault;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replays of the project's own sample against a gateway that errs as it is told. */
@ExtendWith(VertxExtension.class)
class ReplayTest {
  private static final Path SAMPLE = Path.of(System.getProperty("weft.root"), "scripts", "sample");
  private static final long SAMPLE_TOTAL = 1_312_658_705L;

  private final StringWriter printed = new StringWriter();

  @Test
  void aBookBecomesUsersAndOrdersAndItsTotalsComeBack(Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of())
        .compose(
            stub ->
                replay(vertx, stub.url())
                    .onSuccess(
                        o ->
                            test.verify(
                                () -> {
                                  assertEquals(3, stub.users.size());
                                  assertEquals(12, stub.orders.size());
                                  assertTrue(
                                      stub.mostRunning <= 4, "at a time: " + stub.mostRunning);
                                  assertEquals(
                                      Set.of(
                                          "harbr@sample.example",
                                          "millr@sample.example",
                                          "statn@sample.example"),
                                      stub.users.values().stream()
                                          .map(user -> user.getString("email"))
                                          .collect(Collectors.toSet()));
                                })))
        .onComplete(
            right(
                test,
                outcome -> {
                  assertEquals(12, outcome.orders());
                  assertEquals(SAMPLE_TOTAL, outcome.totalMinor());
                  assertEquals(0, outcome.replays());
                  assertEquals(0, outcome.retries());
                  assertEquals(List.of(), outcome.differences());
                  assertTrue(printed.toString().contains("orders 12/12"), printed.toString());
                }));
  }

  @Test
  void aGatewayWithTlsIsBelievedByTheAuthorityThatIsNamed(
      @TempDir Path folder, Vertx vertx, VertxTestContext test) throws IOException {
    var authority = DevelopmentAuthority.in(folder);
    secure(authority, vertx)
        .compose(stub -> replay(SAMPLE, vertx, authority.certificate(), stub.url()))
        .onComplete(right(test, outcome -> assertEquals(SAMPLE_TOTAL, outcome.totalMinor())));
  }

  @Test
  void aGatewayThatIsNotBelievedIsAskedOnceAndItIsSaidWhatToDo(
      @TempDir Path folder, Vertx vertx, VertxTestContext test) throws IOException {
    secure(DevelopmentAuthority.in(folder), vertx)
        .compose(stub -> replay(vertx, stub.url()))
        .onComplete(
            test.failing(
                failure ->
                    test.verify(
                        () -> {
                          assertTrue(
                              String.valueOf(failure.getMessage()).contains("--ca or WEFT_CA"),
                              failure.getMessage());
                          test.completeNow();
                        })));
  }

  private static Future<StubGateway> secure(DevelopmentAuthority authority, Vertx vertx)
      throws IOException {
    authority.issue("gateway", List.of());
    var shown =
        new PemKeyCertOptions()
            .setCertPath(authority.certificate("gateway").toString())
            .setKeyPath(authority.key("gateway").toString());
    return StubGateway.start(
        vertx, List.of(), new HttpServerOptions().setSsl(true).setKeyCertOptions(shown));
  }

  @Test
  void aSecondRunChangesNothing(Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of())
        .compose(
            stub ->
                replay(vertx, stub.url())
                    .compose(first -> replay(vertx, stub.url()))
                    .onSuccess(o -> test.verify(() -> assertEquals(12, stub.orders.size()))))
        .onComplete(
            right(
                test,
                outcome -> {
                  assertEquals(12, outcome.replays());
                  assertEquals(List.of(), outcome.differences());
                }));
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT_AFTER", "OVERLOADED", "IN_PROGRESS"})
  void whatCanBeRepeatedIsRepeatedWithTheSameKey(Fault fault, Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of(fault))
        .compose(
            stub ->
                replay(vertx, stub.url())
                    .onSuccess(o -> test.verify(() -> assertEquals(12, stub.orders.size()))))
        .onComplete(
            right(
                test,
                outcome -> {
                  assertTrue(outcome.retries() >= 12, "retries: " + outcome.retries());
                  assertEquals(List.of(), outcome.differences());
                }));
  }

  @Test
  void aPendingOrderIsAskedForUntilItIsSettled(Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of(Fault.PENDING))
        .compose(
            stub ->
                replay(vertx, stub.url())
                    .onSuccess(
                        o ->
                            test.verify(
                                () -> assertTrue(stub.paths.contains("GET /v1/orders/o12")))))
        .onComplete(right(test, outcome -> assertEquals(List.of(), outcome.differences())));
  }

  @Test
  void aGatewayThatIsDownIsPassedOver(Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of())
        .compose(stub -> replay(vertx, nobody(vertx), stub.url()))
        .onComplete(
            right(
                test,
                outcome -> {
                  assertTrue(outcome.retries() > 0);
                  assertEquals(List.of(), outcome.differences());
                }));
  }

  @Test
  void requestsAreSpreadOverAllGateways(Vertx vertx, VertxTestContext test) {
    // The second stub knows nothing of the first one's orders, so only placing can be looked at.
    Future.all(StubGateway.start(vertx, List.of()), StubGateway.start(vertx, List.of()))
        .compose(
            stubs -> {
              StubGateway first = stubs.resultAt(0);
              StubGateway second = stubs.resultAt(1);
              return replay(vertx, first.url(), second.url())
                  .transform(
                      done -> {
                        test.verify(
                            () -> {
                              long a =
                                  first.paths.stream().filter(p -> p.startsWith("POST")).count();
                              long b =
                                  second.paths.stream().filter(p -> p.startsWith("POST")).count();
                              assertTrue(Math.abs(a - b) <= 1, a + " and " + b);
                            });
                        return Future.succeededFuture();
                      });
            })
        .onComplete(test.succeedingThenComplete());
  }

  @ParameterizedTest
  @EnumSource(names = {"WRONG_TOTAL", "PLACED_TWICE", "REJECTED"})
  void whatIsNotAsTheBookSaysIsTold(Fault fault, Vertx vertx, VertxTestContext test) {
    StubGateway.start(vertx, List.of(fault))
        // Placing twice shows only when something is repeated: the second run does.
        .compose(stub -> replay(vertx, stub.url()).compose(first -> replay(vertx, stub.url())))
        .onComplete(
            right(test, outcome -> assertFalse(outcome.differences().isEmpty(), "no difference")));
  }

  @Test
  void aBookWithoutTotalsIsComparedWithItsLines(
      @TempDir Path folder, Vertx vertx, VertxTestContext test) throws IOException {
    Files.copy(SAMPLE.resolve("customers.jsonl"), folder.resolve("customers.jsonl"));
    Files.copy(SAMPLE.resolve("orders.jsonl"), folder.resolve("orders.jsonl"));
    StubGateway.start(vertx, List.of())
        .compose(stub -> replay(folder, vertx, stub.url()))
        .onComplete(
            right(
                test,
                outcome -> {
                  assertEquals(SAMPLE_TOTAL, outcome.totalMinor());
                  assertEquals(List.of(), outcome.differences());
                  assertTrue(printed.toString().contains("no totals.csv"), printed.toString());
                }));
  }

  @Test
  void aBookIsReadAndSummedToTheMinorUnit() {
    var book = OrderBook.read(SAMPLE);
    assertEquals("sample", book.name());
    assertEquals(12, book.grandTotal().orders());
    assertEquals(SAMPLE_TOTAL, book.grandTotal().minor());
    assertTrue(book.totalsFromFile());
  }

  @Test
  void aWrongBookIsRefusedWithFileAndLine(@TempDir Path folder) throws IOException {
    assertTrue(refused(folder).contains("customers.jsonl: no such file"));
    Files.writeString(
        folder.resolve("customers.jsonl"), "{\"code\": \"A\", \"company\": \"A shop\"}\n");
    Files.writeString(folder.resolve("orders.jsonl"), "\n{\"number\": 1}\n");
    assertTrue(refused(folder).contains("orders.jsonl:2:"), refused(folder));
    Files.writeString(folder.resolve("orders.jsonl"), order("B", 1));
    assertTrue(refused(folder).contains("no customer has code B"), refused(folder));
    Files.writeString(folder.resolve("orders.jsonl"), order("A", 1) + order("A", 1));
    assertTrue(refused(folder).contains("orders.jsonl:2: number 1 is there twice"));
    Files.writeString(folder.resolve("orders.jsonl"), order("A", 1));
    Files.writeString(folder.resolve("totals.csv"), "customer,orders,total_minor\nA,1,11\n");
    assertTrue(refused(folder).contains("the lines of its orders make"), refused(folder));
    Files.writeString(folder.resolve("totals.csv"), "customer,orders,total_minor\nA;1;10\n");
    assertTrue(refused(folder).contains("totals.csv:2:"), refused(folder));
  }

  private static String order(String customer, int number) {
    return "{\"number\": "
        + number
        + ", \"customer\": \""
        + customer
        + "\", \"lines\": [{\"sku\": \"S\", \"quantity\": 1, \"unitPrice\": 10}]}\n";
  }

  private static String refused(Path folder) {
    return String.valueOf(
        assertThrows(ReplayFailure.class, () -> OrderBook.read(folder)).getMessage());
  }

  // A port that was free a moment ago, and that nobody listens on.
  private static URI nobody(Vertx vertx) {
    try (var socket = new java.net.ServerSocket(0)) {
      assertTrue(vertx.deploymentIDs().isEmpty());
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Future<Replay.Outcome> replay(Vertx vertx, URI... urls) {
    return replay(SAMPLE, vertx, urls);
  }

  private Future<Replay.Outcome> replay(Path folder, Vertx vertx, URI... urls) {
    return replay(folder, vertx, null, urls);
  }

  private Future<Replay.Outcome> replay(
      Path folder, Vertx vertx, @Nullable Path authorities, URI... urls) {
    var plan = new Replay.Plan(folder, List.of(urls), authorities, "t", 4, false);
    return Replay.run(vertx, Time.of(vertx), plan, new PrintWriter(printed));
  }

  private static io.vertx.core.Handler<io.vertx.core.AsyncResult<Replay.Outcome>> right(
      VertxTestContext test, Consumer<Replay.Outcome> check) {
    return test.succeeding(
        outcome -> {
          test.verify(() -> check.accept(outcome));
          test.completeNow();
        });
  }
}
