package io.weft.routing.admin;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.ReadStream;
import io.weft.mesh.Call;
import io.weft.mesh.Event;
import io.weft.mesh.EventQuery;
import io.weft.mesh.ForwardingMesh;
import io.weft.mesh.ItemStream;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Readiness;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.discovery.NodeRecord;
import io.weft.mesh.discovery.NodeRecord.State;
import io.weft.mesh.telemetry.LatencyHistogram;
import io.weft.mesh.time.Time;
import io.weft.mesh.wire.JsonCodec;
import io.weft.routing.Await;
import io.weft.routing.GatewayFixture;
import io.weft.routing.RoutingLimits;
import io.weft.routing.admin.api.AuditList;
import io.weft.routing.admin.api.DecisionList;
import io.weft.routing.admin.api.Finding;
import io.weft.routing.admin.api.LogChange;
import io.weft.routing.admin.api.LogLevels;
import io.weft.routing.admin.api.NodeCheck;
import io.weft.routing.admin.api.NodeCheck.Missing;
import io.weft.routing.admin.api.NodeDecision;
import io.weft.routing.admin.api.NodeOperations;
import io.weft.routing.admin.api.NodeStat;
import io.weft.routing.admin.api.TapQuery;
import io.weft.routing.admin.api.Tapped;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The admin API in front of a real mesh of one node, which tells of itself what a test says. */
final class AdminSite implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  /** What the service sites says of its links. */
  JsonObject sites =
      new JsonObject().put("self", "cloud").put("role", "ALONE").put("sites", new JsonArray());

  static final String ORDER = "6f1a2c6e-2b5d-4c1e-9a63-0d3f5b7c9e11";
  private static final long MILLI = 1_000_000;

  final Vertx vertx = Vertx.vertx();
  final BusMesh mesh = (BusMesh) BusMesh.local(vertx, "n1");
  final AuditLog audit;
  final HttpClient client =
      vertx.createHttpClient(
          new PoolOptions().setHttp1MaxSize(RoutingLimits.ADMIN_STREAMS_MAX + 8));
  final AdminServer server;
  final int port;

  /** What the stubs were asked. */
  final List<Object> asked = new CopyOnWriteArrayList<>();

  /** Nodes that are believed to be alive and are not. */
  final List<String> ghosts = new CopyOnWriteArrayList<>();

  /** The streams that are open, newest last. */
  final List<HandStream<?>> streams = new CopyOnWriteArrayList<>();

  volatile List<Finding> findings = List.of();

  /** Nodes that the node has lost. */
  volatile List<Missing> missing = List.of();

  /** By how much the node's clock is ahead of the one that is looked at here. */
  volatile Duration clockAhead = Duration.ZERO;

  /** A stream that a test feeds by hand, on the context that opened it. */
  static final class HandStream<T> implements ItemStream<T> {
    private final Context context;
    private final Queue<T> waiting = new ArrayDeque<>();
    private long demand = Long.MAX_VALUE;
    private @Nullable Handler<T> handler;
    volatile boolean cancelled;

    HandStream(Vertx vertx) {
      context = vertx.getOrCreateContext();
    }

    @SuppressWarnings("unchecked")
    void give(Object item) {
      context.runOnContext(
          here -> {
            waiting.add((T) item);
            drain();
          });
    }

    private void drain() {
      while (handler != null && demand > 0 && !waiting.isEmpty()) {
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
        handler.handle(waiting.remove());
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public HandStream<T> handler(@Nullable Handler<T> handler) {
      this.handler = handler;
      drain();
      return this;
    }

    @Override
    public HandStream<T> exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public HandStream<T> pause() {
      demand = 0;
      return this;
    }

    @Override
    public HandStream<T> resume() {
      return fetch(Long.MAX_VALUE);
    }

    @Override
    public HandStream<T> fetch(long amount) {
      demand = amount > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + amount;
      drain();
      return this;
    }

    @Override
    public HandStream<T> endHandler(@Nullable Handler<Void> handler) {
      return this;
    }
  }

  AdminSite(Path folder) {
    audit = new AuditLog(vertx, folder.resolve("n1.jsonl"));
    server =
        new AdminServer(
            vertx,
            new WithGhosts(),
            Time.of(vertx),
            () ->
                Future.succeededFuture(
                    new Readiness(List.of(new Readiness.Check("users", true, "")))),
            new JsonObject().put("admin.port", new JsonObject().put("value", 0).put("from", "x")),
            new StubScaling(),
            () -> GatewayFixture.tokens(Time.of(vertx)));
    server.audit(audit);
    server.contract(Path.of(System.getProperty("weft.root"), "conf", "admin.yaml").toString());
    Await.result(audit.open());
    Await.result(vertx.deployVerticle(new Stubs()));
    port = Await.result(onLoop(() -> server.start("127.0.0.1", 0)));
  }

  <T> Future<T> onLoop(Supplier<Future<T>> task) {
    Promise<T> done = Promise.promise();
    vertx.runOnContext(turn -> task.get().onComplete(done));
    return done.future();
  }

  GatewayFixture.Got get(String path) {
    return send(HttpMethod.GET, path, "");
  }

  GatewayFixture.Got send(HttpMethod method, String path, String body, String... headers) {
    return Await.result(
        onLoop(
            () ->
                client
                    .request(method, port, "127.0.0.1", path)
                    .compose(
                        request -> {
                          request.putHeader("Content-Type", "application/json");
                          for (int i = 0; i < headers.length; i += 2) {
                            request.putHeader(headers[i], headers[i + 1]);
                          }
                          return body.isEmpty() ? request.send() : request.send(body);
                        })
                    .compose(GatewayFixture::got)));
  }

  @Override
  public void close() {
    Await.result(server.close());
    Await.result(vertx.close());
  }

  static List<Long> latencies(int count) {
    var histogram = new LatencyHistogram();
    for (int i = 0; i < count; i++) {
      histogram.record(MILLI);
    }
    return histogram.snapshot().distribution().encoded();
  }

  private static NodeStat stat(int seconds) {
    var machine = new NodeStat.Machine(1, 2, 3, 4, 0.5, latencies(1), 3, false);
    var call = new NodeStat.Part("users.get", "", "", "", "ok", latencies(20));
    var edge = new NodeStat.Part("users.get", "", "routing", "n1", "ok", latencies(20));
    return new NodeStat(
        "n1", seconds, machine, List.of(call), List.of(), List.of(edge), List.of(), List.of());
  }

  static NodeDecision decision(String subject) {
    return new NodeDecision(NOW, "n1", "ejection", subject, "it failed");
  }

  /** Operations of the node and of some services, as a test wants them. */
  private final class Stubs extends VerticleBase {
    private final Operation<Buffer, Buffer> get =
        Operation.query("users.get", JsonCodec.of(Buffer.class), JsonCodec.of(Buffer.class));
    private final Operation<Buffer, Buffer> reserve =
        Operation.command("users.reserve", JsonCodec.of(Buffer.class), JsonCodec.of(Buffer.class));

    @Override
    public Future<?> start() {
      var served = new ArrayList<Future<?>>();
      served.add(mesh.serve(NodeOperations.STAT, q -> now(stat(q.windowSeconds()))));
      served.add(mesh.serve(NodeOperations.CHECK, q -> now(check())));
      served.add(mesh.serve(NodeOperations.LOG, this::log));
      served.add(
          mesh.serve(
              NodeOperations.DECIDED, q -> now(new DecisionList(List.of(decision("users-1"))))));
      served.add(mesh.serve(NodeOperations.DECISIONS, q -> this.<NodeDecision>stream(q)));
      served.add(mesh.serve(NodeOperations.TAP, q -> this.<Tapped>stream(q)));
      served.add(
          mesh.serve(NodeOperations.AUDIT, q -> now(new AuditList(audit.latest(q.limit())))));
      served.add(
          mesh.serve(
              NodeOperations.EXPLAINED, q -> now(Explain.of(mesh.explanations(), q.trace()))));
      served.add(serve("node.traces", AdminSite.this::traces));
      served.add(mesh.serve(get, q -> said("users.get", q)));
      served.add(mesh.serve(reserve, q -> said("users.reserve", q)));
      served.add(serve("sites.list", q -> now(sites)));
      for (var command : List.of("sites.invite", "sites.join", "sites.renew", "sites.revoke")) {
        served.add(
            mesh.serve(
                Operation.command(command, JsonCodec.of(Buffer.class), JsonCodec.of(Buffer.class)),
                q -> said(command, q)));
      }
      served.add(serve("orders.parked", q -> parked()));
      served.add(serve("orders.timeline", AdminSite.this::timeline));
      served.add(
          mesh.serve(
              Operation.command(
                  "orders.unpark", JsonCodec.of(Buffer.class), JsonCodec.of(Buffer.class)),
              q -> said("orders.unpark", q)));
      served.add(mesh.serve(Event.streamOf("orders"), q -> this.<Event>stream(q)));
      return Future.all(served);
    }

    private Future<Void> serve(String name, Function<JsonObject, Future<JsonObject>> answer) {
      return mesh.serve(
          Operation.query(name, JsonCodec.of(Buffer.class), JsonCodec.of(Buffer.class)),
          q -> answer.apply(q.toJsonObject()).map(JsonObject::toBuffer));
    }

    private <T> Future<T> now(T value) {
      return Future.succeededFuture(value);
    }

    private Future<Buffer> said(String operation, Buffer request) {
      var call = Call.current().orElseThrow();
      asked.add(
          new JsonObject()
              .put("operation", operation)
              .put("request", request.toJsonObject())
              .put("key", call.key())
              .put("principal", call.principal().subject())
              .put("explain", call.origin().explain()));
      if (request.toJsonObject().containsKey("fail")) {
        return Future.failedFuture(
            new MeshFailure.Application("user.not_found", "there is no such user"));
      }
      var said = new JsonObject().put("id", "1").put("status", "PENDING");
      if (operation.startsWith("sites.")) {
        for (var field : List.of("site", "code", "hub", "expires", "key", "hubKey", "since")) {
          said.put(field, "the " + field);
        }
        said.put("known", true);
      }
      return now(said.toBuffer());
    }

    private Future<LogLevels> log(LogChange change) {
      asked.add(change);
      return now(new LogLevels("n1", Map.of("ROOT", "INFO")));
    }

    private NodeCheck check() {
      return new NodeCheck(
          "n1",
          Instant.now().plus(clockAhead),
          3,
          "d",
          1,
          Map.of("users", 1),
          findings,
          1L,
          missing);
    }

    private <T> Future<? extends ReadStream<T>> stream(Object query) {
      asked.add(query);
      var stream = new HandStream<T>(vertx);
      streams.add(stream);
      return now(stream);
    }
  }

  private Future<JsonObject> traces(JsonObject question) {
    asked.add(question);
    var summary =
        new JsonObject()
            .put("trace", TRACE)
            .put("at", NOW.toString())
            .put("root", "POST /v1/orders")
            .put("micros", 5)
            .put("spans", 2)
            .put("failed", false)
            .put("services", new JsonArray().add("orders"));
    var spans = new JsonArray();
    if (TRACE.equals(question.getString("trace"))) {
      spans.add(span("b", "a", NOW.plusMillis(2)));
      spans.add(span("a", "", NOW));
    }
    return Future.succeededFuture(
        new JsonObject()
            .put("traces", new JsonArray().add(summary))
            .put("spans", spans)
            .put("leftOut", 0));
  }

  private static JsonObject span(String id, String parent, Instant at) {
    return new JsonObject()
        .put("span", id)
        .put("parent", parent)
        .put("name", "orders.place")
        .put("kind", "SERVER")
        .put("node", "n1")
        .put("service", "orders")
        .put("at", at.toString())
        .put("micros", 7)
        .put("outcome", "ok")
        .put("attributes", new JsonObject());
  }

  private Future<JsonObject> parked() {
    var order =
        new JsonObject()
            .put("id", ORDER)
            .put("userId", "u")
            .put("status", "PENDING")
            .put("reason", "users.confused: what?")
            .put("failedAttempts", 1)
            .put("parkedAt", NOW.toString());
    return Future.succeededFuture(
        new JsonObject().put("items", new JsonArray().add(order)).putNull("next"));
  }

  private Future<JsonObject> timeline(JsonObject request) {
    if (!request.getString("id").equals(ORDER)) {
      return Future.failedFuture(
          new MeshFailure.Application("order.not_found", "no order has this id"));
    }
    return Future.succeededFuture(
        new JsonObject()
            .put("id", ORDER)
            .put("userId", "u")
            .put("status", "PENDING")
            .put("currency", "EUR")
            .put("total", 1)
            .put("createdAt", NOW.toString())
            .put("updatedAt", NOW.toString())
            .put("version", 1)
            .put("attempts", 0)
            .put("failedAttempts", 1)
            .put("steps", new JsonArray()));
  }

  /** Tap queries that the node was asked. */
  List<TapQuery> taps() {
    return asked.stream().filter(TapQuery.class::isInstance).map(TapQuery.class::cast).toList();
  }

  /** Event queries that a service was asked. */
  List<EventQuery> eventQueries() {
    return asked.stream().filter(EventQuery.class::isInstance).map(EventQuery.class::cast).toList();
  }

  /** The mesh, in which nodes are believed that are not there. */
  private final class WithGhosts extends ForwardingMesh {
    WithGhosts() {
      super(AdminSite.this.mesh);
    }

    @Override
    public List<NodeRecord> nodes() {
      var all = new ArrayList<>(mesh.nodes());
      for (var ghost : ghosts) {
        all.add(
            new NodeRecord(
                ghost,
                "1",
                1,
                ghost,
                "local",
                "b",
                ghost.startsWith("old") ? "0.9" : mesh.nodes().get(0).version(),
                State.SERVING,
                1,
                List.of(),
                Map.of(),
                List.of()));
      }
      return all;
    }
  }
}
