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
import io.weft.mesh.policy.Policies;
import io.weft.mesh.policy.Policy;
import io.weft.mesh.security.KeyException;
import io.weft.mesh.security.Principal;
import io.weft.mesh.security.TokenKeys;
import io.weft.mesh.security.Tokens;
import io.weft.mesh.time.Time;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Secret;
import io.weft.users.api.Token;
import io.weft.users.api.TokenRequest;
import io.weft.users.api.User;
import io.weft.users.api.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Two instances of users on a database of their own, called through the mesh. */
final class UsersNode implements AutoCloseable {
  private static final TokenKeys KEYS = keys();

  /** The password of every account that {@link #user} opens. */
  static final String PASSWORD = "correct horse";

  /** Enough time for a machine that has other things to do. */
  static final CallOptions PATIENT = CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(25));

  final Vertx vertx = Vertx.vertx();
  final Mesh mesh = BusMesh.local(vertx);
  final String uri = TestPostgres.freshDatabase();
  private UsersProvider provider = new UsersProvider();
  private final ServiceProvider.Host host;
  private final List<String> deployed = new ArrayList<>();

  UsersNode() throws Exception {
    ((BusMesh) mesh).use(new Policies(1, patient(), Map.of(), Map.of()));
    var settings =
        new JsonObject().put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4));
    host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            Time.of(vertx),
            settings,
            () -> Future.succeededFuture(new Readiness(List.of())),
            this::tokens);
    open();
  }

  private void open() throws Exception {
    await(provider.open(host));
    deployed.add(await(vertx.deployVerticle(provider.instance(host))));
    deployed.add(await(vertx.deployVerticle(provider.instance(host))));
  }

  /** Ends the service, and begins it anew, as after a restored backup. */
  void restart() throws Exception {
    for (var each : deployed) {
      await(vertx.undeploy(each));
    }
    deployed.clear();
    await(provider.close());
    provider = new UsersProvider();
    open();
  }

  private static Policy patient() {
    var d = Policy.DEFAULT;
    return new Policy(
        Duration.ofSeconds(25),
        d.attemptTimeout(),
        d.retries(),
        d.hedge(),
        d.balance(),
        d.breaker(),
        d.admission(),
        d.traffic());
  }

  private static TokenKeys keys() {
    try {
      return TokenKeys.development(Files.createTempDirectory("weft-keys"));
    } catch (IOException | KeyException e) {
      throw new IllegalStateException(e);
    }
  }

  private Tokens tokens() {
    return new Tokens(KEYS, Tokens.NAME, Tokens.NAME, Time.of(vertx));
  }

  /** Returns whom a token names. */
  Principal principal(Token token) throws Exception {
    return await(tokens().check(token.accessToken().reveal())).principal();
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
