package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.DataService;
import io.weft.mesh.CallOptions;
import io.weft.mesh.Mesh;
import io.weft.mesh.MeshFailure;
import io.weft.users.api.ReplicaReport;
import io.weft.users.api.User;
import io.weft.users.api.UserId;
import io.weft.users.api.Users;
import java.util.UUID;

/**
 * One instance of the service users at a site that has a hub: it reads accounts from the replica.
 * All else is served by whoever stands for the hub in this site.
 */
final class ReplicaVerticle extends VerticleBase {
  private static final CallOptions HUB =
      CallOptions.DEFAULT.withSite(DataService.HUB).withTimeout(UsersLimits.REPLICA_ASK_TIMEOUT);

  private final Mesh mesh;
  private final ReplicaStore store;
  private final Replica replica;

  ReplicaVerticle(Mesh mesh, ReplicaStore store, Replica replica) {
    this.mesh = mesh;
    this.store = store;
    this.replica = replica;
  }

  @Override
  public Future<?> start() {
    replica.start();
    return Future.all(
        mesh.serve(Users.GET, this::find),
        mesh.serve(Users.REPLICA, request -> store.ageSeconds().map(ReplicaReport::new)));
  }

  @Override
  public Future<?> stop() {
    return replica.stop();
  }

  private Future<User> find(UserId request) {
    UUID id = UserRules.userId(request.id(), "id");
    return store
        .find(id)
        .compose(known -> known.map(Future::succeededFuture).orElseGet(() -> ask(request)));
  }

  /** Of an account that is not in the replica only the hub can say that there is none. */
  private Future<User> ask(UserId request) {
    return mesh.call(Users.GET, request, HUB)
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof MeshFailure.Application ? failure : unknownHere()));
  }

  private static MeshFailure unknownHere() {
    return new MeshFailure.Rejected(
        MeshFailure.Rejected.Reason.UNAVAILABLE,
        "this site does not know the user, and its hub cannot be asked",
        UsersLimits.REPLICA_INTERVAL);
  }
}
