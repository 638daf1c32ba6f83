package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.Everyone.Answered;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Status;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.NodeCheck.Missing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What must hold between nodes: each rule kept, and broken. */
class SiteChecksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static NodeCheck check(String node, long epoch, String digest, int nodes, int users) {
    return new NodeCheck(
        node, NOW, epoch, digest, nodes, Map.of("users", users), List.of(), 1L, null);
  }

  private static NodeCheck check(String node) {
    return check(node, 1, "", 2, 1);
  }

  private static NodeCheck lost(String node, Missing... missing) {
    return new NodeCheck(node, NOW, 1, "", 2, Map.of(), List.of(), 1L, List.of(missing));
  }

  private static List<Status> statuses(List<Finding> findings) {
    findings.forEach(
        finding -> {
          assertFalse(finding.detail().isEmpty(), finding.toString());
          assertEquals(
              finding.status() == Status.PASS, finding.fix().isEmpty(), finding.toString());
        });
    return findings.stream().map(Finding::status).toList();
  }

  @Test
  void aNodeThatGoesByAnOlderEpochFails() {
    var findings = SiteChecks.epochs(List.of(check("n1", 3, "a", 2, 1), check("n2", 2, "b", 2, 1)));
    assertEquals(List.of(Status.PASS, Status.FAIL), statuses(findings));
    assertEquals("n2", findings.get(1).subject());
    assertEquals("W0101", findings.get(1).code());
    assertTrue(findings.get(1).detail().contains("epoch 2, others by 3"));
  }

  @Test
  void oneEpochWithTwoTextsFailsOnBoth() {
    assertEquals(
        List.of(Status.FAIL, Status.FAIL),
        statuses(SiteChecks.epochs(List.of(check("n1", 3, "a", 2, 1), check("n2", 3, "b", 2, 1)))));
    assertEquals(
        List.of(Status.PASS, Status.PASS),
        statuses(SiteChecks.epochs(List.of(check("n1", 3, "a", 2, 1), check("n2", 3, "a", 2, 1)))));
  }

  @Test
  void aNodeThatDoesNotAnswerFails() {
    var findings = SiteChecks.answers(List.of("n1"), List.of("n3"));
    assertEquals(List.of(Status.PASS, Status.FAIL), statuses(findings));
    assertEquals("n3", findings.get(1).subject());
  }

  @Test
  void aNodeThatIsGoneWithoutAWordIsAWarningAndOneThatIsAMemberStillAFailure() {
    assertEquals(
        List.of(Status.PASS), statuses(SiteChecks.missing(List.of(lost("n1"), check("n2")))));
    var crashed = new Missing("n3", false, 9_400, "the node left the cluster");
    var findings = SiteChecks.missing(List.of(lost("n1", crashed), lost("n2", crashed)));
    assertEquals(List.of(Status.WARN), statuses(findings));
    assertEquals("W0107", findings.get(0).code());
    assertEquals("n3", findings.get(0).subject());
    assertTrue(findings.get(0).detail().contains("9 s ago: the node left the cluster"));
    var stopped = new Missing("n3", true, 34_000, "silent");
    findings = SiteChecks.missing(List.of(lost("n1", crashed), lost("n2", stopped)));
    assertEquals(List.of(Status.FAIL), statuses(findings));
    assertTrue(findings.get(0).detail().contains("9 s ago"), findings.get(0).detail());
  }

  @Test
  void aNodeThatOnlySomeHaveLostIsNotMissingWhenItAnswers() {
    var lost = new Missing("n2", true, 3_000, "silent");
    var findings = SiteChecks.missing(List.of(lost("n1", lost), lost("n2")));
    assertEquals(List.of(Status.PASS), statuses(findings));
  }

  @Test
  void aNodeOfAReleaseThatCannotBeAskedIsAWarning() {
    var findings = SiteChecks.others(Map.of("n2", "0.1.0"));
    assertEquals(List.of(Status.WARN), statuses(findings));
    assertEquals("W0102", findings.get(0).code());
    assertTrue(findings.get(0).detail().contains("0.1.0"));
  }

  @Test
  void releasesMayDifferWhileNodesAreUpgradedAndNoLonger() {
    var mixed = Map.of("n1", "1.1.0", "n2", "1.0.0", "n3", "1.0.0");
    long hour = RoutingLimits.RELEASES_MIXED_WARN.toMillis();
    var begun = SiteChecks.versions(mixed, List.of(1_000L, 9 * hour));
    assertEquals(List.of(Status.PASS), statuses(List.of(begun)));
    assertEquals("1.0.0 on n2, n3; 1.1.0 on n1", begun.detail());
    assertEquals(
        List.of(Status.WARN), statuses(List.of(SiteChecks.versions(mixed, List.of(hour, hour)))));
    assertEquals(
        List.of(Status.PASS),
        statuses(List.of(SiteChecks.versions(Map.of("n1", "1.1.0"), List.of(hour)))));
  }

  @Test
  void aNodeThatKnowsOthersThanMostFails() {
    var findings =
        SiteChecks.directories(
            List.of(check("n1", 1, "", 3, 4), check("n2", 1, "", 3, 5), check("n3", 1, "", 3, 4)));
    assertEquals(List.of(Status.PASS, Status.FAIL, Status.PASS), statuses(findings));
    assertTrue(findings.get(1).detail().contains("users=5"), findings.get(1).detail());
  }

  @Test
  void anInstanceThatIsRegisteredAndDoesNotAnswerFails() {
    assertEquals(List.of(Status.PASS), statuses(SiteChecks.presence(9, Map.of(), 0)));
    var findings = SiteChecks.presence(9, Map.of("n2/users-1", "it is gone"), 0);
    assertEquals(List.of(Status.FAIL), statuses(findings));
    assertEquals("n2/users-1", findings.get(0).subject());
    assertEquals(List.of(Status.WARN), statuses(SiteChecks.presence(9, Map.of(), 3)));
  }

  @Test
  void aServiceWithFewerInstancesThanThereAreToBeFails() {
    var kept = new JsonObject().put("service", "users").put("desired", 2).put("actual", 2);
    var fewer = kept.copy().put("service", "orders").put("actual", 1).put("missing", 1);
    var nobodySaid = new JsonObject().put("service", "routing").put("actual", 1);
    var scale =
        new JsonObject().put("services", new JsonArray().add(kept).add(fewer).add(nobodySaid));
    assertEquals(List.of(Status.PASS, Status.FAIL), statuses(SiteChecks.counts(scale)));
    assertEquals(List.of(), SiteChecks.counts(new JsonObject()));
  }

  private static Status clock(Duration ahead, Duration roundTrip) {
    var at = NOW.plus(roundTrip.dividedBy(2)).plus(ahead);
    var check = new NodeCheck("n2", at, 0, "", 1, Map.of(), List.of(), 1L, null);
    return statuses(SiteChecks.clocks(Map.of("n2", new Answered<>(check, NOW, roundTrip)))).get(0);
  }

  @Test
  void clocksThatAreApartAreToldOfAsFarAsTheRoundTripLeavesNoDoubt() {
    var fast = Duration.ofMillis(2);
    assertEquals(Status.PASS, clock(Duration.ZERO, fast));
    assertEquals(Status.PASS, clock(RoutingLimits.CLOCK_SKEW_WARN, fast));
    assertEquals(Status.WARN, clock(RoutingLimits.CLOCK_SKEW_WARN.plusMillis(2), fast));
    assertEquals(Status.WARN, clock(RoutingLimits.CLOCK_SKEW_WARN.plusMillis(2).negated(), fast));
    assertEquals(Status.FAIL, clock(RoutingLimits.CLOCK_SKEW_FAIL.plusMillis(2), fast));
    // Half of a slow answer may be on either side of the clock.
    assertEquals(
        Status.PASS, clock(RoutingLimits.CLOCK_SKEW_WARN.plusMillis(2), Duration.ofMillis(100)));
  }
}
