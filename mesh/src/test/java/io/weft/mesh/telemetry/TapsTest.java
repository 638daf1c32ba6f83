package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Cancellation;
import io.weft.mesh.Deadline;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Payload;
import io.weft.mesh.Request;
import io.weft.mesh.TraceContext;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.telemetry.Taps.Attempted;
import io.weft.mesh.telemetry.Taps.Filter;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who sees which calls, and how many. */
class TapsTest {
  private static final long MILLI_NANOS = 1_000_000;

  private final VirtualTime time = new VirtualTime(1);
  private final Taps taps = new Taps(time, time);

  /** One that looks on. */
  private static final class Seen implements Taps.Listener {
    private final List<TappedCall> calls = new ArrayList<>();
    private int dropped;

    @Override
    public void call(TappedCall call) {
      calls.add(call);
    }

    @Override
    public void dropped() {
      dropped++;
    }
  }

  private Request request(String operation, String caller) {
    return new Request(
        operation,
        Operation.Kind.QUERY,
        Payload.of(Buffer.buffer()),
        Deadline.after(time, Duration.ofSeconds(1)),
        "",
        Origin.of(TraceContext.begin(time.time().rng()), caller),
        null,
        Cancellation.NEVER,
        Policy.DEFAULT);
  }

  private void ended(String operation, String caller, Throwable why, long millis) {
    taps.ended(request(operation, caller), new Attempted(), why, millis * MILLI_NANOS);
  }

  @Test
  void theyAreOpenOnlyWhileSomebodyLooksOn() {
    assertFalse(taps.open());
    var one = taps.open(Filter.ALL, new Seen());
    var other = taps.open(Filter.ALL, new Seen());
    one.run();
    assertTrue(taps.open());
    other.run();
    other.run();
    assertFalse(taps.open());
  }

  @Test
  void aFilterLetsThroughWhatItNames() {
    var service = new Seen();
    var operation = new Seen();
    var caller = new Seen();
    var outcome = new Seen();
    var slow = new Seen();
    taps.open(new Filter("users", null, null, null, 0), service);
    taps.open(new Filter(null, "users.get", null, null, 0), operation);
    taps.open(new Filter(null, null, "orders", null, 0), caller);
    taps.open(new Filter(null, null, null, "Unknown", 0), outcome);
    taps.open(new Filter(null, null, null, null, 5_000), slow);

    ended("users.get", "routing", null, 1);
    ended("users.reserve", "orders", new MeshFailure.Unknown("lost"), 5);
    ended("orders.get", "routing", null, 4);

    assertEquals(2, service.calls.size());
    assertEquals("users.get", operation.calls.get(0).operation());
    assertEquals(1, operation.calls.size());
    assertEquals("users.reserve", caller.calls.get(0).operation());
    assertEquals(1, caller.calls.size());
    assertEquals(
        List.of(Outcome.UNKNOWN), outcome.calls.stream().map(TappedCall::outcome).toList());
    assertEquals(List.of(5_000L), slow.calls.stream().map(TappedCall::micros).toList());
  }

  @Test
  void pastTheBoundOfASecondCallsAreCountedAndTheNextSecondHasRoomAgain() {
    var seen = new Seen();
    var nothing = new Seen();
    taps.open(Filter.ALL, seen);
    taps.open(new Filter("nobody", null, null, null, 0), nothing);
    for (int i = 0; i < MeshLimits.TAPPED_PER_SECOND + 7; i++) {
      ended("users.get", "routing", null, 1);
    }
    assertEquals(MeshLimits.TAPPED_PER_SECOND, seen.calls.size());
    assertEquals(7, seen.dropped);
    assertEquals(0, nothing.dropped);

    time.advance(Duration.ofSeconds(1));
    ended("users.get", "routing", null, 1);
    assertEquals(MeshLimits.TAPPED_PER_SECOND + 1, seen.calls.size());
  }
}
