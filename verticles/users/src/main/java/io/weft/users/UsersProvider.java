package io.weft.users;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.weft.ledger.DataService;
import io.weft.ledger.Expiry;
import io.weft.mesh.Topic;
import io.weft.mesh.telemetry.Measure;
import io.weft.users.api.Users;
import java.util.List;

/** The service users, as nodes find it: at a site that has a hub, a replica of the hub's. */
public final class UsersProvider extends DataService {
  private static final String VERSION = "0.1.0";

  /** Creates the provider; called by nodes. */
  public UsersProvider() {
    super(Users.SERVICE, VERSION);
  }

  @Override
  protected List<Topic<?>> topics() {
    return List.of(Users.REGISTERED, Users.CHANGED);
  }

  @Override
  protected boolean tells(Host host) {
    return !hasHub(host);
  }

  @Override
  protected Future<List<Measure>> measure(Host host, Data data) {
    return hasHub(host)
        ? ReplicaStore.measures(data.database())
        : Future.succeededFuture(List.of());
  }

  @Override
  protected Deployable instance(Host host, Data data) {
    return hasHub(host) ? replica(host, data) : users(host, data);
  }

  private static Deployable replica(Host host, Data data) {
    var store = new ReplicaStore(data.database(), host.time().rng().uuid().toString());
    return new ReplicaVerticle(
        host.mesh(), store, new Replica(host.mesh(), data.database(), store, host.time()));
  }

  private static Deployable users(Host host, Data data) {
    var database = data.database();
    return new UsersVerticle(
        host.mesh(),
        new UsersVerticle.Stores(
            new UserStore(database, data.cursors(), data.outbox(), host.time()),
            new CreditStore(database),
            new EscrowStore(database),
            new LoginStore(database),
            new CredentialStore(database, data.cursors(), host.time())),
        issuer(host),
        List.of(
            Expiry.ofInbox(database, host.time()),
            new Expiry(
                "grants of escrow",
                database,
                host.time(),
                connection -> EscrowStore.forget(connection, UsersLimits.ESCROW_GRANTS_KEPT),
                UsersLimits.ESCROW_GRANTS_FORGOTTEN_PER_BATCH),
            new Expiry(
                "wrong passwords",
                database,
                host.time(),
                connection -> LoginStore.forget(connection, UsersLimits.GUESSES_MAX),
                UsersLimits.GUESSES_FORGOTTEN_PER_BATCH)));
  }

  private static TokenIssuer issuer(Host host) {
    return (who, lifetime) -> {
      var tokens = host.tokens().get();
      if (!tokens.issues()) {
        throw UserFailures.noTokens();
      }
      return tokens.issue(who, lifetime);
    };
  }
}
