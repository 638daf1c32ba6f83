package io.weft.points.api;

import io.weft.mesh.Operation;
import io.weft.mesh.Topic;

/** The contract of the service points: what it can be asked, and what it tells of. */
public interface Points {
  /** The name of the service. */
  String SERVICE = "points";

  /** Reads how many points a user has; {@code user.not_found}. */
  Operation<PointsOf, Balance> BALANCE =
      Operation.query("points.balance", PointsOf.class, Balance.class);

  /** Spends points of a user; {@code points.invalid}, {@code points.insufficient}. */
  Operation<Redeem, Balance> REDEEM =
      Operation.command("points.redeem", Redeem.class, Balance.class);

  /** Points were spent. Its aggregate and its owner are the user. */
  Topic<Redeemed> REDEEMED = Topic.of("points.redeemed", Redeemed.class);

  /**
   * Asks for the points of a user.
   *
   * @param id of the user
   */
  record PointsOf(String id) {}

  /**
   * The points of a user.
   *
   * @param id of the user
   * @param points at least 0
   */
  record Balance(String id, long points) {}

  /**
   * Asks for points to be spent.
   *
   * @param id of the user
   * @param points at least 1
   */
  record Redeem(String id, long points) {}

  /**
   * Tells that points were spent.
   *
   * @param id of the user
   * @param points how many
   */
  record Redeemed(String id, long points) {}
}
