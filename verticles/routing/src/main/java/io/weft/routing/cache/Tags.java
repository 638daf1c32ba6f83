package io.weft.routing.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import io.weft.mesh.Operation;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** What a request may be about: by which events and commands its answer is dropped. */
final class Tags {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String ID = "id";

  /** More values than ids of things that a request is about; it is then about anything. */
  private static final int VALUES_MAX = 16;

  private Tags() {}

  /** Returns the tag of all that may tell of anything of a service. */
  static String ofService(String service) {
    return "*" + service;
  }

  /** Returns the tag of a value, in whatever letters it is written: ids are the same in all. */
  static String ofValue(String value) {
    return "=" + value.toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the tags of a request: its texts, and its service if it has no id or too many texts.
   *
   * @throws IOException if it is not a JSON object
   */
  static Set<String> of(String operation, Buffer request) throws IOException {
    var tags = new HashSet<String>();
    boolean id = false;
    try (var parser = JSON.createParser(request.getBytes())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the request is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          id |= name.equals(ID);
          tags.add(ofValue(parser.getText()));
        }
        parser.skipChildren();
        if (tags.size() > VALUES_MAX) {
          id = false;
          break;
        }
      }
    }
    if (!id) {
      tags.add(ofService(Operation.serviceOf(operation)));
    }
    return tags;
  }
}
