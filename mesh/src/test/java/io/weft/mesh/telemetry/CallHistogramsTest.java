package io.weft.mesh.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.weft.mesh.MeshFailure.NotSent;
import io.weft.mesh.telemetry.CallHistograms.Reading;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The telemetry of one node, and what a reader sees of it. */
class CallHistogramsTest {
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
    assertEquals(2, reading.count());
    assertEquals(3_000, reading.sumNanos());
  }

  @Test
  void callsAttemptsAndServingsAreCountedApart() {
    telemetry.attempts("users.get", "n1").record(Outcome.of(new NotSent("gone")), 1_000);
    telemetry.servings("users.get").record(Outcome.OK, 1_000);

    assertEquals(List.of(), telemetry.readCalls());
    assertEquals("n1", only(telemetry.readAttempts()).node());
    assertEquals(Outcome.NOT_SENT, only(telemetry.readAttempts()).outcome());
    assertEquals("", only(telemetry.readServings()).node());
  }

  @Test
  void aFailureThatNobodyKnowsCountsAsOther() {
    telemetry.calls("users.get").record(Outcome.of(new IllegalStateException("defect")), 1_000);

    assertEquals(Outcome.OTHER, only(telemetry.readCalls()).outcome());
    assertEquals(1, only(telemetry.readCalls()).count());
  }

  @Test
  void operationsPastTheLimitAreNotToldApart() {
    for (int i = 0; i < CallHistograms.SERIES_MAX + 100; i++) {
      telemetry.calls("flood." + i).record(Outcome.OK, 1_000);
    }

    var readings = telemetry.readCalls();
    assertEquals(CallHistograms.SERIES_MAX + 1, readings.size());
    var other = readings.stream().filter(r -> r.operation().equals("other")).toList();
    assertEquals(100, only(other).count());
  }

  @Test
  void quantilesTellOfTheLastMinutesAndCountsOfAllTime() {
    telemetry.calls("users.get").record(Outcome.OK, Duration.ofSeconds(1).toNanos());
    assertEquals(1e9, (double) only(telemetry.readCalls()).recent().nanosAt(0.5), 5e7);
    for (int minute = 0; minute < 3; minute++) {
      time.advance(CallHistograms.RECENT);
      telemetry.calls("users.get").record(Outcome.OK, Duration.ofMillis(1).toNanos());
      telemetry.readCalls();
    }

    var reading = only(telemetry.readCalls());
    assertEquals(4, reading.count());
    assertEquals(1, reading.recent().count());
    assertEquals(1e6, (double) reading.recent().nanosAt(1), 5e4);
  }

  @Test
  void readingOftenDoesNotShortenWhatIsLookedBackOn() {
    telemetry.calls("users.get").record(Outcome.OK, 1_000);
    for (int second = 0; second < 59; second++) {
      assertEquals(1, only(telemetry.readCalls()).recent().count());
      time.advance(Duration.ofSeconds(1));
    }
    assertEquals(1, only(telemetry.readCalls()).recent().count());
  }

  private static Reading only(List<Reading> readings) {
    assertEquals(1, readings.size(), readings.toString());
    return readings.get(0);
  }
}
