package io.weft.users;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.weft.ledger.Command;
import io.weft.ledger.Expiry;
import io.weft.mesh.Call;
import io.weft.mesh.Mesh;
import io.weft.users.api.Users;
import java.util.ArrayList;
import java.util.List;

/** One instance of the service users: it serves the operations from the stores. */
final class UsersVerticle extends VerticleBase {
  private final Mesh mesh;
  private final Stores stores;
  private final TokenIssuer issuer;
  private final List<Expiry> expiries;

  /** What the operations are served from. */
  record Stores(
      UserStore users,
      CreditStore credit,
      EscrowStore escrow,
      LoginStore logins,
      CredentialStore credentials) {}

  /**
   * Creates an instance.
   *
   * @param expiries what forgets what is past its age, while the instance runs
   */
  UsersVerticle(Mesh mesh, Stores stores, TokenIssuer issuer, List<Expiry> expiries) {
    this.mesh = mesh;
    this.stores = stores;
    this.issuer = issuer;
    this.expiries = List.copyOf(expiries);
  }

  @Override
  public Future<?> start() {
    expiries.forEach(Expiry::start);
    var hashing = new Hashing(vertx);
    var served = new ArrayList<>(accounts(hashing));
    served.addAll(escrow());
    served.addAll(machines());
    return Future.all(served);
  }

  private List<Future<?>> accounts(Hashing hashing) {
    var registration = new Registration(stores.users(), hashing);
    var logins = new Logins(stores.logins(), hashing);
    var desk = new TokenDesk(logins, stores.credentials(), hashing, issuer);
    var users = stores.users();
    var credit = stores.credit();
    return List.of(
        mesh.serve(Users.CREATE, request -> registration.open(call(), request)),
        mesh.serve(Users.GET, users::find),
        mesh.serve(Users.LIST, users::list),
        mesh.serve(Users.EVENTS_END, users::eventsEnd),
        mesh.serve(Users.UPDATE, request -> users.update(command(request), request)),
        mesh.serve(Users.DEACTIVATE, request -> users.deactivate(command(request), request)),
        mesh.serve(Users.RESERVE, credit::reserve),
        mesh.serve(Users.RELEASE, credit::release),
        mesh.serve(Users.SET_PASSWORD, request -> logins.setPassword(call(), request)),
        mesh.serve(Users.GRANT, logins::grant),
        mesh.serve(Users.TOKEN, request -> desk.issue(call(), request)));
  }

  private List<Future<?>> escrow() {
    var escrow = stores.escrow();
    return List.of(
        mesh.serve(Users.OPEN_ESCROW, escrow::open),
        mesh.serve(Users.GRANT_ESCROW, escrow::grant),
        mesh.serve(Users.RETURN_ESCROW, escrow::takeBack),
        mesh.serve(Users.SETTLE_ESCROW, escrow::settle),
        mesh.serve(Users.ESCROW, escrow::of),
        mesh.serve(Users.CLOSE_ESCROW, escrow::close),
        mesh.serve(Users.DECIDE_ESCROW, escrow::decide));
  }

  private List<Future<?>> machines() {
    var credentials = stores.credentials();
    return List.of(
        mesh.serve(
            Users.CREATE_CLIENT,
            request -> credentials.create(MachineKind.CLIENT, command(request), request)),
        mesh.serve(Users.CLIENTS, request -> credentials.list(MachineKind.CLIENT, request)),
        mesh.serve(Users.REVOKE_CLIENT, request -> credentials.revoke(MachineKind.CLIENT, request)),
        mesh.serve(
            Users.CREATE_API_KEY,
            request -> credentials.create(MachineKind.API_KEY, command(request), request)),
        mesh.serve(Users.API_KEYS, request -> credentials.list(MachineKind.API_KEY, request)),
        mesh.serve(
            Users.REVOKE_API_KEY, request -> credentials.revoke(MachineKind.API_KEY, request)),
        mesh.serve(Users.API_KEY, credentials::find));
  }

  @Override
  public Future<?> stop() {
    expiries.forEach(Expiry::stop);
    return Future.succeededFuture();
  }

  private static Call call() {
    return Call.current().orElseThrow();
  }

  private static Command command(Object request) {
    return Command.of(call(), request);
  }
}
