package io.weft.lab.order;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.weft.lab.LabException;
import io.weft.lab.Ports;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection that carries one request at a time and does no more with it than it must:
 * what the load generator uses is missing where the load goes. It knows responses with a {@code
 * Content-Length} only. For one event loop.
 */
final class HttpConnection {
  private static final String HEAD_END = "\r\n\r\n";
  private static final String LENGTH = "\r\ncontent-length:";

  private final NetSocket socket;
  private final String authorization;
  private Buffer received = Buffer.buffer();
  private @Nullable Promise<Response> outstanding;

  /** An answer as it came. */
  record Response(int status, Buffer body) {}

  private HttpConnection(NetSocket socket, String token) {
    this.socket = socket;
    authorization = "Authorization: Bearer " + token + "\r\n";
    socket.handler(this::receive);
    socket.closeHandler(closed -> fail("the connection was closed"));
    socket.exceptionHandler(e -> fail(String.valueOf(e)));
  }

  /**
   * Opens a connection to a node.
   *
   * @param token of an operator
   */
  static Future<HttpConnection> open(NetClient client, int port, String token) {
    return client.connect(port, Ports.HOST).map(socket -> new HttpConnection(socket, token));
  }

  /** Sends a POST of JSON; called when no other is outstanding. */
  Future<Response> post(String path, String key, String body) {
    Promise<Response> promise = Promise.promise();
    outstanding = promise;
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    var request =
        Buffer.buffer(1_024 + bytes.length)
            .appendString("POST ")
            .appendString(path)
            .appendString(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
            .appendString(authorization)
            .appendString("Idempotency-Key: ")
            .appendString(key)
            .appendString("\r\nContent-Length: ")
            .appendString(Integer.toString(bytes.length))
            .appendString(HEAD_END)
            .appendBytes(bytes);
    socket.write(request).onFailure(e -> fail(String.valueOf(e)));
    return promise.future();
  }

  Future<Void> close() {
    return socket.close();
  }

  private void receive(Buffer chunk) {
    received =
        received.length() == 0 ? chunk : Buffer.buffer().appendBuffer(received).appendBuffer(chunk);
    var head =
        received.getString(
            0, Math.min(received.length(), OrderLimits.HEAD_MAX_BYTES), "ISO-8859-1");
    int end = head.indexOf(HEAD_END);
    if (end < 0) {
      if (received.length() >= OrderLimits.HEAD_MAX_BYTES) {
        fail("a head of more than " + OrderLimits.HEAD_MAX_BYTES + " bytes");
      }
      return;
    }
    int from = end + HEAD_END.length();
    int to = from + length(head.substring(0, end));
    if (received.length() >= to) {
      var response = new Response(status(head), received.getBuffer(from, to));
      received = received.getBuffer(to, received.length());
      answered(response);
    }
  }

  private void answered(Response response) {
    var promise = outstanding;
    outstanding = null;
    if (promise != null) {
      promise.complete(response);
    }
  }

  private void fail(String why) {
    var promise = outstanding;
    outstanding = null;
    if (promise != null) {
      promise.fail(new LabException(why));
    }
  }

  private static int status(String head) {
    return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
  }

  private static int length(String head) {
    int at = head.toLowerCase(Locale.ROOT).indexOf(LENGTH);
    if (at < 0) {
      throw new LabException("a response without Content-Length: " + head);
    }
    int from = at + LENGTH.length();
    int to = head.indexOf('\r', from);
    return Integer.parseInt(head.substring(from, to < 0 ? head.length() : to).strip());
  }
}
