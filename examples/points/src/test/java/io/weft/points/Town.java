package io.weft.points;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.Mesh;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.orders.OrdersProvider;
import io.weft.routing.RoutingProvider;
import io.weft.users.UsersProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A mesh of one node in this process, with the services that a test needs and a gateway. */
final class Town implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  final Vertx vertx = Vertx.vertx();
  final Mesh mesh = BusMesh.local(vertx);
  private final Time time = Time.of(vertx);
  private final Path folder = Files.createTempDirectory(Path.of("target"), "town");
  private final TokenKeys keys = TokenKeys.development(folder);
  private final RoutingProvider gateway = new RoutingProvider();
  private final List<ServiceProvider> services =
      List.of(new UsersProvider(), new OrdersProvider(), new PointsProvider(), gateway);
  private final HttpClient http = HttpClient.newHttpClient();

  Town() throws Exception {
    var host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            time,
            settings(),
            () -> Future.succeededFuture(new Readiness(List.of())),
            this::tokens);
    for (var service : services) {
      await(service.open(host));
      await(vertx.deployVerticle(service.instance(host)));
    }
  }

  private JsonObject settings() throws IOException {
    return new JsonObject()
        .put(
            "postgres",
            new JsonObject().put("uri", TestPostgres.freshDatabase()).put("poolSize", 4))
        .put("http", new JsonObject().put("port", 0).put("contract", contract().toString()));
  }

  /** The contract of the gateway, with the paths of this service added to it. */
  private Path contract() throws IOException {
    var all = Files.readString(Path.of(System.getProperty("weft.root"), "conf", "openapi.yaml"));
    var own = Files.readString(Path.of("paths.yaml"));
    var both = all.replace("\npaths:\n", "\npaths:\n" + own);
    return Files.writeString(folder.resolve("openapi.yaml"), both);
  }

  private Tokens tokens() {
    return new Tokens(keys, Tokens.NAME, Tokens.NAME, time);
  }

  HttpResponse<String> get(Principal who, String path) throws Exception {
    return http.send(request(who, path).GET().build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(Principal who, String path, String key, String body) throws Exception {
    var request =
        request(who, path)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(Principal who, String path) throws Exception {
    var token = tokens().issue(who, Duration.ofMinutes(1));
    return HttpRequest.newBuilder(URI.create("http://" + await(gateway.address()) + path))
        .header("Authorization", "Bearer " + token);
  }

  static <T> T await(Future<T> future) throws Exception {
    return await(future.toCompletionStage().toCompletableFuture());
  }

  static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns what tells whether there is still time to wait. */
  static BooleanSupplier patience() {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    return () -> System.nanoTime() - until < 0;
  }

  @Override
  public void close() throws Exception {
    await(mesh.close());
    for (var service : services) {
      await(service.close());
    }
    await(vertx.close());
  }
}
