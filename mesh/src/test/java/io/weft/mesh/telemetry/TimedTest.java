package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Reply;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The step that takes the time of what lies below it. */
class TimedTest {
  private final VirtualTime time = new VirtualTime(1);
  private final List<String> told = new ArrayList<>();
  private final List<String> lookedUp = new ArrayList<>();

  @Test
  void aRequestIsToldWithItsOutcomeAndTheTimeUntilItWasAnswered() {
    Promise<Reply> answer = Promise.promise();
    var timed = new Timed(time, this::recorder, request -> answer.future());
    timed.take(request("users.get"));
    time.advance(Duration.ofNanos(7));
    assertEquals(List.of(), told);
    answer.fail(new NotSent("gone"));

    assertEquals(List.of("users.get NOT_SENT 7"), told);
  }

  @Test
  void anAnswerThatIsThereAtOnceIsToldAtOnce() {
    var answer = Future.<Reply>failedFuture(new NotSent("nobody is there"));
    var timed = new Timed(time, this::recorder, request -> answer);

    assertSame(answer, timed.take(request("users.get")));
    assertEquals(List.of("users.get NOT_SENT 0"), told);
  }

  @Test
  void aRecorderIsLookedUpOncePerOperation() {
    var timed = failing();
    for (int i = 0; i < 3; i++) {
      timed.take(request("users.get"));
      timed.take(request("users.list"));
    }

    assertEquals(List.of("users.get", "users.list"), lookedUp);
    assertEquals(6, told.size());
  }

  @Test
  void recordersPastTheLimitAreNotKept() {
    var timed = failing();
    for (int i = 0; i < Timed.RECORDERS_MAX; i++) {
      timed.take(request("flood.n" + i));
    }
    lookedUp.clear();
    timed.take(request("one.more"));
    timed.take(request("one.more"));
    timed.take(request("flood.n0"));

    assertEquals(List.of("one.more", "one.more"), lookedUp);
  }

  private Timed failing() {
    return new Timed(
        time, this::recorder, request -> Future.failedFuture(new NotSent("nobody is there")));
  }

  private Recorder recorder(String operation) {
    lookedUp.add(operation);
    return (outcome, nanos) -> told.add(operation + " " + outcome + " " + nanos);
  }

  private Request request(String operation) {
    return new Request(
        operation,
        Operation.Kind.QUERY,
        Payload.of(Buffer.buffer()),
        Deadline.after(time, Duration.ofSeconds(1)),
        "",
        Origin.of(TraceContext.NONE, "test"),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }
}
