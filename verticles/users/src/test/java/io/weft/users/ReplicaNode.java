package io.weft.users;

import static io.weft.users.UsersNode.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weft.ledger.HubStandIn;
import io.weft.ledger.HubStandIn.Way;
import io.weft.ledger.TestPostgres;
import io.weft.mesh.Mesh;
import io.weft.mesh.Readiness;
import io.weft.mesh.ServiceProvider;
import io.weft.mesh.bus.BusMesh;
import io.weft.mesh.time.Time;
import io.weft.users.api.Users;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A node of a site that has a hub, with a PostgreSQL of its own; the hub can be cut off. */
final class ReplicaNode implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  final Mesh mesh = BusMesh.local(vertx);
  final String uri = TestPostgres.freshDatabase();
  private final UsersProvider provider = new UsersProvider();
  private final ServiceProvider.Host host;
  private final HubStandIn standIn;
  private final Deque<String> replicas = new ArrayDeque<>();

  ReplicaNode(UsersNode hub) throws Exception {
    host =
        new ServiceProvider.Host(
            vertx,
            mesh,
            Time.of(vertx),
            new JsonObject()
                .put("postgres", new JsonObject().put("uri", uri).put("poolSize", 4))
                .put("sites", new JsonObject().put("hub", "hub.example:443")),
            () -> Future.succeededFuture(new Readiness(List.of())));
    await(provider.open(host));
    standIn = new HubStandIn(vertx, mesh, hub.vertx, hub.mesh);
    await(standIn.serve(List.of(Users.GET, Users.LIST, Users.EVENTS_END), List.of(Users.SERVICE)));
    startReplica();
  }

  void startReplica() throws Exception {
    replicas.add(await(vertx.deployVerticle(provider.instance(host))));
  }

  void stopReplica() throws Exception {
    await(vertx.undeploy(replicas.remove()));
  }

  /** Cuts the way to the hub, or heals it. */
  void cut(boolean cut) {
    standIn.way(cut ? Way.CUT : Way.OPEN);
  }

  String query(String sql) {
    return TestPostgres.query(uri, sql);
  }

  void execute(String sql) {
    TestPostgres.execute(uri, sql);
  }

  @Override
  public void close() throws Exception {
    await(mesh.close());
    await(provider.close());
    await(vertx.close());
  }
}
