package io.weft.mesh.link;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The hub's part in the handshake of one connection: whether the edge is who it says, and what to
 * answer.
 *
 * <p>It goes {@link #heard}, {@link #challenge}, {@link #proved}, and then {@link #welcome} or
 * {@link #refuse}. A stranger costs no signature, neither made nor checked. For one thread.
 */
final class HubHandshake {
  private final String site;
  private final SiteKey key;
  private final Transcript transcript = new Transcript();
  private Greeting.@Nullable Hello hello;
  private @Nullable Enrolment enrolment;
  private @Nullable Seals seals;
  private boolean proved;

  HubHandshake(String site, SiteKey key) {
    this.site = site;
    this.key = key;
  }

  /**
   * Reads the beginning.
   *
   * @return the name of the site that says it wants to link
   * @throws LinkException if it cannot be read, or there is no version that both speak
   */
  String heard(Buffer message) {
    if (!(Greeting.read(message) instanceof Greeting.Hello said)) {
      throw LinkException.malformed("a beginning that is none (expected: HELLO)");
    }
    version(said.versionMin(), said.versionMax());
    transcript.add(message);
    hello = said;
    return said.site();
  }

  /**
   * Answers the beginning.
   *
   * @param known what is known of the site
   * @throws LinkException if it is not enrolled with the key that it showed; whether there is such
   *     a site is not said
   */
  Buffer challenge(Optional<Enrolment> known) {
    var said = said();
    enrolment = known.filter(each -> each.key().equals(said.key())).orElse(null);
    if (enrolment == null) {
      throw new LinkException(
          LinkReason.NOT_ENROLLED,
          "%s with the key %s is not enrolled at %s (expected: a site that has joined it)"
              .formatted(said.site(), said.key().fingerprint(), site));
    }
    var fresh = new KeyAgreementPair();
    int version = version(said.versionMin(), said.versionMax());
    var challenge = new Greeting.Challenge(version, site, key.shown(), fresh.shown()).bytes();
    transcript.add(challenge);
    seals = Seals.ofHub(fresh.agree(said.fresh()), transcript.salt());
    return challenge;
  }

  /**
   * Reads the proof.
   *
   * @throws LinkException if it is none, or the site was revoked
   */
  Greeting.Proof proved(Buffer message) {
    if (enrolment == null) {
      throw new IllegalStateException("no challenge yet (expected: one before a proof)");
    }
    if (!(Greeting.read(message) instanceof Greeting.Proof proof)) {
      throw LinkException.malformed("an answer to CHALLENGE that is none (expected: PROOF)");
    }
    transcript.verify(Transcript.EDGE, enrolment.key(), message);
    proved = true;
    if (enrolment.revoked()) {
      throw new LinkException(
          LinkReason.REVOKED,
          enrolment.site() + " was revoked (expected: a site that has joined again)");
    }
    return proof;
  }

  Buffer welcome(boolean resumed, UUID session, long received) {
    return transcript.sign(
        Transcript.HUB, key, new Greeting.Welcome(resumed, session, received).bytes());
  }

  /**
   * Returns the answer to whom is not let in: signed, if it has proved who it is.
   *
   * @param term the greatest term of the site, or 0
   */
  Buffer refuse(LinkException why, long term) {
    var refused = refusal(why, term);
    return proved ? transcript.sign(Transcript.HUB, key, refused) : refused;
  }

  /** Returns an answer that anybody may have written. */
  static Buffer refusal(LinkException why, long term) {
    return new Greeting.Refused(
            why.reason(), LinkFormat.VERSION_MIN, LinkFormat.VERSION_MAX, term, why.getMessage())
        .bytes();
  }

  /** Returns the key that the edge has proved itself by, after a proof. */
  SitePublicKey provedBy() {
    if (enrolment == null || !proved) {
      throw new IllegalStateException("nothing proved yet (expected: a proof before)");
    }
    return enrolment.key();
  }

  /** Returns what the connection's messages are closed with, after a challenge. */
  Seals seals() {
    if (seals == null) {
      throw new IllegalStateException("no seals yet (expected: a challenge before)");
    }
    return seals;
  }

  /**
   * Returns the highest version that both speak.
   *
   * @throws LinkException if there is none
   */
  static int version(int min, int max) {
    if (max < LinkFormat.VERSION_MIN || min > LinkFormat.VERSION_MAX) {
      throw new LinkException(
          LinkReason.VERSION,
          "versions %d to %d (expected: one of %d to %d)"
              .formatted(min, max, LinkFormat.VERSION_MIN, LinkFormat.VERSION_MAX));
    }
    return Math.min(max, LinkFormat.VERSION_MAX);
  }

  private Greeting.Hello said() {
    if (hello == null) {
      throw new IllegalStateException("nothing heard yet (expected: a hello before)");
    }
    return hello;
  }
}
