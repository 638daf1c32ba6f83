package io.weft.node.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.Readiness;
import io.weft.mesh.pki.Expiry;
import io.weft.mesh.telemetry.Distribution;
import io.weft.mesh.telemetry.LatencyHistogram;
import io.weft.mesh.telemetry.Measure;
import io.weft.node.NodeLimits;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What must hold in a node: each rule kept, and broken. */
class SelfChecksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static Status status(Finding finding) {
    assertFalse(finding.detail().isEmpty(), finding.toString());
    assertEquals(finding.status() == Status.PASS, finding.fix().isEmpty(), finding.toString());
    assertTrue(finding.code().matches("W[0-9]{4}"), finding.code());
    return finding.status();
  }

  @Test
  void aHeapThatIsAlmostFullIsToldOf() {
    assertEquals(Status.PASS, status(SelfChecks.heap("n1", 50, 100)));
    assertEquals(Status.WARN, status(SelfChecks.heap("n1", 85, 100)));
    assertEquals(Status.FAIL, status(SelfChecks.heap("n1", 95, 100)));
  }

  private static Distribution late(Duration most) {
    var histogram = new LatencyHistogram();
    histogram.record(Duration.ofMillis(1).toNanos());
    histogram.record(most.toNanos());
    return histogram.snapshot().distribution();
  }

  @Test
  void anEventLoopThatStoodStillIsToldOf() {
    assertEquals(Status.PASS, status(SelfChecks.loops("n1", Distribution.EMPTY)));
    assertEquals(Status.PASS, status(SelfChecks.loops("n1", late(Duration.ofMillis(20)))));
    var some = NodeLimits.LOOP_DELAY_WARN.plusMillis(50);
    assertEquals(Status.WARN, status(SelfChecks.loops("n1", late(some))));
    assertEquals(Status.FAIL, status(SelfChecks.loops("n1", late(Duration.ofSeconds(2)))));
  }

  @Test
  void aCertificateThatIsNotGoodForLongIsToldOf() {
    assertEquals(Status.PASS, certificate(Duration.ofDays(31)));
    assertEquals(Status.WARN, certificate(Duration.ofDays(29)));
    assertEquals(Status.FAIL, certificate(Duration.ofDays(6)));
    assertEquals(Status.FAIL, certificate(Duration.ofDays(-1)));
  }

  private static Status certificate(Duration left) {
    return status(measured(Expiry.measure("http", NOW.plus(left))));
  }

  @Test
  void theBusAloneWantsARestartForANewCertificate() {
    assertTrue(measured(Expiry.measure("bus", NOW)).fix().contains("restart the nodes"));
    assertTrue(measured(Expiry.measure("admin", NOW)).fix().contains("without a restart"));
    assertEquals("n1, admin", measured(Expiry.measure("admin", NOW)).subject());
  }

  @Test
  void theKeyOfDevelopmentFailsInProductionOnly() {
    assertEquals(Status.PASS, status(SelfChecks.keys("n1", "development", false)));
    assertEquals(Status.PASS, status(SelfChecks.keys("n1", "production", true)));
    assertEquals(Status.FAIL, status(SelfChecks.keys("n1", "production", false)));
  }

  @Test
  void aPolicyFileThatIsNotWhatCountsIsToldOf() {
    assertEquals(Status.PASS, status(SelfChecks.policyFile("n1", null, null)));
    assertEquals(Status.PASS, status(SelfChecks.policyFile("n1", null, true)));
    assertEquals(Status.WARN, status(SelfChecks.policyFile("n1", null, false)));
    assertEquals(Status.FAIL, status(SelfChecks.policyFile("n1", "it refused epoch 4", true)));
  }

  @Test
  void whatADeadNodeLeftIsToldOfByItsName() {
    assertEquals(Status.PASS, status(SelfChecks.leftovers("n1", List.of())));
    var finding = SelfChecks.leftovers("n1", List.of("n2", "n3"));
    assertEquals(Status.FAIL, status(finding));
    assertEquals("n2, n3", finding.subject());
    assertTrue(finding.fix().contains("scripts/stop.sh n2 n3"), finding.fix());
  }

  @Test
  void anInstanceThatRunsAndIsNotRegisteredFails() {
    var running = List.of("users-1", "users-2");
    assertEquals(Status.PASS, status(SelfChecks.registered("n1", running, running)));
    assertEquals(Status.PASS, status(SelfChecks.registered("n1", List.of("users-1"), running)));
    var finding = SelfChecks.registered("n1", running, List.of("users-1"));
    assertEquals(Status.FAIL, status(finding));
    assertTrue(finding.detail().contains("users-2"), finding.detail());
  }

  @Test
  void aServiceOrAPostgresqlThatDoesNotAnswerFails() {
    var findings =
        SelfChecks.parts(
            "n1",
            new Readiness(
                List.of(
                    new Readiness.Check("users", true, ""),
                    new Readiness.Check("postgres", false, "no answer"))));
    assertEquals(Status.PASS, status(findings.get(0)));
    assertEquals(Status.FAIL, status(findings.get(1)));
    assertEquals("n1, postgres", findings.get(1).subject());
  }

  @Test
  void aPoolForWhichOthersWaitIsToldOf() {
    assertEquals(Status.PASS, status(SelfChecks.pool("n1", "users", 8, 8, 0)));
    assertEquals(Status.WARN, status(SelfChecks.pool("n1", "users", 8, 8, 3)));
  }

  private static Status measure(String name, double value) {
    var labels = Map.of("service", "orders", "consumer", "summary");
    return status(measured(new Measure(name, "", labels, value)));
  }

  private static Finding measured(Measure measure) {
    var findings = SelfChecks.measures("n1", NOW, List.of(measure));
    assertEquals(1, findings.size());
    return findings.get(0);
  }

  @Test
  void whatAServiceTellsOfItselfIsJudged() {
    assertEquals(Status.PASS, measure("weft_outbox_age_seconds", 0.3));
    assertEquals(Status.WARN, measure("weft_outbox_age_seconds", 11));
    assertEquals(Status.FAIL, measure("weft_outbox_age_seconds", 61));
    assertEquals(Status.PASS, measure("weft_consumer_lag_events", 100));
    assertEquals(Status.WARN, measure("weft_consumer_lag_events", 20_000));
    assertEquals(Status.PASS, measure("weft_consumer_failed_attempts", 1));
    assertEquals(Status.FAIL, measure("weft_consumer_failed_attempts", 3));
    assertEquals(Status.PASS, measure("weft_saga_parked", 0));
    assertEquals(Status.FAIL, measure("weft_saga_parked", 1));
    assertEquals(Status.PASS, measure("weft_saga_age_seconds", 2));
    assertEquals(Status.WARN, measure("weft_saga_age_seconds", 61));
    assertEquals(
        List.of(),
        SelfChecks.measures("n1", NOW, List.of(new Measure("weft_other", "", Map.of(), 1))));
  }
}
