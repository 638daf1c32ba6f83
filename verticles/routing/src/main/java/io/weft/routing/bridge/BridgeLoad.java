package io.weft.routing.bridge;

import io.weft.routing.RoutingLimits;

/**
 * What all clients of one bridge together have waiting, in bytes.
 *
 * <p>Each client has its own bounds, which are wide, as one that is well may need them. Many that
 * use them up at once are not well: past what is meant for all, those with much are in the way.
 *
 * <p>For the bridge's event loop.
 */
public final class BridgeLoad {
  private long outgoing;
  private long half;

  /** Creates the load of a bridge without clients. */
  public BridgeLoad() {}

  /** Counts bytes that wait to be sent to a client, or no longer do when negative. */
  void outgoing(long bytes) {
    outgoing += bytes;
  }

  /** Counts bytes of a message that has not come whole yet, or has now when negative. */
  void half(long bytes) {
    half += bytes;
  }

  /** Returns whether a client for which so many bytes wait to be sent is in the way. */
  boolean tooMuchOutgoing(long ofClient) {
    return outgoing > RoutingLimits.BRIDGE_WAITING_IN_ALL_MAX_BYTES
        && ofClient > RoutingLimits.BRIDGE_WAITING_BYTES;
  }

  /** Returns whether a client of whose half message so many bytes have come is in the way. */
  boolean tooMuchHalf(long ofClient) {
    return half > RoutingLimits.BRIDGE_HALF_IN_ALL_MAX_BYTES
        && ofClient > RoutingLimits.BRIDGE_HALF_BYTES;
  }
}
