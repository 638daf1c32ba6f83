package io.weft.users;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.Cursors;
import io.weft.ledger.Database;
import io.weft.ledger.InboxExpiry;
import io.weft.ledger.Migrations;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.ServiceProvider;
import io.weft.users.api.Users;
import java.util.Optional;

/** The service users, as nodes find it: its schema, its pool and its instances. */
public final class UsersProvider implements ServiceProvider {
  private static final String VERSION = "0.1.0";

  private Optional<Opened> opened = Optional.empty();

  /** What a node holds for all instances of the service on it. */
  private record Opened(Database database, Cursors cursors) {}

  @Override
  public String name() {
    return Users.SERVICE;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public Future<Void> open(Host host) {
    var postgres = host.settings().getJsonObject("postgres");
    String uri = postgres.getString("uri");
    return Migrations.run(host.vertx(), uri, Users.SERVICE)
        .compose(
            migrated -> {
              var database =
                  Database.open(
                      host.vertx(),
                      host.time(),
                      uri,
                      Users.SERVICE,
                      postgres.getInteger("poolSize"));
              return Cursors.load(database)
                  .onSuccess(cursors -> opened = Optional.of(new Opened(database, cursors)))
                  .recover(failure -> database.close().transform(c -> Future.failedFuture(failure)))
                  .mapEmpty();
            });
  }

  @Override
  public Deployable instance(Host host) {
    var held = opened.orElseThrow(() -> new IllegalStateException("users is not open"));
    return new UsersVerticle(
        host.mesh(),
        new UserStore(held.database(), held.cursors(), host.time().rng()),
        new CreditStore(held.database()),
        new InboxExpiry(held.database(), host.time()));
  }

  @Override
  public Future<Void> check() {
    return opened
        .map(held -> held.database().check())
        .orElseGet(
            () ->
                Future.failedFuture(
                    new MeshFailure.NotSent("users is not open (expected: open() first)")));
  }

  @Override
  public Future<Void> close() {
    var held = opened;
    opened = Optional.empty();
    return held.map(o -> o.database().close()).orElseGet(Future::succeededFuture);
  }
}
