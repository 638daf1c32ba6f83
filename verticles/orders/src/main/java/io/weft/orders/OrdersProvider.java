package io.weft.orders;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.Cursors;
import io.weft.ledger.Database;
import io.weft.ledger.InboxExpiry;
import io.weft.ledger.Migrations;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.ServiceProvider;
import io.weft.orders.api.Orders;
import java.util.Optional;

/** The service orders, as nodes find it: its schema, its pool and its instances. */
public final class OrdersProvider implements ServiceProvider {
  private static final String VERSION = "0.1.0";

  private Optional<Opened> opened = Optional.empty();

  /** What a node holds for all instances of the service on it. */
  private record Opened(Database database, Cursors cursors) {}

  @Override
  public String name() {
    return Orders.SERVICE;
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public Future<Void> open(Host host) {
    var postgres = host.settings().getJsonObject("postgres");
    String uri = postgres.getString("uri");
    return Migrations.run(host.vertx(), uri, Orders.SERVICE)
        .compose(
            migrated -> {
              var database =
                  Database.open(
                      host.vertx(),
                      host.time(),
                      uri,
                      Orders.SERVICE,
                      postgres.getInteger("poolSize"));
              return Cursors.load(database)
                  .onSuccess(cursors -> opened = Optional.of(new Opened(database, cursors)))
                  .recover(failure -> database.close().transform(c -> Future.failedFuture(failure)))
                  .mapEmpty();
            });
  }

  @Override
  public Deployable instance(Host host) {
    var held = opened.orElseThrow(() -> new IllegalStateException("orders is not open"));
    return new OrdersVerticle(
        host.mesh(),
        new OrderStore(held.database(), held.cursors()),
        new InboxExpiry(held.database(), host.time()),
        host.time());
  }

  @Override
  public Future<Void> check() {
    return opened
        .map(held -> held.database().check())
        .orElseGet(
            () ->
                Future.failedFuture(
                    new MeshFailure.NotSent("orders is not open (expected: open() first)")));
  }

  @Override
  public Future<Void> close() {
    var held = opened;
    opened = Optional.empty();
    return held.map(o -> o.database().close()).orElseGet(Future::succeededFuture);
  }
}
