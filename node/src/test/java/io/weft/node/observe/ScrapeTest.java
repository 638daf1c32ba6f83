package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weft.mesh.telemetry.Decision.Kind;
import io.weft.mesh.telemetry.Decisions;
import io.weft.mesh.telemetry.Gauges;
import io.weft.mesh.telemetry.Gauges.InstanceGauge;
import io.weft.mesh.telemetry.Gauges.PeerGauge;
import io.weft.mesh.telemetry.Gauges.SiteGauge;
import io.weft.mesh.telemetry.Gauges.TargetGauge;
import io.weft.mesh.telemetry.Measure;
import io.weft.mesh.telemetry.Outcome;
import io.weft.mesh.telemetry.Spans;
import io.weft.mesh.time.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a scrape shows of a node. */
class ScrapeTest {
  private static final Gauges GAUGES =
      new Gauges(
          List.of(
              new InstanceGauge("users", "users-1", "1", "SERVING", 3, 64, 5, 2, null),
              new InstanceGauge("users", "users-9", "1", "SERVING", 40, 64, 0, 0, "hub")),
          List.of(new TargetGauge("orders", 4, 1, 2, 1, 7, 12.5, 20, 6)),
          List.of(),
          List.of(new PeerGauge("n2", 4_096)),
          new SiteGauge(3, 9, Duration.ofMillis(1_500), 8));

  private final VirtualTime time = new VirtualTime(1);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MeshMeters meters = new MeshMeters(time);
  private final Decisions decisions = new Decisions("n1", time);
  private List<Measure> measures = List.of();

  @BeforeEach
  void show() {
    registry.getPrometheusRegistry().register(scrape());
  }

  private Scrape scrape() {
    return new Scrape(
        meters,
        new Scrape.Mesh(
            () -> GAUGES,
            new Spans("n1", time, time),
            decisions,
            () -> new Scrape.Exported(11, 2),
            () -> measures));
  }

  @Test
  void callsAreAHistogramThatPrometheusCanAddUpOverNodes() {
    for (int i = 1; i <= 100; i++) {
      meters.calls("users.get").record(Outcome.OK, Duration.ofMillis(i).toNanos());
    }
    var labels = "operation=\"users.get\",outcome=\"ok\"";

    assertEquals(100, value("weft_call_seconds_count{" + labels + "}"));
    assertEquals(5.05, value("weft_call_seconds_sum{" + labels + "}"), 1e-9);
    assertEquals(0, value("weft_call_seconds_bucket{" + labels + ",le=\"5.0E-4\"}"));
    assertEquals(10, value("weft_call_seconds_bucket{" + labels + ",le=\"0.01\"}"), 1);
    assertEquals(50, value("weft_call_seconds_bucket{" + labels + ",le=\"0.05\"}"), 2);
    assertEquals(100, value("weft_call_seconds_bucket{" + labels + ",le=\"0.25\"}"));
    assertEquals(100, value("weft_call_seconds_bucket{" + labels + ",le=\"+Inf\"}"));
  }

  @Test
  void attemptsAreTimedTogetherAndCountedByNodeAndOutcome() {
    meters.attempts("users.get", "n1").record(Outcome.OK, 1_000);
    meters.attempts("users.get", "n2").record(Outcome.OK, 1_000);
    meters.attempts("users.get", "n2").record(Outcome.NOT_SENT, 1_000);

    assertEquals(2, value("weft_attempt_seconds_count{operation=\"users.get\",outcome=\"ok\"}"));
    assertEquals(
        1, value("weft_attempts_total{node=\"n2\",operation=\"users.get\",outcome=\"NotSent\"}"));
  }

  @Test
  void whatIsServedIsTimedTogetherAndCountedByWhoCalled() {
    meters.servings("users-1", "users.get", "orders", "n2").record(Outcome.OK, 1_000);
    meters.servings("users-2", "users.get", "orders", "n2").record(Outcome.OK, 1_000);
    meters.servings("users-1", "users.get", "routing", "n1").record(Outcome.OK, 1_000);

    assertEquals(3, value("weft_served_seconds_count{operation=\"users.get\",outcome=\"ok\"}"));
    assertEquals(
        2,
        value(
            "weft_served_total{caller=\"orders\",caller_node=\"n2\","
                + "operation=\"users.get\",outcome=\"ok\"}"));
    assertFalse(registry.scrape().contains("weft_call"), "calls without a call");
  }

  @Test
  void gaugesShowAsTheyStand() {
    var instance = "{instance_id=\"users-1\",service=\"users\"}";
    assertEquals(3, value("weft_instance_in_flight" + instance));
    assertEquals(64, value("weft_instance_limit" + instance));
    assertEquals(5, value("weft_instance_queued" + instance));
    assertEquals(2, value("weft_instance_streams" + instance));
    assertEquals(1, value("weft_breakers{service=\"orders\",state=\"CLOSED\"}"));
    assertEquals(1, value("weft_breakers{service=\"orders\",state=\"HALF_OPEN\"}"));
    assertEquals(2, value("weft_breakers{service=\"orders\",state=\"OPEN\"}"));
    assertEquals(1, value("weft_target_ejected{service=\"orders\"}"));
    assertEquals(7, value("weft_target_in_flight{service=\"orders\"}"));
    assertEquals(12.5, value("weft_retry_budget{service=\"orders\"}"));
    assertEquals(20, value("weft_retries_total{service=\"orders\"}"));
    assertEquals(6, value("weft_retries_refused_total{service=\"orders\"}"));
    assertEquals(4_096, value("weft_peer_outbox_bytes{node=\"n2\"}"));
    assertEquals(3, value("weft_site_nodes"));
    assertEquals(9, value("weft_site_instances"));
    assertEquals(1.5, value("weft_discovery_silence_seconds"));
    assertEquals(8, value("weft_policy_epoch"));
    assertEquals(11, value("weft_spans_exported_total"));
    assertEquals(2, value("weft_spans_unexported_total"));
  }

  /** Who scales by these would start instances here for what is done at another site. */
  @Test
  void anInstanceThatStandsForAnotherSiteIsNoneOfTheInstancesHere() {
    assertFalse(registry.scrape().contains("users-9"));
  }

  @Test
  void whatWasIgnoredAndWhatWasDecidedIsCountedByWhatItWas() {
    meters.ignored("record");
    meters.ignored("record");
    decisions.add(Kind.NODE_LEFT, "n2", "its lease ended");

    assertEquals(2, value("weft_discovery_ignored_total{what=\"record\"}"));
    assertEquals(1, value("weft_decisions_total{kind=\"node-left\"}"));
  }

  @Test
  void theDelayOfEachEventLoopIsAHistogram() {
    meters.loopDelayed(1, Duration.ofMillis(30).toNanos());

    assertEquals(0, value("weft_event_loop_delay_seconds_bucket{loop=\"1\",le=\"0.025\"}"));
    assertEquals(1, value("weft_event_loop_delay_seconds_bucket{loop=\"1\",le=\"0.05\"}"));
  }

  @Test
  void whatServicesSayOfThemselvesIsShownWithTheirLabels() {
    measures =
        List.of(
            new Measure("weft_outbox_events", "Waiting", Map.of("service", "orders"), 4),
            new Measure("weft_outbox_events", "Waiting", Map.of("service", "users"), 0));

    assertEquals(4, value("weft_outbox_events{service=\"orders\"}"));
    assertEquals(0, value("weft_outbox_events{service=\"users\"}"));
  }

  @Test
  void aSecondNodeInTheSameProcessIsRefusedByTheRegistry() {
    assertThrows(
        IllegalStateException.class, () -> registry.getPrometheusRegistry().register(scrape()));
    assertTrue(registry.scrape().contains("weft_site_nodes"));
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
