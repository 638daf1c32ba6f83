package io.weft.lab.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.weft.lab.LabException;
import io.weft.lab.Patience;
import io.weft.lab.Ports;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the load generator's connection sends, and what it makes of what comes back. */
@Timeout(60)
class HttpConnectionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void aRequestIsWhatAServerExpects() {
    var server = vertx.createHttpServer();
    server.requestHandler(
        request ->
            request
                .body()
                .onSuccess(
                    body ->
                        request
                            .response()
                            .setStatusCode(201)
                            .end(request.getHeader("Idempotency-Key") + body)));
    var connection = open(await(server.listen(0, Ports.HOST)).actualPort());

    assertAnswer(201, "k-1{\"a\":\"ü\"}", connection.post("/v1", "k-1", "{\"a\":\"ü\"}"));
    assertAnswer(201, "k-2{}", connection.post("/v1", "k-2", "{}"));
  }

  @Test
  void anAnswerInPiecesIsReadAsAWhole() {
    var connection =
        open(
            answering(
                socket -> {
                  var pieces =
                      List.of("HTTP/1.1 20", "1 X\r\nA: b\r\nContent-Length: 3\r\n\r", "\na", "bc");
                  pieces.forEach(piece -> socket.write(piece));
                }));

    assertAnswer(201, "abc", connection.post("/", "k", "{}"));
    assertAnswer(201, "abc", connection.post("/", "k", "{}"));
  }

  @Test
  void aConnectionThatBreaksFailsWhatIsOutstanding() {
    var connection = open(answering(NetSocket::close));

    assertThrows(LabException.class, () -> await(connection.post("/", "k", "{}")));
  }

  private static void assertAnswer(int status, String body, Future<HttpConnection.Response> sent) {
    assertEquals(new HttpConnection.Response(status, Buffer.buffer(body)), await(sent));
  }

  /** Returns the port of a server that does the same for every request. */
  private int answering(Consumer<NetSocket> answer) {
    var server =
        vertx
            .createNetServer()
            .connectHandler(
                socket ->
                    socket.handler(
                        request -> {
                          answer.accept(socket);
                        }));
    return await(server.listen(0, Ports.HOST)).actualPort();
  }

  private HttpConnection open(int port) {
    return await(HttpConnection.open(vertx.createNetClient(), port, "t"));
  }

  private static <T> T await(Future<T> future) {
    return Patience.await("the test", future, PATIENCE);
  }
}
