package io.weft.orders.site;

import io.vertx.core.Future;
import io.weft.users.api.EscrowBalance;
import io.weft.users.api.EscrowGrant;
import io.weft.users.api.GrantEscrow;
import io.weft.users.api.ReturnEscrow;

/** The way to the hub for what a site holds of the credit of users. */
public interface HubEscrow {
  /** Asks for a slice, by {@code users.grant-escrow}. */
  Future<EscrowGrant> grant(GrantEscrow request);

  /** Tells what was given up, by {@code users.return-escrow}. */
  Future<EscrowBalance> takeBack(ReturnEscrow request);
}
