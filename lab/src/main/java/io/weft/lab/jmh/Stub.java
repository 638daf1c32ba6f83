package io.weft.lab.jmh;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.Ticker;
import io.weft.mesh.time.Time;
import io.weft.mesh.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Requests, answers and endpoints that never leave the benchmark. */
final class Stub {
  static final String SERVICE = "users";
  static final String OPERATION = "users.get";
  static final Reply REPLY = new Reply(Buffer.buffer("{}"), false);

  /** A real clock, and timers that never fire: nothing is retried here. */
  static final Time TIME =
      new Time(Ticker.system(), (delay, task) -> () -> {}, Rng.system(), WallClock.system());

  private static final Buffer BODY = Buffer.buffer("{\"id\":\"1\"}");
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private Stub() {}

  /** Returns a fresh query with the usual deadline. */
  static Request request() {
    return request(MeshLimits.CALL_TIMEOUT);
  }

  /** Returns a fresh query that has a while. */
  static Request request(Duration timeout) {
    return new Request(
        OPERATION,
        Operation.Kind.QUERY,
        BODY,
        Deadline.after(TIME.ticker(), timeout),
        "",
        TRACE,
        "lab",
        null);
  }

  /** Returns a picture in which a number of endpoints, ten to a node, serve the operation. */
  static Directory directory(int endpoints) {
    var list = new ArrayList<Endpoint>();
    for (int i = 0; i < endpoints; i++) {
      var node = "n" + i / 10;
      list.add(
          new Endpoint(
              node + "/1/" + i, node, "1", "" + i, SERVICE, "s", "z", i % 10, List.of(OPERATION)));
    }
    return new Directory(1, List.of(), Map.of(SERVICE, list));
  }
}
