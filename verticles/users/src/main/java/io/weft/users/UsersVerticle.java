package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Command;
import io.weft.ledger.InboxExpiry;
import io.weft.mesh.Call;
import io.weft.mesh.Mesh;
import io.weft.users.api.Users;
import java.util.List;

/** One instance of the service users: it serves the operations from the stores. */
final class UsersVerticle extends VerticleBase {
  private final Mesh mesh;
  private final UserStore users;
  private final CreditStore credit;
  private final InboxExpiry expiry;

  UsersVerticle(Mesh mesh, UserStore users, CreditStore credit, InboxExpiry expiry) {
    this.mesh = mesh;
    this.users = users;
    this.credit = credit;
    this.expiry = expiry;
  }

  @Override
  public Future<?> start() {
    expiry.start();
    return Future.all(
        List.of(
            mesh.serve(Users.CREATE, request -> users.create(command(request), request)),
            mesh.serve(Users.GET, users::find),
            mesh.serve(Users.LIST, users::list),
            mesh.serve(Users.UPDATE, request -> users.update(command(request), request)),
            mesh.serve(Users.DEACTIVATE, request -> users.deactivate(command(request), request)),
            mesh.serve(Users.RESERVE, credit::reserve),
            mesh.serve(Users.RELEASE, credit::release)));
  }

  @Override
  public Future<?> stop() {
    expiry.stop();
    return Future.succeededFuture();
  }

  private static Command command(Object request) {
    return Command.of(Call.current().orElseThrow(), request);
  }
}
