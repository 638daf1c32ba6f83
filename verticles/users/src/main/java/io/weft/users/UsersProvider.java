package io.weft.users;

import io.vertx.core.Deployable;
import io.weft.ledger.DataService;
import io.weft.ledger.InboxExpiry;
import io.weft.mesh.Topic;
import io.weft.users.api.Users;
import java.util.List;

/** The service users, as nodes find it. */
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
  protected Deployable instance(Host host, Data data) {
    return new UsersVerticle(
        host.mesh(),
        new UserStore(data.database(), data.cursors(), data.outbox(), host.time()),
        new CreditStore(data.database()),
        new InboxExpiry(data.database(), host.time()));
  }
}
