package io.weft.routing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import io.vertx.openapi.contract.OpenAPIContract;
import io.weft.mesh.Operation;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class ContractReaderTest {
  private static final String SMALL =
      """
      openapi: 3.1.0
      info: {title: Small, version: 1.0.0}
      security: []
      paths:
        /v1/things/{id}:
          post:
            operationId: change
            x-weft:
              operation: things.change
              key: required
              success: 200
              errors: {thing.not_found: 404}
            parameters:
              - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
              - {name: Idempotency-Key, in: header, required: true, schema: {type: string}}
            requestBody:
              required: true
              content:
                application/json:
                  schema:
                    type: object
                    additionalProperties: false
                    properties:
                      name: {type: string, maxLength: 9}
                      size: {type: integer, minimum: 0, maximum: 9}
                      tags: {type: array, maxItems: 2, items: {type: string, maxLength: 9}}
            responses:
              '200': {description: done}
              '404': {description: none}
      """;

  private static final String TELLING =
      """
      openapi: 3.1.0
      info: {title: Small, version: 1.0.0}
      security: []
      x-weft:
        topics: {things.changed: [things:read]}
      paths:
        /v1/things/{id}:
          get:
            operationId: get
            x-weft: {operation: things.get, success: 200}
            parameters:
              - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
            responses:
              '200': {description: done}
        /v1/things/{id}/events:
          get:
            operationId: follow
            x-weft:
              operation: things.events
              events: {of: things.get, aggregate: id}
              success: 200
            parameters:
              - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
              - {name: after, in: query, schema: {type: integer, minimum: 0, maximum: 9}}
            responses:
              '200': {description: events, content: {text/event-stream: {schema: {type: string}}}}
      """;

  @Test
  void theContractOfTheProjectReadsWhole(Vertx vertx) {
    var contract = Await.result(ContractReader.read(vertx, GatewayFixture.CONTRACT));
    assertEquals(
        Set.of(
            "users.create",
            "users.get",
            "users.list",
            "users.update",
            "users.deactivate",
            "users.token",
            "users.set-password",
            "users.grant",
            "users.create-client",
            "users.clients",
            "users.revoke-client",
            "users.create-api-key",
            "users.api-keys",
            "users.revoke-api-key",
            "orders.parked",
            "orders.unpark",
            "orders.place",
            "orders.get",
            "orders.list",
            "orders.cancel",
            "orders.summary"),
        contract.byOperation().keySet());
    var place = contract.byOperation().get("orders.place");
    assertTrue(place.keyRequired());
    assertEquals(Operation.Kind.COMMAND, place.kind());
    assertEquals(202, place.pending().status());
    assertEquals(409, place.errors().get("order.in_progress").status());
    assertEquals(422, place.errors().get("key.reused").status());
    assertEquals(
        List.of("users.token"),
        contract.endpoints().stream()
            .filter(Endpoint::tellsAddress)
            .map(Endpoint::operation)
            .toList());
    var update = contract.byOperation().get("users.update");
    assertTrue(update.versioned());
    assertEquals(Set.of("id", "version"), update.outside());
    assertEquals(Operation.Kind.QUERY, contract.byOperation().get("users.list").kind());
    assertEquals(
        List.of(
            new Endpoint.Events("orders.get", Endpoint.Events.By.AGGREGATE, "id"),
            new Endpoint.Events("users.get", Endpoint.Events.By.OWNER, "id")),
        contract.endpoints().stream().map(Endpoint::events).filter(Objects::nonNull).toList());
    assertEquals(
        Set.of("orders.placed", "orders.confirmed", "orders.rejected", "orders.cancelled"),
        contract.topics().keySet());
    assertEquals(Set.of("orders:read"), contract.topics().get("orders.placed"));
  }

  @Test
  void theSmallContractOfTheseTestsIsRight(Vertx vertx) {
    assertEquals(1, Await.result(read(vertx, SMALL)).endpoints().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "operation: things.change|operation: Things|x-weft > operation: \"Things\" (expected: "
            + "service.verb, as in users.get)",
        "key: required|key: requierd|x-weft > key: \"requierd\" (expected: optional or required)",
        "key: required|key: optional|parameters: header Idempotency-Key is required (expected: "
            + "not required, as x-weft lacks key: required)",
        "key: required|kez: required|x-weft > kez: unknown key (expected: age, client, "
            + "deprecated, errors, etag, events, key, link, location, operation, operators, own, pending, "
            + "success, sunset, version)",
        "security: []|-|post > security: absent (expected: one entry, as in [{token: [orders:read]}]",
        "security: []|security: [{token: []}, {}]|security: [{\"token\":[]},{}] (expected: one entry",
        "security: []|security: [{tokn: []}]|security > 0 > tokn: unknown key (expected: token)",
        "security: []|security: [{}]|security > 0: {} (expected: {token: [orders:read]}",
        "security: []|security: [{token: [Read]}]|token > 0: \"Read\" (expected: a scope, as in",
        "success: 200|success: 200~        own: nme|own: \"nme\" (expected: a text of the request",
        "success: 200|success: 200~        own: id|security: for anybody (expected: a token, as",
        "success: 200|success: 200~        operators: [tags]|operators > 0: \"tags\" (expected: a "
            + "string, integer or boolean of the request)",
        "key: required|version: If-Match|parameters: header Idempotency-Key is required",
        "success: 200|success: 200~        age: old|age: only what a query answers has an age",
        "success: 200|success: 404|x-weft > success: 404 (expected: 200 to 299)",
        "success: 200|success: 201|responses: no 201 (expected, as x-weft says so for success)",
        "thing.not_found: 404|thing.not_found: 409|responses: no 409 (expected, as x-weft says "
            + "so for thing.not_found)",
        "thing.not_found: 404|NotFound: 404|errors > NotFound: code (expected: words joined by "
            + "dots",
        "thing.not_found: 404|thing.not_found: 200|thing.not_found: 200 (expected: 400 to 499)",
        ", maxLength: 9}~|}~|schema > properties > name > maxLength: absent (expected: the "
            + "most characters it may have)",
        "minimum: 0, |-|size > minimum: absent (expected: a whole number of at most 64 bits)",
        "maximum: 9}|maximum: 99999999999999999999}|size > maximum: 99999999999999999999 "
            + "(expected: a whole number",
        "maxItems: 2, |-|tags > maxItems: absent (expected: a whole number",
        "additionalProperties: false|additionalProperties: true|additionalProperties: true "
            + "(expected: false; unknown fields are refused)",
        "format: uuid|format: uid|0 > schema > format: \"uid\" (expected: uuid, email, "
            + "password or currency)",
        "type: integer, |type: number, |size > type: \"number\" (expected: string, integer,",
        "{type: string, maxLength: 9}~|{$ref: '#/nowhere'}~|not OpenAPI 3.1: Can't reduce [1] '/nowhere",
      })
  void aMistakeIsOneLineThatSaysWhereAndWhatWasExpected(
      String right, String wrong, String expected, Vertx vertx) {
    var from = right.replace("~", "\n");
    assertTrue(SMALL.contains(from), from);
    var failure =
        Await.failure(
            read(
                vertx,
                SMALL.replaceFirst(
                    quote(from), quoted(wrong.equals("-") ? "" : wrong.replace("~", "\n")))));
    oneLine(failure, expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "of: things.get|of: things.change|events > of: \"things.change\" (expected: a query of this "
            + "contract that needs [id] and no more)",
        "of: things.get|of: things.events|events > of: \"things.events\" (expected: a query",
        "aggregate: id}|aggregate: id, owner: id}|events: {\"of\":\"things.get\",\"aggregate\":\"id\","
            + "\"owner\":\"id\"} (expected: aggregate or owner: a field of what `of` answers)",
        ", aggregate: id}|}|events: {\"of\":\"things.get\"} (expected: aggregate or owner",
        "aggregate: id}|agregate: id}|agregate: unknown key (expected: aggregate, of, owner)",
        "name: after|name: since|parameters: no whole number after in the query (expected: one)",
        "things.changed:|Changed:|topics > Changed: not a topic (expected: service.event, as in "
            + "orders.placed)",
        "[things:read]|[]|topics > things.changed: [] (expected: the scopes that it takes, as in "
            + "[orders:read])",
      })
  void aMistakeInWhatIsSaidOfEventsIsOneLineToo(
      String right, String wrong, String expected, Vertx vertx) {
    assertTrue(TELLING.contains(right), right);
    oneLine(Await.failure(read(vertx, TELLING.replace(right, wrong))), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"things.gone", "things.change"})
  void whoseAThingIsIsSaidByAQuery(String of, Vertx vertx) {
    var text =
        SMALL
            .replace("security: []", "security: [{token: []}]")
            .replace("success: 200", "success: 200\n        own: {of: " + of + ", field: owner}");
    oneLine(
        Await.failure(read(vertx, text)),
        "x-weft > own > of: \""
            + of
            + "\" (expected: a query of this contract that needs no more than [id])");
  }

  private static final String GOING =
      TELLING.replace(
          "      x-weft: {operation: things.get, success: 200}",
          "      deprecated: true\n      x-weft: {operation: things.get, success: 200,"
              + " deprecated: 2026-11-01, sunset: 2027-03-09, link: https://weft.example/v2}");

  @Test
  void anOperationThatGoesSaysSinceWhenAndUntilWhenAndWhereToReadMore(Vertx vertx) {
    var contract = Await.result(read(vertx, GOING));
    assertEquals(
        new Endpoint.Leaving(
            "@1793491200",
            "Tue, 09 Mar 2027 00:00:00 GMT",
            "<https://weft.example/v2>; rel=\"deprecation\""),
        contract.byOperation().get("things.get").leaving());
    assertNull(Await.result(read(vertx, TELLING)).byOperation().get("things.get").leaving());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "deprecated: true|deprecated: false|deprecated: \"2026-11-01\" (expected: absent, or "
            + "deprecated: true above x-weft)",
        "deprecated: 2026-11-01, ||deprecated: absent (expected: since when, as in 2026-11-01)",
        "2026-11-01|2026-11-31|deprecated: \"2026-11-31\" (expected: a date, as in 2026-11-01)",
        "2027-03-09|2026-10-31|sunset: \"2026-10-31\" (expected: a date that is not before "
            + "deprecated)",
        "https://weft.example/v2|'x> y'|link: \"x> y\" (expected: an http or https URL",
      })
  void aMistakeInWhatIsSaidOfGoingIsOneLineToo(
      String right, String wrong, String expected, Vertx vertx) {
    assertTrue(GOING.contains(right), right);
    var to = wrong == null ? "" : wrong;
    oneLine(Await.failure(read(vertx, GOING.replace(right, to))), expected);
  }

  @Test
  void severalPathsMayTellEventsOfOneService(Vertx vertx) {
    var second =
        TELLING
            .substring(TELLING.indexOf("  /v1/things/{id}/events"))
            .replace("{id}/events", "{id}/more")
            .replace("operationId: follow", "operationId: other");
    var contract = Await.result(read(vertx, TELLING + second));
    assertEquals(3, contract.endpoints().size());
    assertEquals(Set.of("things.get"), contract.byOperation().keySet());
  }

  private static String quote(String text) {
    return java.util.regex.Pattern.quote(text);
  }

  private static String quoted(String text) {
    return java.util.regex.Matcher.quoteReplacement(text);
  }

  @Test
  void yamlThatCannotBeReadNamesLineAndColumn(Vertx vertx) {
    oneLine(Await.failure(read(vertx, "openapi: 3.1.0\ninfo: {title: [}\n")), "line 2, column ");
    oneLine(
        Await.failure(read(vertx, SMALL.replace("    post:", "    post: {}\n    post:"))),
        "duplicate key");
    oneLine(Await.failure(read(vertx, "just text")), "not an object");
    oneLine(Await.failure(read(vertx, "")), "not an object");
  }

  @Test
  void whatIsNotOpenApiIsRefused(Vertx vertx) {
    oneLine(Await.failure(read(vertx, SMALL.replace("3.1.0", "2.0"))), "not OpenAPI 3.1: ");
    oneLine(
        Await.failure(read(vertx, SMALL.replace("info: {title: Small, ", "info: {"))),
        "not OpenAPI 3.1: ");
    oneLine(
        Await.failure(read(vertx, SMALL.replace("name: id, in: path", "name: idd, in: path"))),
        "not OpenAPI 3.1: ");
  }

  @Test
  void whatWasFoundValidIsRememberedForThisVeryText(Vertx vertx, @TempDir Path folder)
      throws IOException {
    var file = folder.resolve("openapi.yaml");
    var remembered = folder.resolve("contract.valid");
    Files.writeString(file, SMALL);
    Await.result(ContractReader.read(vertx, file.toString(), remembered));
    var digest = Files.readString(remembered);
    assertTrue(new FoundValid(remembered, OpenAPIContract.class).has(SMALL.getBytes(UTF_8)));
    Await.result(ContractReader.read(vertx, file.toString(), remembered));
    Files.writeString(file, SMALL.replace("3.1.0", "2.0"));
    Await.failure(ContractReader.read(vertx, file.toString(), remembered));
    assertEquals(digest, Files.readString(remembered));
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count(), "a draft was left");
    }
  }

  @Test
  void aMissingFileSaysHowToNameAnother(Vertx vertx) {
    oneLine(
        Await.failure(ContractReader.read(vertx, "/nowhere/openapi.yaml")),
        "/nowhere/openapi.yaml: cannot be read (expected: the OpenAPI contract; ");
  }

  @Test
  void twoPathsCannotShareAnOperation(Vertx vertx) {
    var second =
        SMALL
            .substring(SMALL.indexOf("  /v1/things"))
            .replace("things/", "items/")
            .replace("operationId: change", "operationId: other");
    oneLine(
        Await.failure(read(vertx, SMALL + second)),
        "operation that no other path names; this one answers POST /v1/things/{id}");
  }

  private static io.vertx.core.Future<Contract> read(Vertx vertx, String yaml) {
    return ContractReader.read(vertx, "test.yaml", Buffer.buffer(yaml));
  }

  private static void oneLine(Throwable failure, String expected) {
    var message = String.valueOf(failure.getMessage());
    assertEquals(ContractException.class, failure.getClass(), message);
    assertTrue(message.contains(expected), message);
    assertFalse(message.contains("\n"), message);
    assertTrue(message.startsWith("test.yaml: ") || message.startsWith("/nowhere"), message);
  }
}
