package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.MeshLimits;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The telemetry of one node, and what a reader sees of it. */
class CallHistogramsTest {
  private static final long MILLI = 1_000_000;

  private final VirtualTime time = new VirtualTime(1);
  private final CallHistograms telemetry = new CallHistograms(time);

  @Test
  void whatIsToldOfOneOperationIsOneSeries() {
    telemetry.calls("users.get").record(Outcome.OK, 1_000);
    telemetry.calls("users.get").record(Outcome.OK, 2_000);

    assertSame(telemetry.calls("users.get"), telemetry.calls("users.get"));
    var reading = only(telemetry.readCalls());
    assertEquals("users.get", reading.operation());
    assertEquals(Outcome.OK, reading.outcome());
    assertEquals(2, reading.latencies().count());
    assertEquals(3_000, reading.latencies().sumNanos());
  }

  @Test
  void callsAttemptsAndServingsAreCountedApart() {
    telemetry.attempts("users.get", "n1").record(Outcome.of(new NotSent("gone")), 1_000);
    telemetry.servings("users-1", "users.get", "orders", "n2").record(Outcome.OK, 1_000);

    assertEquals(List.of(), telemetry.readCalls());
    assertEquals("n1", only(telemetry.readAttempts()).node());
    assertEquals(Outcome.NOT_SENT, only(telemetry.readAttempts()).outcome());
    assertEquals("orders", only(telemetry.readServings()).caller());
    assertEquals("n2", only(telemetry.readServings()).node());
  }

  @Test
  void aFailureThatNobodyKnowsCountsAsOther() {
    telemetry.calls("users.get").record(Outcome.of(new IllegalStateException("defect")), 1_000);

    assertEquals(Outcome.OTHER, only(telemetry.readCalls()).outcome());
    assertEquals(1, only(telemetry.readCalls()).latencies().count());
  }

  @Test
  void operationsPastTheLimitAreNotToldApart() {
    for (int i = 0; i < CallHistograms.SERIES_MAX + 100; i++) {
      telemetry.calls("flood." + i).record(Outcome.OK, 1_000);
    }

    var readings = telemetry.readCalls();
    assertEquals(CallHistograms.SERIES_MAX + 1, readings.size());
    var other = readings.stream().filter(r -> r.operation().equals("other")).toList();
    assertEquals(100, only(other).latencies().count());
  }

  @Test
  void callersPastTheLimitAreNotToldApartButWhatTheyCallIs() {
    for (int i = 0; i < CallHistograms.EDGES_MAX + 100; i++) {
      telemetry.servings("users-1", "users.get", "caller-" + i, "n1").record(Outcome.OK, 1_000);
    }

    var readings = telemetry.readServings();
    assertEquals(CallHistograms.EDGES_MAX + 1, readings.size());
    var other = readings.stream().filter(r -> r.caller().equals(CallHistograms.OTHER)).toList();
    assertEquals("users.get", only(other).operation());
    assertEquals(100, only(other).latencies().count());
  }

  @Test
  void aWindowHoldsWhatCameInItsSecondsAndNothingElse() {
    second(3, 1 * MILLI);
    second(5, 2 * MILLI);
    second(0, 0);
    second(7, 4 * MILLI);

    assertEquals(7, only(telemetry.last(1).calls()).latencies().count());
    assertEquals(7, only(telemetry.last(2).calls()).latencies().count());
    var three = only(telemetry.last(3).calls()).latencies();
    assertEquals(12, three.count());
    assertEquals(4e6, (double) three.nanosAt(0.99), 0.032 * 4e6);
    assertEquals(2e6, (double) three.nanosAt(0.4), 0.032 * 2e6);
    assertEquals(Duration.ofSeconds(3), telemetry.last(3).length());
    assertEquals(15, only(telemetry.last(60).calls()).latencies().count());
    assertEquals(Duration.ofSeconds(4), telemetry.last(60).length());
  }

  @Test
  void aQuietSeriesIsNotInTheWindowAndWhatIsOldIsForgotten() {
    second(3, MILLI);
    for (int i = 0; i < MeshLimits.WINDOW_MAX_SECONDS - 1; i++) {
      second(0, 0);
    }
    assertEquals(
        3, only(telemetry.last(MeshLimits.WINDOW_MAX_SECONDS).calls()).latencies().count());

    second(0, 0);
    assertEquals(List.of(), telemetry.last(MeshLimits.WINDOW_MAX_SECONDS).calls());
    assertEquals(3, only(telemetry.readCalls()).latencies().count());
  }

  @Test
  void aCallThatTookNoTimeAtAllIsInTheWindowToo() {
    telemetry.calls("users.get").record(Outcome.OK, 0);
    time.advance(CallHistograms.TICK);
    telemetry.tick();

    assertEquals(1, only(telemetry.last(1).calls()).latencies().count());
  }

  @Test
  void theRunsOfAHandlerAreSeenByInstanceAndByWhoAsked() {
    telemetry.servings("users-1", "users.get", "orders", "n1").record(Outcome.OK, MILLI);
    telemetry.servings("users-1", "users.get", "routing", "n1").record(Outcome.OK, MILLI);
    telemetry.servings("users-2", "users.get", "orders", "n1").record(Outcome.OK, MILLI);
    telemetry.tick();

    var window = telemetry.last(1);
    assertEquals(
        List.of("users-1 2", "users-2 1"),
        window.servings().stream()
            .map(each -> each.instance() + " " + each.latencies().count())
            .sorted()
            .toList());
    assertEquals(
        List.of("orders n1 2", "routing n1 1"),
        window.edges().stream()
            .map(each -> each.caller() + " " + each.node() + " " + each.latencies().count())
            .sorted()
            .toList());
  }

  @Test
  void whatAnInstanceServedThatIsGoneCountsForEverAndTakesNoRoomForLong() {
    telemetry.servings("users-1", "users.get", "orders", "n1").record(Outcome.OK, MILLI);
    telemetry.tick();
    telemetry.retired("users-1");
    assertEquals("users-1", only(telemetry.last(1).servings()).instance());

    for (int i = 0; i <= MeshLimits.WINDOW_MAX_SECONDS; i++) {
      telemetry.tick();
    }
    var reading = only(telemetry.readServings());
    assertEquals("", reading.instance());
    assertEquals("orders", reading.caller());
    assertEquals(1, reading.latencies().count());

    for (int i = 0; i < CallHistograms.EDGES_MAX; i++) {
      telemetry.servings("users-2", "users.get", "caller-" + i, "n1").record(Outcome.OK, MILLI);
    }
    assertEquals(
        0,
        telemetry.readServings().stream()
            .filter(each -> each.caller().equals(CallHistograms.OTHER))
            .count());
  }

  @Test
  void theDelayOfEventLoopsIsInTheWindowToo() {
    telemetry.loopDelayed(0, 2 * MILLI);
    telemetry.loopDelayed(1, 8 * MILLI);
    telemetry.tick();

    assertEquals(2, telemetry.last(1).loopDelay().count());
    assertEquals(8e6, (double) telemetry.last(1).loopDelay().nanosAt(1), 0.032 * 8e6);
    assertEquals(2, telemetry.readLoops().size());
  }

  @Test
  void aWindowThatIsNotKeptIsRefused() {
    for (int seconds : new int[] {-1, 0, MeshLimits.WINDOW_MAX_SECONDS + 1}) {
      assertThrows(IllegalArgumentException.class, () -> telemetry.last(seconds));
    }
  }

  private void second(int calls, long nanos) {
    for (int i = 0; i < calls; i++) {
      telemetry.calls("users.get").record(Outcome.OK, nanos);
    }
    time.advance(CallHistograms.TICK);
    telemetry.tick();
  }

  private static Measured only(List<Measured> readings) {
    assertEquals(1, readings.size(), readings.toString());
    return readings.get(0);
  }
}
