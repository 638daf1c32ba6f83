package io.weft.users;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.Database;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Operation;
import io.weft.mesh.Origin;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Secret;
import io.weft.users.api.Token;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Two instances of users on a database of their own, called through the mesh. */
final class UsersNode implements AutoCloseable {
  /** The password of every account that {@link #user} opens. */
  static final String PASSWORD = "correct horse";

  /** Enough time for a machine that has other things to do. */
  static final CallOptions PATIENT = CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(25));

  final Vertx vertx = Vertx.vertx();
  final Mesh mesh = BusMesh.local(vertx);
  final String uri = TestPostgres.freshDatabase();
  private final UsersProvider provider;

  UsersNode() throws Exception {
    this(
        (who, lifetime) ->
            "token of %s as %s for %s during %s"
                .formatted(
                    who.subject(),
                    new TreeSet<>(who.roles()),
                    new TreeSet<>(who.scopes()),
                    lifetime));
  }

  UsersNode(TokenIssuer issuer) throws Exception {
    provider = new UsersProvider(issuer);
    var settings =
        new JsonObject().put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4));
    var host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            Time.of(vertx),
            settings,
            () -> Future.succeededFuture(new Readiness(List.of())));
    await(provider.open(host));
    await(vertx.deployVerticle(provider.instance(host)));
    await(vertx.deployVerticle(provider.instance(host)));
  }

  <Q, R> Future<R> call(Operation<Q, R> operation, Q request) {
    return mesh.call(operation, request, PATIENT);
  }

  User user(String email) throws Exception {
    return await(
        mesh.call(Users.CREATE, new CreateUser(email, "A name", "EUR", 0L, new Secret(PASSWORD))));
  }

  /** Tries to log in, from nowhere. */
  Future<Token> login(String email, String password) {
    return call(Users.TOKEN, TokenRequest.ofAccount(email, password));
  }

  /** Tries to log in from an address. */
  Future<Token> login(String email, String password, String address) {
    var from = PATIENT.withAttributes(Map.of(Origin.CLIENT_ADDRESS, address));
    return mesh.call(Users.TOKEN, TokenRequest.ofAccount(email, password), from);
  }

  void execute(String sql) {
    TestPostgres.execute(uri, sql);
  }

  String query(String sql) {
    return TestPostgres.query(uri, sql);
  }

  void empty() {
    execute("truncate users.users, users.credentials, users.guesses, users.inbox");
  }

  /**
   * Lets the waits that have begun last, so that a machine that stands still does not end them.
   *
   * @param failures how many have come together of what waits
   */
  void stretch(int failures) {
    execute(
        "update users.guesses set next_at = now() + interval '10 minutes' where failures >= "
            + failures);
  }

  /** Lets all waits be over. */
  void waited() {
    execute("update users.guesses set next_at = now() - interval '1 millisecond'");
  }

  /** Forgets failures, as an instance does once a minute. */
  Future<Integer> forget(int kept) {
    var database = Database.open(vertx, Time.of(vertx), uri, Users.SERVICE, 1);
    return database
        .withTransaction(connection -> LoginStore.forget(connection, kept))
        .eventually(database::close);
  }

  @Override
  public void close() throws Exception {
    await(mesh.close());
    await(provider.close());
    await(vertx.close());
  }

  <Q> MeshFailure.Application refusal(Operation<Q, ?> operation, Q request) {
    return refusal(call(operation, request));
  }

  static MeshFailure.Application refusal(Future<?> future) {
    return assertInstanceOf(MeshFailure.Application.class, failure(future));
  }

  static @Nullable Throwable failure(Future<?> future) {
    return future
        .<Throwable>transform(
            done ->
                done.succeeded()
                    ? Future.failedFuture("succeeded, and was expected to fail")
                    : Future.succeededFuture(done.cause()))
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
