package io.weft.routing.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Takes a few fields out of a request or a reply whose bytes otherwise pass through unread. */
public final class JsonFields {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonFields() {}

  /**
   * Returns the wanted fields of an object that are there and are text, numbers or booleans.
   * Reading stops as soon as all have been seen.
   */
  public static Map<String, String> of(Buffer json, Set<String> wanted) throws IOException {
    var found = new HashMap<String, String>();
    if (wanted.isEmpty()) {
      return found;
    }
    try (var parser = JSON.createParser(json.getBytes())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (found.size() < wanted.size() && parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        if (parser.nextToken().isScalarValue() && wanted.contains(name)) {
          found.put(name, parser.getText());
        }
        parser.skipChildren();
      }
    }
    return found;
  }
}
