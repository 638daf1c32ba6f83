package io.weft.node.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.CallHistograms;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.time.VirtualTime;
import io.weft.node.scale.NodeLoad.ServiceLoad;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a node tells of its load, in virtual time. */
class LoadMeterTest {
  private static final long MILLI_NANOS = 1_000_000;
  private static final String STAND_IN = "users-hub-0";

  private final VirtualTime time = new VirtualTime(1);
  private final CallHistograms histograms = new CallHistograms(time);
  private int inFlight;
  private int instances = 2;
  private int standIns;
  private final AtomicLong cpuNanos = new AtomicLong();
  private final LoadMeter meter =
      new LoadMeter(
          "n1",
          () -> List.of(gauge("users-1", null), gauge("users-2", null), gauge(STAND_IN, "hub")),
          () -> Records.node("n1", "a", State.SERVING, instances, standIns).instances(),
          histograms,
          cpuNanos::get,
          time);

  /** An instance that runs half of what is in flight at it, and lets the other half wait. */
  private InstanceGauge gauge(String instance, @Nullable String site) {
    int half = inFlight / 4;
    int limit = site == null ? 64 : 900;
    return new InstanceGauge("users", instance, "1", "SERVING", half, limit, half, 0, site);
  }

  private ServiceLoad load() {
    return meter.read(true).services().stream()
        .filter(each -> each.service().equals("users"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void ratesAndTimesAreThoseOfWhatInstancesAnswered() {
    var served = histograms.servings("users-1", "users.get", "routing", "n2");
    var others = histograms.servings("users-2", "users.put", "orders", "n1");
    for (int second = 0; second < 20; second++) {
      for (int i = 0; i < 99; i++) {
        served.record(Outcome.OK, 10 * MILLI_NANOS);
      }
      others.record(Outcome.APPLICATION, 110 * MILLI_NANOS);
      served.record(Outcome.REJECTED, 0); // Says nothing of how fast it is.
      time.advance(Duration.ofSeconds(1));
      histograms.tick();
    }
    var load = load();
    assertEquals(2, load.instances());
    assertEquals(100, load.perSecond(), 1);
    assertEquals(1.1, load.busy(), 0.02);
    assertEquals(11_000.0, (double) load.meanMicros(), 200);
    assertEquals(10_000.0, (double) load.p99Micros(), 400);
  }

  /** Otherwise plans would hold the round trip of a link for the time that the service takes. */
  @Test
  void whatAnInstanceDoesThatStandsForAnotherSiteIsNoLoadHere() {
    standIns = 1;
    inFlight = 16;
    var here = histograms.servings("users-1", "users.get", "routing", "n2");
    var there = histograms.servings(STAND_IN, "users.get", "routing", "n2");
    for (int second = 0; second < 20; second++) {
      here.record(Outcome.OK, 10 * MILLI_NANOS);
      there.record(Outcome.OK, 900 * MILLI_NANOS);
      time.advance(Duration.ofSeconds(1));
      histograms.tick();
      meter.sample();
    }
    var load = load();
    assertEquals(2, load.instances());
    assertEquals(1, load.perSecond(), 0.1);
    assertEquals(10_000.0, (double) load.meanMicros(), 200);
    assertEquals(16, load.inFlight(), 0.1);
    assertEquals(64, load.atATimeMax());

    standIns = 0; // The link is cut; what crossed it counts in the last minute still.
    meter.sample();
    assertEquals(10_000.0, (double) load().meanMicros(), 200);
  }

  @Test
  void callsThatFailAreCountedSinceTheStartAndAnswersOfTheServiceAreNoFailures() {
    var calls = histograms.calls("users.get");
    calls.record(Outcome.OK, 1);
    calls.record(Outcome.APPLICATION, 1);
    for (var failure :
        List.of(Outcome.NOT_SENT, Outcome.REJECTED, Outcome.EXPIRED, Outcome.UNKNOWN)) {
      calls.record(failure, 1);
    }
    assertEquals(6, load().calls());
    assertEquals(4, load().failed());
  }

  @Test
  void whatIsInFlightIsAnAverageOfTheLastTwoSecondsOrSo() {
    inFlight = 16;
    for (int i = 0; i < 40; i++) {
      meter.sample();
    }
    assertEquals(16, load().inFlight(), 0.1);
    inFlight = 0;
    meter.sample();
    assertEquals(8, load().inFlight(), 0.1);
    for (int i = 0; i < 20; i++) {
      meter.sample();
    }
    assertEquals(0, load().inFlight(), 0.2);
  }

  /** A minute with so many calls a second, each of which takes so long. */
  private void minute(int perSecond, int millis) {
    var served = histograms.servings("users-1", "users.get", "routing", "n2");
    for (int second = 0; second < 60; second++) {
      for (int i = 0; i < perSecond; i++) {
        served.record(Outcome.OK, millis * MILLI_NANOS);
      }
      time.advance(Duration.ofSeconds(1));
      histograms.tick();
    }
    meter.remember();
  }

  @Test
  void ofEachLoadTheLatestMinuteIsRememberedForAnHour() {
    minute(100, 10); // The first says nothing: nobody knows how many instances there were before.
    minute(100, 11);
    minute(400, 20);
    minute(105, 12);
    minute(1, 90); // Too few calls.
    var past = load().past();
    assertEquals(
        List.of(105.0, 400.0), past.stream().map(each -> Math.rint(each.perSecond())).toList());
    assertEquals(12_000.0, (double) past.get(0).meanMicros(), 400);
    assertEquals(List.of(), meter.read(false).services().get(0).past());
    time.advance(Duration.ofHours(1).plusSeconds(1));
    assertEquals(List.of(), load().past());
  }

  @Test
  void aMinuteInWhichInstancesCameOrWentIsNotRemembered() {
    minute(100, 10);
    minute(100, 10);
    assertEquals(1, load().past().size());
    instances = 3;
    minute(400, 20);
    assertEquals(1, load().past().size());
    minute(400, 20);
    assertEquals(2, load().past().size());
  }

  @Test
  void processorsAreThoseThatWereUsedOfLate() {
    for (int i = 0; i < 100; i++) {
      time.advance(Duration.ofSeconds(5));
      cpuNanos.addAndGet((i < 80 ? 0 : 2) * 5_000L * MILLI_NANOS);
      meter.note();
    }
    assertEquals(2, meter.read(true).coresUsed(), 1e-9);
  }
}
