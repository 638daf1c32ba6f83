package io.weft.routing.bridge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import io.weft.routing.RoutingLimits;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message of an event-bus client.
 *
 * @param type what the client wants: {@code send}, {@code ping}, …
 * @param address where to; empty when there is none
 * @param replyAddress where the client expects the reply, or null when it wants none
 * @param headers its headers, by their names in lower case
 * @param body the bytes of the body's JSON; {@code {}} when there is none
 */
record BridgeMessage(
    String type,
    String address,
    @Nullable String replyAddress,
    Map<String, String> headers,
    Buffer body) {
  /** The header of a registration that names the only aggregate of which it is. */
  static final String AGGREGATE = "aggregate";

  /** The header of a registration that names the only owner of whose things it is. */
  static final String OWNER = "owner";

  private static final Set<String> FIELDS =
      Set.of("type", "address", "replyAddress", "headers", "body");
  private static final Buffer NO_BODY = Buffer.buffer("{}");

  /** Returns the values of a header: one, or none. */
  List<String> header(String name) {
    var value = headers.get(name.toLowerCase(Locale.ROOT));
    return value == null ? List.of() : List.of(value);
  }

  /**
   * Reads a message.
   *
   * @throws ProblemException of 400 when it is not one
   */
  static BridgeMessage read(Buffer message) {
    try (var parser = RequestCheck.parser(message.getBytes())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("not an object (expected: {\"type\": \"send\", …})");
      }
      var read = new Reading(message).fields(parser);
      if (parser.nextToken() != null) {
        throw invalid("more than one JSON document (expected: one object)");
      }
      return read;
    } catch (JsonProcessingException e) {
      throw RequestCheck.malformed(e);
    } catch (IOException e) {
      throw invalid(e.getClass().getSimpleName());
    }
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(Problem.of(400, "message.invalid", detail));
  }

  /** The fields of a message, as far as they have been read. */
  private static final class Reading {
    private final Buffer message;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();
    private Buffer body = NO_BODY;

    Reading(Buffer message) {
      this.message = message;
    }

    BridgeMessage fields(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        if (FIELDS.contains(name) && !seen.add(name)) {
          throw invalid(name + ": given twice (expected: once)");
        }
        switch (name) {
          case "type", "address", "replyAddress" -> text(name, parser);
          case "headers" -> headers(parser);
          case "body" -> body(parser);
          default -> parser.skipChildren();
        }
      }
      if (!texts.containsKey("type")) {
        throw invalid("type: absent (expected: send, register, unregister or ping)");
      }
      return new BridgeMessage(
          texts.getOrDefault("type", ""),
          texts.getOrDefault("address", ""),
          texts.get("replyAddress"),
          headers,
          body);
    }

    private void text(String name, JsonParser parser) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      if (parser.currentToken() != JsonToken.VALUE_STRING
          || parser.getTextLength() > RoutingLimits.BRIDGE_ADDRESS_MAX_CHARS) {
        throw invalid(
            name
                + ": not a string of at most "
                + RoutingLimits.BRIDGE_ADDRESS_MAX_CHARS
                + " characters");
      }
      texts.put(name, parser.getText());
    }

    private void headers(JsonParser parser) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw invalid("headers: not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName().toLowerCase(Locale.ROOT);
        var value = parser.nextToken();
        if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          headers.put(name, parser.getText());
        }
        if (headers.size() > RoutingLimits.BRIDGE_HEADERS_MAX) {
          throw invalid("headers: more than " + RoutingLimits.BRIDGE_HEADERS_MAX);
        }
        parser.skipChildren();
      }
    }

    private void body(JsonParser parser) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      int to = (int) parser.currentLocation().getByteOffset();
      body = message.slice(from, to);
    }
  }
}
