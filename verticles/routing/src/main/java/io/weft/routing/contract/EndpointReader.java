package io.weft.routing.contract;

import io.vertx.core.http.HttpMethod;
import io.weft.mesh.Operation;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one operation of the contract, with what {@code x-weft} says about it. */
final class EndpointReader {
  private static final Set<String> EXTENSION =
      Set.of(
          "operation",
          "key",
          "version",
          "success",
          "pending",
          "location",
          "etag",
          "age",
          "events",
          "own",
          "operators",
          "client",
          "deprecated",
          "sunset",
          "link",
          "errors");
  private static final Set<String> HEADERS =
      Set.of("Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID");
  private static final Pattern TEMPLATE_FIELD = Pattern.compile("\\{([A-Za-z][A-Za-z0-9]*)}");
  private static final Pattern CODE = Pattern.compile("[a-z_]+(\\.[a-z_]+)+");
  private static final Pattern SCOPE = Pattern.compile("[a-z]+(:[a-z]+)?");
  private static final String TOKEN = "token";
  private static final Pattern LINK = Pattern.compile("(https?:/)?/[\\x21-\\x7e&&[^<>\"]]{1,255}");
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
  private static final int RETRY_AFTER_MAX_SECONDS = 3_600;

  private final String path;
  private final Place operation;
  private final Place extension;
  private final Place security;
  private final List<Place> parameters;

  private EndpointReader(String path, String method, Place item, Place securityOfAll) {
    this.path = path;
    this.operation = item.at(method);
    this.extension = operation.at("x-weft");
    var own = operation.at("security");
    this.security = own.absent() && !securityOfAll.absent() ? securityOfAll : own;
    this.parameters = new ArrayList<>(item.at("parameters").items());
    this.parameters.addAll(operation.at("parameters").items());
    if (extension.absent()) {
      throw extension.expected("{operation: …}, the mesh operation that answers");
    }
    extension.only(EXTENSION);
  }

  /**
   * Returns the operation under a method of a path.
   *
   * @param security who may ask, where the operation does not say
   * @param common the codes that hold for all
   */
  static Endpoint read(
      String path,
      String method,
      Place item,
      Place security,
      Map<String, Endpoint.Meaning> common) {
    var httpMethod = HttpMethod.valueOf(method.toUpperCase(Locale.ROOT));
    return new EndpointReader(path, method, item, security).read(httpMethod, common);
  }

  /** Returns what codes mean, from an {@code errors} object. */
  static Map<String, Endpoint.Meaning> errors(Place errors) {
    var meanings = new LinkedHashMap<String, Endpoint.Meaning>();
    errors
        .fields()
        .forEach(
            (code, meaning) -> {
              if (!CODE.matcher(code).matches()) {
                throw meaning.failed(
                    "code (expected: words joined by dots, as in order.not_found)");
              }
              meanings.put(code, meaning(meaning));
            });
    return meanings;
  }

  private static Endpoint.Meaning meaning(Place place) {
    if (!(place.value() instanceof Map<?, ?>)) {
      return new Endpoint.Meaning(place.wholeIn(400, 499), null);
    }
    place.only(Set.of("status", "retryAfter"));
    return new Endpoint.Meaning(
        place.at("status").wholeIn(400, 599),
        Duration.ofSeconds(place.at("retryAfter").wholeIn(1, RETRY_AFTER_MAX_SECONDS)));
  }

  private Endpoint read(HttpMethod method, Map<String, Endpoint.Meaning> common) {
    var kind = kind(method);
    var inPath = named("path");
    var inQuery = named("query");
    boolean keyRequired = keyRequired(kind);
    boolean versioned = versioned();
    headers(keyRequired, versioned);
    var body = body(kind);
    var request = request(inPath, inQuery, versioned, body);
    var outside = new LinkedHashSet<>(request.fields().keySet());
    if (body != null) {
      outside.removeAll(body.fields().keySet());
    }
    var errors = new LinkedHashMap<>(common);
    errors.putAll(errors(extension.at("errors")));
    var endpoint =
        new Endpoint(
            method,
            path,
            operationName(),
            kind,
            keyRequired,
            versioned,
            List.copyOf(inPath.keySet()),
            List.copyOf(inQuery.keySet()),
            body != null,
            request,
            Set.copyOf(outside),
            extension.at("success").wholeIn(200, 299),
            pending(),
            location(),
            field("etag"),
            age(kind),
            events(request),
            access(request),
            leaving(),
            Map.copyOf(errors),
            tellsAddress());
    documented(endpoint);
    return endpoint;
  }

  private Operation.Kind kind(HttpMethod method) {
    boolean get = method.equals(HttpMethod.GET);
    if (extension.at("events").absent()) {
      return get ? Operation.Kind.QUERY : Operation.Kind.COMMAND;
    }
    if (!get) {
      throw extension.at("events").failed("under " + method + " (expected: under get)");
    }
    return Operation.Kind.STREAM;
  }

  private String operationName() {
    var name = extension.at("operation");
    try {
      return Operation.checkName(name.text());
    } catch (IllegalArgumentException e) {
      throw name.expected("service.verb, as in users.get");
    }
  }

  private Map<String, Place> named(String in) {
    var named = new LinkedHashMap<String, Place>();
    for (var parameter : parameters) {
      var where = parameter.at("in").oneOf(Set.of("path", "query", "header"));
      if (where.equals(in)) {
        named.put(parameter.at("name").text(), parameter);
      }
    }
    if (in.equals("path")) {
      var inTemplate = TEMPLATE_FIELD.matcher(path).results().map(r -> r.group(1)).toList();
      if (!named.keySet().equals(Set.copyOf(inTemplate))) {
        throw operation
            .at("parameters")
            .failed("path parameters " + named.keySet() + " (expected: " + inTemplate + ")");
      }
    }
    return named;
  }

  private boolean keyRequired(Operation.Kind kind) {
    var key = extension.at("key");
    if (key.absent()) {
      return false;
    }
    if (kind != Operation.Kind.COMMAND) {
      throw key.failed("a query has no key (expected: absent)");
    }
    return key.oneOf(Set.of("required", "optional")).equals("required");
  }

  private boolean versioned() {
    var version = extension.at("version");
    if (version.absent()) {
      return false;
    }
    version.oneOf(Set.of("If-Match"));
    return true;
  }

  /** Checks that what the document tells about headers is what the gateway does. */
  private void headers(boolean keyRequired, boolean versioned) {
    var headers = named("header");
    for (var header : headers.entrySet()) {
      if (!HEADERS.contains(header.getKey())) {
        throw header.getValue().at("name").expected("one of " + HEADERS.stream().sorted().toList());
      }
    }
    told(headers, "Idempotency-Key", keyRequired, "key: required");
    told(headers, "If-Match", versioned, "version: If-Match");
  }

  private void told(Map<String, Place> headers, String name, boolean required, String because) {
    var header = headers.get(name);
    boolean told = header != null && header.at("required").flagOr(false);
    if (told != required) {
      throw operation
          .at("parameters")
          .failed(
              "header %s is %s (expected: %s, as x-weft %s %s)"
                  .formatted(
                      name,
                      told ? "required" : "not required",
                      required ? "required" : "not required",
                      required ? "has" : "lacks",
                      because));
    }
  }

  private Shape.@Nullable Fields body(Operation.Kind kind) {
    var body = operation.at("requestBody");
    if (body.absent()) {
      return null;
    }
    if (kind != Operation.Kind.COMMAND) {
      throw body.failed("a query has no body (expected: absent)");
    }
    if (!body.at("required").flagOr(false)) {
      throw body.at("required").expected("true");
    }
    body.at("content").only(Set.of("application/json"));
    return ShapeReader.readFields(body.at("content").at("application/json").at("schema"));
  }

  private Shape.Fields request(
      Map<String, Place> inPath,
      Map<String, Place> inQuery,
      boolean versioned,
      Shape.@Nullable Fields body) {
    var fields = new LinkedHashMap<String, Shape>();
    var required = new LinkedHashSet<String>();
    inPath.forEach((name, place) -> parameter(fields, name, place));
    required.addAll(inPath.keySet());
    inQuery.forEach(
        (name, place) -> {
          parameter(fields, name, place);
          if (place.at("required").flagOr(false)) {
            required.add(name);
          }
        });
    if (versioned && fields.put(Endpoint.VERSION, new Shape.Whole(0, Long.MAX_VALUE)) != null) {
      throw extension.at("version").failed("there is a parameter of the name version already");
    }
    if (versioned) {
      required.add(Endpoint.VERSION);
    }
    int outside = required.size();
    if (body != null) {
      body.fields().forEach((name, shape) -> bodyField(fields, name, shape));
      required.addAll(body.required());
    }
    int minFields = body == null || body.minFields() == 0 ? 0 : body.minFields() + outside;
    return new Shape.Fields(fields, required, minFields);
  }

  private static void parameter(Map<String, Shape> fields, String name, Place place) {
    var shape = ShapeReader.read(place.at("schema"));
    if (!(shape instanceof Shape.Text
        || shape instanceof Shape.Whole
        || shape instanceof Shape.Flag)) {
      throw place.at("schema").at("type").expected("string, integer or boolean");
    }
    if (fields.put(name, shape) != null) {
      throw place.at("name").expected("a name that no other parameter has");
    }
  }

  private void bodyField(Map<String, Shape> fields, String name, Shape shape) {
    if (fields.put(name, shape) != null) {
      throw operation
          .at("requestBody")
          .failed("field " + name + " (expected: a name that no parameter has)");
    }
  }

  /** What a command answers is as old as the answer. */
  private @Nullable String age(Operation.Kind kind) {
    if (kind != Operation.Kind.QUERY && !extension.at("age").absent()) {
      throw extension.at("age").failed("only what a query answers has an age (expected: absent)");
    }
    return field("age");
  }

  private @Nullable String field(String name) {
    return extension.at(name).absent() ? null : extension.at(name).text();
  }

  private Endpoint.@Nullable Pending pending() {
    var pending = extension.at("pending");
    if (pending.absent()) {
      return null;
    }
    pending.only(Set.of("status", "field", "values"));
    var values = new LinkedHashSet<String>();
    pending.at("values").items().forEach(v -> values.add(v.text()));
    if (values.isEmpty()) {
      throw pending.at("values").expected("a list of values");
    }
    return new Endpoint.Pending(
        pending.at("status").wholeIn(200, 299), pending.at("field").text(), values);
  }

  private @Nullable String location() {
    var location = extension.at("location");
    if (location.absent()) {
      return null;
    }
    if (!location.text().startsWith("/")) {
      throw location.expected("a path, as in /v1/orders/{id}");
    }
    return location.text();
  }

  private Endpoint.@Nullable Events events(Shape.Fields request) {
    var events = extension.at("events");
    if (events.absent()) {
      return null;
    }
    events.only(Set.of("of", "aggregate", "owner"));
    if (!(request.fields().get(Endpoint.AFTER) instanceof Shape.Whole)) {
      throw operation.at("parameters").failed("no whole number after in the query (expected: one)");
    }
    if (events.at("aggregate").absent() == events.at("owner").absent()) {
      throw events.expected("aggregate or owner: a field of what `of` answers");
    }
    return events.at("owner").absent()
        ? new Endpoint.Events(
            events.at("of").text(), Endpoint.Events.By.AGGREGATE, events.at("aggregate").text())
        : new Endpoint.Events(
            events.at("of").text(), Endpoint.Events.By.OWNER, events.at("owner").text());
  }

  private Endpoint.Access access(Shape.Fields request) {
    var alternatives = security.items();
    var own = own(request);
    var operators = operators(request);
    if (security.absent() || alternatives.size() > 1) {
      throw security.expected(
          "one entry, as in [{" + TOKEN + ": [orders:read]}]; or [], for anybody");
    }
    if (alternatives.isEmpty()) {
      if (own != null || !operators.isEmpty()) {
        throw security.failed("for anybody (expected: a token, as x-weft says whose it is)");
      }
      return new Endpoint.Access(true, Set.of(), null, Set.of());
    }
    var scheme = alternatives.get(0);
    scheme.only(Set.of(TOKEN));
    if (scheme.at(TOKEN).absent()) {
      throw scheme.expected("{" + TOKEN + ": [orders:read]}");
    }
    var scopes = new LinkedHashSet<String>();
    for (var scope : scheme.at(TOKEN).items()) {
      if (!SCOPE.matcher(scope.text()).matches()) {
        throw scope.expected("a scope, as in orders:read");
      }
      scopes.add(scope.text());
    }
    return new Endpoint.Access(false, Set.copyOf(scopes), own, operators);
  }

  private Endpoint.@Nullable Own own(Shape.Fields request) {
    var own = extension.at("own");
    if (own.absent()) {
      return null;
    }
    if (!extension.at("events").absent()) {
      throw own.failed("next to events (expected: absent; whose they are, events > of says)");
    }
    if (own.value() instanceof String field) {
      if (!(request.fields().get(field) instanceof Shape.Text)) {
        throw own.expected("a text of the request; or {of: orders.get, field: userId}");
      }
      return new Endpoint.Own(null, field);
    }
    own.only(Set.of("of", "field"));
    return new Endpoint.Own(own.at("of").text(), own.at("field").text());
  }

  private Set<String> operators(Shape.Fields request) {
    var fields = new LinkedHashSet<String>();
    for (var field : extension.at("operators").items()) {
      var shape = request.fields().get(field.text());
      if (!(shape instanceof Shape.Text
          || shape instanceof Shape.Whole
          || shape instanceof Shape.Flag)) {
        throw field.expected("a string, integer or boolean of the request");
      }
      fields.add(field.text());
    }
    return Set.copyOf(fields);
  }

  private boolean tellsAddress() {
    var client = extension.at("client");
    return !client.absent() && client.oneOf(Set.of("address")).equals("address");
  }

  /** The document says that it goes, and x-weft since when, until when, and where to read more. */
  private Endpoint.@Nullable Leaving leaving() {
    var deprecated = extension.at("deprecated");
    var sunset = extension.at("sunset");
    var link = extension.at("link");
    boolean told = operation.at("deprecated").flagOr(false);
    if (told == deprecated.absent()) {
      throw deprecated.expected(
          told ? "since when, as in 2026-11-01" : "absent, or deprecated: true above x-weft");
    }
    if (!told) {
      for (var other : List.of(sunset, link)) {
        if (!other.absent()) {
          throw other.expected("absent, as the operation is not deprecated");
        }
      }
      return null;
    }
    var since = date(deprecated);
    var until = sunset.absent() ? null : date(sunset);
    if (until != null && until.isBefore(since)) {
      throw sunset.expected("a date that is not before deprecated");
    }
    return new Endpoint.Leaving(
        "@" + since.toEpochSecond(),
        until == null ? null : HTTP_DATE.format(until),
        link.absent() ? null : "<" + target(link) + ">; rel=\"deprecation\"");
  }

  private static OffsetDateTime date(Place place) {
    try {
      // As YAML reads it, a date is a text.
      return LocalDate.parse(place.text()).atStartOfDay().atOffset(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw place.expected("a date, as in 2026-11-01");
    }
  }

  private static String target(Place link) {
    if (!LINK.matcher(link.text()).matches()) {
      throw link.expected("an http or https URL, or a path, without spaces");
    }
    return link.text();
  }

  /** Checks that every status the endpoint can answer with is in the document. */
  private void documented(Endpoint endpoint) {
    var responses = operation.at("responses");
    var statuses = new LinkedHashMap<Integer, String>();
    statuses.put(endpoint.success(), "success");
    if (endpoint.pending() != null) {
      statuses.put(endpoint.pending().status(), "pending");
    }
    extension
        .at("errors")
        .fields()
        .keySet()
        .forEach(
            code -> {
              var meaning = endpoint.errors().get(code);
              if (meaning != null) {
                statuses.put(meaning.status(), code);
              }
            });
    statuses.forEach(
        (status, why) -> {
          if (responses.at(Integer.toString(status)).absent()) {
            throw responses.failed(
                "no " + status + " (expected, as x-weft says so for " + why + ")");
          }
        });
  }
}
