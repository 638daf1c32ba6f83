package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.lab.chaos.FailoverClient.Request;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an HTTP client that knows all nodes does when one of them is dead, failing or busy. */
@Timeout(60)
class FailoverClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void aRefusedConnectionIsNoFailureAndTheNextNodeIsAskedAtOnce() {
    var client = client(Ports.free(), node(FailoverClientTest::answer));

    await(client.send(Request.get("/")));

    assertEquals(1, client.refused());
    assertEquals(0, client.raw());
    assertEquals(0, client.failed());
  }

  @Test
  void aConnectionThatBreaksIsCountedAndRepeatedOnceAtTheNextNode() {
    int breaking = node(request -> request.connection().close());
    var client = client(breaking, node(FailoverClientTest::answer));

    await(client.send(Request.get("/")));

    assertEquals(1, client.raw());
    assertEquals(0, client.failed());
  }

  @Test
  void whatFailsAtTwoNodesHasFailed() {
    int failing = node(request -> request.response().setStatusCode(503).end());
    var client = client(failing, failing, node(FailoverClientTest::answer));

    assertThrows(LabException.class, () -> await(client.send(Request.get("/"))));

    assertEquals(1, client.failed());
    assertTrue(client.figures().contains("failed with {503=1}"), client.figures());
  }

  @Test
  void whoInsistsAsksUntilThereIsAnAnswerWithTheSameKey() {
    var asked = new AtomicInteger();
    int third =
        node(
            request -> {
              assertEquals("k", request.getHeader("Idempotency-Key"));
              if (asked.incrementAndGet() < 3) {
                request.response().setStatusCode(409).end();
              } else {
                answer(request);
              }
            });
    var client = client(third);

    await(client.insist(Request.post("/", "k", new JsonObject())));

    assertEquals(3, asked.get());
  }

  @Test
  void whatIsAcceptedBusyOrAtWorkIsAskedAgainUntilItIsDecided() {
    var statuses = new ArrayDeque<>(List.of(503, 202, 429, 409, 422));
    int node =
        node(
            request -> {
              int status = statuses.remove();
              var code = status == 409 ? "order.in_progress" : "order.key_reused";
              request
                  .response()
                  .setStatusCode(status)
                  .end(new JsonObject().put("code", code).encode());
            });
    var heard = new ArrayList<Integer>();

    var decided =
        await(
            client(node)
                .decide(
                    Request.post("/", "k", new JsonObject()),
                    answer -> heard.add(answer.status())));

    assertEquals(422, decided.status());
    assertEquals(List.of(503, 202, 429, 409, 422), heard);
  }

  private static void answer(HttpServerRequest request) {
    request.response().end("{}");
  }

  private int node(Consumer<HttpServerRequest> handler) {
    var server = vertx.createHttpServer().requestHandler(handler::accept);
    return await(server.listen(0, Ports.HOST)).actualPort();
  }

  private FailoverClient client(Integer... ports) {
    return new FailoverClient(vertx, Time.of(vertx), List.of(ports), "t");
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the test", future, PATIENCE);
  }
}
