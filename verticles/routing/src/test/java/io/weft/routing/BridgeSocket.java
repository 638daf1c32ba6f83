package io.weft.routing;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Queue;

/** A client of the bridge over a raw WebSocket; its frames are taken one by one. */
public final class BridgeSocket {
  public final WebSocket socket;

  /** Completes with the status with which the connection was closed. */
  public final Future<Short> closed;

  private final Queue<JsonObject> frames = new ArrayDeque<>();
  private final Queue<Promise<JsonObject>> waiting = new ArrayDeque<>();

  private BridgeSocket(WebSocket socket) {
    this.socket = socket;
    Promise<Short> end = Promise.promise();
    closed = end.future();
    socket.textMessageHandler(text -> took(new JsonObject(text)));
    socket.closeHandler(done -> end.tryComplete(socket.closeStatusCode()));
  }

  /** Connects; headers are names and values in turn. */
  public static BridgeSocket connect(GatewayFixture gateway, String... headers) {
    return Await.result(gateway.onLoop(() -> connected(gateway, headers)));
  }

  /** Connects, on an event loop. */
  public static Future<BridgeSocket> connected(GatewayFixture gateway, String... headers) {
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(gateway.port)
            .setURI("/eventbus/websocket");
    for (int i = 0; i < headers.length; i += 2) {
      options.addHeader(headers[i], headers[i + 1]);
    }
    return gateway
        .keep(
            gateway.vertx.createWebSocketClient(
                new WebSocketClientOptions()
                    .setMaxMessageSize(8 * 1024 * 1024)
                    // What the kernel takes for a client that does not read, it seems to read.
                    .setReceiveBufferSize(64 * 1024)))
        .connect(options)
        .map(BridgeSocket::new);
  }

  private synchronized void took(JsonObject frame) {
    if (waiting.isEmpty()) {
      frames.add(frame);
    } else {
      waiting.remove().complete(frame);
    }
  }

  /** Returns the next frame, once it has come. */
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

  /** Writes a message, of an operator unless it says whose it is; an empty name is nobody's. */
  public void write(JsonObject message) {
    var headers = message.getValue("headers");
    if (headers != null && !(headers instanceof JsonObject)) {
      write(message.encode());
      return;
    }
    var all = new JsonObject().put("Authorization", GatewayFixture.OPERATOR);
    if (headers != null) {
      all.mergeIn((JsonObject) headers);
    }
    if ("".equals(all.getValue("Authorization"))) {
      all.remove("Authorization");
    }
    write(message.copy().put("headers", all).encode());
  }

  public void write(String text) {
    Await.result(socket.writeTextMessage(text));
  }

  /** Sends a message with a reply address. */
  public void send(String address, Object body, JsonObject headers) {
    write(
        new JsonObject()
            .put("type", "send")
            .put("address", address)
            .put("headers", headers)
            .put("body", body)
            .put("replyAddress", "reply-1"));
  }

  /** Sends a message and returns the next frame. */
  public JsonObject ask(String address, Object body) {
    send(address, body, new JsonObject());
    return next();
  }

  /** Reads nothing from now on. */
  public void pause() {
    socket.pause();
  }

  /** Reads on. */
  public void resume() {
    socket.resume();
  }

  /** Leaves. */
  public void leave() {
    Await.result(socket.close());
  }
}
