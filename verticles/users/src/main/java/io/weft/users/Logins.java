package io.weft.users;

import io.vertx.core.Future;
import io.weft.ledger.Command;
import io.weft.mesh.Call;
import io.weft.mesh.MeshFailure;
import io.weft.mesh.Origin;
import io.weft.users.LoginStore.Account;
import io.weft.users.LoginStore.Attempt;
import io.weft.users.api.GrantRoles;
import io.weft.users.api.PasswordSet;
import io.weft.users.api.Roles;
import io.weft.users.api.SetPassword;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose account it is, found out by a password.
 *
 * <p>Whatever is wrong with a login, the same is done for it and the same is answered: the try is
 * counted, a hash is worked out, and nobody is told whether there is such an account. For one event
 * loop.
 */
final class Logins {
  private static final Logger LOG = LoggerFactory.getLogger(Logins.class);

  private final LoginStore store;
  private final Hashing hashing;

  Logins(LoginStore store, Hashing hashing) {
    this.store = store;
    this.hashing = hashing;
  }

  /**
   * Returns the account with an e-mail address and a password; for a call that has its place to
   * hash in.
   *
   * @return fails with {@code token.invalid_grant} or {@code token.too_many_tries}
   */
  Future<Account> account(Call call, String email, String password) {
    return store
        .enter(email, address(call), call.principal().subject())
        .compose(attempt -> counted(attempt, () -> compared(attempt.account(), password)));
  }

  private static String address(Call call) {
    var address = call.origin().attributes().get(Origin.CLIENT_ADDRESS);
    return address == null ? "" : ClientAddress.counted(address);
  }

  private Future<Account> compared(@Nullable Account account, String password) {
    String stored = account == null ? null : account.hash();
    return hashing
        .hash(() -> Compared.of(PasswordHash.stored(stored), password))
        .compose(
            compared ->
                account != null && account.active() && compared.right()
                    ? renewed(account, compared.renewed())
                    : Future.failedFuture(UserFailures.invalidGrant()));
  }

  /**
   * What came of comparing a password.
   *
   * @param right whether it is the one
   * @param renewed its hash at the present cost, if it is right and was made at another
   */
  private record Compared(boolean right, @Nullable String renewed) {
    static Compared of(PasswordHash hash, String password) {
      boolean right = hash.matches(password);
      boolean renew = right && hash.outdated();
      return new Compared(
          right, renew ? PasswordHash.of(password, PasswordHash.COST).text() : null);
    }
  }

  private Future<Account> renewed(Account account, @Nullable String hash) {
    return hash == null
        ? Future.succeededFuture(account)
        : store
            .renew(account, hash)
            .onFailure(e -> LOG.warn("the hash of {} was not renewed: {}", account, e.getMessage()))
            .transform(done -> Future.succeededFuture(account)); // The old one is right as well.
  }

  /** Gives an account another password; only operators need not know the present one. */
  Future<PasswordSet> setPassword(Call call, SetPassword request) {
    UUID id = UserRules.userId(request.id(), "id");
    String password = UserRules.newPassword(request.password());
    if (call.principal().operator()) {
      return hashing.withPlace(
          () -> store.find(id).compose(account -> set(call, account, password, null)));
    }
    String present = UserRules.password(request.currentPassword(), "currentPassword");
    return hashing.withPlace(
        () ->
            store
                .enterAsOwner(id)
                .compose(
                    attempt ->
                        counted(attempt, () -> set(call, attempt.account(), password, present))));
  }

  /**
   * What came of comparing the present password.
   *
   * @param allowed whether it is the one, or need not be
   * @param next what is to be set
   */
  private record Change(boolean allowed, NewPassword next) {}

  private Future<PasswordSet> set(
      Call call, @Nullable Account account, String password, @Nullable String present) {
    if (account == null || !account.active()) {
      return Future.failedFuture(UserFailures.inactive());
    }
    return hashing
        .hash(
            () ->
                new Change(
                    present == null || PasswordHash.stored(account.hash()).matches(present),
                    NewPassword.of(call, password)))
        .compose(
            change -> {
              // Without the present password: once it was changed, a repetition cannot know it.
              var command =
                  Command.of(
                      call.operation() + " " + account.id(),
                      call.key(),
                      change.next().fingerprint());
              return store.set(command, account, change.allowed(), change.next().hash());
            });
  }

  Future<Roles> grant(GrantRoles request) {
    return store.grant(UserRules.userId(request.id(), "id"), UserRules.roles(request.roles()));
  }

  /** Does what a try was counted for, and gives the try back unless it was a wrong one. */
  private <T> Future<T> counted(Attempt attempt, Supplier<Future<T>> work) {
    if (!attempt.delay().isZero()) {
      return Future.failedFuture(UserFailures.tooManyTries(attempt.delay()));
    }
    return work.get()
        .compose(
            right -> store.leave(attempt, true).map(left -> right),
            failure ->
                wrong(failure)
                    ? Future.failedFuture(failure)
                    : store.leave(attempt, false).transform(left -> Future.failedFuture(failure)));
  }

  private static boolean wrong(Throwable failure) {
    return failure instanceof MeshFailure.Application refusal
        && (refusal.code().equals(UserFailures.INVALID_GRANT)
            || refusal.code().equals(UserFailures.PASSWORD_WRONG));
  }
}
