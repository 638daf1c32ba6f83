package io.weft.lab.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a reader of server-sent events takes for seen, and where it goes on. */
@Timeout(60)
class EventReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<HttpServerRequest> requests = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void anEventIsSeenOnceItHasComeToItsEnd() throws InterruptedException {
    var reader = reader();

    var response = answer(next());
    response.write(":\n\nid: 3\nevent: orders.pla");
    response.write("ced\ndata: {}\n\nid: 5\nevent: x\nda");
    response.reset();

    assertEquals("3", next().getHeader("Last-Event-ID"));
    assertEquals(List.of(3L), reader.seen());
  }

  @Test
  void aReaderGoesOnAfterWhatItSawLastHoweverItsConnectionEnds() throws InterruptedException {
    var reader = reader();

    answer(next()).end("id: 1\ndata: {}\n\n");
    next().response().setStatusCode(503).end();
    var third = next();
    assertEquals("1", third.getHeader("Last-Event-ID"));
    answer(third).write("id: 2\ndata: {}\n\n");
    third.connection().close();

    assertEquals("2", next().getHeader("Last-Event-ID"));
    assertEquals(List.of(1L, 2L), reader.seen());
  }

  private static HttpServerResponse answer(HttpServerRequest request) {
    return request.response().setChunked(true);
  }

  private HttpServerRequest next() throws InterruptedException {
    return Objects.requireNonNull(
        requests.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS), "no request in time");
  }

  private EventReader reader() {
    Consumer<HttpServerRequest> arrived = requests::add;
    var server = vertx.createHttpServer().requestHandler(arrived::accept);
    int port = await(server.listen(0, Ports.HOST)).actualPort();
    var reader = new EventReader(vertx.createHttpClient(), Time.of(vertx), List.of(port), "u", "t");
    vertx.runOnContext(turn -> reader.start());
    return reader;
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the test", future, PATIENCE);
  }
}
