package io.weft.routing.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.routing.GatewayFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FarewellTest {
  @Test
  void clientsOfAnOperationThatGoesAreToldSoAndOthersAreNot(@TempDir Path folder)
      throws IOException {
    var contract = Files.readString(Path.of(GatewayFixture.CONTRACT));
    var file = folder.resolve("openapi.yaml");
    var at = "      operationId: getUser\n";
    var said =
        contract
            .replace(at, "      deprecated: true\n" + at)
            .replace(
                "        operation: users.get\n",
                """
                        operation: users.get
                        deprecated: 2026-11-01
                        sunset: 2027-03-09
                        link: /docs
                """);
    Files.writeString(file, said);
    var http = new JsonObject().put("contract", file.toString());
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, http)) {
      var got = gateway.get("/v1/users/" + GatewayFixture.ID);
      assertEquals(200, got.status());
      assertEquals("@1793491200", got.header("Deprecation"));
      assertEquals("Tue, 09 Mar 2027 00:00:00 GMT", got.header("Sunset"));
      assertEquals("</docs>; rel=\"deprecation\"", got.header("Link"));
      assertNull(gateway.get("/v1/users").header("Deprecation"));
    }
  }

  @Test
  void theNextVersionOfAPathStandsBesideTheOneThatGoes(@TempDir Path folder) throws IOException {
    var contract = Files.readString(Path.of(GatewayFixture.CONTRACT));
    var file = folder.resolve("openapi.yaml");
    var next =
        """
          /v2/users/{id}:
            get:
              operationId: readUser
              security: [{token: [users:read]}]
              parameters:
                - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
              responses:
                "200": {description: The user.}
              x-weft: {operation: users.read, success: 200}
        """;
    var first = "  /v1/users/{id}:\n";
    Files.writeString(file, contract.replace(first, next + first));
    var http = new JsonObject().put("contract", file.toString());
    try (var gateway = new GatewayFixture(Vertx.vertx(), 1, http)) {
      gateway.serve("users.read", "{\"name\":{\"first\":\"Ada\"}}");
      gateway.answer("users.get", "{\"name\":\"Ada\",\"version\":1}");
      var old = gateway.get("/v1/users/" + GatewayFixture.ID);
      var young = gateway.get("/v2/users/" + GatewayFixture.ID);
      assertEquals("Ada", old.json().getString("name"));
      assertEquals("Ada", young.json().getJsonObject("name").getString("first"));
    }
  }
}
