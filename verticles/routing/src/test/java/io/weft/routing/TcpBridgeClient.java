package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.Queue;

/** A client of the bridge over TCP, as one for vertx-tcp-eventbus-bridge would be. */
public final class TcpBridgeClient {
  public final NetSocket socket;

  /** Completes when the connection is closed. */
  public final Future<Void> closed;

  private final Queue<JsonObject> frames = new ArrayDeque<>();
  private final Queue<Promise<JsonObject>> waiting = new ArrayDeque<>();
  private Buffer rest = Buffer.buffer();

  private TcpBridgeClient(NetSocket socket) {
    this.socket = socket;
    Promise<Void> end = Promise.promise();
    closed = end.future();
    socket.handler(this::took);
    socket.closeHandler(done -> end.tryComplete());
  }

  /** Connects. */
  public static TcpBridgeClient connect(GatewayFixture gateway) {
    // What the kernel takes for a client that does not read, it seems to.
    return connect(gateway, new NetClientOptions().setReceiveBufferSize(64 * 1024));
  }

  /** Connects in another way. */
  public static TcpBridgeClient connect(GatewayFixture gateway, NetClientOptions options) {
    return Await.result(
        gateway.onLoop(
            () ->
                gateway
                    .keep(gateway.vertx.createNetClient(options))
                    .connect(gateway.tcpPort(), "127.0.0.1")
                    .map(TcpBridgeClient::new)));
  }

  private synchronized void took(Buffer bytes) {
    rest.appendBuffer(bytes);
    while (rest.length() >= 4 && rest.length() - 4 >= rest.getInt(0)) {
      int end = 4 + rest.getInt(0);
      var frame = new JsonObject(rest.getString(4, end));
      rest = rest.getBuffer(end, rest.length());
      if (waiting.isEmpty()) {
        frames.add(frame);
      } else {
        waiting.remove().complete(frame);
      }
    }
  }

  /** Returns the next message, once it has come. */
  public JsonObject next() {
    Promise<JsonObject> frame = Promise.promise();
    synchronized (this) {
      if (frames.isEmpty()) {
        waiting.add(frame);
      } else {
        return frames.remove();
      }
    }
    return Await.result(frame.future());
  }

  /** Returns bytes as a message. */
  public static Buffer framed(String message) {
    var bytes = Buffer.buffer(message);
    return Buffer.buffer().appendInt(bytes.length()).appendBuffer(bytes);
  }

  /** Writes a message of an operator. */
  public void write(JsonObject message) {
    write(framed(asOperator(message).encode()));
  }

  /** Returns a message with an operator's token. */
  public static JsonObject asOperator(JsonObject message) {
    return message
        .copy()
        .put("headers", new JsonObject().put("Authorization", GatewayFixture.OPERATOR));
  }

  public void write(Buffer bytes) {
    Await.result(socket.write(bytes));
  }

  /** Returns what asks an operation. */
  public static JsonObject sent(String address, Object body) {
    return new JsonObject()
        .put("type", "send")
        .put("address", address)
        .put("body", body)
        .put("replyAddress", "reply-1");
  }

  /** Sends a message and returns the next one that comes. */
  public JsonObject ask(String address, Object body) {
    write(sent(address, body));
    return next();
  }
}
