package io.weft.routing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Fault;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestCheckTest {
  private static final JsonObject SCHEMA =
      new JsonObject(
          """
          {"type": "object", "additionalProperties": false, "required": ["id", "lines"],
           "properties": {
             "id": {"type": "string", "format": "uuid"},
             "note": {"type": "string", "maxLength": 5},
             "note/~x": {"type": "boolean"},
             "state": {"type": "string", "enum": ["ON", "OFF"]},
             "total": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807},
             "next": {"type": ["string", "null"], "maxLength": 9},
             "lines": {"type": "array", "minItems": 1, "maxItems": 3, "items":
               {"type": "object", "additionalProperties": false, "required": ["quantity"],
                "properties": {
                  "quantity": {"type": "integer", "minimum": 1, "maximum": 1000000},
                  "sku": {"type": "string", "minLength": 1, "maxLength": 4, "pattern": "^[A-Z]"}
                }}}}}
          """);
  private static final Shape.Fields SHAPE = shape();
  private static final String ID = "\"id\": \"6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11\"";
  private static final String LINES = "\"lines\": [{\"quantity\": 1}]";

  private static Shape.Fields shape() {
    var schema = SCHEMA.copy().getMap();
    return ShapeReader.readFields(new Place(schema, "test", "", plain(SCHEMA.copy())));
  }

  private static Object plain(Object value) {
    if (value instanceof JsonObject object) {
      var map = new java.util.LinkedHashMap<String, Object>();
      object.forEach(e -> map.put(e.getKey(), plain(e.getValue())));
      return map;
    }
    return value instanceof JsonArray array
        ? array.stream().map(RequestCheckTest::plain).toList()
        : value;
  }

  private static String check(String body) {
    var check = new RequestCheck(SHAPE);
    check.body(body.getBytes(StandardCharsets.UTF_8), Set.of());
    return check.finish().toString();
  }

  private static Problem refused(String body) {
    return assertThrows(ProblemException.class, () -> check(body), body).problem();
  }

  private static void fault(String body, String pointer, String detail) {
    assertEquals(List.of(new Fault(pointer, detail)), refused(body).faults());
  }

  @Test
  void aRightRequestPassesWithItsBytesAsTheyCame() {
    var body = "{ " + ID + " ,\n \"lines\":[{\"quantity\":1 , \"sku\":\"A\\u0042\"}] }";
    assertEquals(body, check(body));
  }

  @Test
  void whatMayBeAPasswordIsNotQuoted() {
    var password = new Shape.Text(3, 8, null, Set.of(), TextFormat.PASSWORD);
    var shape = new Shape.Fields(Map.of("password", password), Set.of(), 0);
    for (var value : List.of("4711", "[4711]", "{\"a\": 4711}", "47.11", "\"47\"", "null")) {
      var check = new RequestCheck(shape);
      check.body(("{\"password\": " + value + "}").getBytes(StandardCharsets.UTF_8), Set.of());
      var problem = assertThrows(ProblemException.class, check::finish, value).problem();
      assertEquals("/password", problem.faults().get(0).pointer(), value);
      assertFalse(problem.json(null).encode().contains("47"), value);
    }
    var check = new RequestCheck(shape);
    check.body("{\"password\": \"4711\"}".getBytes(StandardCharsets.UTF_8), Set.of());
    assertEquals("{\"password\": \"4711\"}", check.finish().toString());
  }

  @Test
  void parametersComeBeforeTheFieldsOfTheBody() {
    var check = new RequestCheck(SHAPE);
    check.parameter("id", "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11");
    check.parameter("total", "12");
    check.body(("  {" + LINES + "}  ").getBytes(StandardCharsets.UTF_8), Set.of("id", "total"));
    assertEquals(
        "{\"id\":\"6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11\",\"total\":12," + LINES + "}",
        check.finish().toString());
  }

  @Test
  void aNumberInTheQueryIsOneThatJsonHas() {
    for (var number : List.of("+1", "007", "\uff17", "1.0", "", " 1", "-", "0x1")) {
      var check = new RequestCheck(SHAPE);
      check.parameter("total", number);
      var problem = assertThrows(ProblemException.class, check::finish, number).problem();
      assertEquals("/total", problem.faults().get(0).pointer(), number);
    }
  }

  @Test
  void aBodyCannotNameWhatComesFromThePath() {
    var check = new RequestCheck(SHAPE);
    check.parameter("id", "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11");
    check.body(("{" + ID + "," + LINES + "}").getBytes(StandardCharsets.UTF_8), Set.of("id"));
    var problem = assertThrows(ProblemException.class, check::finish).problem();
    assertEquals("/id", problem.faults().get(0).pointer());
  }

  @Test
  void anEmptyBodyAndNoParametersIsAnEmptyObject() {
    var check = new RequestCheck(new Shape.Fields(Map.of(), Set.of(), 0));
    assertEquals("{}", check.finish().toString());
  }

  @Test
  void numbersAreComparedInAllTheir64Bits() {
    check("{" + ID + "," + LINES + ", \"total\": 9223372036854775807}");
    fault(
        "{" + ID + "," + LINES + ", \"total\": 9223372036854775808}",
        "/total",
        "\"9223372036854775808\" (expected: a whole number, 0 to 9223372036854775807)");
    fault(
        "{" + ID + "," + LINES + ", \"total\": -1}",
        "/total",
        "-1 (expected: 0 to 9223372036854775807)");
  }

  @Test
  void aFractionOrAnExponentIsNotAWholeNumber() {
    for (var number : List.of("1.0", "1.5", "1e3", "1E400", "1e-1", "0.0")) {
      fault(
          "{" + ID + "," + LINES + ", \"total\": " + number + "}",
          "/total",
          "the number " + number + " (expected: a whole number)");
    }
  }

  @Test
  void everyFaultHasThePointerOfItsField() {
    fault("{" + LINES + "}", "/id", "absent (expected: required)");
    fault("{" + ID + ", \"lines\": []}", "/lines", "0 items (expected: 1 to 3)");
    fault(
        "{" + ID + ", \"lines\": [{\"quantity\": 0}]}",
        "/lines/0/quantity",
        "0 (expected: 1 to 1000000)");
    fault(
        "{" + ID + ", \"lines\": [{\"quantity\": 1}, {}]}",
        "/lines/1/quantity",
        "absent (expected: required)");
    fault(
        "{" + ID + ", \"lines\": [{\"quantity\": \"1\"}]}",
        "/lines/0/quantity",
        "the string \"1\" (expected: a whole number)");
    fault("{" + ID + ", \"lines\": [[]]}", "/lines/0", "an array (expected: an object)");
    fault("{" + ID + ", \"lines\": null}", "/lines", "null (expected: an array)");
    fault(
        "{" + ID + "," + LINES + ", \"note\": \"123456\"}",
        "/note",
        "6 characters (expected: 0 to 5)");
    fault(
        "{" + ID + "," + LINES + ", \"state\": \"on\"}",
        "/state",
        "\"on\" (expected: one of ON, OFF)");
    fault(
        "{" + ID + "," + LINES + ", \"note/~x\": 1}",
        "/note~1~0x",
        "the number 1 (expected: true or false)");
    fault(
        "{\"id\": \"6f1a\"," + LINES + "}",
        "/id",
        "\"6f1a\" (expected: a UUID such as 6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11)");
    fault(
        "{" + ID + ", \"lines\": [{\"quantity\": 1, \"sku\": \"a\"}]}",
        "/lines/0/sku",
        "\"a\" (expected: a match of ^[A-Z])");
    fault("[]", "", "an array (expected: an object)");
  }

  @Test
  void unknownAndRepeatedFieldsAreRefused() {
    fault(
        "{" + ID + "," + LINES + ", \"x\": {\"deep\": [1]}}",
        "/x",
        "unknown field (expected: id, note, note/~x, state, total, next, lines)");
    fault("{" + ID + "," + LINES + "," + ID + "}", "/id", "given twice (expected: once)");
  }

  @Test
  void nullIsTakenOnlyWhereTheContractSaysSo() {
    check("{" + ID + "," + LINES + ", \"next\": null}");
    fault("{" + ID + "," + LINES + ", \"note\": null}", "/note", "null (expected: a string)");
  }

  @Test
  void textThatNoDatabaseKeepsIsRefused() {
    for (var text : List.of("a\\u0000", "\\ud800", "\\udc00\\ud800", "\\ud83dx")) {
      fault(
          "{" + ID + "," + LINES + ", \"note\": \"" + text + "\"}",
          "/note",
          "a NUL or half a character (expected: text in Unicode)");
    }
    check("{" + ID + "," + LINES + ", \"note\": \"\\ud83d\\ude00é\"}");
  }

  @Test
  void charactersOutsideTheBasicPlaneCountOnce() {
    check("{" + ID + "," + LINES + ", \"note\": \"😀😀😀😀😀\"}");
  }

  @Test
  void whatIsNotJsonIsRefusedWithItsPosition() {
    assertEquals("request.malformed", refused("{\"id\": 1,\n  x}").code());
    assertTrue(
        refused("{\"id\": 1,\n  x}").detail().contains("line 2, column "),
        refused("{\"id\": 1,\n  x}").detail());
    for (var body :
        List.of(
            "",
            " ",
            "{",
            "{}{}",
            "{} x",
            "{\"id\": 01}",
            "{'id': 1}",
            "nul",
            "{\"id\": NaN}",
            "{\"note\": \"\n\"}",
            "\ufeff{}",
            "{\"id\"}",
            "{,}",
            "{\"id\": 1,}")) {
      assertEquals(400, refused(body).status(), body);
    }
    assertEquals("request.malformed", refused("[".repeat(5_000)).code());
    assertEquals("request.malformed", refused("{\"id\": " + "1".repeat(5_000) + "}").code());
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    var check = new RequestCheck(SHAPE);
    var bytes = ("{" + ID + "," + LINES + ", \"note\": \"?\"}").getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 3] = (byte) 0xff;
    assertThrows(ProblemException.class, () -> check.body(bytes, Set.of()));
    var utf16 = ("{" + ID + "," + LINES + "}").getBytes(StandardCharsets.UTF_16);
    assertThrows(ProblemException.class, () -> new RequestCheck(SHAPE).body(utf16, Set.of()));
  }

  @Test
  void aHostileBodyCostsNoMoreThanTwentyFaults() {
    var items = "{" + ID + ", \"lines\": [" + "7,".repeat(100_000) + "7]}";
    assertTrue(refused(items).faults().size() <= RoutingLimits.FAULTS_MAX);
    var fields = new StringBuilder("{");
    for (int i = 0; i < 10_000; i++) {
      fields.append("\"f").append(i).append("\":0,");
    }
    assertEquals(
        RoutingLimits.FAULTS_MAX, refused(fields.append("\"z\":0}").toString()).faults().size());
    fault(
        "{" + ID + ", \"lines\": [" + "{\"quantity\":1},".repeat(9_999) + "{\"quantity\":1}]}",
        "/lines",
        "10000 items (expected: 1 to 3)");
  }

  @Test
  void aLongFieldNameIsCutInTheFault() {
    var problem = refused("{\"" + "n".repeat(100_000) + "\": 1}");
    assertTrue(problem.detail().length() < 500, problem.detail());
  }

  /** Where both can be right, vertx-json-schema and this check say the same of mutated requests. */
  @Test
  void itAgreesWithVertxJsonSchema() {
    var oracle =
        SchemaRepository.create(
                new JsonSchemaOptions()
                    .setBaseUri("app://test")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Flag),
                (type, format, instance) -> null)
            .validator(JsonSchema.of(SCHEMA.copy()));
    var random = new SplittableRandom(20_260_101);
    int valid = 0;
    for (int i = 0; i < 5_000; i++) {
      var request = mutated(random);
      boolean expected = oracle.validate(request.copy()).getValid();
      boolean actual;
      try {
        check(request.encode());
        actual = true;
      } catch (ProblemException e) {
        actual = false;
      }
      assertEquals(expected, actual, request.encode());
      valid += actual ? 1 : 0;
    }
    assertTrue(valid > 500 && valid < 4_500, valid + " of 5000 valid");
  }

  private static JsonObject mutated(SplittableRandom random) {
    var line = new JsonObject().put("quantity", value(random, 3, 1_000_000)).put("sku", "ABC");
    var request =
        new JsonObject("{" + ID + "}")
            .put("lines", new JsonArray().add(line))
            .put("note", "1234")
            .put("state", "ON");
    for (int i = random.nextInt(3); i > 0; i--) {
      mutate(request, line, random);
    }
    return request;
  }

  private static void mutate(JsonObject request, JsonObject line, SplittableRandom random) {
    switch (random.nextInt(9)) {
      case 0 -> request.remove("id");
      case 1 -> request.put("note", value(random, 5, "12345"));
      case 2 -> request.put("state", value(random, 2, "OFF"));
      case 3 -> request.put("total", value(random, 2, Long.MAX_VALUE));
      case 4 -> request.put("extra", 1);
      case 5 -> line.put("sku", value(random, 3, "Z"));
      case 6 -> request.getJsonArray("lines").add(new JsonObject().put("quantity", 1));
      case 7 -> request.getJsonArray("lines").add(line.copy()).add(line.copy()).add(line.copy());
      default -> request.put("next", value(random, 2, "x"));
    }
  }

  private static Object value(SplittableRandom random, int weight, Object right) {
    int chosen = random.nextInt(6 + weight);
    return switch (chosen) {
      case 0 -> "toolong";
      case 1 -> 0;
      case 2 -> true;
      case 3 -> new JsonArray();
      case 4 -> new JsonObject();
      case 5 -> -1;
      default -> right;
    };
  }
}
