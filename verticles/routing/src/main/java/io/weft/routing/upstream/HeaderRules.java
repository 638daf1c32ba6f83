package io.weft.routing.upstream;

import io.vertx.core.MultiMap;
import io.weft.routing.api.HeaderField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which header fields of a message are handed on, and which are set.
 *
 * @param set the fields that every message has, whatever it came with
 * @param remove the names, in lower case, of the fields that no message has
 */
record HeaderRules(List<HeaderField> set, Set<String> remove) {
  static final HeaderRules NONE = new HeaderRules(List.of(), Set.of());

  /** What belongs to one connection (RFC 9110, 7.6.1), and what is written anew for each. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "content-length",
          "expect");

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");

  HeaderRules {
    set = List.copyOf(set);
    remove = Set.copyOf(remove);
  }

  /**
   * Reads a field as people write it.
   *
   * @param text as in {@code X-Env: production}
   * @throws IllegalArgumentException if it is none
   */
  static HeaderField field(String text) {
    int colon = text.indexOf(':');
    var field =
        colon < 0
            ? new HeaderField("", "")
            : new HeaderField(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    var fault = fault(field);
    if (fault != null) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: Name: value)");
    }
    return field;
  }

  /** Returns what is wrong with a field, or null: one that is not can end no header early. */
  static @Nullable String fault(HeaderField field) {
    if (!NAME.matcher(field.name()).matches()) {
      return "the name of a header field has a character that it must not have";
    }
    for (int i = 0; i < field.value().length(); i++) {
      char c = field.value().charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        return "the value of " + field.name() + " has a character that it must not have";
      }
    }
    return null;
  }

  /** Returns the fields of a message that do not belong to its connection alone. */
  static List<HeaderField> endToEnd(MultiMap headers) {
    var named = named(headers);
    var fields = new ArrayList<HeaderField>(headers.size());
    for (Map.Entry<String, String> each : headers) {
      var name = each.getKey();
      var lower = name.toLowerCase(Locale.ROOT);
      // HTTP/2 has its own fields, which begin with a colon.
      if (!HOP_BY_HOP.contains(lower) && !named.contains(lower) && !name.startsWith(":")) {
        fields.add(new HeaderField(name, each.getValue()));
      }
    }
    return fields;
  }

  private static Set<String> named(MultiMap headers) {
    var connection = headers.getAll("connection");
    if (connection.isEmpty()) {
      return Set.of();
    }
    var named = new TreeSet<String>();
    for (var value : connection) {
      for (var name : value.split(",")) {
        named.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return named;
  }

  /** Returns fields as the rules want them, and none that belongs to a connection. */
  List<HeaderField> apply(List<HeaderField> fields) {
    var kept = new ArrayList<HeaderField>(fields.size() + set.size());
    for (var field : fields) {
      var lower = field.name().toLowerCase(Locale.ROOT);
      if (!remove.contains(lower) && !HOP_BY_HOP.contains(lower) && !isSet(field.name())) {
        kept.add(field);
      }
    }
    kept.addAll(set);
    return kept;
  }

  private boolean isSet(String name) {
    for (var field : set) {
      if (field.is(name)) {
        return true;
      }
    }
    return false;
  }
}
