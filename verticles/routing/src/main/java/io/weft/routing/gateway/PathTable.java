package io.weft.routing.gateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands at each path of a contract, found segment by segment.
 *
 * <p>A route of Vert.x is one comparison, and most of them one regular expression, for each request
 * that goes past it; here the way to a path does not grow with the number of paths. A segment that
 * is named goes before one that takes anything. For one event loop.
 */
final class PathTable<T> {
  private final Place<T> root = new Place<>();

  /** A place on the way, and what may come after it. */
  private static final class Place<T> {
    private final Map<String, Place<T>> named = new HashMap<>();
    private @Nullable Place<T> any;
    private @Nullable Entry<T> entry;
  }

  private record Entry<T>(T value, List<String> parameters) {}

  /**
   * What stands at a path.
   *
   * @param parameters what the path has in the places of its parameters, decoded, by their names
   */
  record Found<T>(T value, Map<String, String> parameters) {}

  /**
   * Puts something at a path.
   *
   * @param template the path, with parameters in braces: {@code /v1/users/{id}}
   */
  void put(String template, T value) {
    var parameters = new ArrayList<String>();
    var place = root;
    for (var segment : template.substring(1).split("/", -1)) {
      if (segment.startsWith("{")) {
        parameters.add(segment.substring(1, segment.length() - 1));
        if (place.any == null) {
          place.any = new Place<>();
        }
        place = place.any;
      } else if (!segment.isEmpty()) { // Which the path "/" has.
        place = place.named.computeIfAbsent(segment, name -> new Place<>());
      }
    }
    place.entry = new Entry<>(value, List.copyOf(parameters));
  }

  /**
   * Returns what stands at a path, or null for nothing.
   *
   * @param path normalized, as it was sent; a slash at its end means nothing
   * @throws IllegalArgumentException if a parameter is not percent-encoded as it should be
   */
  @Nullable Found<T> find(String path) {
    var values = new ArrayList<String>(2);
    var entry = find(root, path, 0, values);
    if (entry == null) {
      return null;
    }
    var parameters = new HashMap<String, String>(4);
    for (int i = 0; i < values.size(); i++) {
      parameters.put(entry.parameters().get(i), decoded(values.get(i)));
    }
    return new Found<>(entry.value(), parameters);
  }

  /** Goes on from a place at the slash behind it; never deeper than the longest template. */
  private static <T> @Nullable Entry<T> find(
      Place<T> place, String path, int slash, List<String> values) {
    if (slash >= path.length() - 1) {
      return place.entry;
    }
    int next = path.indexOf('/', slash + 1);
    int end = next < 0 ? path.length() : next;
    var segment = path.substring(slash + 1, end);
    var named = place.named.get(segment);
    var found = named == null ? null : find(named, path, end, values);
    if (found != null || place.any == null || segment.isEmpty()) {
      return found;
    }
    values.add(segment);
    found = find(place.any, path, end, values);
    if (found == null) {
      values.remove(values.size() - 1);
    }
    return found;
  }

  private static String decoded(String segment) {
    // A plus is a plus in a path; the decoder is one of queries.
    return segment.indexOf('%') < 0
        ? segment
        : QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
