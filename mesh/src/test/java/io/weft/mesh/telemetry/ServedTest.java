package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.Rejected;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.time.Rng;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the server's side tells of a run. */
class ServedTest {
  private final VirtualTime time = new VirtualTime(1);
  private final TraceContext trace = TraceContext.begin(Rng.seeded(1));
  private final Spans spans = new Spans("here", time, time);
  private final Decisions decisions = new Decisions("here", time);
  private final List<String> lookedUp = new ArrayList<>();
  private final CallHistograms histograms = new CallHistograms(time);
  private Future<Reply> answer = Future.succeededFuture(Reply.of(Buffer.buffer("{}")));

  private final Telemetry telemetry =
      new Telemetry() {
        @Override
        public Recorder calls(String operation) {
          return Recorder.NONE;
        }

        @Override
        public Recorder attempts(String operation, String node) {
          return Recorder.NONE;
        }

        @Override
        public Recorder servings(String instance, String operation, String caller, String node) {
          lookedUp.add(caller + "@" + node);
          return histograms.servings(instance, operation, caller, node);
        }
      };

  private final Served served =
      new Served(
          new Observation("here", telemetry, new Explanations(), spans, decisions),
          time,
          "users-1",
          "users.get",
          request -> answer);

  @Test
  void runsAreToldByWhoAskedForThemAndFromWhere() {
    take("orders", "n2");
    take("orders", "n2");
    take("routing", null);
    take("orders", "n2");

    assertEquals(
        List.of("orders n2 3", "routing here 1"),
        histograms.readServings().stream()
            .map(each -> each.caller() + " " + each.node() + " " + each.latencies().count())
            .sorted()
            .toList());
    assertEquals(List.of("orders@n2", "routing@here"), lookedUp);
  }

  @Test
  void callersWithoutEndAreLookedUpEachTimeAndNotKept() {
    for (int i = 0; i < Served.RECORDERS_MAX + 1; i++) {
      take("caller-" + i, "n2");
    }
    lookedUp.clear();
    take("caller-0", "n2");
    take("one.more", "n2");
    take("caller-0", "n2");
    take("one.more", "n2");

    assertEquals(List.of("one.more@n2", "one.more@n2"), lookedUp);
  }

  @Test
  void aRunThatIsKeptAsASpanStandsUnderTheAttemptThatAskedForIt() {
    spans.sample(1);
    take("orders", "n2");

    var span = spans.store().trace(trace.high(), trace.low()).spans().get(0);
    assertEquals(Span.Kind.SERVER, span.kind());
    assertEquals("users", span.service());
    assertEquals(trace.servedSpan(), span.span());
    assertEquals(trace.attemptSpan(), span.parent());
    assertEquals("users-1", span.attributes().get("instance"));
  }

  @Test
  void whatIsRefusedForThereIsTooMuchToDoIsADecision() {
    answer =
        Future.failedFuture(
            new Rejected(Rejected.Reason.OVERLOADED, "9 calls wait", MeshLimits.RETRY_AFTER));
    take("orders", "n2");
    answer =
        Future.failedFuture(
            new Rejected(Rejected.Reason.DRAINING, "stopping", MeshLimits.RETRY_AFTER));
    time.advance(MeshLimits.SHED_TOLD_INTERVAL);
    take("orders", "n2");

    assertEquals(1, decisions.latest(10).size());
    assertEquals(Kind.SHED, decisions.latest(1).get(0).kind());
    assertEquals("users-1", decisions.latest(1).get(0).subject());
    assertEquals("users.get: 9 calls wait", decisions.latest(1).get(0).why());
  }

  private void take(String caller, @Nullable String node) {
    served.take(
        new Request(
            "users.get",
            Operation.Kind.QUERY,
            Payload.of(Buffer.buffer("{}")),
            Deadline.after(time, Duration.ofSeconds(1)),
            "",
            Origin.of(trace, caller),
            null,
            Cancellation.NEVER,
            Policy.DEFAULT,
            node,
            0));
  }
}
