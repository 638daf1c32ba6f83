package io.weft.routing.upstream;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.MovedTime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A gateway, what stands for upstreams on its node, and servers that are such upstreams. */
final class UpstreamFixture implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final GatewayFixture gateway;
  final BusMesh mesh;
  final Upstreams upstreams;
  final List<String> own = new CopyOnWriteArrayList<>();

  UpstreamFixture() {
    this(null);
  }

  /** With a clock that the test moves, for checks and heartbeats. */
  UpstreamFixture(MovedTime moved) {
    gateway = new GatewayFixture(vertx, 1, moved == null ? Time.of(vertx) : moved.time());
    mesh = (BusMesh) gateway.mesh;
    own.add("127.0.0.1:" + gateway.port);
    upstreams = new Upstreams(gateway.host, mesh, "local", () -> own);
  }

  /** One server that a test has started. */
  record Server(String address, HttpServer server, List<String> asked) {
    void kill() {
      Await.result(server.close());
    }
  }

  /** Starts a server that notes what it is asked, and answers as the test says. */
  Server server(Consumer<HttpServerRequest> answer) {
    var asked = new CopyOnWriteArrayList<String>();
    var server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  if (request.path().equals("/health")) {
                    request.response().end();
                    return;
                  }
                  asked.add(request.method() + " " + request.uri());
                  answer.accept(request);
                });
    Await.result(server.listen(0, "127.0.0.1"));
    return new Server("127.0.0.1:" + server.actualPort(), server, asked);
  }

  /** Starts a server that is no HTTP server. */
  String socket(Consumer<NetSocket> connected) {
    NetServer server = vertx.createNetServer().connectHandler(connected::accept);
    Await.result(server.listen(0, "127.0.0.1"));
    return "127.0.0.1:" + server.actualPort();
  }

  /** Returns a description with a route by path, open to everybody. */
  static JsonObject spec(String path, String... endpoints) {
    return new JsonObject()
        .put("access", new JsonObject().put("open", true))
        .put("endpoints", new JsonArray(List.of(endpoints)))
        .put("routes", new JsonArray().add(new JsonObject().put("path", path)));
  }

  void put(String name, JsonObject spec) {
    Await.result(upstreams.put(name, spec));
  }

  int endpoints(String service) {
    return mesh.directory().of(service).size();
  }

  /** Waits for what must come soon. */
  void until(BooleanSupplier condition) {
    Await.until(vertx, condition);
  }

  /** Returns a body of some bytes that are not all the same. */
  static Buffer bytes(int length) {
    var bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return Buffer.buffer(bytes);
  }

  /** Sends a request straight to the gateway, as bytes, and returns all that comes back. */
  String raw(String request) {
    Promise<String> all = Promise.promise();
    var got = Buffer.buffer();
    Future<NetSocket> connected =
        gateway.keep(vertx.createNetClient()).connect(gateway.port, "127.0.0.1");
    connected.onComplete(
        socket -> {
          socket.handler(got::appendBuffer);
          socket.closeHandler(closed -> all.tryComplete(got.toString()));
          socket.write(request);
        },
        all::tryFail);
    return Await.result(all.future());
  }

  @Override
  public void close() {
    gateway.close();
  }
}
