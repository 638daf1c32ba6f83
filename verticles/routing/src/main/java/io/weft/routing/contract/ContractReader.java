package io.weft.routing.contract;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.weft.mesh.Operation;
import io.weft.routing.problem.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the contract and checks it whole, so that a mistake in it is one clear line at start.
 *
 * <p>YAML 1.2 first, in which a key may stand only once; then OpenAPI 3.1, by vertx-openapi; then
 * what Weft adds to it, by {@link EndpointReader}. Failures are {@link ContractException}s.
 */
public final class ContractReader {
  private static final int FILE_MAX_BYTES = 4 * 1024 * 1024;
  private static final Set<String> UNSUPPORTED = Set.of(Problem.MEDIA_TYPE, "text/event-stream");
  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");
  private static final Set<String> PATH_KEYS =
      Set.of("get", "put", "post", "delete", "patch", "parameters", "summary", "description");

  private ContractReader() {}

  /**
   * Reads a contract from a file.
   *
   * @param vertx runs what would block
   * @param file the path of the file
   */
  public static Future<Contract> read(Vertx vertx, String file) {
    return read(vertx, file, remembered(null));
  }

  /**
   * Reads a contract from a file, faster when it was read before.
   *
   * @param remembered the file in which is remembered that a contract is OpenAPI; it may be absent
   */
  public static Future<Contract> read(Vertx vertx, String file, Path remembered) {
    return read(vertx, file, remembered(remembered));
  }

  private static Future<Contract> read(Vertx vertx, String file, FoundValid before) {
    return vertx
        .fileSystem()
        .readFile(file)
        .recover(
            e ->
                Future.failedFuture(
                    new ContractException(
                        file
                            + ": cannot be read (expected: the OpenAPI contract; --contract or "
                            + "http.contract in conf/node.yaml says where it is)")))
        .compose(source -> read(vertx, file, source, before));
  }

  /** Reads a contract from its bytes; {@code file} names them in failures. */
  public static Future<Contract> read(Vertx vertx, String file, Buffer source) {
    return read(vertx, file, source, remembered(null));
  }

  private static Future<Contract> read(Vertx vertx, String file, Buffer source, FoundValid before) {
    return vertx
        .executeBlocking(() -> parsed(file, source))
        .compose(
            document ->
                checked(vertx, document, source, before)
                    .recover(e -> Future.failedFuture(notOpenApi(file, e)))
                    .compose(
                        valid -> vertx.executeBlocking(() -> contract(file, document, source))));
  }

  private static FoundValid remembered(@Nullable Path file) {
    return new FoundValid(file, OpenAPIContract.class);
  }

  private static Future<Void> checked(
      Vertx vertx, Map<String, Object> document, Buffer source, FoundValid before) {
    return vertx
        .executeBlocking(() -> before.has(source.getBytes()))
        .compose(
            known ->
                known
                    ? Future.succeededFuture()
                    : valid(vertx, document)
                        .compose(
                            valid ->
                                vertx.executeBlocking(
                                    () -> {
                                      before.add(source.getBytes());
                                      return null;
                                    })));
  }

  private static Future<OpenAPIContract> valid(Vertx vertx, Map<String, Object> document) {
    try {
      var copy = copy(document);
      copy.remove("servers"); // It takes none that is relative to where the document came from.
      return OpenAPIContract.from(vertx, new JsonObject(copy));
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Map<String, Object> parsed(String file, Buffer source) {
    if (source.length() > FILE_MAX_BYTES) {
      throw new ContractException(
          file + ": " + source.length() + " bytes (expected: at most " + FILE_MAX_BYTES + ")");
    }
    var settings =
        LoadSettings.builder()
            .setLabel(file)
            .setAllowDuplicateKeys(false)
            .setCodePointLimit(FILE_MAX_BYTES)
            .build();
    try {
      var root = new Load(settings).loadFromString(source.toString());
      if (root instanceof Map<?, ?> map) {
        return textKeys(map);
      }
      throw new ContractException(file + ": not an object (expected: an OpenAPI 3.1 contract)");
    } catch (MarkedYamlEngineException e) {
      var at =
          e.getProblemMark()
              .map(m -> "line " + (m.getLine() + 1) + ", column " + (m.getColumn() + 1) + ": ")
              .orElse("");
      throw new ContractException(file + ": " + at + oneLine(e.getProblem()));
    } catch (YamlEngineException e) {
      throw new ContractException(file + ": " + oneLine(String.valueOf(e.getMessage())));
    }
  }

  private static Map<String, Object> textKeys(Map<?, ?> map) {
    var copy = new LinkedHashMap<String, Object>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), textKeysWithin(value)));
    return copy;
  }

  private static Object textKeysWithin(Object value) {
    if (value instanceof Map<?, ?> map) {
      return textKeys(map);
    }
    return value instanceof List<?> list
        ? new ArrayList<>(list.stream().map(ContractReader::textKeysWithin).toList())
        : value;
  }

  /**
   * Returns a copy for vertx-openapi, which writes into the document that it is given, and takes
   * neither problem documents nor event streams for a media type of responses.
   */
  private static Map<String, Object> copy(Map<?, ?> document) {
    var copy = new LinkedHashMap<String, Object>();
    document.forEach(
        (key, value) ->
            copy.put(
                UNSUPPORTED.contains(String.valueOf(key)) ? "application/json" : key.toString(),
                copyWithin(value)));
    return copy;
  }

  private static Object copyWithin(Object value) {
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    return value instanceof List<?> list
        ? new ArrayList<>(list.stream().map(ContractReader::copyWithin).toList())
        : value;
  }

  private static ContractException notOpenApi(String file, Throwable e) {
    var deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return new ContractException(
        file + ": not OpenAPI 3.1: " + oneLine(String.valueOf(deepest.getMessage())));
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static Contract contract(String file, Map<String, Object> document, Buffer source) {
    var root = new Place(document, file, "", document);
    var common = EndpointReader.errors(root.at("x-weft").at("errors"));
    var endpoints = new ArrayList<Endpoint>();
    var operations = new HashMap<String, String>();
    var telling = new LinkedHashMap<Endpoint, Place>();
    root.at("paths")
        .fields()
        .forEach(
            (path, item) -> {
              item.only(PATH_KEYS);
              for (var method : METHODS) {
                if (!item.at(method).absent()) {
                  var endpoint =
                      EndpointReader.read(path, method, item, root.at("security"), common);
                  if (endpoint.events() == null) {
                    unique(operations, endpoint, item.at(method));
                  } else {
                    telling.put(endpoint, item.at(method));
                  }
                  endpoints.add(endpoint);
                }
              }
            });
    if (endpoints.isEmpty()) {
      throw root.at("paths").expected("at least one operation");
    }
    endpoints.sort(Comparator.comparing(e -> !e.pathParameters().isEmpty()));
    var contract = new Contract(List.copyOf(endpoints), topics(root), source);
    telling.forEach((endpoint, place) -> events(contract, endpoint, place));
    for (var endpoint : contract.endpoints()) {
      owned(contract, endpoint, root);
    }
    return contract;
  }

  private static Map<String, Set<String>> topics(Place root) {
    var topics = new HashMap<String, Set<String>>();
    root.at("x-weft")
        .at("topics")
        .fields()
        .forEach((name, of) -> topics.put(name, scopes(name, of)));
    return Map.copyOf(topics);
  }

  private static Set<String> scopes(String topic, Place place) {
    try {
      Operation.checkName(topic);
    } catch (IllegalArgumentException e) {
      throw place.failed("not a topic (expected: service.event, as in orders.placed)");
    }
    var scopes = place.items().stream().map(Place::text).collect(Collectors.toSet());
    if (scopes.isEmpty()) {
      throw place.expected("the scopes that it takes, as in [orders:read]");
    }
    return Set.copyOf(scopes);
  }

  /** Checks that what an endpoint tells events of can be asked for with the path's parameters. */
  private static void events(Contract contract, Endpoint endpoint, Place place) {
    var events = Objects.requireNonNull(endpoint.events());
    var of = contract.byOperation().get(events.of());
    if (of == null
        || of.kind() != Operation.Kind.QUERY
        || !of.request().required().equals(Set.copyOf(endpoint.pathParameters()))) {
      throw place
          .at("x-weft")
          .at("events")
          .at("of")
          .expected(
              "a query of this contract that needs " + endpoint.pathParameters() + " and no more");
    }
  }

  /** Checks that what says whose a thing is can be asked for with what is known of it. */
  private static void owned(Contract contract, Endpoint endpoint, Place root) {
    var own = endpoint.access().own();
    if (own == null || own.of() == null) {
      return;
    }
    var of = contract.byOperation().get(own.of());
    if (of == null
        || of.kind() != Operation.Kind.QUERY
        || !endpoint.request().required().containsAll(of.request().required())
        || !endpoint.pathParameters().containsAll(of.request().required())) {
      var method = endpoint.method().name().toLowerCase(Locale.ROOT);
      throw root.at("paths")
          .at(endpoint.path())
          .at(method)
          .at("x-weft")
          .at("own")
          .at("of")
          .expected(
              "a query of this contract that needs no more than " + endpoint.pathParameters());
    }
  }

  private static void unique(Map<String, String> operations, Endpoint endpoint, Place place) {
    var before = operations.put(endpoint.operation(), endpoint.method() + " " + endpoint.path());
    if (before != null) {
      throw place
          .at("x-weft")
          .at("operation")
          .expected("an operation that no other path names; this one answers " + before);
    }
  }
}
