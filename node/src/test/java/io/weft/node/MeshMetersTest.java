package io.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a scrape shows of calls. */
class MeshMetersTest {
  private static final String LABELS = "{node=\"\",operation=\"users.get\",outcome=\"ok\"";

  private final VirtualTime time = new VirtualTime(1);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MeshMeters meters = new MeshMeters(() -> registry, time);

  @Test
  void aCallShowsWithItsCountItsSumAndItsQuantiles() {
    for (int i = 1; i <= 100; i++) {
      meters.calls("users.get").record(Outcome.OK, Duration.ofMillis(i).toNanos());
    }

    assertEquals(100, value("weft_call_seconds_count" + LABELS + "}"));
    assertEquals(5.05, value("weft_call_seconds_sum" + LABELS + "}"), 1e-9);
    assertEquals(0.050, value("weft_call_seconds" + LABELS + ",quantile=\"0.5\"}"), 0.002);
    assertEquals(0.099, value("weft_call_seconds" + LABELS + ",quantile=\"0.99\"}"), 0.004);
    assertEquals(0.100, value("weft_call_seconds_max" + LABELS + "}"), 0.004);
  }

  @Test
  void attemptsAreToldApartByNodeAndOutcome() {
    meters.attempts("users.get", "n1").record(Outcome.OK, 1_000);
    meters.attempts("users.get", "n2").record(Outcome.NOT_SENT, 1_000);

    var scraped = registry.scrape();
    assertTrue(
        scraped.contains(
            "weft_attempt_seconds_count{node=\"n1\",operation=\"users.get\",outcome=\"ok\"} 1"),
        scraped);
    assertTrue(
        scraped.contains(
            "weft_attempt_seconds_count{node=\"n2\",operation=\"users.get\",outcome=\"NotSent\"} 1"),
        scraped);
  }

  @Test
  void whatWasIgnoredIsCountedByWhatItWas() {
    meters.ignored("record");
    meters.ignored("record");
    meters.ignored("announcement");

    assertEquals(2, value("weft_discovery_ignored_total{what=\"record\"}"));
    assertEquals(1, value("weft_discovery_ignored_total{what=\"announcement\"}"));
  }

  @Test
  void servingsShowUnderANameOfTheirOwn() {
    meters.servings("users.get").record(Outcome.OK, 1_000);

    assertEquals(1, value("weft_served_seconds_count" + LABELS + "}"));
    assertFalse(registry.scrape().contains("weft_call"), "calls without a call");
  }

  @Test
  void whatWasCountedBeforeThereWasARegistryIsShownLater() {
    var late = new AtomicReference<PrometheusMeterRegistry>();
    var early = new MeshMeters(late::get, time);
    var recorder = early.calls("users.get");
    recorder.record(Outcome.OK, 1_000);
    late.set(registry);
    early.calls("users.list");
    recorder.record(Outcome.OK, 1_000);

    assertEquals(2, value("weft_call_seconds_count" + LABELS + "}"));
  }

  @Test
  void aSecondNodeInTheSameProcessSpoilsNothing() {
    meters.calls("users.get").record(Outcome.OK, 1_000);
    new MeshMeters(() -> registry, time).calls("users.get").record(Outcome.OK, 1_000);

    assertEquals(1, value("weft_call_seconds_count" + LABELS + "}"));
  }

  private double value(String series) {
    var scraped = registry.scrape();
    return scraped
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not in\n" + scraped));
  }
}
