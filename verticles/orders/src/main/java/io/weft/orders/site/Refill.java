package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.ReturnEscrow;
import java.util.UUID;

/**
 * Keeps the purses of a site at what a {@link SlicePolicy} says, while the hub can be asked.
 *
 * <p>Each step may be the last one before a crash or a cut, and may be done again: a grant is asked
 * for by its number until it is in the purse, and what was given up is told until the hub has taken
 * it back.
 */
public final class Refill {
  private final String site;
  private final Purses purses;
  private final HubEscrow hub;
  private final SlicePolicy policy;

  /**
   * Creates it.
   *
   * @param site the site's name
   */
  public Refill(String site, Purses purses, HubEscrow hub, SlicePolicy policy) {
    this.site = site;
    this.purses = purses;
    this.hub = hub;
    this.policy = policy;
  }

  /**
   * Asks for credit of a user, or gives some up, or does nothing, as the policy says.
   *
   * @param limit the user's, in minor units
   * @return the purse afterwards; fails when the hub could not be asked, or has refused
   */
  public Future<Purse> run(UUID user, long limit) {
    return purses
        .of(user)
        .compose(held -> told(user, held))
        .compose(held -> adjusted(user, limit, held))
        .map(Purses.Held::purse);
  }

  private Future<Purses.Held> adjusted(UUID user, long limit, Purses.Held held) {
    long wanted = policy.wanted(held.purse(), limit);
    if (wanted > 0) {
      return hub.grant(
              new GrantEscrow(
                  user.toString(),
                  site,
                  held.incarnation().toString(),
                  held.position(),
                  held.purse().numbers() + 1,
                  wanted))
          .compose(purses::accept);
    }
    long surplus = policy.surplus(held.purse(), limit);
    return surplus > 0
        ? purses.giveUp(user, surplus).compose(left -> told(user, left))
        : Future.succeededFuture(held);
  }

  /** What was given up before is told first: the hub may not have heard of it. */
  private Future<Purses.Held> told(UUID user, Purses.Held held) {
    return held.purse().givenUp() == held.purse().returned()
        ? Future.succeededFuture(held)
        : hub.takeBack(
                new ReturnEscrow(
                    user.toString(),
                    site,
                    held.incarnation().toString(),
                    held.position(),
                    held.purse().givenUp()))
            .compose(purses::returned);
  }
}
