package io.weft.node.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.Migrations;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.Finding.Status;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What must hold before an upgrade: each rule kept, and broken. */
class UpgradeRulesTest {
  private static final Migrations.State NOTHING =
      new Migrations.State(List.of(), List.of(), List.of());

  private static JsonObject node(String id, String state, int users, int orders) {
    return new JsonObject()
        .put("id", id)
        .put("state", state)
        .put("hosts", new JsonArray().add("users").add("orders"))
        .put("services", new JsonObject().put("users", users).put("orders", orders).put("node", 1));
  }

  private static List<Status> statuses(Collection<Finding> findings) {
    for (var finding : findings) {
      assertEquals(finding.status() == Status.PASS, finding.fix().isEmpty(), finding.toString());
    }
    return findings.stream().map(Finding::status).toList();
  }

  @Test
  void aNodeMustServeAndSayThatItIsReady() {
    assertEquals(
        List.of(Status.PASS, Status.FAIL, Status.FAIL, Status.FAIL),
        statuses(
            List.of(
                UpgradeRules.ready("n1", "SERVING", ""),
                UpgradeRules.ready("n1", "SERVING", "postgres: no answer in 2000 ms"),
                UpgradeRules.ready("n1", "DRAINING", ""),
                UpgradeRules.ready("n1", "", ""))));
  }

  @Test
  void aServiceThatOnlyOneNodeServesCannotSpareIt() {
    var nodes = new JsonArray().add(node("n1", "SERVING", 1, 1)).add(node("n2", "SERVING", 2, 0));
    var findings = UpgradeRules.spare(nodes, List.of("n1", "n2"));
    assertEquals(List.of(Status.FAIL, Status.PASS), statuses(findings));
    assertEquals("it has the last instance of orders", findings.get(0).detail());
    assertTrue(findings.get(0).fix().contains("orders=2"));
  }

  @Test
  void anInstanceOnANodeThatDrainsIsNoneToSpare() {
    var nodes = new JsonArray().add(node("n1", "SERVING", 1, 1)).add(node("n2", "DRAINING", 1, 1));
    assertEquals(List.of(Status.FAIL), statuses(UpgradeRules.spare(nodes, List.of("n1"))));
  }

  @Test
  void severalReleasesAreAnUpgradeThatHasNotEnded() {
    assertEquals(Status.PASS, UpgradeRules.releases(Map.of("n1", "1", "n2", "1")).status());
    var mixed = UpgradeRules.releases(Map.of("n1", "2", "n2", "1", "n3", "1"));
    assertEquals(Status.WARN, mixed.status());
    assertEquals("1 on n2, n3; 2 on n1", mixed.detail());
  }

  @Test
  void aSchemaOfALaterReleaseIsToldAndOneThatTookAwayIsRefused() {
    var pending = new Migrations.State(List.of("4 notes"), List.of(), List.of());
    var later = new Migrations.State(List.of(), List.of("5 colour"), List.of());
    var taken = new Migrations.State(List.of(), List.of("6 contract x"), List.of("6 contract x"));
    assertEquals(
        List.of(Status.PASS, Status.PASS, Status.WARN, Status.FAIL),
        statuses(
            List.of(
                UpgradeRules.database("users", NOTHING),
                UpgradeRules.database("users", pending),
                UpgradeRules.database("users", later),
                UpgradeRules.database("users", taken))));
    assertTrue(UpgradeRules.database("users", pending).detail().contains("4 notes"));
  }

  @Test
  void settingsThatTheReleaseRefusesAndASiteOfOneNodeAreTold() {
    assertEquals(
        List.of(Status.PASS, Status.FAIL, Status.PASS, Status.WARN, Status.FAIL, Status.WARN),
        statuses(
            List.of(
                UpgradeRules.starts("n1", ""),
                UpgradeRules.starts("n1", "weft: Unknown option: '--old'"),
                UpgradeRules.copies(2),
                UpgradeRules.copies(1),
                UpgradeRules.noDatabase("users", "it does not answer"),
                UpgradeRules.notLooked("the release that runs has no weft doctor"))));
  }

  @Test
  void ofTheDoctorCountsWhatAnUpgradeNeedsAndParkedOrdersDoNotHinderIt() {
    var checks = new JsonArray();
    for (var code : List.of("W0101", "W0201", "W0303", "W0305")) {
      checks.add(
          new JsonObject()
              .put("code", code)
              .put("name", "x")
              .put("status", "FAIL")
              .put("subject", "s")
              .put("detail", "d")
              .put("fix", "f"));
    }
    var findings = UpgradeRules.needed(new JsonObject().put("checks", checks));
    assertEquals(
        List.of("W0101 FAIL", "W0303 FAIL", "W0305 WARN"),
        findings.stream().map(each -> each.code() + " " + each.status()).toList());
    assertEquals(Status.FAIL, UpgradeRules.worst(findings));
    assertEquals("FAIL", UpgradeRules.told(findings).getString("worst"));
    assertEquals(Status.PASS, UpgradeRules.worst(List.of()));
  }

  @Test
  void aNodeThatIsTakenBackIsNotAskedForWhatItsReleaseDoesNotKnow() {
    var site = Map.of("users", 3, "sites", 3);
    var own = Map.of("users", 1, "sites", 1);
    var older = new JsonObject().put("hosts", new JsonArray().add("users"));
    assertEquals(Map.of("users", 3, "sites", 2), UpgradeRules.wanted(site, own, older));

    var same = new JsonObject().put("hosts", new JsonArray().add("users").add("sites"));
    assertEquals(site, UpgradeRules.wanted(site, own, same));
  }
}
