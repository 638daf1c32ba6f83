package io.weft.routing.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.weft.routing.RoutingLimits;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what a request to the admin API asks for; what is wrong with it is a 400 that says so. */
final class Questions {
  private static final int TEXT_MAX_CHARS = 256;

  private final RoutingContext context;

  /**
   * Reads the query of a request.
   *
   * @param known the parameters that there are
   */
  Questions(RoutingContext context, String... known) {
    this.context = context;
    var unknown = new TreeSet<>(context.queryParams().names());
    unknown.removeAll(Set.of(known));
    if (!unknown.isEmpty()) {
      throw wrong(unknown.first(), "unknown parameter (expected: one of " + List.of(known) + ")");
    }
  }

  /** Returns a text, or null when it is not there. */
  @Nullable String text(String name) {
    var values = context.queryParams().getAll(name);
    if (values.isEmpty() || values.get(0).isEmpty()) {
      return null;
    }
    if (values.size() > 1 || values.get(0).length() > TEXT_MAX_CHARS) {
      throw wrong(
          name,
          values.size() > 1
              ? "given " + values.size() + " times (expected: once)"
              : "longer than " + TEXT_MAX_CHARS + " characters");
    }
    return values.get(0);
  }

  /** Returns a whole number. */
  int whole(String name, int least, int most, int otherwise) {
    return (int) whole(name, (long) least, most, otherwise);
  }

  /** Returns a whole number of any size. */
  long whole(String name, long least, long most, long otherwise) {
    var text = text(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw expected(name, text, least + " to " + most);
    }
    throw expected(name, text, least + " to " + most);
  }

  /** Returns whether something is wanted. */
  boolean flag(String name) {
    var text = text(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw expected(name, text, "true or false");
    }
    return true;
  }

  private static ProblemException expected(String name, String text, String expected) {
    var shown =
        text.length() > RoutingLimits.QUOTED_MAX_CHARS
            ? text.substring(0, RoutingLimits.QUOTED_MAX_CHARS) + "…"
            : text;
    return wrong(name, "\"" + shown + "\" (expected: " + expected + ")");
  }

  /** Returns the failure of a request in which something is wrong. */
  static ProblemException wrong(String name, String detail) {
    return new ProblemException(Problem.invalid("/" + name, detail));
  }

  /** Returns a body as the object that it must be. */
  static JsonObject object(Buffer body) {
    try {
      return new JsonObject(body);
    } catch (DecodeException | ClassCastException e) {
      throw new ProblemException(
          Problem.invalid("", "the body is not JSON (expected: a JSON object)"));
    }
  }

  /** Refuses an object with fields that mean nothing. */
  static void only(JsonObject object, String... known) {
    var unknown = new TreeSet<>(object.fieldNames());
    unknown.removeAll(Set.of(known));
    if (!unknown.isEmpty()) {
      throw wrong(unknown.first(), "unknown field (expected: one of " + List.of(known) + ")");
    }
  }

  /** Returns a field of an object that must be of a type, or null when it is not there. */
  static <T> @Nullable T field(JsonObject object, String name, Class<T> type, String expected) {
    var value = object.getValue(name);
    if (value == null) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw wrong(name, "of another type (expected: " + expected + ")");
    }
    return type.cast(value);
  }
}
