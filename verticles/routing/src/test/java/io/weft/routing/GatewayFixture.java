package io.weft.routing;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weft.mesh.Call;
import io.weft.mesh.Codec;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider.Host;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.Role;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A gateway with the project's own contract on an ephemeral port, in front of a mesh of one node
 * whose operations answer as a test says.
 */
public final class GatewayFixture implements AutoCloseable {
  /** The contract that the project ships. */
  public static final String CONTRACT =
      Path.of(System.getProperty("weft.root"), "conf", "openapi.yaml").toString();

  /** What looks like an API key. */
  public static final String API_KEY = "wk_" + "0".repeat(32) + "_" + "a".repeat(43);

  /** An id that the contract takes for one. */
  public static final String ID = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11";

  private static final TokenKeys KEYS = keys();

  /** The header that says that an operator asks; it is sent where a test sends none. */
  public static final String OPERATOR =
      "Bearer " + tokenOf(Role.OPERATOR.principal("operator"), Duration.ofDays(1));

  private static final Codec<Buffer> BYTES = JsonCodec.of(Buffer.class);

  private static final Map<String, Operation.Kind> OPERATIONS =
      Map.of(
          "users.create", Operation.Kind.COMMAND,
          "users.get", Operation.Kind.QUERY,
          "users.list", Operation.Kind.QUERY,
          "users.update", Operation.Kind.COMMAND,
          "users.deactivate", Operation.Kind.COMMAND,
          "users.reserve", Operation.Kind.COMMAND,
          "orders.place", Operation.Kind.COMMAND,
          "orders.get", Operation.Kind.QUERY,
          "orders.cancel", Operation.Kind.COMMAND);

  /** What an operation was called with. */
  public record Called(String operation, JsonObject request, String raw, Call call) {}

  /** What a client got. */
  public record Got(int status, Map<String, String> headers, Buffer body) {
    public JsonObject json() {
      return body.toJsonObject();
    }

    public String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** Returns the code of the problem document that was got. */
    public String code() {
      if (!"application/problem+json".equals(header("content-type"))) {
        throw new AssertionError("not a problem document: " + status + " " + headers + " " + body);
      }
      var problem = json();
      if (problem.getInteger("status") != status
          || problem.getString("detail").isEmpty()
          || !problem.getString("type").endsWith(problem.getString("code"))) {
        throw new AssertionError("not as RFC 9457 wants it: " + status + " " + problem);
      }
      return problem.getString("code");
    }

    /** Returns the pointers of the fields at fault. */
    public List<String> pointers() {
      return json().getJsonArray("errors", new JsonArray()).stream()
          .map(e -> ((JsonObject) e).getString("pointer"))
          .toList();
    }
  }

  public final Vertx vertx;
  public final Mesh mesh;
  public final List<Called> calls = new CopyOnWriteArrayList<>();
  public final Map<String, BiFunction<Called, Call, Future<Buffer>>> answers =
      new ConcurrentHashMap<>();
  public final RoutingProvider provider = new RoutingProvider();
  public volatile Future<Readiness> readiness =
      Future.succeededFuture(new Readiness(List.of(new Readiness.Check("users", true, "1"))));
  public final List<String> instances = new CopyOnWriteArrayList<>();
  public final Host host;
  public final int port;
  private final HttpClient http;
  private final List<Object> kept = new CopyOnWriteArrayList<>();

  private static TokenKeys keys() {
    try {
      return TokenKeys.development(Files.createTempDirectory("weft-keys"));
    } catch (IOException | KeyException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns what checks the tokens of tests. */
  public static Tokens tokens(Time time) {
    return new Tokens(KEYS, Tokens.NAME, Tokens.NAME, time);
  }

  /** Returns a token that the gateway takes for good now. */
  public static String tokenOf(Principal who, Duration lifetime) {
    var now = Time.withoutTimers();
    return tokenOf(who, lifetime, now);
  }

  /** Returns a token that a gateway takes for good to which it is now as late as here. */
  public static String tokenOf(Principal who, Duration lifetime, Time now) {
    return new Tokens(KEYS, "weft", "weft", now).issue(who, lifetime);
  }

  public GatewayFixture() {
    this(Vertx.vertx(), 1);
  }

  public GatewayFixture(Vertx vertx, int count) {
    this(vertx, count, Time.of(vertx));
  }

  public GatewayFixture(Vertx vertx, int count, Time time) {
    this(vertx, count, time, new JsonObject());
  }

  /** Creates a gateway that speaks HTTP/2 in clear text, with further settings of {@code http}. */
  public GatewayFixture(Vertx vertx, int count, JsonObject http) {
    this(vertx, count, Time.of(vertx), http);
  }

  /** Creates a gateway by a clock, with further settings of {@code http}. */
  public GatewayFixture(Vertx vertx, int count, Time time, JsonObject more) {
    this.vertx = vertx;
    mesh = BusMesh.local(vertx);
    var settings =
        new JsonObject()
            .put(
                "http",
                new JsonObject()
                    .put("host", "127.0.0.1")
                    .put("port", 0)
                    .put("contract", CONTRACT)
                    .put("h2c", "on")
                    .put("origins", new JsonArray().add("https://shop.example"))
                    .mergeIn(more))
            .put("bridge", new JsonObject().put("tcpPort", 0));
    host = new Host(vertx, mesh, time, settings, () -> readiness, () -> tokens(time));
    Await.result(vertx.deployVerticle(new Stubs()));
    Await.result(provider.open(host));
    for (int i = 0; i < count; i++) {
      instances.add(Await.result(vertx.deployVerticle(provider.instance(host))));
    }
    port = portOf(Await.result(provider.address()));
    http = vertx.createHttpClient(new HttpClientOptions().setMaxHeaderSize(64 * 1024));
  }

  /** Returns the port on which the bridge listens for TCP clients. */
  public int tcpPort() {
    return portOf(
        vertx.sharedData().<String, String>getLocalMap(RoutingProvider.ADDRESSES).get("bridge"));
  }

  private static int portOf(String address) {
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private final class Stubs extends VerticleBase {
    @Override
    public Future<?> start() {
      return Future.all(
          OPERATIONS.entrySet().stream().map(e -> serve(e.getKey(), e.getValue())).toList());
    }

    private Future<Void> serve(String name, Operation.Kind kind) {
      return mesh.serve(new Operation<>(name, kind, BYTES, BYTES), body -> answer(name, body));
    }

    private Future<Buffer> answer(String name, Buffer body) {
      var call = Call.current().orElseThrow();
      var called = new Called(name, body.toJsonObject(), body.toString(), call);
      calls.add(called);
      var answer = answers.get(name);
      return answer == null
          ? Future.succeededFuture(new JsonObject().put("version", 1).toBuffer())
          : answer.apply(called, call);
    }
  }

  /** Serves one more query, which answers with a JSON text. */
  public void serve(String query, String json) {
    serve(query, request -> Future.succeededFuture(Buffer.buffer(json)));
  }

  /** Serves one more query. */
  public void serve(String query, Function<JsonObject, Future<Buffer>> handler) {
    var operation = new Operation<>(query, Operation.Kind.QUERY, BYTES, BYTES);
    Deployable server =
        context -> mesh.serve(operation, body -> handler.apply(body.toJsonObject()));
    Await.result(vertx.deployVerticle(server));
  }

  /** Returns what users answers of an API key that is good. */
  public static Future<Buffer> holderOfKey(Principal who) {
    var holder =
        new JsonObject()
            .put("subject", who.subject())
            .put("roles", List.copyOf(who.roles()))
            .put("scopes", List.copyOf(who.scopes()));
    return Future.succeededFuture(holder.toBuffer());
  }

  /** Returns what users answers of one that is not. */
  public static Future<Buffer> noSuchKey() {
    return Future.failedFuture(new MeshFailure.Application("api_key.invalid", "no"));
  }

  /** Keeps a client as long as this: Vert.x closes those that are garbage. */
  public <T> T keep(T client) {
    kept.add(client);
    return client;
  }

  /** Makes an operation answer with a JSON text. */
  public void answer(String operation, String json) {
    answers.put(operation, (called, call) -> Future.succeededFuture(Buffer.buffer(json)));
  }

  /** Makes an operation fail. */
  public void fail(String operation, Throwable failure) {
    answers.put(operation, (called, call) -> Future.failedFuture(failure));
  }

  /** Returns what the only call was. */
  public Called called() {
    if (calls.size() != 1) {
      throw new AssertionError("expected one call, got " + calls);
    }
    return calls.get(0);
  }

  public Got get(String path, String... headers) {
    return send(http, HttpMethod.GET, path, Buffer.buffer(), headers);
  }

  public Got send(HttpMethod method, String path, String body, String... headers) {
    return send(http, method, path, Buffer.buffer(body), headers);
  }

  /** Sends JSON with a fresh key. */
  public Got post(String path, String body) {
    return send(
        HttpMethod.POST, path, body, "Content-Type", "application/json", "Idempotency-Key", "k-1");
  }

  /** Sends a request and waits for its response; headers are names and values in turn. */
  public Got send(
      HttpClient client, HttpMethod method, String path, Buffer body, String... headers) {
    return Await.result(start(client, method, path, body, headers));
  }

  /** Sends a request. */
  public Future<Got> start(
      HttpClient client, HttpMethod method, String path, Buffer body, String... headers) {
    var options =
        new RequestOptions().setMethod(method).setHost("127.0.0.1").setPort(port).setURI(path);
    addHeaders(options, headers);
    return onLoop(() -> exchange(client, options, body));
  }

  /**
   * Adds headers, names and values in turn, and that an operator asks unless they say who does; an
   * empty {@code Authorization} is nobody's.
   */
  public static void addHeaders(RequestOptions options, String... headers) {
    var authorization = OPERATOR;
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i].equalsIgnoreCase("Authorization")) {
        authorization = headers[i + 1];
      } else {
        options.addHeader(headers[i], headers[i + 1]);
      }
    }
    if (!authorization.isEmpty()) {
      options.addHeader("Authorization", authorization);
    }
  }

  /** Runs an action on an event loop, where nothing of a response can be missed. */
  public <T> Future<T> onLoop(Supplier<Future<T>> action) {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(turn -> action.get().onComplete(done));
    return done.future();
  }

  private static Future<Got> exchange(HttpClient client, RequestOptions options, Buffer body) {
    return client
        .request(options)
        .compose(request -> body.length() == 0 ? request.send() : request.send(body))
        .compose(GatewayFixture::got);
  }

  /** Returns a response with its body. */
  public static Future<Got> got(HttpClientResponse response) {
    return response
        .body()
        .map(
            bytes -> {
              var headers = new ConcurrentHashMap<String, String>();
              response.headers().forEach((k, v) -> headers.put(k.toLowerCase(Locale.ROOT), v));
              return new Got(response.statusCode(), headers, bytes);
            });
  }

  public Future<Got> start(HttpMethod method, String path, String body, String... headers) {
    return start(http, method, path, Buffer.buffer(body), headers);
  }

  @Override
  public void close() {
    Await.result(vertx.close());
  }
}
