package io.weft.routing.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Fault;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The check of one request against the shape of its operation, and the building of the one JSON
 * object that goes to the mesh.
 *
 * <p>A body is checked while it is read, and its bytes go on as they came: there is no tree, so a
 * hostile body costs no more memory than its own length and {@link RoutingLimits#FAULTS_MAX}
 * faults. That is why this is not vertx-json-schema, which collects every fault of every item,
 * compares numbers as doubles and compiles a pattern for each string; a test holds the two against
 * each other.
 *
 * <p>For one request and one thread.
 */
public final class RequestCheck {
  /** Reads UTF-8 and nothing else: bytes are passed on, so they must mean one thing only. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(RoutingLimits.JSON_DEPTH_MAX)
                  .maxStringLength(RoutingLimits.BODY_MAX_BYTES)
                  .maxNameLength(RoutingLimits.BODY_MAX_BYTES)
                  .maxNumberLength(1_000)
                  .build())
          .build();

  private static final String WHOLE_NUMBER = "a whole number";

  /** A whole number as JSON has it: Java reads more, such as +1 and the digits of other scripts. */
  private static final Pattern JSON_WHOLE = Pattern.compile("-?(0|[1-9][0-9]*)");

  private final Shape.Fields shape;
  private final List<Fault> faults = new ArrayList<>();
  private final Set<String> present = new HashSet<>();
  private final StringBuilder pointer = new StringBuilder();
  private final StringBuilder parameters = new StringBuilder();
  private Buffer body = Buffer.buffer();
  private boolean isObject = true;

  /** Creates the check of a request with a shape. */
  public RequestCheck(Shape.Fields shape) {
    this.shape = shape;
  }

  /** Returns a parser that reads JSON as strictly as this check does. */
  public static JsonParser parser(byte[] json) throws IOException {
    return JSON.createParser(json);
  }

  /** Adds a fault that was found elsewhere in the request. */
  public void fault(String pointer, String detail) {
    if (!full()) {
      faults.add(new Fault(pointer, detail));
    }
  }

  /** Adds a fault of a field of the request's object that was found elsewhere. */
  public void faultAt(String name, String detail) {
    fault("/" + escape(name), detail);
  }

  /** Adds a field that came as text, outside of the body. */
  public void parameter(String name, String text) {
    var expected = shape.fields().get(name);
    if (expected == null) {
      throw new IllegalArgumentException("parameter " + name + " is not in the shape");
    }
    present.add(name);
    enter(name);
    parameters.append(parameters.isEmpty() ? "" : ",");
    appendText(name);
    parameters.append(':');
    appendParameter(expected, text);
    leave(name);
  }

  /**
   * Adds the fields of a JSON object.
   *
   * @param json the object's bytes
   * @param outside the names of fields that come from elsewhere and are unknown here
   * @throws ProblemException when it is not JSON
   */
  public void body(byte[] json, Set<String> outside) {
    try (var parser = parser(json)) {
      if (parser.nextToken() == null) {
        throw malformed("empty (expected: a JSON object)");
      }
      long from = parser.currentTokenLocation().getByteOffset();
      isObject = object(parser, shape, outside, present);
      if (full()) {
        return;
      }
      long to = parser.currentLocation().getByteOffset();
      if (parser.nextToken() != null) {
        throw malformed("more than one JSON document (expected: one object)");
      }
      body = Buffer.buffer(json).slice((int) from, (int) to);
    } catch (JsonProcessingException e) {
      throw malformed(e);
    } catch (IOException e) {
      throw malformed(e.getClass().getSimpleName());
    }
  }

  /**
   * Ends the check.
   *
   * @return the request, as one JSON object
   * @throws ProblemException when something is not as it should be
   */
  public Buffer finish() {
    for (var name : shape.required()) {
      if (isObject && !present.contains(name)) {
        fault("/" + escape(name), "absent (expected: required)");
      }
    }
    if (faults.isEmpty() && present.size() < shape.minFields()) {
      fault("", "nothing to do (expected: at least one field)");
    }
    if (!faults.isEmpty()) {
      throw new ProblemException(Problem.invalid(List.copyOf(faults)));
    }
    return merged();
  }

  /** Returns the problem of JSON that cannot be read, with where. */
  public static ProblemException malformed(JsonProcessingException e) {
    var message = e.getOriginalMessage();
    int more = message.indexOf(" (start marker");
    var reason = more < 0 ? message : message.substring(0, more);
    var at = e.getLocation();
    return malformed(
        at == null
            ? reason
            : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": " + reason);
  }

  private static ProblemException malformed(String detail) {
    return new ProblemException(
        Problem.of(400, "request.malformed", "The body is not JSON: " + detail));
  }

  private Buffer merged() {
    if (parameters.isEmpty()) {
      return body.length() == 0 ? Buffer.buffer("{}") : body;
    }
    var merged = Buffer.buffer(body.length() + parameters.length() + 2).appendString("{");
    merged.appendString(parameters.toString());
    if (body.length() == 0) {
      return merged.appendString("}");
    }
    var fields = body.slice(1, body.length());
    return merged.appendString(hasFields(fields) ? "," : "").appendBuffer(fields);
  }

  /** Returns whether anything but the closing brace follows the opening one. */
  private static boolean hasFields(Buffer afterBrace) {
    for (int i = 0; i < afterBrace.length(); i++) {
      byte b = afterBrace.getByte(i);
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b != '}';
      }
    }
    return false;
  }

  private void appendParameter(Shape expected, String text) {
    if (expected instanceof Shape.Whole whole) {
      if (JSON_WHOLE.matcher(text).matches()) {
        whole(whole, text);
      } else {
        mismatch(quoted(text), WHOLE_NUMBER + ", " + range(whole));
      }
      parameters.append(text);
    } else if (expected instanceof Shape.Flag) {
      if (!text.equals("true") && !text.equals("false")) {
        mismatch(quoted(text), "true or false");
      }
      parameters.append(text);
    } else if (expected instanceof Shape.Text string) {
      text(string, text);
      appendText(text);
    } else {
      throw new IllegalArgumentException("a parameter cannot be " + expected);
    }
  }

  private void appendText(String text) {
    parameters.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, parameters);
    parameters.append('"');
  }

  private void value(JsonParser parser, Shape expected) throws IOException {
    if (expected instanceof Shape.OrNull orNull) {
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        value(parser, orNull.shape());
      }
    } else if (expected instanceof Shape.Text text) {
      if (text.format() == TextFormat.PASSWORD && !parser.hasToken(JsonToken.VALUE_STRING)) {
        mismatch("something else", "a string"); // Nothing that may be a password is quoted.
        parser.skipChildren();
      } else if (is(parser, JsonToken.VALUE_STRING, "a string")) {
        text(text, parser.getText());
      }
    } else if (expected instanceof Shape.Whole whole) {
      if (is(parser, JsonToken.VALUE_NUMBER_INT, WHOLE_NUMBER)) {
        whole(whole, parser.getText());
      }
    } else if (expected instanceof Shape.Items items) {
      if (is(parser, JsonToken.START_ARRAY, "an array")) {
        items(parser, items);
      }
    } else if (expected instanceof Shape.Fields fields) {
      var seen = new HashSet<String>();
      int before = faults.size();
      if (object(parser, fields, Set.of(), seen)) {
        absent(fields, seen, faults.size() == before);
      }
    } else if (!parser.currentToken().isBoolean()) {
      mismatch(described(parser), "true or false");
      parser.skipChildren();
    }
  }

  /** Reads an object and adds its fields' names to those seen; returns whether it was one. */
  private boolean object(
      JsonParser parser, Shape.Fields expected, Set<String> outside, Set<String> seen)
      throws IOException {
    if (!is(parser, JsonToken.START_OBJECT, "an object")) {
      return false;
    }
    while (parser.nextToken() != JsonToken.END_OBJECT && !full()) {
      var name = parser.currentName();
      parser.nextToken();
      var field = outside.contains(name) ? null : expected.fields().get(name);
      enter(name);
      if (field == null) {
        fault(pointer.toString(), "unknown field (expected: " + names(expected, outside) + ")");
        parser.skipChildren();
      } else if (!seen.add(name)) {
        fault(pointer.toString(), "given twice (expected: once)");
        parser.skipChildren();
      } else {
        value(parser, field);
      }
      leave(name);
    }
    return true;
  }

  /** Tells what is not there; that it is too little only where no field was found wrong. */
  private void absent(Shape.Fields expected, Set<String> seen, boolean flawless) {
    for (var name : expected.required()) {
      if (!seen.contains(name)) {
        fault(pointer + "/" + escape(name), "absent (expected: required)");
      }
    }
    if (flawless && seen.size() < expected.minFields()) {
      mismatch(seen.size() + " fields", "at least " + expected.minFields());
    }
  }

  private void items(JsonParser parser, Shape.Items expected) throws IOException {
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY && !full()) {
      if (count < expected.maxItems()) {
        var name = Integer.toString(count);
        enter(name);
        value(parser, expected.item());
        leave(name);
      } else {
        parser.skipChildren();
      }
      count++;
    }
    if (count < expected.minItems() || count > expected.maxItems()) {
      mismatch(count + " items", expected.minItems() + " to " + expected.maxItems());
    }
  }

  private void whole(Shape.Whole expected, String digits) {
    var range = range(expected);
    try {
      long number = Long.parseLong(digits);
      if (number < expected.min() || number > expected.max()) {
        mismatch(digits, range);
      }
    } catch (NumberFormatException e) {
      mismatch(quoted(digits), WHOLE_NUMBER + ", " + range);
    }
  }

  private static String range(Shape.Whole expected) {
    return expected.min() + " to " + expected.max();
  }

  private void text(Shape.Text expected, String text) {
    int chars = text.codePointCount(0, text.length());
    if (chars < expected.minChars() || chars > expected.maxChars()) {
      mismatch(chars + " characters", expected.minChars() + " to " + expected.maxChars());
    } else if (!storable(text)) {
      mismatch("a NUL or half a character", "text in Unicode");
    } else if (!expected.allowed().isEmpty() && !expected.allowed().contains(text)) {
      mismatch(quoted(text), "one of " + String.join(", ", expected.allowed()));
    } else if (expected.format() != null && !expected.format().matches(text)) {
      mismatch(quoted(text), expected.format().expected());
    } else if (expected.pattern() != null && !expected.pattern().matcher(text).find()) {
      mismatch(quoted(text), "a match of " + expected.pattern());
    }
  }

  /** Returns whether a text can be kept by every service: no NUL, no surrogate without its pair. */
  private static boolean storable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)
          && (++i == text.length() || !Character.isLowSurrogate(text.charAt(i)))) {
        return false;
      }
    }
    return true;
  }

  private boolean is(JsonParser parser, JsonToken token, String expected) throws IOException {
    if (parser.currentToken() == token) {
      return true;
    }
    mismatch(described(parser), expected);
    parser.skipChildren();
    return false;
  }

  private static String described(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "the string " + quoted(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + cut(parser.getText());
      default -> parser.getText();
    };
  }

  private static String quoted(String text) {
    return '"' + cut(text) + '"';
  }

  private static String cut(String text) {
    return text.length() <= RoutingLimits.QUOTED_MAX_CHARS
        ? text
        : text.substring(0, RoutingLimits.QUOTED_MAX_CHARS) + "…";
  }

  private static String names(Shape.Fields expected, Set<String> outside) {
    var names = new ArrayList<>(expected.fields().keySet());
    names.removeAll(outside);
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private void mismatch(String actual, String expected) {
    fault(pointer.toString(), actual + " (expected: " + expected + ")");
  }

  private boolean full() {
    return faults.size() >= RoutingLimits.FAULTS_MAX;
  }

  private void enter(String name) {
    pointer.append('/').append(escape(name));
  }

  private void leave(String name) {
    pointer.setLength(pointer.length() - 1 - escape(name).length());
  }

  /** Returns a name as one step of a JSON pointer, cut when it is longer than any name of ours. */
  private static String escape(String name) {
    return cut(name).replace("~", "~0").replace("/", "~1");
  }
}
