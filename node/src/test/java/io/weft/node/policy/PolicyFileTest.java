package io.weft.node.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.weft.mesh.MeshLimits;
import io.weft.mesh.Priority;
import io.weft.mesh.policy.AdmissionPolicy.RateLimit;
import io.weft.mesh.policy.AttributeSource;
import io.weft.mesh.policy.AttributeSource.From;
import io.weft.mesh.policy.AutoscalePolicy;
import io.weft.mesh.policy.BalancePolicy.Algorithm;
import io.weft.mesh.policy.CachePolicy;
import io.weft.mesh.policy.EdgeLimit;
import io.weft.mesh.policy.EdgeLimit.By;
import io.weft.mesh.policy.EdgeLimit.Reach;
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.policy.PolicyException;
import io.weft.mesh.policy.TrafficPolicy;
import io.weft.mesh.policy.TrafficPolicy.Abort;
import io.weft.mesh.policy.TrafficPolicy.Fault;
import io.weft.mesh.policy.TrafficPolicy.Mirror;
import io.weft.mesh.policy.TrafficPolicy.Route;
import io.weft.mesh.policy.TrafficPolicy.Split;
import io.weft.node.NodeLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyFileTest {
  private static final PolicyFile.Served SERVED =
      new PolicyFile.Served(
          Map.of("users", Set.of("users.get", "users.create"), "orders", Set.of()));

  private static Policies read(String... lines) {
    return PolicyFile.read(7, String.join("\n", lines) + "\n", "p.yaml", SERVED);
  }

  private static List<String> refused(String... lines) {
    return assertThrows(PolicyException.class, () -> read(lines)).problems();
  }

  @Test
  void nothingSaidIsWhatIsBuiltIn() {
    assertEquals(Policy.DEFAULT, read("").defaults());
    assertEquals(Policy.DEFAULT, read("defaults:", "services:").of("users.get"));
    assertEquals(7, read("# only a remark").epoch());
  }

  @Test
  void theFileThatIsShippedIsRightAndSoIsItsExample() throws IOException {
    var root = Path.of(System.getProperty("weft.root"));
    var text = Files.readString(root.resolve(PolicyFile.FILE));
    assertEquals(Policy.DEFAULT, read(text).of("users.get"));
    var example = text.replaceAll("(?m)^# (?=[a-z ]+:|  )", "").replaceAll("(?m)^#.*", "");
    var policy = read(example.replaceAll("(?m)^  scripts/.*", "")).of("users.get");
    assertEquals(Duration.ofMillis(400), policy.attemptTimeout());
    assertEquals(2, policy.traffic().routes().size());
  }

  @Test
  void theFileForProductionLetsThoseCallWhoHaveTo() throws IOException {
    var file = Path.of(System.getProperty("weft.root"), "conf", "policies-production.yaml");
    var policies = PolicyFile.read(7, Files.readString(file), "p.yaml", null, Set.of());
    assertEquals(Set.of("routing"), policies.of("users.create").allow());
    assertEquals(Set.of("routing", "orders", "users"), policies.of("users.get").allow());
    assertEquals(Set.of("orders"), policies.of("users.reserve").allow());
    assertNull(policies.of("node.scale").allow());
    assertEquals(Set.of(), policies.of("another.service").allow());
  }

  @Test
  void anotherSiteIsACallerByItsName() {
    var policies = read("services: {users: {allow: [routing, \"site:plant\"]}}");
    assertEquals(Set.of("routing", "site:plant"), policies.of("users.get").allow());
    assertFalse(refused("services: {users: {allow: [\"plant:site\"]}}").isEmpty());
  }

  @Test
  void anOperationInheritsFromItsServiceAndThatFromTheDefaultsKeyByKey() {
    var policies =
        read(
            "services:", // In an order in which nothing is known yet.
            "  users:",
            "    timeout: 1s",
            "    retries: {backoff: 20ms}",
            "    operations:",
            "      users.get:",
            "        timeout: 400ms",
            "        retries: {budget: 10%}",
            "defaults:",
            "  timeout: 3s",
            "  attemptTimeout: 1.5s",
            "  retries: {attemptsMax: 2}");
    var get = policies.of("users.get");
    assertEquals(Duration.ofMillis(400), get.timeout());
    assertEquals(Duration.ofMillis(1_500), get.attemptTimeout());
    assertEquals(2, get.retries().attemptsMax());
    assertEquals(Duration.ofMillis(20), get.retries().backoff());
    assertEquals(0.1, get.retries().budgetRatio(), 1e-12);
    assertEquals(Duration.ofSeconds(1), policies.of("users.create").timeout());
    assertEquals(
        MeshLimits.RETRY_BUDGET_RATIO, policies.of("users.create").retries().budgetRatio());
    assertEquals(Duration.ofSeconds(3), policies.of("orders.get").timeout());
    assertEquals(Duration.ofSeconds(3), policies.defaults().timeout());
  }

  @Test
  void whatIsInheritedCanBeTakenBackWithNone() {
    var policies =
        read(
            "attributes: {tenant: header X-Tenant}",
            "defaults:",
            "  hedge: {percentile: 90%}",
            "  mirror: {version: 2, percent: 5%}",
            "  faults: [{percent: 1%, abort: rejected}]",
            "  breaker: {slowCall: 1s}",
            "  admission: {rate: {limit: 10/s, burst: 3, by: tenant}}",
            "services:",
            "  users:",
            "    hedge: none",
            "    mirror: none",
            "    faults: none",
            "    breaker: {slowCall: none}",
            "    admission: {rate: none}",
            "  orders:",
            "    admission: {rate: {burst: 9}}");
    assertEquals(Policy.DEFAULT, policies.of("users.get"));
    var orders = policies.of("orders.get");
    assertEquals(0.9, Objects.requireNonNull(orders.hedge()).percentile(), 1e-12);
    assertEquals(new RateLimit(10, 9, "tenant"), orders.admission().rate());
    assertEquals(new Mirror("2", 5), orders.traffic().mirror());
  }

  @Test
  void aRateWithoutABurstTakesAsManyAtOnceAsInASecond() {
    var policies = read("defaults: {admission: {rate: {limit: 2.5/s}}}");
    assertEquals(new RateLimit(2.5, 3, null), policies.defaults().admission().rate());
  }

  @Test
  void routesMirrorsAndFaultsAreRead() {
    var policies =
        read(
            "attributes:",
            "  tenant: header X-Tenant",
            "  client: client address",
            "  batch: caller",
            "services:",
            "  users:",
            "    routes:",
            "      - match: {tenant: acme, batch: \"1\"}",
            "        split: {1.1.0: 100%}",
            "      - split: {1.0.0: 95%, 1.1.0: 5%}",
            "        by: client",
            "    mirror: {version: 1.2.0-rc1, percent: 0.5%}",
            "    faults:",
            "      - match: {tenant: test}",
            "        percent: 50%",
            "        delay: 400ms",
            "        abort: not-sent",
            "    balance: {algorithm: consistent-hash, hashBy: client}",
            "    admission: {priority: sheddable}");
    var users = policies.of("users.get");
    assertEquals(
        new TrafficPolicy(
            List.of(
                new Route(
                    Map.of("tenant", "acme", "batch", "1"), List.of(new Split("1.1.0", 100)), null),
                new Route(
                    Map.of(), List.of(new Split("1.0.0", 95), new Split("1.1.0", 5)), "client")),
            new Mirror("1.2.0-rc1", 0.5),
            List.of(
                new Fault(Map.of("tenant", "test"), 50, Duration.ofMillis(400), Abort.NOT_SENT))),
        users.traffic());
    assertEquals(Algorithm.CONSISTENT_HASH, users.balance().algorithm());
    assertEquals(Priority.SHEDDABLE, users.admission().priority());
    assertEquals(
        Map.of(
            "tenant",
            new AttributeSource(From.HEADER, "X-Tenant"),
            "client",
            new AttributeSource(From.CLIENT_ADDRESS, "")),
        policies.attributes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timeout: 400 | \"400\" (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeout: 0ms | \"0ms\" (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeout: 61min | \"61min\" (expected: a duration with its unit (ms, s or min), 1ms to"
            + " 60min)",
        "timeout: 2 s | \"2 s\" (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeout: [2s] | a list (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeout: | nothing (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeout: none | \"none\" (expected: a duration with its unit (ms, s or min), 1ms to 60min)",
        "timeuot: 2s | no such key (did you mean timeout?)",
      })
  void aWrongValueIsToldWithItsLineKeyAndWhatWasExpected(String line, String told) {
    var key = line.substring(0, line.indexOf(':'));
    assertEquals(
        List.of("p.yaml:3: services.users." + key + ": " + told),
        refused("services:", "  users:", "    " + line));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retries: {attemptsMax: 9} | retries.attemptsMax: \"9\" (expected: a whole number, 1 to 8)",
        "retries: {budget: 0.2} | retries.budget: \"0.2\" (expected: a percentage, 0% to 100%)",
        "retries: {budget: 101%} | retries.budget: \"101%\" (expected: a percentage, 0% to 100%)",
        "retries: {reserve: 10} | retries.reserve: \"10\" (expected: a rate per second, 0/s to"
            + " 1000/s)",
        "retries: {atempts: 2} | retries.atempts: no such key (expected: attemptsMax, backoff,"
            + " budget, reserve)",
        "retries: 4 | retries: a single value (expected: key: value, one per line)",
        "balance: {algorithm: fast} | balance.algorithm: \"fast\" (expected: peak-ewma,"
            + " least-requests, round-robin, random, consistent-hash)",
        "balance: {hashBy: tenant} | balance.hashBy: \"tenant\" (expected: an attribute of the"
            + " section attributes)",
        "balance: {algorithm: consistent-hash} | balance: consistent-hash without hashBy"
            + " (expected: the attribute that it goes by)",
        "breaker: {ejection: 6min} | breaker: ejection is longer than ejectionMax (expected: at"
            + " most as long)",
        "admission: {rate: {burst: 3}} | admission.rate: no limit (expected: limit, as in limit:"
            + " 100/s; or rate: none)",
        "admission: {priority: high} | admission.priority: \"high\" (expected: critical, normal,"
            + " sheddable)",
        "routes: {split: {1: 100%}} | routes: a mapping (expected: a list)",
        "routes: [{split: {1.0.0: 95%}}] | routes[0].split: the shares add up to 95% (expected:"
            + " 100%)",
        "routes: [{split: {1.0.0: 95}}] | routes[0].split.1.0.0: \"95\" (expected: a whole"
            + " percentage, 0% to 100%)",
        "routes: [{match: {}}] | routes[0]: no split (expected: version: share, as in 1.1.0: 5%)",
        "routes: [{match: {who: me}, split: {1: 100%}}] | routes[0].match.who: \"who\" (expected:"
            + " an attribute of the section attributes, which has none)",
        "mirror: {version: 1.0.0} | mirror: not whole (expected: version and percent)",
        "faults: [{percent: 5%}] | faults[0]: not whole (expected: percent, and delay or abort or"
            + " both)",
        "faults: [{percent: 5%, delay: 2min}] | faults[0].delay: \"2min\" (expected: a duration"
            + " with its unit (ms, s or min), 1ms to 1min)",
        "operations: {users.get: 1} | operations: no such key (expected: timeout, attemptTimeout,"
            + " retries, hedge, balance, breaker, admission, cache, autoscale, routes, mirror, faults,"
            + " allow)",
      })
  void eachKeyHasItsFormAndRange(String line, String told) {
    assertTrue(
        refused("defaults:", "  " + line).contains("p.yaml:2: defaults." + told)
            || refused("defaults:", "  " + line).contains("p.yaml:1: defaults." + told),
        () -> refused("defaults:", "  " + line) + " instead of " + told);
  }

  @Test
  void aServiceOrOperationThatNobodyServesIsRefused() {
    assertEquals(
        List.of(
            "p.yaml:2: services.bills: a service that nobody serves (expected: one of orders,"
                + " users)",
            "p.yaml:6: services.users.operations.users.gte: an operation that nobody serves"
                + " (expected: one of users.create, users.get)",
            "p.yaml:7: services.users.operations: \"get\" (expected: an operation of users, as in"
                + " users.get)",
            "p.yaml:8: services.users.operations: \"orders.get\" (expected: an operation of users,"
                + " as in users.get)"),
        refused(
            "services:",
            "  bills: {timeout: 1s}",
            "  users:",
            "    timeout: 1s",
            "    operations:",
            "      users.gte: {timeout: 1s}",
            "      get: {timeout: 1s}",
            "      orders.get: {timeout: 1s}",
            "  orders:",
            "    operations:", // None runs, so nobody can tell.
            "      orders.place: {timeout: 1s}"));
  }

  @Test
  void whatCountsForAnInstanceCannotBeSaidOfAnOperation() {
    assertEquals(
        List.of(
            "p.yaml:6: services.users.operations.users.get.admission.runningMax: counts for an"
                + " instance as a whole (expected: under its service, above operations)",
            "p.yaml:6: services.users.operations.users.get.admission.queueMax: counts for an"
                + " instance as a whole (expected: under its service, above operations)"),
        refused(
            "services:",
            "  users:",
            "    admission: {runningMax: 10}",
            "    operations:",
            "      users.get:",
            "        admission: {runningMax: 5, queueMax: 7, priority: critical}"));
  }

  @Test
  void withoutKnowingWhoServesWhatAnyServicePasses() {
    var policies = PolicyFile.read(1, "services: {bills: {timeout: 1s}}", "p.yaml", null);
    assertEquals(Duration.ofSeconds(1), policies.of("bills.pay").timeout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Tenant: caller | attributes: \"Tenant\" (expected: 1 to 32 of a-z, 0-9 and -, a letter"
            + " first, and not weft-)",
        "weft-mirrored: caller | attributes: \"weft-mirrored\" (expected: 1 to 32 of a-z, 0-9 and"
            + " -, a letter first, and not weft-)",
        "tenant: X-Tenant | attributes.tenant: \"X-Tenant\" (expected: header and its name, as in"
            + " header X-Tenant; client address; or caller)",
        "tenant: header Authorization | attributes.tenant: \"header Authorization\" (expected: a"
            + " header without secrets)",
      })
  void anAttributeHasANameAndASource(String line, String told) {
    assertEquals(List.of("p.yaml:2: " + told), refused("attributes:", "  " + line));
  }

  @Test
  void attributesAreFew() {
    assertEquals(
        List.of("p.yaml:1: attributes: 8 attributes (limit: 7)"),
        refused(
            "attributes: {a: caller, b: caller, c: caller, d: caller, e: caller, f: caller,"
                + " g: caller, h: caller}"));
  }

  @Test
  void allThatIsWrongIsToldAtOnceUpToABound() {
    assertEquals(
        List.of(
            "p.yaml:1: defautls: no such key (did you mean defaults?)",
            "p.yaml:4: services.users.timeout: said before (expected: once): remove one of the two"),
        refused("defautls: {}", "services:", "  users: {timeout: 1s,", "    timeout: 2s}").stream()
            .sorted()
            .toList());
    var many = new String[NodeLimits.POLICY_PROBLEMS_MAX + 11];
    many[0] = "services:";
    for (int i = 1; i < many.length; i++) {
      many[i] = "  s" + i + ": {}";
    }
    var told = refused(many);
    assertEquals(NodeLimits.POLICY_PROBLEMS_MAX + 1, told.size());
    assertEquals("… and 10 more", told.get(told.size() - 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &x [1]\nb: *x",
        "defaults: &d {timeout: 1s}",
        "a: *b",
      })
  void anchorsAndAliasesAreRefused(String text) {
    var told = refused(text).get(0);
    assertTrue(told.contains("an anchor or an alias (expected: none)"), told);
  }

  @Test
  void whatIsNestedTooDeepIsRefusedBeforeItIsFollowed() {
    assertEquals(
        List.of("p.yaml:1: nested 17 deep (limit: 16): flatten it"), refused("[".repeat(60_000)));
    assertEquals(
        List.of("p.yaml:1: nested 17 deep (limit: 16): flatten it"),
        refused("a: " + "{a: ".repeat(10_000)));
  }

  @Test
  void whoMayCallIsSaidByServiceAndOperationAndAllTakesItBack() {
    var policies =
        read(
            "services:",
            "  users:",
            "    allow: [orders, routing]",
            "    operations:",
            "      users.get: {allow: [orders]}",
            "      users.create: {allow: all}");

    assertEquals(Set.of("orders"), policies.of("users.get").allow());
    assertEquals(Set.of("orders", "routing"), policies.of("users.list").allow());
    assertNull(policies.of("users.create").allow());
    assertNull(policies.of("orders.get").allow());
  }

  @Test
  void inProductionNobodyMayCallWhoseNameNobodySaid() {
    var closed = PolicyFile.read(1, "services: {users: {allow: [orders]}}", "p", null, Set.of());

    assertEquals(Set.of(), closed.of("orders.get").allow());
    assertEquals(Set.of("orders"), closed.of("users.get").allow());
    assertEquals(Set.of(), PolicyFile.read(1, "", "p", null, Set.of()).of("users.get").allow());
    var open = PolicyFile.read(1, "defaults: {allow: all}", "p", null, Set.of());
    assertNull(open.of("users.get").allow());
  }

  @Test
  void whatNamesNoCallersIsRefused() {
    assertEquals(
        List.of(
            "p.yaml:1: defaults.allow: no list (expected: a list of callers, as in [orders,"
                + " routing]; or all)"),
        refused("defaults: {allow: orders}"));
    assertTrue(
        refused("defaults: {allow: [Orders]}").get(0).contains("the name of a service or a node"));
  }

  @Test
  void whatIsNoMappingOrNoYamlIsRefused() {
    assertEquals(List.of("p.yaml:1: a list (expected: key: value, one per line)"), refused("- a"));
    assertEquals(
        List.of("p.yaml:1: a single value (expected: key: value, one per line)"), refused("a"));
    assertTrue(refused("a: [").get(0).startsWith("p.yaml:2: not YAML: "));
    assertTrue(refused("a: 1", "---", "b: 2").get(0).contains("not YAML: "));
    assertEquals(List.of("p.yaml:1: a key that is no word (expected: a name)"), refused("[a]: b"));
  }

  @Test
  void aLimitOfTheGatewayHasARateAndDefaults() {
    var limits =
        read(
                "limits:",
                "  clients: {rate: 2.5/s}",
                "  orders: {rate: 10/s, burst: 5, by: principal, of: [orders, users.get],"
                    + " reach: site}")
            .limits();
    assertEquals(
        List.of(
            new EdgeLimit("clients", 2.5, 3, By.ADDRESS, Set.of(), Reach.NODE),
            new EdgeLimit(
                "orders", 10, 5, By.PRINCIPAL, Set.of("orders", "users.get"), Reach.SITE)),
        limits);
    assertTrue(limits.get(0).counts("users.get"));
    assertTrue(limits.get(1).counts("orders.place"));
    assertTrue(limits.get(1).counts("users.get"));
    assertFalse(limits.get(1).counts("users.list"));
    assertEquals(List.of(), read("").limits());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "clients: {burst: 3}|no rate (expected: rate, as in rate: 100/s)",
        "clients: {rate: 0/s}|limits.clients.rate: \"0/s\" (expected: a rate per second",
        "clients: {rate: 1/s, burst: 0}|\"0\" (expected: a whole number, 1 to 1000000)",
        "clients: {rate: 1/s, by: cookie}|\"cookie\" (expected: everybody, address, principal)",
        "clients: {rate: 1/s, reach: all}|\"all\" (expected: node, site)",
        "clients: {rate: 1/s, brust: 2}|no such key (did you mean burst?)",
        "clients: {rate: 1/s, of: []}|nothing (expected: a list, or no of for all)",
        "clients: {rate: 1/s, of: [stock]}|\"stock\" (expected: a service that somebody serves",
        "clients: {rate: 1/s, of: [users.got]}|\"users.got\" (expected: a service that somebody",
        "Clients: {rate: 1/s}|\"Clients\" (expected: 1 to 32 of a-z, 0-9 and -, a letter first)",
      })
  void aLimitWithAMistakeIsRefused(String limit, String expected) {
    var problems = refused("limits:", "  " + limit);
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.get(0).startsWith("p.yaml:2: "), problems.toString());
    assertTrue(problems.get(0).contains(expected), problems.toString());
  }

  @Test
  void limitsAreOnlySoMany() {
    var lines = new ArrayList<>(List.of("limits:"));
    for (int i = 0; i <= PolicyKeys.LIMITS_MAX; i++) {
      lines.add("  l" + i + ": {rate: 1/s}");
    }
    assertEquals(
        List.of("p.yaml:1: limits: 17 limits (limit: 16)"), refused(lines.toArray(String[]::new)));
  }

  @Test
  void answersAreKeptWhereItSaysForHowLong() {
    var policies = read("defaults: {cache: {for: 5s}}", "services: {users: {cache: none}}");
    assertEquals(new CachePolicy(Duration.ofSeconds(5)), policies.of("orders.get").cache());
    assertNull(policies.of("users.get").cache());
    assertNull(Policy.DEFAULT.cache());
    assertEquals(
        List.of("p.yaml:1: defaults.cache: no for (expected: for, as in for: 5s; or cache: none)"),
        refused("defaults: {cache: {}}"));
  }

  @Test
  void instancesFollowTheLoadWhereItSaysHowFar() {
    var policies =
        read(
            "defaults: {autoscale: {target: 2.5}}",
            "services:",
            "  users: {autoscale: none}",
            "  orders: {autoscale: {floor: 2, ceiling: 12, coolDownUp: 5s, coolDownDown: 1min}}");
    assertEquals(
        new AutoscalePolicy(2.5, 1, 8, Duration.ofSeconds(10), Duration.ofMinutes(2)),
        policies.defaults().autoscale());
    assertNull(policies.of("users.get").autoscale());
    assertEquals(
        new AutoscalePolicy(2.5, 2, 12, Duration.ofSeconds(5), Duration.ofMinutes(1)),
        policies.of("orders.get").autoscale());
    assertNull(Policy.DEFAULT.autoscale());
    assertEquals(
        List.of(
            "p.yaml:1: defaults.autoscale: no target (expected: target, as in target: 4; or"
                + " autoscale: none)"),
        refused("defaults: {autoscale: {}}"));
    assertEquals(
        List.of(
            "p.yaml:1: defaults.autoscale: floor is more than ceiling (expected: at most as many)"),
        refused("defaults: {autoscale: {target: 1, floor: 9}}"));
    var ofOperation = "services: {users: {operations: {users.get: {autoscale: {target: 1}}}}}";
    assertTrue(
        refused(ofOperation).get(0).contains("counts for an instance as a whole"),
        refused(ofOperation).toString());
  }

  @Test
  void aFileThatIsTooLargeIsRefused() {
    assertEquals(
        List.of("p.yaml: 65537 bytes (limit: 65536)"),
        refused("#".repeat(MeshLimits.POLICIES_MAX_BYTES)));
  }

  @Test
  void theDocumentHasEveryKeyWithItsFormAndDefault() throws IOException {
    var root = Path.of(System.getProperty("weft.root"));
    var document = Files.readString(root.resolve("docs/POLICIES.md"));
    for (var key : PolicyKeys.ALL) {
      var row =
          "| `%s` | %s | %s | %s |"
              .formatted(key.path(), key.about(), key.expected(), fallback(key));
      assertTrue(document.contains(row), row);
    }
    for (var key : TrafficReader.FAULT_KEYS) {
      assertTrue(document.contains("`" + key + "`"), key);
    }
  }

  private static String fallback(Key<?> key) {
    return key.fallback() == null ? "none" : "`" + key.fallbackText() + "`";
  }

  @Test
  void aDefaultReadsBackAsItself() {
    for (var key : PolicyKeys.ALL) {
      assertReadsBack(key);
    }
  }

  private static <T> void assertReadsBack(Key<T> key) {
    if (key.fallback() == null) {
      assertNull(key.fallback());
      assertTrue(key.optional(), key.path());
    } else {
      assertEquals(key.fallback(), key.form().read().apply(key.fallbackText()), key.path());
    }
  }
}
