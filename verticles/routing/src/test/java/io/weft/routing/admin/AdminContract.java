package io.weft.routing.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The contract of the admin API, conf/admin.yaml, to hold answers to. */
public final class AdminContract {
  private static final String ID = "urn:a";

  private final JsonObject contract;

  private AdminContract(JsonObject contract) {
    this.contract = contract;
  }

  /** Reads it. */
  public static AdminContract read() throws IOException {
    var file = Path.of(System.getProperty("weft.root"), "conf", "admin.yaml");
    var load = new Load(LoadSettings.builder().build());
    return new AdminContract(json(load.loadFromString(Files.readString(file))));
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
        ? new JsonArray(list.stream().map(AdminContract::plain).toList())
        : value;
  }

  /** Returns the paths. */
  JsonObject paths() {
    return contract.getJsonObject("paths");
  }

  /**
   * Checks an answer by the schema of its status, and that its media type is in the contract.
   *
   * @param method in small letters
   * @param path as the contract has it
   */
  public void check(String method, String path, int status, String contentType, Buffer body) {
    var where = method + " " + path + " " + status;
    var responses = paths().getJsonObject(path).getJsonObject(method).getJsonObject("responses");
    var response = responses.getJsonObject(String.valueOf(status));
    assertNotNull(response, where + " is not in the contract: " + body);
    var ref = response.getString("$ref");
    if (ref != null) {
      response =
          contract
              .getJsonObject("components")
              .getJsonObject("responses")
              .getJsonObject(ref.substring(ref.lastIndexOf('/') + 1));
    }
    if (response.getJsonObject("content") == null) {
      assertEquals(0, body.length(), where);
      return;
    }
    var type = contentType.split(";", 2)[0];
    var media = response.getJsonObject("content").getJsonObject(type);
    assertNotNull(media, where + ": " + type);
    if (type.endsWith("json")) {
      check(media.getJsonObject("schema"), body.toJsonObject(), where);
    }
  }

  /** Checks a text of JSON by the schema of a name. */
  void check(String schema, String text) {
    check(
        new JsonObject().put("$ref", "#/components/schemas/" + schema),
        new JsonObject(text),
        schema);
  }

  private void check(JsonObject schema, JsonObject value, String where) {
    var whole =
        schema.copy().put("components", contract.getJsonObject("components")).put("$id", ID);
    var result =
        Validator.create(
                JsonSchema.of(whole),
                new JsonSchemaOptions()
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic)
                    .setBaseUri(ID))
            .validate(value);
    assertTrue(
        result.getValid(), () -> where + ": " + result.getErrors() + "\n" + value.encodePrettily());
  }
}
