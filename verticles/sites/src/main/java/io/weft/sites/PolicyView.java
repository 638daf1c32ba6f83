package io.weft.sites;

import io.weft.mesh.policy.PolicyDocument;
import io.weft.mesh.policy.SitePolicies;
import io.weft.sites.api.FollowedPolicies;
import io.weft.sites.api.FollowedPolicies.State;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far an edge goes by the policies of this hub: what it has said last, held against those that
 * the hub has now. So an edge that is cut off is known to be behind as well.
 */
final class PolicyView {
  private PolicyView() {}

  /**
   * Returns it for one edge.
   *
   * @param said what the edge has said last; null when it goes by policies of its own
   * @param own those of this hub
   */
  static @Nullable FollowedPolicies of(@Nullable FollowedPolicies said, SitePolicies own) {
    if (said == null) {
      return null;
    }
    var present = own.current();
    if (said.hasTaken(present)) {
      boolean changed = said.state() == State.CHANGED;
      return view(
          said,
          changed ? State.CHANGED : State.CURRENT,
          present,
          changed ? said.since() : null,
          changed ? said.why() : null);
    }
    if (said.state() == State.REFUSED && said.hubEpoch() == present.epoch()) {
      return said;
    }
    if (!newer(present, said)) {
      return view(said, State.AHEAD, present, said.since(), said.why());
    }
    // What kept it from taking the one before is no reason of this one.
    var why = said.state() == State.BEHIND ? said.why() : null;
    return view(said, State.BEHIND, present, since(said, own), why);
  }

  private static FollowedPolicies view(
      FollowedPolicies said,
      State state,
      PolicyDocument present,
      @Nullable Instant since,
      @Nullable String why) {
    return new FollowedPolicies(
        state, present.epoch(), said.takenEpoch(), said.takenDigest(), since, why);
  }

  /** Returns when the first document came that the edge has not taken over, if that is kept. */
  private static @Nullable Instant since(FollowedPolicies said, SitePolicies own) {
    PolicyDocument first = null;
    for (var document : own.history()) {
      if (newer(document, said)) {
        first = document;
      }
    }
    try {
      return first == null ? null : Instant.parse(first.at());
    } catch (DateTimeException e) {
      return null; // It is for people, and another release may write it otherwise.
    }
  }

  private static boolean newer(PolicyDocument document, FollowedPolicies said) {
    return PolicyDocument.newer(
        document.epoch(), document.digest(), said.takenEpoch(), said.takenDigest());
  }
}
