package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Optional;

/**
 * The hub's part when a site joins it: whether whoever asks has the code of an invitation, and what
 * to answer.
 *
 * <p>It goes {@link #heard}, {@link #invited} and {@link #joined}. For one thread.
 */
final class HubJoining {
  private final SiteIdentity self;
  private final Transcript transcript = new Transcript();
  private final Greeting.Join join;
  private final Buffer message;

  private HubJoining(SiteIdentity self, Greeting.Join join, Buffer message) {
    this.self = self;
    this.join = join;
    this.message = message;
    transcript.add(message);
  }

  /**
   * Reads the beginning.
   *
   * @throws LinkException if there is no version that both speak
   */
  static HubJoining heard(SiteIdentity self, Greeting.Join join, Buffer message) {
    HubHandshake.version(join.versionMin(), join.versionMax());
    return new HubJoining(self, join, message);
  }

  /** Returns what the invitation is found by. */
  String id() {
    return Invitation.id(join.id());
  }

  /** Returns the key that asks to be enrolled. */
  SitePublicKey key() {
    return join.key();
  }

  /**
   * Returns the invitation, if whoever asks may use it or has used it.
   *
   * @throws LinkException if there is none, it is proved by no code, or it is too late
   */
  Invitation invited(Optional<Invitation> found, Instant now) {
    var invitation =
        found
            .filter(each -> each.proves(message.slice(0, Greeting.Join.PROOF_AT), join.proof()))
            .orElse(null);
    if (invitation == null) {
      throw new LinkException(
          LinkReason.NOT_INVITED,
          "%s knows no such invitation (expected: a code that it made)".formatted(self.name()));
    }
    if (invitation.usedBy() == null && !now.isBefore(invitation.expires())) {
      throw new LinkException(
          LinkReason.EXPIRED,
          "the invitation of %s was good until %s (expected: a new one)"
              .formatted(invitation.site(), invitation.expires()));
    }
    return invitation;
  }

  /**
   * Answers that the site is enrolled.
   *
   * @param usedBy the key that the invitation was used by
   * @throws LinkException if that is another's
   */
  Buffer joined(Invitation invitation, SitePublicKey usedBy) {
    if (!usedBy.equals(join.key())) {
      throw new LinkException(
          LinkReason.USED,
          "the invitation of %s was used by the key %s (this one: %s; expected: a new invitation)"
              .formatted(invitation.site(), usedBy.fingerprint(), join.key().fingerprint()));
    }
    return transcript.sign(
        Transcript.HUB, self.key(), new Greeting.Joined(invitation.site()).bytes());
  }
}
