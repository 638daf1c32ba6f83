package io.weft.routing.upstream;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.routing.RoutingLimits;
import io.weft.routing.api.HeaderField;
import io.weft.routing.contract.RequestCheck;
import io.weft.routing.contract.Shape;
import io.weft.routing.problem.Problem;
import io.weft.routing.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what operators say of an upstream, whole: nothing of it can turn out wrong later. */
public final class SpecReader {
  /** What a service may be called: the part of an operation's name before the dot. */
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
  private static final String VERSION_DEFAULT = "1.0.0";

  private static final Shape PATH = text(1, 1_024, "^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$");
  private static final Shape PREFIX = text(1, 255, "^/([A-Za-z0-9_~-][A-Za-z0-9._~-]*(/|$))*$");
  private static final Shape HEADER = text(3, 1_024, "^[^:\\s]+:.*$");
  private static final Shape LINES = new Shape.Items(HEADER, 0, RoutingLimits.UPSTREAM_RULES_MAX);
  private static final Shape NAMES =
      new Shape.Items(text(1, 256, null), 0, RoutingLimits.UPSTREAM_RULES_MAX);
  private static final Shape RULES = fields(Map.of("set", LINES, "remove", NAMES));

  private static final Shape HEALTH =
      new Shape.Fields(
          Map.of(
              "path",
              PATH,
              "intervalMillis",
              new Shape.Whole(
                  RoutingLimits.HEALTH_INTERVAL_MIN.toMillis(),
                  RoutingLimits.HEALTH_INTERVAL_MAX.toMillis())),
          Set.of("path"),
          0);

  private static final Shape ROUTE =
      fields(
          Map.of(
              "path",
              PREFIX,
              "host",
              text(1, 253, "^[A-Za-z0-9.-]+$"),
              "header",
              HEADER,
              "rewrite",
              PREFIX));

  private static final Shape ACCESS =
      fields(
          Map.of(
              "open",
              new Shape.Flag(),
              "scopes",
              new Shape.Items(
                  text(1, 64, "^[a-z]+(:[a-z]+)?$"), 0, RoutingLimits.UPSTREAM_RULES_MAX)));

  private static final Shape.Fields SPEC =
      fields(
          Map.of(
              "version",
              text(1, 32, "^[0-9A-Za-z.+-]+$"),
              "zone",
              text(1, 63, "^[a-z0-9-]+$"),
              "endpoints",
              new Shape.Items(text(3, 300, null), 0, RoutingLimits.UPSTREAM_ENDPOINTS_MAX),
              "health",
              HEALTH,
              "routes",
              new Shape.Items(ROUTE, 0, RoutingLimits.UPSTREAM_ROUTES_MAX),
              "request",
              RULES,
              "response",
              RULES,
              "timeoutMillis",
              new Shape.Whole(1, RoutingLimits.UPSTREAM_TIMEOUT_MAX.toMillis()),
              "safe",
              new Shape.Items(text(1, 32, "^[A-Z]+$"), 0, RoutingLimits.UPSTREAM_RULES_MAX),
              "access",
              ACCESS));

  private SpecReader() {}

  private static Shape.Text text(int min, int max, @Nullable String pattern) {
    return new Shape.Text(
        min, max, pattern == null ? null : Pattern.compile(pattern), Set.of(), null);
  }

  private static Shape.Fields fields(Map<String, Shape> fields) {
    return new Shape.Fields(fields, Set.of(), 0);
  }

  /**
   * Checks upstreams as a file describes them, by name.
   *
   * @throws IllegalArgumentException that says what is wrong
   */
  public static void check(JsonObject upstreams) {
    if (upstreams.size() > RoutingLimits.UPSTREAMS_MAX) {
      throw new IllegalArgumentException(
          upstreams.size() + " upstreams (limit: " + RoutingLimits.UPSTREAMS_MAX + ")");
    }
    for (var name : upstreams.fieldNames()) {
      if (!(upstreams.getValue(name) instanceof JsonObject source)) {
        throw new IllegalArgumentException(name + " (expected: endpoints, routes and more)");
      }
      try {
        read(name, source);
      } catch (ProblemException e) {
        throw new IllegalArgumentException(name + ": " + e.problem().detail(), e);
      }
    }
  }

  /**
   * Reads the description of one upstream.
   *
   * @throws ProblemException of 400, with every fault
   */
  static UpstreamSpec read(String name, JsonObject source) {
    if (!NAME.matcher(name).matches()) {
      throw new ProblemException(
          Problem.invalid(
              "/name", "\"" + name + "\" (expected: 1 to 63 of a-z, 0-9 and -, a letter first)"));
    }
    var check = new RequestCheck(SPEC);
    check.body(source.toBuffer().getBytes(), Set.of());
    check.finish();
    try {
      return spec(name, source);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Problem.invalid("", String.valueOf(e.getMessage())));
    }
  }

  /** Whoever asks needs a token, unless it is said that nobody does. */
  private static @Nullable Set<String> scopes(JsonObject access) {
    if (!access.getBoolean("open", false)) {
      return Set.copyOf(texts(access, "scopes", text -> text));
    }
    if (access.containsKey("scopes")) {
      throw new IllegalArgumentException("access: open, and scopes (expected: one of the two)");
    }
    return null;
  }

  private static UpstreamSpec spec(String name, JsonObject source) {
    var millis = source.getLong("timeoutMillis");
    return new UpstreamSpec(
        name,
        source.getString("version", VERSION_DEFAULT),
        source.getString("zone"),
        texts(source, "endpoints", EndpointAddress::of).stream().distinct().toList(),
        health(source.getJsonObject("health")),
        routes(source.getJsonArray("routes", new JsonArray())),
        rules(source.getJsonObject("request")),
        rules(source.getJsonObject("response")),
        millis == null ? null : Duration.ofMillis(millis),
        source.containsKey("safe") ? Set.copyOf(texts(source, "safe", text -> text)) : SAFE,
        scopes(source.getJsonObject("access", new JsonObject())),
        source);
  }

  private static UpstreamSpec.@Nullable Health health(@Nullable JsonObject source) {
    return source == null
        ? null
        : new UpstreamSpec.Health(
            source.getString("path"),
            Duration.ofMillis(
                source.getLong(
                    "intervalMillis", RoutingLimits.HEALTH_INTERVAL_DEFAULT.toMillis())));
  }

  private static List<UpstreamRoute> routes(JsonArray sources) {
    var routes = new ArrayList<UpstreamRoute>();
    for (int i = 0; i < sources.size(); i++) {
      var source = sources.getJsonObject(i);
      if (!source.containsKey("path")
          && !source.containsKey("host")
          && !source.containsKey("header")) {
        throw new IllegalArgumentException("routes/" + i + " (expected: a path, host or header)");
      }
      var host = source.getString("host");
      var header = source.getString("header");
      routes.add(
          new UpstreamRoute(
              withoutSlash(source.getString("path", "/")),
              host == null ? null : host.toLowerCase(Locale.ROOT),
              header == null ? null : HeaderRules.field(header),
              source.getString("rewrite")));
    }
    return List.copyOf(routes);
  }

  private static String withoutSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private static HeaderRules rules(@Nullable JsonObject source) {
    if (source == null) {
      return HeaderRules.NONE;
    }
    List<HeaderField> set = texts(source, "set", HeaderRules::field);
    return new HeaderRules(
        set,
        texts(source, "remove", name -> name.toLowerCase(Locale.ROOT)).stream()
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static <T> List<T> texts(JsonObject source, String key, Function<String, T> read) {
    return source.getJsonArray(key, new JsonArray()).stream()
        .map(String::valueOf)
        .map(read)
        .toList();
  }
}
