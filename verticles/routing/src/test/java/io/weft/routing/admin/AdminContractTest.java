package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import io.weft.routing.Await;
import io.weft.routing.EventClient;
import io.weft.routing.GatewayFixture;
import io.weft.routing.admin.api.Finding.Rule;
import io.weft.routing.admin.api.Tapped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The admin API and its contract: each route is in it, and answers are as it says. */
class AdminContractTest {
  /** What is for people and browsers, and no part of the API. */
  private static final Set<String> PAGES = Set.of("/", "/console", "/openapi.yaml");

  @TempDir private Path folder;
  private AdminSite site;
  private JsonObject contract = new JsonObject();

  @BeforeEach
  void start() throws IOException {
    site = new AdminSite(folder);
    var text = Files.readString(Path.of(System.getProperty("weft.root"), "conf", "admin.yaml"));
    contract = json(new Load(LoadSettings.builder().build()).loadFromString(text));
  }

  @AfterEach
  void stop() {
    site.close();
  }

  private static JsonObject json(Object yaml) {
    var json = new JsonObject();
    ((Map<?, ?>) yaml).forEach((key, value) -> json.put(String.valueOf(key), plain(value)));
    return json;
  }

  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      return json(map);
    }
    return value instanceof List<?> list
        ? new JsonArray(list.stream().map(AdminContractTest::plain).toList())
        : value;
  }

  @Test
  void everyRouteOfTheServerIsInTheContract() {
    var missing = new TreeSet<String>();
    var known = contract.getJsonObject("paths");
    for (var route : site.server.router(true, null).getRoutes()) {
      var path = route.getPath();
      if (path == null || route.methods() == null || PAGES.contains(path) || ofPages(path)) {
        continue;
      }
      var written = path.replaceAll(":([A-Za-z]+)", "{$1}");
      for (var method : route.methods()) {
        var name = method.name().toLowerCase(Locale.ROOT);
        var item = known.getJsonObject(written);
        if (item == null || !item.containsKey(name)) {
          missing.add(method.name() + " " + written);
        }
      }
    }
    assertEquals(Set.of(), missing);
    assertTrue(known.size() > 20);
  }

  private static boolean ofPages(String path) {
    return path.startsWith("/console/") || path.startsWith("/docs");
  }

  /** Checks what was got by the schema of its status, and that the media type is in it. */
  private void valid(GatewayFixture.Got got, String method, String path) {
    var where = method + " " + path + " " + got.status();
    var responses =
        contract
            .getJsonObject("paths")
            .getJsonObject(path)
            .getJsonObject(method)
            .getJsonObject("responses");
    var response = responses.getJsonObject(String.valueOf(got.status()));
    assertTrue(response != null, where + " is not in the contract: " + got.body());
    var ref = response.getString("$ref");
    if (ref != null) {
      response =
          contract
              .getJsonObject("components")
              .getJsonObject("responses")
              .getJsonObject(ref.substring(ref.lastIndexOf('/') + 1));
    }
    var type = got.header("content-type").split(";", 2)[0];
    var media = response.getJsonObject("content").getJsonObject(type);
    assertTrue(media != null, where + ": " + type);
    if (!type.endsWith("json")) {
      return;
    }
    valid(media.getJsonObject("schema"), got.json(), where);
  }

  private void valid(JsonObject schema, JsonObject value, String where) {
    var whole =
        schema.copy().put("components", contract.getJsonObject("components")).put("$id", "urn:a");
    var result =
        Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic)
                    .setBaseUri("urn:a"))
            .validate(value);
    assertTrue(
        result.getValid(), () -> where + ": " + result.getErrors() + "\n" + value.encodePrettily());
  }

  private void get(String path, String template) {
    valid(site.get(path), "get", template);
  }

  @Test
  void everyAnswerIsAsTheContractSays() {
    var rule = new Rule("W0999", "a rule");
    site.findings = List.of(rule.warn("users", "slow", "wait"));
    site.ghosts.add("n9");
    for (var path :
        List.of(
            "/v1/nodes",
            "/v1/stat",
            "/v1/decisions",
            "/v1/doctor",
            "/v1/explain",
            "/v1/traces",
            "/v1/log",
            "/v1/sagas",
            "/v1/config",
            "/health/live",
            "/health/ready",
            "/metrics")) {
      get(path, path);
    }
    get("/v1/stat?windowSeconds=99", "/v1/stat");
    get("/v1/traces/" + AdminSite.TRACE, "/v1/traces/{trace}");
    get("/v1/traces/" + "0".repeat(32), "/v1/traces/{trace}");
    get("/v1/sagas/" + AdminSite.ORDER, "/v1/sagas/{order}");
    get("/v1/sagas/1", "/v1/sagas/{order}");
    get("/v1/explain/1", "/v1/explain/{trace}");
    get("/v1/subscribe", "/v1/subscribe");

    var called =
        site.send(HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.get\",\"explain\":true}");
    valid(called, "post", "/v1/calls");
    get("/v1/explain/" + called.json().getString("trace"), "/v1/explain/{trace}");
    valid(
        site.send(
            HttpMethod.POST, "/v1/calls", "{\"operation\":\"users.get\",\"body\":{\"fail\":1}}"),
        "post",
        "/v1/calls");
    valid(site.send(HttpMethod.POST, "/v1/calls", "{}"), "post", "/v1/calls");
    valid(site.send(HttpMethod.PUT, "/v1/log", "{\"level\":\"info\"}"), "put", "/v1/log");
    valid(site.send(HttpMethod.PUT, "/v1/log", "{}"), "put", "/v1/log");
    valid(
        site.send(HttpMethod.POST, "/v1/sagas/" + AdminSite.ORDER + "/retry", ""),
        "post",
        "/v1/sagas/{order}/retry");
    Await.until(site.vertx, () -> site.audit.latest(1).size() == 1);
    get("/v1/audit", "/v1/audit");
  }

  @Test
  void whatStreamsTellIsAsTheContractSays() {
    var live = stream("/v1/live");
    valid(ref("Stat"), new JsonObject(live.next().data()), "stat");
    Await.until(site.vertx, () -> site.streams.size() == 1);
    site.streams.get(0).give(AdminSite.decision("users-1"));
    var told = live.next();
    while (told.event().equals("stat")) {
      told = live.next();
    }
    valid(ref("Decision"), new JsonObject(told.data()), "decision");

    var tap = stream("/v1/tap");
    Await.until(site.vertx, () -> site.streams.size() == 2);
    var seen = new Tapped.Seen(AdminSite.NOW, "n1", "a", "b.c", "b-1", "n1", "ok", 1, 1, "t", "me");
    site.streams.get(1).give(new Tapped(List.of(seen), 0));
    valid(ref("Call"), new JsonObject(tap.next().data()), "call");
  }

  private static JsonObject ref(String schema) {
    return new JsonObject().put("$ref", "#/components/schemas/" + schema);
  }

  private EventClient stream(String path) {
    return Await.result(site.onLoop(() -> EventClient.connect(site.client, site.port, path)));
  }

  @Test
  void theContractIsServedAndShown() {
    var served = site.get("/openapi.yaml");
    assertEquals(200, served.status());
    assertEquals("application/yaml", served.header("content-type"));
    assertTrue(served.body().toString().contains("title: Weft, for operators"));
    assertEquals(200, site.get("/docs").status());
  }
}
