package io.weft.node.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import io.weft.node.NodeLimits;
import io.weft.node.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings: which layer wins, where each value came from, and what every mistake gets. */
class SettingLayersTest {
  private static final int CORES = Math.min(4, Runtime.getRuntime().availableProcessors());

  @TempDir private Path home;
  @TempDir private Path elsewhere;

  @BeforeEach
  void aHomeWithAConf() throws IOException {
    Files.createDirectories(home.resolve("conf"));
  }

  @Test
  void withoutAnyLayerEverySettingIsADefault() {
    var settings = read(Map.of(), Map.of());
    assertEquals(8080, settings.number("http.port"));
    assertEquals("default", settings.values().get("http.port").from());
    assertEquals(
        Map.of("users", 1, "orders", 1, "sites", 1, "routing", CORES), settings.services());
    assertTrue(settings.list("cluster.join").isEmpty());
  }

  @Test
  void aFlagWinsOverAVariableOverTheFileOverTheDefault() {
    file("# a comment", "http:", "  port: 8001", "admin:", "  port: 9001", "log:", "  level: warn");
    var settings =
        read(
            Map.of("WEFT_HTTP_PORT", "8002", "WEFT_ADMIN_PORT", "9002"),
            Map.of("--http-port", "8003"));
    assertEquals(8003, settings.number("http.port"));
    assertEquals("--http-port", settings.values().get("http.port").from());
    assertEquals(9002, settings.number("admin.port"));
    assertEquals("WEFT_ADMIN_PORT", settings.values().get("admin.port").from());
    assertEquals("warn", settings.text("log.level"));
    assertEquals("conf/node.yaml:7", settings.values().get("log.level").from());
    assertEquals("default", settings.values().get("log.format").from());
  }

  @Test
  void aVariableOfTwoWordsIsWrittenWithUnderscores() {
    var settings =
        read(Map.of("WEFT_POSTGRES_POOL_SIZE", "3", "WEFT_CLUSTER_BUS_PORT", "15701"), Map.of());
    assertEquals(3, settings.number("postgres.poolSize"));
    assertEquals(15701, settings.number("cluster.busPort"));
  }

  @Test
  void theFileOfTheProjectIsValidAndSaysTheDefaults() {
    var root = Path.of(System.getProperty("weft.root"));
    var stated = new SettingLayers(root, root, Map.of()).read(null, Map.of());
    var defaults = new SettingLayers(elsewhere, elsewhere, Map.of()).read(null, Map.of());
    for (var key : List.of("http.port", "cluster.name", "services", "postgres.poolSize")) {
      assertEquals(
          defaults.values().get(key).json(), stated.values().get(key).json(), "default of " + key);
    }
    assertTrue(stated.values().get("http.port").from().startsWith("conf/node.yaml:"));
  }

  @Test
  void aProfileIsASecondColumnOfDefaultsUnderWhateverSomebodySaid() {
    file("node:", "  profile: edge", "http:", "  requestsMax: 99");
    var settings = read(Map.of("WEFT_NODE_WORKERS", "5"), Map.of());
    assertEquals(NodeLimits.POSTGRES_POOL_EDGE, settings.number("postgres.poolSize"));
    assertEquals("profile edge", settings.values().get("postgres.poolSize").from());
    assertEquals(Map.of("users", 1, "orders", 1, "sites", 1, "routing", 1), settings.services());
    assertEquals(99, settings.number("http.requestsMax"));
    assertEquals(5, settings.number("node.workers"));
    assertEquals("default", settings.values().get("http.port").from());
    assertEquals(8, read(Map.of(), Map.of("--profile", "default")).number("postgres.poolSize"));
    assertTrue(refused(Map.of(), Map.of("--profile", "tiny")).startsWith("--profile: \"tiny\""));
  }

  @Test
  void theFileOfTheProjectLeavesToAProfileWhatItSets() {
    var root = Path.of(System.getProperty("weft.root"));
    var edge = new SettingLayers(root, root, Map.of()).read(null, Map.of("--profile", "edge"));
    SettingTable.profile("edge")
        .keySet()
        .forEach(key -> assertEquals("profile edge", edge.values().get(key).from(), key));
  }

  @Test
  void servicesAreAMappingInTheFileAndAListElsewhere() {
    file("services:", "  users: 2", "  orders: 0");
    assertEquals(Map.of("users", 2, "orders", 0), read(Map.of(), Map.of()).services());
    assertEquals(
        Map.of("users", 1, "orders", 4),
        read(Map.of(), Map.of("--services", "users,orders=4")).services());
    assertTrue(read(Map.of(), Map.of("--services", "")).services().isEmpty());
  }

  @Test
  void theGatewayHasAnInstanceForEachCoreUnlessANumberIsSaid() {
    assertEquals(Map.of("users", 1, "routing", CORES), services("users,routing"));
    assertEquals(Map.of("users", CORES, "routing", 1), services("users=cores,routing=1"));
    file("services:", "  routing: cores", "  users: 3");
    assertEquals(Map.of("users", 3, "routing", CORES), read(Map.of(), Map.of()).services());
    assertTrue(read(Map.of(), Map.of()).print().contains("routing=" + CORES));
    file("services:", "  routing: core");
    var failure = assertThrows(StartFailure.class, () -> read(Map.of(), Map.of()));
    assertEquals(
        "conf/node.yaml:2: services.routing: \"core\" (expected: instances, 0 to 64, or cores: one"
            + " per core, at most 4)",
        failure.getMessage());
  }

  private Map<String, Integer> services(String flag) {
    return read(Map.of(), Map.of("--services", flag)).services();
  }

  @Test
  void upstreamsAreAMappingInTheFileAndJsonElsewhere() {
    file(
        "upstreams:",
        "  reports:",
        "    endpoints: [127.0.0.1:5000]",
        "    health: {path: /health, intervalMillis: 500}",
        "    routes:",
        "      - path: /reports");
    var json =
        "{\"reports\":{\"endpoints\":[\"127.0.0.1:5000\"],\"health\":{\"path\":\"/health\","
            + "\"intervalMillis\":500},\"routes\":[{\"path\":\"/reports\"}]}}";
    assertEquals(json, read(Map.of(), Map.of()).object("upstreams").encode());
    file("upstreams: {}");
    assertEquals(json, read(Map.of("WEFT_UPSTREAMS", json), Map.of()).object("upstreams").encode());
    file("upstreams:", "  reports: {request: {set: [\"Authorization: Basic c2VjcmV0\"]}}");
    var printed = read(Map.of(), Map.of()).print();
    assertTrue(printed.contains("reports") && !printed.contains("c2VjcmV0"), printed);
    file("upstreams:", "  reports: {health: {}}");
    var failure = assertThrows(StartFailure.class, () -> read(Map.of(), Map.of()));
    assertEquals(
        "conf/node.yaml:1: upstreams.reports: /health/path: absent (expected: required)",
        failure.getMessage());
  }

  @Test
  void whatOtherSitesMayCallIsAMappingInTheFileAndJsonElsewhere() {
    file("sites:", "  exports:", "    \"*\": [users.get, orders.*]", "    plant: []");
    var json = "{\"*\":[\"users.get\",\"orders.*\"],\"plant\":[]}";
    assertEquals(json, read(Map.of(), Map.of()).object("sites.exports").encode());
    file("sites: {exports: {}}");
    assertEquals(
        json, read(Map.of("WEFT_SITES_EXPORTS", json), Map.of()).object("sites.exports").encode());
    file("sites:", "  exports: {\"*\": [node.*]}");
    var line = refused(Map.of(), Map.of());
    assertTrue(line.startsWith("conf/node.yaml:2: sites.exports: *: node.* (expected: "), line);
    file("sites: {exports: {}}");
    assertTrue(
        refused(Map.of(), Map.of("--exports", "users")).startsWith("--exports: sites.exports: no"));
  }

  @Test
  void aHubIsAHostWithOrWithoutAPort() {
    for (var right : List.of("", "hub.example", "hub.example:443", "10.0.0.1:8080")) {
      assertEquals(right, read(Map.of(), Map.of("--link", right)).text("sites.hub"));
    }
    for (var wrong : List.of("hub:", "hub:0", "hub:70000", ":443", "https://hub", "a b")) {
      assertTrue(
          refused(Map.of(), Map.of("--link", wrong)).contains("host:port of the hub"), wrong);
    }
    assertEquals(List.of("users", "orders"), read(Map.of(), Map.of()).list("sites.imports"));
    assertEquals(List.of(), read(Map.of(), Map.of("--imports", "")).list("sites.imports"));
  }

  @Test
  void aProxyIsAHostWithAPort() {
    for (var right : List.of("", "proxy.example:3128", "10.0.0.1:8080")) {
      assertEquals(right, read(Map.of(), Map.of("--link-proxy", right)).text("sites.proxy"));
    }
    for (var wrong : List.of("proxy.example", ":3128", "proxy:0", "http://proxy:3128")) {
      assertTrue(
          refused(Map.of(), Map.of("--link-proxy", wrong)).contains("host:port of an HTTP proxy"),
          wrong);
    }
  }

  @Test
  void seedsAreAListInTheFileAndSeparatedByCommasElsewhere() {
    file("cluster:", "  join: [10.0.0.1:5701, 10.0.0.2:5701]");
    assertEquals(
        List.of("10.0.0.1:5701", "10.0.0.2:5701"), read(Map.of(), Map.of()).list("cluster.join"));
    assertEquals(
        List.of("a:1", "b:2"),
        read(Map.of("WEFT_CLUSTER_JOIN", "a:1, b:2"), Map.of()).list("cluster.join"));
    assertEquals(
        List.of("dns:nodes.mesh.svc"),
        read(Map.of("WEFT_CLUSTER_JOIN", "dns:nodes.mesh.svc"), Map.of()).list("cluster.join"));
  }

  @Test
  void filesAreRelativeToHomeInTheFileAndToTheWorkingFolderInAFlag() {
    file("node:", "  data: kept");
    assertEquals(home.resolve("kept"), read(Map.of(), Map.of()).path("node.data"));
    assertEquals(
        elsewhere.resolve("kept"), read(Map.of(), Map.of("--data", "kept")).path("node.data"));
    assertEquals(home.resolve("conf/openapi.yaml"), read(Map.of(), Map.of()).path("http.contract"));
  }

  @Test
  void theSettingsOfProvidersAreNestedAsInTheFile() {
    var nested = read(Map.of(), Map.of("--http-port", "0", "--services", "users=3")).nested();
    assertEquals(0, nested.getJsonObject("http").getInteger("port"));
    assertEquals(new JsonObject().put("users", 3), nested.getJsonObject("services"));
    assertEquals("embedded", nested.getJsonObject("postgres").getString("uri"));
    assertEquals(0, nested.getJsonObject("cluster").getJsonArray("join").size());
  }

  @Test
  void everySettingIsPrintedWithItsOriginAndNoSecret() {
    var printed =
        read(Map.of(), Map.of("--postgres", "postgresql://weft:hush@db:5432/weft?password=hush"))
            .print();
    assertTrue(printed.contains("postgresql://weft:***@db:5432/weft?password=***"), printed);
    assertFalse(printed.contains("hush"), printed);
    assertEquals(SettingTable.ALL.size(), printed.lines().count());
    var origins = read(Map.of(), Map.of("--postgres", "postgresql://weft:hush@db/weft")).origins();
    assertFalse(origins.encode().contains("hush"), origins.encode());
  }

  @Test
  void originsAreWholeAndNoneStandsForAll() {
    var origins = Map.of("--http-origins", "https://shop.example, http://localhost:3000");
    assertEquals(
        List.of("https://shop.example", "http://localhost:3000"),
        read(Map.of(), origins).list("http.origins"));
    for (var wrong : List.of("*", "https://*.example", "shop.example", "https://a/b", "null")) {
      assertTrue(refused(Map.of(), Map.of("--http-origins", wrong)).contains("no *"), wrong);
    }
  }

  @Test
  void aBadValueIsRefusedWithWhereItIsAndWhatIsExpected() {
    assertEquals(
        "--http-port: \"80800\" (expected: a port; 0 for any that is free, 0 to 65535)",
        refused(Map.of(), Map.of("--http-port", "80800")));
    assertEquals(
        "WEFT_LOG_FORMAT: \"xml\" (expected: text or json)",
        refused(Map.of("WEFT_LOG_FORMAT", "xml"), Map.of()));
    file("http:", "  host: 127.0.0.1", "  port: eighty");
    assertEquals(
        "conf/node.yaml:3: http.port: \"eighty\""
            + " (expected: a port; 0 for any that is free, 0 to 65535)",
        refused(Map.of(), Map.of()));
  }

  @Test
  void everyValueOutOfRangeIsRefused() {
    var wrong =
        Map.ofEntries(
            Map.entry("--name", List.of("", "N1", "n 1", "-n", "n".repeat(64))),
            Map.entry("--http-port", List.of("-1", "65536", "1e3", "99999999999", "", "+80")),
            Map.entry("--cluster-port", List.of("0")),
            Map.entry("--host", List.of("", "a b", "../x")),
            Map.entry(
                "--join",
                List.of(
                    "host",
                    "host:0",
                    "host:70000",
                    ":1",
                    "a:1,,b:2",
                    "dns:",
                    "dns:a/b",
                    "a:1,dns:b",
                    "dns:a,dns:b")),
            Map.entry("--services", List.of("users=65", "users=-1", "users,users", "Users", "=1")),
            Map.entry("--postgres", List.of("", "mysql://x/y", "postgresql://x", "embedded ")),
            Map.entry("--postgres-pool", List.of("0", "101")),
            Map.entry("--log-level", List.of("INFO", "all", "")),
            Map.entry("--data", List.of("", " ", "a\0b")),
            Map.entry("--zone", List.of("x".repeat(NodeLimits.SETTING_MAX_CHARS + 1))));
    wrong.forEach(
        (flag, texts) ->
            texts.forEach(
                text ->
                    assertTrue(
                        refused(Map.of(), Map.of(flag, text)).startsWith(flag + ": \""),
                        flag + " " + text)));
  }

  @Test
  void aRefusedAddressDoesNotShowItsPassword() {
    var line = refused(Map.of(), Map.of("--postgres", "postgresql://u:hush@h"));
    assertFalse(line.contains("hush"), line);
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineAndTheKeyThatWasMeant() {
    file("http:", "  prot: 8080");
    assertEquals(
        "conf/node.yaml:2: http.prot: no such setting: did you mean http.port?",
        refused(Map.of(), Map.of()));
    file("", "htpt:", "  port: 8080");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:2: htpt: no such setting"));
  }

  @Test
  void aKeySaidTwiceIsRefusedWithBothLines() {
    file("http:", "  port: 1", "  port: 2");
    assertEquals(
        "conf/node.yaml:3: http.port: said before at conf/node.yaml:2: remove one of the two",
        refused(Map.of(), Map.of()));
    file("services:", "  users: 1", "  users: 2");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:3: services.users:"));
  }

  @Test
  void yamlThatIsNotYamlIsRefusedWithItsLine() {
    file("http:", "  port: [1");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:3: not YAML: "));
    file("http:", "\tport: 1");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:2: not YAML: "));
    file("just words");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:1: the file is no mapping"));
    file("http: 8080");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:1: http is no mapping"));
    file("http:", "  port:", "    deep: 1");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml:2: http.port: a mapping"));
  }

  @Test
  void aRecursiveAliasIsRefusedAndNotFollowed() {
    file("http: &a", "  port: *a");
    assertTrue(refused(Map.of(), Map.of()).startsWith("conf/node.yaml"));
  }

  @Test
  void anEmptyFileAndEmptySectionsSayNothing() {
    file("");
    assertEquals(8080, read(Map.of(), Map.of()).number("http.port"));
    file("http:", "admin: {}", "# end");
    assertEquals(8080, read(Map.of(), Map.of()).number("http.port"));
  }

  @Test
  void aNamedFileMustBeThereAndReadableAndSmall() throws IOException {
    var layers = new SettingLayers(home, elsewhere, Map.of());
    var missing = assertThrows(StartFailure.class, () -> layers.read("no.yaml", Map.of()));
    assertEquals(
        "no.yaml: cannot be read (no such file): name a readable file with --config",
        missing.getMessage());
    Files.write(
        elsewhere.resolve("latin.yaml"),
        "node: {zone: \u00e4}".getBytes(StandardCharsets.ISO_8859_1));
    var latin = assertThrows(StartFailure.class, () -> layers.read("latin.yaml", Map.of()));
    assertTrue(latin.getMessage().contains("UTF-8"), latin.getMessage());
    Files.writeString(
        elsewhere.resolve("huge.yaml"), "#".repeat(NodeLimits.SETTINGS_FILE_MAX_BYTES + 1));
    var huge = assertThrows(StartFailure.class, () -> layers.read("huge.yaml", Map.of()));
    assertTrue(huge.getMessage().contains("limit"), huge.getMessage());
    var folder = assertThrows(StartFailure.class, () -> layers.read(".", Map.of()));
    assertTrue(folder.getMessage().startsWith(".: cannot be read"), folder.getMessage());
  }

  @Test
  void anUnknownVariableOfOursIsAWarningOnly() {
    var settings = read(Map.of("WEFT_HTTP_PROT", "1", "WEFT_HOME", "/x", "PATH", "/y"), Map.of());
    assertEquals(
        List.of("WEFT_HTTP_PROT: no such setting in the environment; it has no effect"),
        settings.warnings());
  }

  private void file(String... lines) {
    try {
      Files.write(home.resolve("conf/node.yaml"), List.of(lines));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Settings read(Map<String, String> environment, Map<String, String> flags) {
    return new SettingLayers(home, elsewhere, environment).read(null, flags);
  }

  private String refused(Map<String, String> environment, Map<String, String> flags) {
    var line =
        String.valueOf(
            assertThrows(StartFailure.class, () -> read(environment, flags)).getMessage());
    assertFalse(line.contains("\n"), line);
    return line;
  }
}
