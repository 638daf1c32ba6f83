package io.weft.users;

import io.vertx.core.Future;
import io.weft.ledger.Command;
import io.weft.mesh.Call;
import io.weft.users.api.CreateUser;
import io.weft.users.api.Secret;
import io.weft.users.api.User;

/** Opens accounts, with a password if they come with one. For one event loop. */
final class Registration {
  private final UserStore users;
  private final Hashing hashing;

  Registration(UserStore users, Hashing hashing) {
    this.users = users;
    this.hashing = hashing;
  }

  Future<User> open(Call call, CreateUser request) {
    if (request.password() == null) {
      return users.create(Command.of(call, request), request, null);
    }
    UserRules.newUser(request); // Before anything is hashed.
    String password = UserRules.newPassword(request.password());
    return hashing.withPlace(
        () ->
            hashing
                .hash(() -> NewPassword.of(call, password))
                .compose(set -> users.create(command(call, request, set), request, set.hash())));
  }

  private static Command command(Call call, CreateUser request, NewPassword set) {
    return Command.of(call, request.with(new Secret(set.fingerprint())));
  }
}
