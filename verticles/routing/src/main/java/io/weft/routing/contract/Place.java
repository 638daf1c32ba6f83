package io.weft.routing.contract;

import io.vertx.core.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One value of the contract document, and where in it; what is not as it should be becomes an
 * exception that says so.
 *
 * @param document the root value, for references
 * @param file the name of the document's file
 * @param path the keys that lead to the value
 * @param value the value as YAML gave it; null when there is none
 */
record Place(Map<?, ?> document, String file, String path, @Nullable Object value) {
  private static final int REFERENCES_MAX = 32;
  private static final int QUOTED_MAX_CHARS = 60;

  /** Returns the exception that says what was expected here. */
  ContractException expected(String expected) {
    return failed(shown() + " (expected: " + expected + ")");
  }

  /** Returns the exception that says what is wrong here. */
  ContractException failed(String what) {
    return new ContractException(file + ": " + (path.isEmpty() ? "" : path + ": ") + what);
  }

  boolean absent() {
    return value == null;
  }

  /** Returns the value under a key, following references; absent when there is none. */
  Place at(String key) {
    return child(key, map().get(key)).resolved();
  }

  /** Returns the values of an object in their order, following references. */
  Map<String, Place> fields() {
    var fields = new LinkedHashMap<String, Place>();
    map().forEach((k, v) -> fields.put(String.valueOf(k), child(String.valueOf(k), v).resolved()));
    return fields;
  }

  /** Returns the items of a list, following references; none when it is absent. */
  List<Place> items() {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw expected("a list");
    }
    return IntStream.range(0, list.size())
        .mapToObj(i -> child(Integer.toString(i), list.get(i)).resolved())
        .toList();
  }

  String text() {
    if (value instanceof String text) {
      return text;
    }
    throw expected("text");
  }

  String textOr(String otherwise) {
    return absent() ? otherwise : text();
  }

  long whole() {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw expected("a whole number of at most 64 bits");
  }

  int wholeIn(int min, int max) {
    long number = whole();
    if (number < min || number > max) {
      throw expected(min + " to " + max);
    }
    return (int) number;
  }

  boolean flagOr(boolean otherwise) {
    if (absent()) {
      return otherwise;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw expected("true or false");
  }

  String oneOf(Set<String> words) {
    if (value instanceof String text && words.contains(text)) {
      return text;
    }
    throw expected(String.join(" or ", words.stream().sorted().toList()));
  }

  /** Refuses keys that nothing here reads. */
  void only(Set<String> keys) {
    for (var key : map().keySet()) {
      if (!keys.contains(String.valueOf(key))) {
        throw child(String.valueOf(key), null)
            .failed(
                "unknown key (expected: "
                    + String.join(", ", keys.stream().sorted().toList())
                    + ")");
      }
    }
  }

  private Place child(String key, @Nullable Object child) {
    return new Place(document, file, path.isEmpty() ? key : path + " > " + key, child);
  }

  private Map<?, ?> map() {
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw expected("an object");
  }

  private Place resolved() {
    var place = this;
    for (int i = 0; i < REFERENCES_MAX; i++) {
      if (!(place.value instanceof Map<?, ?> map) || !(map.get("$ref") instanceof String ref)) {
        return place;
      }
      place = new Place(document, file, path, target(ref));
    }
    throw failed("references go round in circles");
  }

  private Object target(String ref) {
    if (!ref.startsWith("#/")) {
      throw failed("$ref: \"" + ref + "\" (expected: #/… in this document)");
    }
    Object target = document;
    for (var step : ref.substring(2).split("/")) {
      var key = step.replace("~1", "/").replace("~0", "~");
      target = target instanceof Map<?, ?> map ? map.get(key) : null;
    }
    if (target == null) {
      throw failed("$ref: \"" + ref + "\" leads nowhere");
    }
    return Objects.requireNonNull(target);
  }

  private String shown() {
    if (value == null) {
      return "absent";
    }
    var json = Json.encode(value);
    return json.length() <= QUOTED_MAX_CHARS ? json : json.substring(0, QUOTED_MAX_CHARS) + "…";
  }
}
