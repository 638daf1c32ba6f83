package io.weft.sites.api;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import io.weft.mesh.policy.PolicyDocument;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far an edge goes by the policies of its hub, where it is to.
 *
 * @param state whether it does
 * @param hubEpoch the epoch of the hub's policies, as far as whoever says this has heard; 0 when
 *     the hub has none, or nothing was heard
 * @param takenEpoch the one of them that the edge has taken over last; 0 before the first
 * @param takenDigest the digest of what it took over; empty before the first
 * @param since since when it is not {@link State#CURRENT}, by the clock of whoever says this; null
 *     while it is, or when that is not known
 * @param why why it is not, for people; null while it is, or when that is not known
 */
public record FollowedPolicies(
    State state,
    long hubEpoch,
    long takenEpoch,
    String takenDigest,
    @Nullable Instant since,
    @Nullable String why) {
  /** What an edge goes by that has heard nothing of its hub yet. */
  public static final FollowedPolicies UNHEARD =
      new FollowedPolicies(State.BEHIND, 0, 0, "", null, "its hub was not heard of yet");

  /** Another site may say what it likes. */
  public FollowedPolicies {
    state = state == null ? State.BEHIND : state;
    takenDigest = takenDigest == null ? "" : takenDigest;
  }

  /** Whether an edge goes by the policies of its hub. */
  public enum State {
    /** It does. */
    CURRENT,
    /** It goes by older ones. */
    @JsonEnumDefaultValue
    BEHIND,
    /** It goes by older ones, as it cannot read those of the hub. */
    REFUSED,
    /** It has taken them over, and an operator at the edge has changed them since. */
    CHANGED,
    /** What it took over is newer than what the hub has. */
    AHEAD
  }

  /** Returns whether the edge has taken a document of the hub over. */
  public boolean hasTaken(PolicyDocument document) {
    return takenEpoch == document.epoch() && takenDigest.equals(document.digest());
  }
}
