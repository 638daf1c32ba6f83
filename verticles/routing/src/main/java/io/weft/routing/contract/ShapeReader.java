package io.weft.routing.contract;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the schemas of requests.
 *
 * <p>It takes the part of JSON Schema that bounds a value from all sides, and refuses the rest: a
 * keyword that was silently ignored would be a check that nobody makes.
 */
final class ShapeReader {
  private static final int DEPTH_MAX = 16;
  private static final int CHARS_MAX = 1024 * 1024;
  private static final int ITEMS_MAX = 1_000_000;
  private static final Set<String> NOTES =
      Set.of("type", "title", "description", "example", "examples", "default", "deprecated");
  private static final Set<String> TEXT =
      Set.of("minLength", "maxLength", "pattern", "enum", "format");
  private static final Set<String> WHOLE = Set.of("minimum", "maximum", "format");
  private static final Set<String> ITEMS = Set.of("items", "minItems", "maxItems");
  private static final Set<String> FIELDS =
      Set.of("properties", "required", "additionalProperties", "minProperties");

  private ShapeReader() {}

  /** Returns the compiled form of a schema. */
  static Shape read(Place schema) {
    return read(schema, DEPTH_MAX);
  }

  /** Returns the compiled form of a schema that must be an object's. */
  static Shape.Fields readFields(Place schema) {
    if (read(schema) instanceof Shape.Fields fields) {
      return fields;
    }
    throw schema.at("type").expected("object");
  }

  private static Shape read(Place schema, int depthLeft) {
    if (depthLeft == 0) {
      throw schema.failed("nests deeper than " + DEPTH_MAX + " levels");
    }
    var type = schema.at("type");
    if (type.value() instanceof List<?> types) {
      if (types.size() != 2 || !types.contains("null")) {
        throw type.expected("one type, or one and 'null'");
      }
      var other = types.get(0).equals("null") ? types.get(1) : types.get(0);
      return new Shape.OrNull(ofType(schema, type, String.valueOf(other), depthLeft));
    }
    return ofType(schema, type, type.absent() ? "" : type.text(), depthLeft);
  }

  private static Shape ofType(Place schema, Place type, String word, int depthLeft) {
    return switch (word) {
      case "string" -> text(schema);
      case "integer" -> whole(schema);
      case "boolean" -> flag(schema);
      case "array" -> items(schema, depthLeft);
      case "object" -> fields(schema, depthLeft);
      default -> throw type.expected("string, integer, boolean, array or object");
    };
  }

  private static Shape text(Place schema) {
    only(schema, TEXT);
    var format = format(schema.at("format"));
    var allowed = new LinkedHashSet<String>();
    schema.at("enum").items().forEach(i -> allowed.add(i.text()));
    return new Shape.Text(
        schema.at("minLength").absent() ? 0 : schema.at("minLength").wholeIn(0, CHARS_MAX),
        maxChars(schema, format, allowed),
        pattern(schema.at("pattern")),
        allowed,
        format);
  }

  private static int maxChars(Place schema, @Nullable TextFormat format, Set<String> allowed) {
    if (!schema.at("maxLength").absent()) {
      return schema.at("maxLength").wholeIn(1, CHARS_MAX);
    }
    if (!allowed.isEmpty()) {
      return allowed.stream().mapToInt(String::length).max().orElse(0);
    }
    if (format != null) {
      return format.maxChars();
    }
    throw schema.at("maxLength").expected("the most characters it may have");
  }

  private static @Nullable TextFormat format(Place format) {
    if (format.absent()) {
      return null;
    }
    for (var known : TextFormat.values()) {
      if (known.word().equals(format.text())) {
        return known;
      }
    }
    throw format.expected("uuid, email, password or currency");
  }

  private static @Nullable Pattern pattern(Place pattern) {
    if (pattern.absent()) {
      return null;
    }
    try {
      return Pattern.compile(pattern.text());
    } catch (PatternSyntaxException e) {
      throw pattern.failed(e.getDescription() + " at character " + e.getIndex());
    }
  }

  private static Shape whole(Place schema) {
    only(schema, WHOLE);
    if (!schema.at("format").absent()) {
      schema.at("format").oneOf(Set.of("int32", "int64"));
    }
    var whole = new Shape.Whole(schema.at("minimum").whole(), schema.at("maximum").whole());
    if (whole.min() > whole.max()) {
      throw schema.at("minimum").expected("at most the maximum, " + whole.max());
    }
    return whole;
  }

  private static Shape flag(Place schema) {
    only(schema, Set.of());
    return new Shape.Flag();
  }

  private static Shape items(Place schema, int depthLeft) {
    only(schema, ITEMS);
    return new Shape.Items(
        read(schema.at("items"), depthLeft - 1),
        schema.at("minItems").absent() ? 0 : schema.at("minItems").wholeIn(0, ITEMS_MAX),
        schema.at("maxItems").wholeIn(1, ITEMS_MAX));
  }

  private static Shape fields(Place schema, int depthLeft) {
    only(schema, FIELDS);
    if (!Boolean.FALSE.equals(schema.at("additionalProperties").value())) {
      throw schema.at("additionalProperties").expected("false; unknown fields are refused");
    }
    Map<String, Shape> fields = new LinkedHashMap<>();
    schema
        .at("properties")
        .fields()
        .forEach((name, property) -> fields.put(name, read(property, depthLeft - 1)));
    var required = new LinkedHashSet<String>();
    for (var name : schema.at("required").items()) {
      if (!fields.containsKey(name.text())) {
        throw name.expected("one of the properties");
      }
      required.add(name.text());
    }
    var min = schema.at("minProperties");
    return new Shape.Fields(fields, required, min.absent() ? 0 : min.wholeIn(0, fields.size()));
  }

  private static void only(Place schema, Set<String> keywords) {
    var all = new LinkedHashSet<>(NOTES);
    all.addAll(keywords);
    schema.only(all);
  }
}
