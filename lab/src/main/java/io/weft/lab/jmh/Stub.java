package io.weft.lab.jmh;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Priority;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.RetryCredit;
import io.weft.mesh.TraceContext;
import io.weft.mesh.discovery.Directory;
import io.weft.mesh.discovery.Endpoint;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.telemetry.Explanations;
import io.weft.mesh.telemetry.Observation;
import io.weft.mesh.telemetry.SpanSink;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.telemetry.Telemetry;
import io.weft.mesh.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Requests, answers and endpoints that never leave the benchmark. */
final class Stub {
  static final String SERVICE = "users";
  static final String OPERATION = "users.get";
  static final Reply REPLY = Reply.of(Buffer.buffer("{}"));

  /** A real clock, and timers that never fire: nothing is retried here. */
  static final Time TIME = Time.withoutTimers();

  private static final Payload ASKED = Payload.of(Buffer.buffer("{\"id\":\"1\"}"));
  private static final TraceContext TRACE = new TraceContext(1, Long.MAX_VALUE, 1, (byte) 0);
  private static final Duration NEVER = Duration.ofDays(1);

  private Stub() {}

  /** Returns a node's spans, of which the calls of benchmarks are none that it keeps. */
  static Spans spans() {
    var spans = new Spans("local", TIME.ticker(), TIME.wall());
    spans.slow(NEVER); // The machine may stand still for a moment.
    return spans;
  }

  /** Returns what tells of calls. */
  static Observation observation(Telemetry telemetry, SpanSink spans) {
    var decisions = new Decisions("local", TIME.wall());
    return new Observation("local", telemetry, new Explanations(), spans, decisions);
  }

  /** Returns a fresh query with the usual deadline. */
  static Request request() {
    return request(MeshLimits.CALL_TIMEOUT);
  }

  /** Returns a fresh query with attributes. */
  static Request request(Map<String, String> attributes) {
    var origin = new Origin(TRACE, "lab", Priority.NORMAL, attributes, new RetryCredit(), false);
    return request(MeshLimits.CALL_TIMEOUT, origin);
  }

  /** Returns a fresh query that has a while. */
  static Request request(Duration timeout) {
    return request(timeout, Origin.of(TRACE, "lab"));
  }

  private static Request request(Duration timeout, Origin origin) {
    return new Request(
        OPERATION,
        Operation.Kind.QUERY,
        ASKED,
        Deadline.after(TIME.ticker(), timeout),
        "",
        origin,
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  /** Returns a picture in which a number of endpoints, ten to a node, serve the operation. */
  static Directory directory(int endpoints) {
    var list = new ArrayList<Endpoint>();
    for (int i = 0; i < endpoints; i++) {
      var node = "n" + i / 10;
      list.add(
          new Endpoint(
              node + "/1/" + i,
              node,
              "1",
              "" + i,
              SERVICE,
              "s",
              "z",
              i % 10,
              "1",
              1,
              List.of(OPERATION)));
    }
    return new Directory(1, List.of(), Map.of(SERVICE, list));
  }
}
